"""How much help is returned, by the same person or through others, and how much would be by chance.

A high share can be below chance in a dense village, and a low one far above it among strangers, so no value of reciprocity
is shown without what chance alone would give: everyone gives and receives as often as they did, but to and from anyone.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import fsum
from typing import Any, NamedTuple, cast

from ledger.identifiers import MemberId
from projections.figures.measures.acts import Act, Ties, Weighting, ratio, strong_components


class Returned(NamedTuple):
    """Ties, those that also go the other way, and how much of their weight is matched.

    A pair who help each other are two ties. `given_back` is what the same person gave in return, counted in both directions
    as in Squartini and others (2013); some programs add up whole two-way ties instead.
    """

    people: int
    ties: int
    both_ways: int
    weight: int
    given_back: int

    @property
    def mutual_pairs(self) -> int:
        """Pairs of people who helped each other."""
        return self.both_ways // 2

    @property
    def tie_share(self) -> float | None:
        """Returned ties as a share of all ties: r. None if there are no ties."""
        return ratio(self.both_ways, self.ties)

    @property
    def weight_share(self) -> float | None:
        """What the same person gave back, as a share of everything given. None if nothing was."""
        return ratio(self.given_back, self.weight)

    @property
    def rho(self) -> float | None:
        """R compared with ties at random: 1 if all are returned, 0 as by chance, below 0 if returning is avoided.

        Garlaschelli and Loffredo (2004). None without ties, and if everyone has a tie with everyone.
        """
        if not self.ties:
            return None
        density = Fraction(self.ties, self.people * (self.people - 1))
        return float((Fraction(self.both_ways, self.ties) - density) / (1 - density)) if density != 1 else None


def returned(ties: Ties) -> Returned:
    """Measure what is returned in these ties."""
    both_ways = given_back = 0
    for (giver, receiver), weight in ties.items():
        back = ties.get((receiver, giver))
        if back is not None:
            both_ways += 1
            given_back += min(weight, back)
    people = {member for pair in ties for member in pair}
    return Returned(len(people), len(ties), both_ways, sum(ties.values()), given_back)


def loops_found(ties: Ties) -> int:
    """Settle pairs, then walk on along ties; return the weight of the loops found: a lower bound of what comes round."""
    left = {pair: weight - min(weight, ties.get((pair[1], pair[0]), 0)) for pair, weight in ties.items()}
    set_off = sum(ties.values()) - sum(left.values())
    onward: dict[MemberId, dict[MemberId, int]] = {}
    for (giver, receiver), weight in sorted(left.items()):
        if weight:
            onward.setdefault(giver, {})[receiver] = weight
    return set_off + sum(_remove_loops(start, onward) for start in sorted(onward))


def _remove_loops(start: MemberId, onward: dict[MemberId, dict[MemberId, int]]) -> int:
    """Remove every loop and dead end met on the way from `onward`; return the weight of the loops."""
    found = 0
    path = [start]
    place = {start: 0}
    while path:
        here = path[-1]
        nexts = onward.get(here)
        if not nexts:
            path.pop()
            del place[here]
            if path:
                onward[path[-1]].pop(here)
            continue
        there = next(iter(nexts))
        if there not in place:
            place[there] = len(path)
            path.append(there)
            continue
        begin = place[there]
        loop = list(zip(path[begin:], [*path[begin + 1 :], there], strict=True))
        least = min(onward[giver][receiver] for giver, receiver in loop)
        found += least * len(loop)
        for giver, receiver in loop:
            onward[giver][receiver] -= least
            if not onward[giver][receiver]:
                del onward[giver][receiver]
        keep = next(step for step, (giver, receiver) in enumerate(loop, start=begin) if receiver not in onward[giver])
        for gone in path[keep + 1 :]:
            del place[gone]
        del path[keep + 1 :]
    return found


LARGEST_COMPONENT = 80_000
"""Ties in one strong component up to which the flow is solved exactly; that takes some 20 s."""


class Faces(NamedTuple):
    """The three ways help travels, in minutes or acts; they always add up to the whole.

    `given_back` was returned by the same person, `comes_round` through others, along a loop of ties. `passed_on` was not
    returned, and stays with those who received more than they gave. Unless `is_exact`, a component was too large: then
    `comes_round` is at least this much, and `passed_on` at most.
    """

    whole: int
    given_back: int
    comes_round: int
    passed_on: int
    is_exact: bool

    def share(self, part: int) -> float | None:
        """Return a part as a share of the whole; None if nothing was given."""
        return ratio(part, self.whole)


def faces(ties: Ties, *, largest: int = LARGEST_COMPONENT) -> Faces:
    """Split what was given. Passed on is the least flow along existing ties that leads to the same balances.

    As in the clearing of debts, whatever is not needed to reach these balances came round. A loop lies within one strong
    component, so each is solved on its own, by the network simplex method in whole numbers.
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


def _components(ties: Ties) -> Iterable[dict[tuple[MemberId, MemberId], int]]:
    """Return the ties within each strong component."""
    number = strong_components(ties)
    within: defaultdict[int, dict[tuple[MemberId, MemberId], int]] = defaultdict(dict)
    for (giver, receiver), weight in sorted(ties.items()):
        if number[giver] == number[receiver]:
            within[number[giver]][giver, receiver] = weight
    return within.values()


def _least_flow(ties: Ties) -> int:
    """Return the least that must flow along these ties for everyone to reach the balance they have."""
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


