"""The shape of the network: against two libraries on communities that grew, and by hand on small ones."""

import random
from itertools import combinations

import igraph
import msgspec
import numpy as np
import pytest

from projections.figures.measures.acts import Act, Weighting, add_up_ties, select_acts
from projections.figures.measures.network import Graph, core_size, correlation, graph, graph_definitions
from tests.projections.figures.measures.communities import FIRST, act, grown, hours

LAST = FIRST.replace(month=12, day=31)
TRIADS = [
    *("003", "012", "102", "021D", "021U", "021C", "111D", "111U", "030T", "030C", "201", "120D", "120U", "120C"),
    *("210", "300"),
]
"""In the order in which igraph counts them."""


def network(seed: int = 1, people: int = 200, weigh: Weighting = "acts") -> tuple[Graph, igraph.Graph]:
    """The figures of a grown community, and the same community in another library."""
    acts = select_acts(grown(people, seed=seed)[0], last_day=LAST)
    ties = add_up_ties(acts, weigh)
    rows = [(*pair, weight) for pair, weight in ties.items()]
    return graph(acts, weigh), igraph.Graph.TupleList(rows, directed=True, weights=True)


def undirected(other: igraph.Graph) -> igraph.Graph:
    return other.as_undirected(mode="collapse")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_pairs_and_triads_agree_with_two_libraries(seed: int) -> None:
    found, other = network(seed)

    pairs = other.dyad_census()
    assert (found.mutual_dyads, found.one_way_dyads, found.null_dyads) == (pairs.mutual, pairs.asymmetric, pairs.null)
    assert list(found.triads) == TRIADS
    assert [found.triads[name] for name in TRIADS] == [0 if np.isnan(each) else each for each in other.triad_census()]


@pytest.mark.parametrize(
    ("pairs", "name"),
    [("ab bc ca", "030C"), ("ab bc ac", "030T"), ("ab ac", "021D"), ("ac bc", "021U"), ("ab ba ca", "111D")],
)
def test_each_triad_has_its_name(pairs: str, name: str) -> None:
    found = graph(hours(*pairs.split()), "acts")

    assert {kind: count for kind, count in found.triads.items() if count} == {name: 1}


@pytest.mark.parametrize("seed", [1, 2])
def test_transitivity_and_assortativity_agree_with_another_library(seed: int) -> None:
    found, other = network(seed)

    assert found.transitivity == pytest.approx(undirected(other).transitivity_undirected())
    assert found.assortativity == pytest.approx(undirected(other).assortativity_degree(directed=False))
    shells = undirected(other).coreness()
    assert (found.core_number, found.core_number_people) == (max(shells), shells.count(max(shells)) / len(shells))


@pytest.mark.parametrize("weigh", ["minutes", "acts"])
def test_the_largest_strong_part_agrees_with_another_library(weigh: Weighting) -> None:
    found, other = network(weigh=weigh)
    largest = max(other.connected_components(mode="strong"), key=len)
    inside = sum(edge["weight"] for edge in other.es if edge.source in largest and edge.target in largest)

    assert found.strong_people == pytest.approx(len(largest) / other.vcount())
    assert found.strong_whole == pytest.approx(inside / sum(other.es["weight"]))


def test_a_single_person_is_not_a_strong_part() -> None:
    found = graph(hours("ab", "bc"), "acts")

    assert (found.strong_people, found.strong_whole) == (0, 0)


def test_betweenness_is_shown_for_the_network_and_not_for_people() -> None:
    found, other = network()
    between = np.sort(other.betweenness())
    people = len(between)

    assert found.betweenness_pivots == people
    tenth = between[-int(np.ceil(people / 10)) :].sum() / between.sum()
    assert found.betweenness_top_tenth == pytest.approx(tenth, abs=1e-6)
    spread = (between.max() - between).sum() / ((people - 1) ** 2 * (people - 2))
    assert found.betweenness_centralisation == pytest.approx(spread, abs=1e-9)


def test_everything_through_one_person_is_a_centralisation_of_one() -> None:
    star = graph(hours(*(pair for other in "bcdef" for pair in (f"a{other}", f"{other}a"))), "acts")
    loop = graph(hours("ab", "bc", "cd", "da"), "acts")

    assert (star.betweenness_centralisation, star.betweenness_top_tenth) == (1, 1)
    assert (loop.betweenness_centralisation, loop.betweenness_top_tenth) == (0, 0.25)


