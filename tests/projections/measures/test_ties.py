"""Many acts between two people are one tie in each direction, and nobody has a tie with themselves."""

import networkx as nx

from projections.measures.acts import counting
from projections.measures.returned import returned
from projections.measures.ties import collapse, given, received
from tests.projections.measures.communities import FIRST, act, grown, hours


def test_repeated_help_is_one_tie_as_heavy_as_all_of_it() -> None:
    acts = [act("ana", "bo", 60), act("ana", "bo", 30), act("bo", "ana", 15)]

    assert collapse(acts, "minutes") == {("ana", "bo"): 90, ("bo", "ana"): 15}
    assert collapse(acts, "acts") == {("ana", "bo"): 2, ("bo", "ana"): 1}


def test_help_points_from_who_gave_to_who_received() -> None:
    ties = collapse([act("ana", "bo", 60)], "minutes")

    assert given(ties) == {"ana": 60, "bo": 0}
    assert received(ties) == {"ana": 0, "bo": 60}


def test_gifts_weigh_as_acts_and_make_no_tie_by_minutes() -> None:
    acts = [act("ana", "bo", kind="gift"), act("bo", "chidi", 45)]

    assert collapse(acts, "minutes") == {("bo", "chidi"): 45}
    assert collapse(acts, "acts") == {("ana", "bo"): 1, ("bo", "chidi"): 1}


def test_what_somebody_did_for_themselves_is_left_out_first() -> None:
    """With it, two well-known libraries answer .50 and .667 for the same community."""
    acts = hours("01", "10", "12", "22")

    assert returned(collapse(acts, "acts")).tie_share == 2 / 3
    assert [one.number for one in counting(acts, last_day=FIRST)] == [one.number for one in acts[:3]]


def test_ties_are_the_collapsed_edges_of_a_graph_of_every_act() -> None:
    acts, _ = grown(200)
    graph = nx.MultiDiGraph([(one.giver, one.receiver) for one in acts])

    ties = collapse(acts, "acts")

    assert ties == {pair: graph.number_of_edges(*pair) for pair in graph.edges()}
