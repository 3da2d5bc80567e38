"""How wide circles are: by hand, and against degrees and entropies from elsewhere."""

import igraph
import numpy as np
import pytest

from projections.figures.measures.acts import add_up_ties
from projections.figures.measures.spread import breadth, circles_helped, circles_helped_by, effective_number
from tests.projections.figures.measures.communities import grown, hours


def test_equal_shares_count_whole_and_a_rare_one_counts_little() -> None:
    assert effective_number([3, 3, 3]) == pytest.approx(3)
    assert effective_number([9, 1]) == pytest.approx(1.384, abs=0.001)
    assert effective_number([7]) == 1
    assert effective_number([]) == 0


def test_medians_are_of_those_who_gave_and_of_those_who_received() -> None:
    ties = add_up_ties(hours("ab", "ac", "ad", "bc"), "minutes")

    assert breadth(ties) == (2.0, 1.0)
    assert circles_helped_by(ties)["c"].people == 2  # type: ignore[index]
    assert breadth({}) == (None, None)


def test_circles_are_degrees_and_exponents_of_entropy() -> None:
    ties = add_up_ties(grown(200)[0], "minutes")
    graph = igraph.Graph.TupleList([(*pair, weight) for pair, weight in ties.items()], directed=True, weights=True)

    helped, helped_by = circles_helped(ties), circles_helped_by(ties)

    for vertex in graph.vs:
        name = vertex["name"]
        assert (helped[name].people if name in helped else 0) == vertex.degree(mode="out")
        assert (helped_by[name].people if name in helped_by else 0) == vertex.degree(mode="in")
        if name in helped:
            shares = np.array([edge["weight"] for edge in vertex.out_edges()]) / vertex.strength(
                mode="out", weights="weight"
            )
            assert helped[name].effective == pytest.approx(np.exp(-(shares * np.log(shares)).sum()))
