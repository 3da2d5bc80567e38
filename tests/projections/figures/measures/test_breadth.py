"""How many different people helped each other: by hand, and against degrees from another library."""

from statistics import median

import igraph

from projections.figures.measures.acts import add_up_ties
from projections.figures.measures.spread import breadth
from tests.projections.figures.measures.communities import grown, hours


def test_medians_are_of_those_who_gave_and_of_those_who_received() -> None:
    ties = add_up_ties(hours("ab", "ac", "ad", "bc"), "minutes")

    assert breadth(ties) == (2.0, 1.0)
    assert breadth({}) == (None, None)


def test_medians_are_those_of_degrees_above_zero() -> None:
    ties = add_up_ties(grown(200)[0], "minutes")
    graph = igraph.Graph.TupleList(list(ties), directed=True)

    assert breadth(ties) == tuple(median(filter(None, graph.degree(mode=mode))) for mode in ("out", "in"))
