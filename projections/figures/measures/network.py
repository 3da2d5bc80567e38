"""The shape of the network of ties: pairs and triads, core and periphery, and how much depends on a few people."""

from collections import Counter
from collections.abc import Iterable, Sequence
from math import log, sqrt
from statistics import fmean
from typing import Annotated, Any, NamedTuple, cast

import msgspec
import networkx as nx

from ledger.identifiers import MemberId
from projections.figures.measures.acts import Act, Ties, Weighting, add_up_ties, ratio, strong_components
from projections.figures.measures.spread import tail, top
from projections.figures.measures.statistics import Number, Share, descriptions_of


def core_size(degrees: Iterable[int]) -> int:
    """Return the size of the core, given how many others each person is connected to.

    The core is the split with the fewest pairs missing inside it or present outside it. The best connected come first, so
    only its size has to be found (Lip 2011, "A fast algorithm for the discrete core/periphery bipartitioning problem").
    The smallest of equally good sizes is returned.
    """
    ordered = sorted(degrees, reverse=True)
    best = least = 0
    wrong = 0
    for size, degree in enumerate(ordered, start=1):
        # One more in the core: pairs with those already in it are expected now, and their own no longer stand outside.
        wrong += (size - 1) - degree
        if wrong < least:
            best, least = size, wrong
    return best


def correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Return Pearson's coefficient; None for fewer than two pairs, or if one side is constant."""
    if len(pairs) < 2:
        return None
    means = fmean(one for one, _ in pairs), fmean(other for _, other in pairs)
    apart = [(one - means[0], other - means[1]) for one, other in pairs]
    spread = sqrt(sum(one * one for one, _ in apart) * sum(other * other for _, other in apart))
    return sum(one * other for one, other in apart) / spread if spread > 1e-12 else None


def giving_and_receiving(acts: Iterable[Act]) -> float | None:
    """Correlate how often people give and receive, as logarithms of one more than the number of times."""
    times: dict[MemberId, list[int]] = {}
    for act in acts:
        times.setdefault(act.giver, [0, 0])[0] += 1
        times.setdefault(act.receiver, [0, 0])[1] += 1
    return correlation([(log(1 + gave), log(1 + got)) for gave, got in times.values()])


def within_pairs(ties: Ties) -> float | None:
    """Correlate what two people gave each other, over mutual pairs, each taken from both sides."""
    return correlation(
        [(log(weight), log(back)) for (one, other), weight in sorted(ties.items()) if (back := ties.get((other, one)))]
    )


def degree_correlation(either_way: Any) -> float | None:
    """Correlate the number of connections at both ends of ties (Newman 2002), each taken from both ends."""
    ends = [(len(either_way[one]), len(either_way[other])) for one, other in sorted(either_way.edges)]
    return correlation([*ends, *((other, one) for one, other in ends)])


FEWEST_PIVOTS, ENOUGH_STEPS = 100, 10_000_000
"""Shortest paths are followed from everyone up to this many steps, and from a sample above it.

This takes at most ten seconds up to 100,000 ties. A sample slightly understates how many people lie between others.
"""

SAMPLING_SEED = 1


class Graph(msgspec.Struct, frozen=True, kw_only=True):
    """The network of the ties of a period. Nobody is named, not even those who lie between many others.

    Shares are between 0 and 1, correlations between -1 and 1; None where they are not defined.
    """

    people: Annotated[int, "people with a connection"]
    mutual_dyads: Annotated[int, "pairs of people connected both ways"]
    one_way_dyads: Annotated[int, "pairs of people connected one way"]
    null_dyads: Annotated[int, "pairs of people who are not connected"]
    triads: Annotated[
        dict[str, int], "sets of three people by how they are connected, in the notation of Davis and Leinhardt"
    ]
    transitivity: Annotated[
        Share, "share of pairs of connections that meet, in any direction, and are closed by a third"
    ]
    assortativity: Annotated[
        Number, "correlation, over connections, of how many people each end is connected to, in either direction"
    ]
    strong_people: Annotated[
        Share, "share of people in the largest part where everyone can reach everyone along connections"
    ]
    strong_whole: Annotated[Share, "share of the whole given within that part"]
    core_number: Annotated[int, "the largest k for which some people have k or more connections among themselves"]
    core_number_people: Annotated[Share, "share of people in that innermost core"]
    core_people: Annotated[
        Share, "share of people in the core, by the best split into a core and a periphery (Lip 2011)"
    ]
    betweenness_centralisation: Annotated[
        Share, "0 if everyone lies between others equally often, 1 if all shortest paths run through one person"
    ]
    betweenness_top_tenth: Annotated[
        Share, "share of all betweenness held by the top tenth, rounded up to whole people"
    ]
    betweenness_pivots: Annotated[
        int, "people from whom shortest paths were followed; if fewer than all, the result is an estimate from a sample"
    ]
    tail_exponent: Annotated[
        Number,
        "the number of people with x connections falls as x to the power of minus this (Clauset and others 2009)",
    ]
    tail_from: Annotated[int | None, "the x from which this exponent is fitted"]
    tail_people: Annotated[int | None, "people with that many connections, on whom the exponent is based"]
    giving_with_receiving: Annotated[
        Number,
        "correlation, over people, between how often they gave and how often they received, as logarithms of 1 + times",
    ]
    within_pairs: Annotated[Number, "correlation, over pairs connected both ways, of the logarithms of their weights"]