SHUFFLING_SEED = 1
MOST_SHUFFLES, FEWEST_SHUFFLES = 100, 5
ENOUGH_ACTS = 400_000
"""Acts shuffled in total: the more acts there are, the less one shuffle differs from another."""

MOST_FLOWS, FEWEST_FLOWS = 10, 1
ENOUGH_FLOWING_ACTS = 100_000
"""Only the first few shuffles are solved for what comes round, because that takes far longer than counting pairs."""

_ATTEMPTS = 50


class Chance(NamedTuple):
    """Means over shuffles; None if there is no tie.

    What comes round and what is passed on share the rest in the proportion found in the first `flows_by_chance` shuffles. If
    loops are too large to be solved, that is 0 and both are None, because bounds cannot be compared.
    """

    returned_ties_by_chance: float | None
    given_back_by_chance: float | None
    comes_round_by_chance: float | None
    passed_on_by_chance: float | None
    shuffles: int
    flows_by_chance: int


def reciprocity_by_chance(
    acts: Sequence[Act], weigh: Weighting, *, seed: int = SHUFFLING_SEED, largest: int = LARGEST_COMPONENT
) -> Chance:
    """Shuffle the receivers of the acts, in the order of `select_acts`, and measure what is returned then."""
    acts = [act for act in acts if act.minutes or weigh == "acts"]
    if not acts:
        return Chance(None, None, None, None, 0, 0)
    numbers: dict[str, int] = {}
    givers = [numbers.setdefault(act.giver, len(numbers)) for act in acts]
    receivers = [numbers.setdefault(act.receiver, len(numbers)) for act in acts]
    weights = [act.minutes if weigh == "minutes" else 1 for act in acts]
    chance = random.Random(seed)  # noqa: S311 - the same log must give the same figures
    shuffles = max(FEWEST_SHUFFLES, min(MOST_SHUFFLES, ENOUGH_ACTS // len(acts)))
    flows = max(FEWEST_FLOWS, min(MOST_FLOWS, ENOUGH_FLOWING_ACTS // len(acts)))
    returned: list[tuple[float | None, float | None]] = []
    solved: list[Faces] = []
    for place in range(shuffles):
        ties = _shuffle(givers, receivers, weights, len(numbers), chance)
        returned.append(_returned(ties, len(numbers)))
        if place < flows:
            split = faces(_with_members(ties, len(numbers)), largest=largest)
            if not split.is_exact:
                flows = 0
            else:
                solved.append(split)
    tie_share, given_back = (_mean([pair[which] for pair in returned]) for which in (0, 1))
    comes_round, passed_on = _shares_onward(given_back, solved[:flows])
    return Chance(tie_share, given_back, comes_round, passed_on, shuffles, flows)


def beyond_chance(value: float | None, chance: float | None) -> float | None:
    """Return 1 if everything is returned, 0 if as much as by chance, below 0 if less."""
    return None if value is None or chance is None or chance == 1 else (value - chance) / (1 - chance)


def _shuffle(
    givers: Sequence[int], receivers: list[int], weights: Sequence[int], people: int, chance: random.Random
) -> dict[int, int]:
    """Return ties by the number of the pair: the giver's number times all people, plus the receiver's."""
    chance.shuffle(receivers)
    _swap_self_pairs(givers, receivers, chance)
    ties: dict[int, int] = {}
    for giver, receiver, weight in zip(givers, receivers, weights, strict=True):
        if giver != receiver:
            pair = giver * people + receiver
            ties[pair] = ties.get(pair, 0) + weight
    return ties


def _returned(ties: dict[int, int], people: int) -> tuple[float | None, float | None]:
    """Return the share of ties, and of weight, that the same person returns."""
    both_ways = given_back = 0
    for pair, weight in ties.items():
        giver, receiver = divmod(pair, people)
        back = ties.get(receiver * people + giver)
        if back is not None:
            both_ways += 1
            given_back += min(weight, back)
    return ratio(both_ways, len(ties)), ratio(given_back, sum(ties.values()))


def _shares_onward(given_back: float | None, solved: Sequence[Faces]) -> tuple[float | None, float | None]:
    """Split what is not given back into what comes round and what is passed on."""
    if given_back is None or not solved:
        return None, None
    comes_round, passed_on = (sum(getattr(split, face) for split in solved) for face in ("comes_round", "passed_on"))
    left = 1 - given_back
    turning = ratio(comes_round, comes_round + passed_on) or 0.0
    return left * turning, left * (1 - turning)


def _with_members(ties: dict[int, int], people: int) -> Ties:
    """Return the same ties by pairs of people, named by their numbers."""
    return {(MemberId(str(pair // people)), MemberId(str(pair % people))): weight for pair, weight in ties.items()}


def _swap_self_pairs(givers: Sequence[int], receivers: list[int], chance: random.Random) -> None:
    """Swap receivers who were paired with themselves; the caller leaves out the few for whom no swap was found.

    Leaving all of them out would put chance too low: it affects those who give and receive most.
    """
    for place, giver in enumerate(givers):
        for _ in range(_ATTEMPTS if receivers[place] == giver else 0):
            other = chance.randrange(len(receivers))
            if receivers[other] != giver and givers[other] != giver:
                receivers[place], receivers[other] = receivers[other], giver
                break


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fsum(known) / len(known) if known else None
