"""Many acts between two people are one tie in each direction, and nobody has a tie with themselves."""

import igraph
import networkx as nx
import pytest

from projections.figures.measures.acts import add_up_ties, given, received, select_acts
from projections.figures.measures.reciprocity import faces, returned
from projections.figures.measures.spread import breadth, load
from tests.projections.figures.measures.communities import FIRST, act, grown, hours


def test_repeated_help_is_one_tie_as_heavy_as_all_of_it() -> None:
    acts = [act("ana", "bo", 60), act("ana", "bo", 30), act("bo", "ana", 15)]

    assert add_up_ties(acts, "minutes") == {("ana", "bo"): 90, ("bo", "ana"): 15}
    assert add_up_ties(acts, "acts") == {("ana", "bo"): 2, ("bo", "ana"): 1}


def test_ties_go_from_giver_to_receiver() -> None:
    ties = add_up_ties([act("ana", "bo", 60)], "minutes")

    assert given(ties) == {"ana": 60, "bo": 0}
    assert received(ties) == {"ana": 0, "bo": 60}


def test_gifts_make_ties_by_acts_and_not_by_minutes() -> None:
    acts = [act("ana", "bo", kind="gift"), act("bo", "chidi", 45)]

    assert add_up_ties(acts, "minutes") == {("bo", "chidi"): 45}
    assert add_up_ties(acts, "acts") == {("ana", "bo"): 1, ("bo", "chidi"): 1}


def test_acts_between_an_account_and_itself_are_left_out() -> None:
    """With it, two well-known libraries answer .50 and .667 for the same community."""
    pairs = ("01", "10", "12", "22")
    acts = hours(*pairs)

    assert nx.overall_reciprocity(nx.DiGraph([(one, other) for one, other in pairs])) == 0.5
    assert round(igraph.Graph.TupleList(pairs, directed=True).reciprocity(), 3) == 0.667
    assert returned(add_up_ties(acts, "acts")).tie_share == 2 / 3
    assert [one.number for one in select_acts(acts, last_day=FIRST)] == [one.number for one in acts[:3]]


def test_ties_are_the_collapsed_edges_of_a_graph_of_every_act() -> None:
    acts, _ = grown(200)
    graph = nx.MultiDiGraph([(one.giver, one.receiver) for one in acts])

    ties = add_up_ties(acts, "acts")

    assert ties == {pair: graph.number_of_edges(*pair) for pair in graph.edges()}


def test_repeats_are_collapsed_before_any_tie_is_counted() -> None:
    """Where the same tie may stand twice, libraries refuse, or count it twice: two of four ties, not two of three."""
    pairs = ("ab", "ab", "ba", "bc")
    repeated = nx.MultiDiGraph([(one, other) for one, other in pairs])

    with pytest.raises(nx.NetworkXNotImplemented):
        nx.transitivity(repeated)
    assert nx.overall_reciprocity(repeated) == igraph.Graph.TupleList(pairs, directed=True).reciprocity() == 0.5
    assert returned(add_up_ties(hours(*pairs), "acts")).tie_share == 2 / 3


def test_reversing_ties_keeps_what_is_returned_and_swaps_giving_and_receiving() -> None:
    """Records of some systems point from receiver to giver. Reciprocity does not notice; everything about load does."""
    ties = add_up_ties(grown(200)[0], "minutes")
    turned = {(receiver, giver): weight for (giver, receiver), weight in ties.items()}

    assert returned(turned) == returned(ties)
    assert faces(turned) == faces(ties)
    assert load(turned).gini_given == load(ties).gini_received != load(ties).gini_given
    assert load(turned).imbalance == load(ties).imbalance
    assert breadth(turned) == breadth(ties)[::-1]