def graph(acts: Sequence[Act], weigh: Weighting) -> Graph:
    """Measure the network of the acts of a period, as returned by `select_acts`."""
    ties = add_up_ties(acts, weigh)
    directed = cast(Any, nx.DiGraph(sorted(ties)))
    either_way = directed.to_undirected()
    people = len(directed)
    both_ways = sum((receiver, giver) in ties for giver, receiver in ties)
    mutual, one_way = both_ways // 2, len(ties) - both_ways
    degrees = [len(either_way[member]) for member in either_way]
    inside, weight_inside = _largest_strong_part(ties)
    cores: list[int] = list(nx.core_number(either_way).values()) if people else []
    innermost = max(cores, default=0)
    between, known = _betweenness(directed), tail(degrees)
    return Graph(
        people=people,
        mutual_dyads=mutual,
        one_way_dyads=one_way,
        null_dyads=people * (people - 1) // 2 - mutual - one_way,
        triads=dict(nx.triadic_census(directed)),
        transitivity=nx.transitivity(either_way) if people else None,
        assortativity=degree_correlation(either_way),
        strong_people=ratio(inside, people),
        strong_whole=ratio(weight_inside, sum(ties.values())),
        core_number=innermost,
        core_number_people=ratio(cores.count(innermost), people),
        core_people=ratio(core_size(degrees), people),
        betweenness_centralisation=between.centralisation,
        betweenness_top_tenth=between.top_tenth,
        betweenness_pivots=between.pivots,
        tail_exponent=known.exponent if known else None,
        tail_from=known.least if known else None,
        tail_people=known.values if known else None,
        giving_with_receiving=giving_and_receiving(act for act in acts if act.minutes or weigh == "acts"),
        within_pairs=within_pairs(ties),
    )


def graph_definitions() -> dict[str, str]:
    """Return what each figure of the network counts, by its name, in the order in which they are listed."""
    return descriptions_of(Graph)


class _Betweenness(NamedTuple):
    centralisation: float | None
    top_tenth: float | None
    pivots: int


def _largest_strong_part(ties: Ties) -> tuple[int, int]:
    """Return the people in it and the weight given within it; of equally large parts, of the one with most weight."""
    place = strong_components(ties)
    people, weights = Counter(place.values()), Counter[int]()
    for (giver, receiver), weight in ties.items():
        if place[giver] == place[receiver]:
            weights[place[giver]] += weight
    return max(((people[number], weight) for number, weight in weights.items()), default=(0, 0))


def _betweenness(directed: Any) -> _Betweenness:
    """Measure how far shortest paths run through a few people (Freeman's centralisation, 1978, for directed ties)."""
    people = len(directed)
    pivots = min(people, max(FEWEST_PIVOTS, ENOUGH_STEPS // max(1, directed.number_of_edges())))
    if people < 3:
        return _Betweenness(None, None, pivots)
    sample = None if pivots == people else pivots
    between: dict[str, float] = nx.betweenness_centrality(directed, k=sample, normalized=False, seed=SAMPLING_SEED)
    # In whole millionths, so that the order of adding up cannot change a figure.
    amounts = [round(1_000_000 * value) for value in between.values()]
    most = (people - 1) ** 2 * (people - 2) * 1_000_000
    return _Betweenness(
        ratio(max(amounts) * people - sum(amounts), most), ratio(top(amounts, 10), sum(amounts)), pivots
    )
