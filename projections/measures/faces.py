"""The three faces of helping each other: given back, comes round, passed on. None is better than another."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, cast

from ledger.identifiers import MemberId
from projections.measures.loops import loops_found
from projections.measures.ratios import ratio
from projections.measures.ties import Ties

LARGEST_COMPONENT = 80_000
"""Ties within one strong component up to which the flow is solved exactly: some 20 s at that size, when all are in one loop."""


class Faces(NamedTuple):
    """All that was given, as minutes or acts, and where it went; the three parts sum up to the whole, always.

    `given_back`: returned by the same person. `comes_round`: returned through others, along a loop of ties.
    `passed_on`: neither, so that it rests with those who received more than they gave in this part of the community.
    Where `is_exact` is false, a component was too large: then `comes_round` is at least, `passed_on` at most so much.
    """

    whole: int
    given_back: int
    comes_round: int
    passed_on: int
    is_exact: bool

    def share(self, part: int) -> float | None:
        """A part of the whole; None when nothing was given."""
        return ratio(part, self.whole)


def faces(ties: Ties, *, largest: int = LARGEST_COMPONENT) -> Faces:
    """Splits what was given. Passed on is the least flow along existing ties that leads to the same balances.

    As in the clearing of obligations: what need not flow for everybody to stand where they stand went round. A loop
    lies within one strong component, so each is solved on its own, by the network simplex method in whole numbers.
    """
    whole = sum(ties.values())
    given_back = sum(min(weight, ties.get((receiver, giver), 0)) for (giver, receiver), weight in ties.items())
    round_in_all, is_exact = 0, True
    for component in _components(ties):
        if len(component) <= largest:
            round_in_all += sum(component.values()) - _least_flow(component)
        else:
            round_in_all += loops_found(component)
            is_exact = False
    return Faces(whole, given_back, round_in_all - given_back, whole - round_in_all, is_exact)


def _components(ties: Ties) -> Iterator[dict[tuple[MemberId, MemberId], int]]:
    """The ties within each strong component: those who can all be reached from one another along ties."""
    import networkx as nx

    number: dict[MemberId, int] = {}
    graph = cast(Any, nx.DiGraph(sorted(ties)))
    found: Iterable[set[MemberId]] = nx.strongly_connected_components(graph)
    for place, component in enumerate(found):
        number.update(dict.fromkeys(component, place))
    within: defaultdict[int, dict[tuple[MemberId, MemberId], int]] = defaultdict(dict)
    for (giver, receiver), weight in sorted(ties.items()):
        if number[giver] == number[receiver]:
            within[number[giver]][giver, receiver] = weight
    yield from within.values()


def _least_flow(ties: Ties) -> int:
    """The least that must flow along these ties for everybody to end with the balance that they have."""
    import networkx as nx

    graph = cast(Any, nx.DiGraph())
    for (giver, receiver), weight in ties.items():
        graph.add_edge(giver, receiver, capacity=weight, weight=1)
    for member in graph:
        gave = sum(edge["capacity"] for edge in graph[member].values())
        got = sum(edge["capacity"] for edge in graph.pred[member].values())
        graph.nodes[member]["demand"] = got - gave
    least: int
    least, _ = nx.network_simplex(graph)
    return least
