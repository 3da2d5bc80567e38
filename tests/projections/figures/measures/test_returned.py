"""Returned ties and returned hours, against other people's programs and by hand."""

import igraph
import networkx as nx
import numpy as np
import pytest

from projections.figures.measures.acts import add_up_ties
from projections.figures.measures.reciprocity import returned
from tests.projections.figures.measures.communities import grown, hours


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_returned_ties_agree_with_two_libraries(seed: int) -> None:
    acts, _ = grown(200, seed=seed)
    ties = add_up_ties(acts, "acts")
    graph = nx.DiGraph(list(ties))

    found = returned(ties)

    assert found.tie_share == pytest.approx(nx.overall_reciprocity(graph))
    assert found.tie_share == pytest.approx(igraph.Graph.TupleList(ties, directed=True).reciprocity())
    assert (found.people, found.ties) == (graph.number_of_nodes(), graph.number_of_edges())
    assert 2 * found.mutual_pairs == sum(graph.has_edge(*back) for back in ((b, a) for a, b in graph.edges()))


def test_a_pair_that_helps_both_ways_is_two_ties_not_one() -> None:
    """157 pairs both ways and 113 one way in a village of 25 homes: .7354; with pairs counted once it would be .5815."""
    pairs = [(one, other) for one in range(25) for other in range(one)]
    ties = {(f"m-{one}", f"m-{other}"): 1 for one, other in pairs[:270]}
    ties |= {(other, one): 1 for one, other in list(ties)[:157]}

    found = returned(ties)  # type: ignore[arg-type]

    assert round(found.tie_share or 0, 4) == 0.7354
    graph = igraph.Graph.TupleList(ties, directed=True)
    assert (round(graph.reciprocity(), 4), round(graph.reciprocity(mode="ratio"), 4)) == (0.7354, 0.5815)


def test_rho_is_how_far_returned_ties_are_from_the_density() -> None:
    """Three people, four of six ties, two of them returned: (1/2 - 2/3) / (1 - 2/3)."""
    assert returned(add_up_ties(hours("ab", "ba", "bc", "ca"), "acts")).rho == pytest.approx(-0.5)


def test_rho_is_none_without_ties_or_if_everyone_is_tied_to_everyone() -> None:
    assert returned({}).rho is None and returned({}).tie_share is None and returned({}).weight_share is None
    assert returned(add_up_ties(hours("ab", "ba"), "acts")).rho is None


def test_returned_hours_are_the_smaller_of_both_directions() -> None:
    """Not the whole of every tie that goes both ways, as one program has it: that would be 1."""
    ties = add_up_ties(hours("ab", minutes=90) + hours("ba", minutes=30), "minutes")

    assert returned(ties).given_back == 60
    assert returned(ties).weight_share == 0.5


@pytest.mark.parametrize("weigh", ["minutes", "acts"])
def test_returned_hours_agree_with_a_matrix(weigh: str) -> None:
    acts, _ = grown(200)
    ties = add_up_ties(acts, "minutes" if weigh == "minutes" else "acts")
    places = {member: place for place, member in enumerate(sorted({one for pair in ties for one in pair}))}
    matrix = np.zeros((len(places), len(places)), dtype=np.int64)
    for (giver, receiver), weight in ties.items():
        matrix[places[giver], places[receiver]] = weight

    assert returned(ties).given_back == np.minimum(matrix, matrix.T).sum()
    assert returned(ties).weight_share == np.minimum(matrix, matrix.T).sum() / matrix.sum()