def test_a_large_community_is_sampled_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    exact, other = network()
    monkeypatch.setattr("projections.figures.measures.network.ENOUGH_STEPS", 60 * other.ecount())
    monkeypatch.setattr("projections.figures.measures.network.FEWEST_PIVOTS", 10)

    sampled, _ = network()

    assert sampled.betweenness_pivots == 60 < exact.betweenness_pivots
    assert sampled.betweenness_top_tenth == pytest.approx(exact.betweenness_top_tenth, abs=0.15)
    assert sampled == network()[0], "the same log gives the same figures"


def test_no_other_split_is_better_than_the_core() -> None:
    """Of all splits of eight people: the fewest pairs missing inside the core, or there outside of it."""
    chance = random.Random(4)
    for _ in range(20):
        pairs = {pair for pair in combinations(range(8), 2) if chance.random() < 0.35}
        degrees = [sum(person in pair for pair in pairs) for person in range(8)]

        def wrong(core: set[int], pairs: set[tuple[int, int]] = pairs) -> int:
            both = [len(core.intersection(pair)) for pair in combinations(range(8), 2)]
            there = [pair in pairs for pair in combinations(range(8), 2)]
            return sum(
                (within == 2 and not tied) or (within == 0 and tied) for within, tied in zip(both, there, strict=True)
            )

        splits = [set(some) for size in range(9) for some in combinations(range(8), size)]
        by_degree = sorted(range(8), key=lambda person: -degrees[person])[: core_size(degrees)]
        assert wrong(set(by_degree)) == min(map(wrong, splits))


def test_correlations_agree_with_arrays() -> None:
    acts = select_acts(grown(200)[0], last_day=LAST)
    people = sorted({one for each in acts for one in (each.giver, each.receiver)})
    gave, got = ([sum(getattr(each, side) == one for each in acts) for one in people] for side in ("giver", "receiver"))
    ties = add_up_ties(acts, "acts")
    mutual = [(weight, ties[other, one]) for (one, other), weight in ties.items() if (other, one) in ties]

    found = graph(acts, "acts")

    assert found.giving_with_receiving == pytest.approx(np.corrcoef(np.log1p(gave), np.log1p(got))[0, 1])
    assert found.within_pairs == pytest.approx(np.corrcoef(np.log(mutual).T)[0, 1])


def test_a_correlation_with_a_constant_is_none() -> None:
    assert correlation([]) is None and correlation([(1, 2)]) is None and correlation([(1, 2), (1, 3)]) is None
    assert correlation([(1, 2), (2, 4), (3, 6)]) == pytest.approx(1)
    assert correlation([(1, 6), (2, 4), (3, 2)]) == pytest.approx(-1)


def test_gifts_make_no_difference_by_minutes() -> None:
    acts = [*hours("ab", "bc", "ca", "ad"), act("e", "a", kind="gift")]

    assert graph(acts, "minutes") == graph(acts[:-1], "minutes")
    assert graph(acts, "acts").people == 5


@pytest.mark.parametrize("acts", [[], hours("ab"), hours("ab", "ba")])
def test_small_and_empty_networks_have_figures_too(acts: list[Act]) -> None:
    found = graph(acts, "acts")

    assert found.people == len({one for each in acts for one in (each.giver, each.receiver)})
    assert found.betweenness_centralisation is None and found.tail_exponent is None


def test_every_figure_of_the_network_says_what_it_counts_and_names_nobody() -> None:
    found: dict[str, object] = msgspec.to_builtins(network()[0])

    assert list(graph_definitions()) == list(found) and all(graph_definitions().values())
    assert all(isinstance(value, int | float | None) for name, value in found.items() if name != "triads")
    assert "m-" not in str(found)


def test_repeated_help_is_one_tie_before_any_pair_is_counted() -> None:
    found = graph(hours("ab", "ab", "ba", "bc"), "acts")

    assert (found.mutual_dyads, found.one_way_dyads, found.null_dyads) == (1, 1, 1)
