"""What chance alone would give: the same every time, and what another shuffle gives on average."""

import random
from collections import Counter

import networkx as nx
import numpy as np
import pytest

from ledger.identifiers import MemberId
from projections.figures.measures.acts import add_up_ties, select_acts
from projections.figures.measures.reciprocity import _swap_self_pairs, beyond_chance, reciprocity_by_chance, returned
from tests.projections.figures.measures.communities import FIRST, act, grown, hours

YEAR_END = FIRST.replace(month=12, day=31)


def test_the_same_acts_give_the_same_chance_in_any_order_of_recording() -> None:
    acts = grown(150)[0]
    shuffled = random.Random(7).sample(acts, len(acts))

    assert reciprocity_by_chance(select_acts(acts, last_day=YEAR_END), "acts") == reciprocity_by_chance(
        select_acts(shuffled, last_day=YEAR_END), "acts"
    )


def test_chance_agrees_with_a_long_chain_of_swaps() -> None:
    """Another way to the same: from what happened, two receivers at a time change places, never with themselves."""
    acts = select_acts(grown(150)[0], last_day=YEAR_END)
    givers, receivers = [one.giver for one in acts], [one.receiver for one in acts]
    generator = np.random.default_rng(11)
    shares: list[tuple[float, float, float]] = []
    for _ in range(120):
        for one, other in generator.integers(len(acts), size=(4 * len(acts), 2)).tolist():
            if receivers[other] != givers[one] and receivers[one] != givers[other]:
                receivers[one], receivers[other] = receivers[other], receivers[one]
        ties = Counter(zip(givers, receivers, strict=True))
        both_ways = [(one, other) for one, other in ties if (other, one) in ties]
        matched = sum(min(ties[one, other], ties[other, one]) for one, other in both_ways)
        shares.append((len(both_ways) / len(ties), matched / len(acts), least_flow(ties) / len(acts)))

    found = reciprocity_by_chance(acts, "acts")

    returned_ties, given_back, passed_on = np.mean(shares[10:], axis=0).tolist()
    assert (found.returned_ties_by_chance, found.given_back_by_chance) == pytest.approx(
        (returned_ties, given_back), abs=0.015
    )
    assert found.passed_on_by_chance == pytest.approx(passed_on, abs=0.03)
    assert found.comes_round_by_chance == pytest.approx(1 - given_back - passed_on, abs=0.03)


def least_flow(ties: Counter[tuple[MemberId, MemberId]]) -> int:
    graph = nx.DiGraph()
    for (giver, receiver), weight in ties.items():
        graph.add_edge(giver, receiver, capacity=weight, weight=1)
    for member in graph:
        gave, got = graph.out_degree(member, weight="capacity"), graph.in_degree(member, weight="capacity")
        graph.nodes[member]["demand"] = got - gave
    least, _ = nx.network_simplex(graph)
    return least


def test_nobody_is_paired_with_themselves_while_there_is_someone_else() -> None:
    givers, receivers = [0, 0, 1, 1, 2, 2], [0, 0, 1, 1, 2, 2]

    _swap_self_pairs(givers, receivers, random.Random(1))

    assert all(giver != receiver for giver, receiver in zip(givers, receivers, strict=True))
    assert sorted(receivers) == [0, 0, 1, 1, 2, 2], "everybody receives as often as they did"


def test_without_ties_there_is_no_chance_value() -> None:
    assert reciprocity_by_chance([], "acts") == (None, None, None, None, 0, 0)
    assert reciprocity_by_chance([act("ana", "bo", kind="gift")], "minutes") == (None, None, None, None, 0, 0)


def test_two_people_who_only_have_each_other_return_all_by_chance_too() -> None:
    acts = hours("ab", "ba")
    chance = reciprocity_by_chance(acts, "acts")

    assert chance.returned_ties_by_chance == 1.0
    assert beyond_chance(returned(add_up_ties(acts, "acts")).tie_share, chance.returned_ties_by_chance) is None


def test_beyond_chance_is_zero_at_chance_and_one_at_everything() -> None:
    assert beyond_chance(0.3, 0.3) == 0
    assert beyond_chance(1.0, 0.3) == 1
    assert (beyond_chance(0.2, 0.3) or 0) < 0
    assert beyond_chance(None, 0.3) is None


def test_more_acts_need_fewer_shuffles() -> None:
    few, many = hours("ab", "bc"), hours(*["ab", "bc", "ca"] * 20_000)

    chances = [reciprocity_by_chance(acts, "acts") for acts in (few, many)]
    assert [(chance.shuffles, chance.flows_by_chance) for chance in chances] == [(100, 10), (6, 1)]


def test_the_three_parts_by_chance_add_up_to_the_whole() -> None:
    chance = reciprocity_by_chance(select_acts(grown(150)[0], last_day=YEAR_END), "minutes")

    assert chance.flows_by_chance == 10
    assert min(chance.given_back_by_chance or 0, chance.comes_round_by_chance or 0, chance.passed_on_by_chance or 0) > 0
    assert (chance.given_back_by_chance or 0) + (chance.comes_round_by_chance or 0) + (
        chance.passed_on_by_chance or 0
    ) == pytest.approx(1)


def test_a_pair_alone_passes_nothing_on_by_chance_either() -> None:
    chance = reciprocity_by_chance(hours("ab", "ba"), "acts")

    assert (chance.given_back_by_chance, chance.comes_round_by_chance, chance.passed_on_by_chance) == (1.0, 0.0, 0.0)


def test_loops_too_large_to_solve_have_no_value_by_chance() -> None:
    acts = select_acts(grown(150)[0], last_day=YEAR_END)

    bounded = reciprocity_by_chance(acts, "acts", largest=5)

    assert (bounded.comes_round_by_chance, bounded.passed_on_by_chance, bounded.flows_by_chance) == (None, None, 0)
    assert bounded.given_back_by_chance == reciprocity_by_chance(acts, "acts").given_back_by_chance, (
        "what is given back needs no flow"
    )
