"""How much goes both ways between two people: how many ties, and how much of the help."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from math import fsum
from typing import Any, NamedTuple, cast

from ledger.identifiers import MemberId
from projections.figures.measures.acts import Act, Ties, Weighting, ratio


class Returned(NamedTuple):
    """Ties in one direction, those whose other direction is there too, and what of their weight is matched.

    A pair that helps both ways is two ties. `weight` is all of it, `given_back` what the same person gave in return,
    counted in both directions, as in Squartini and others (2013); some programs sum whole two-way ties instead.
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
        """Ties that are returned, of all ties: r. None when there is no tie."""
        return ratio(self.both_ways, self.ties)

    @property
    def weight_share(self) -> float | None:
        """What is given back by the same person, of all that was given. None when nothing was."""
        return ratio(self.given_back, self.weight)

    @property
    def rho(self) -> float | None:
        """r, less what it would be if ties fell anywhere: 1 all returned, 0 as chance, below 0 avoided.

        Garlaschelli and Loffredo (2004). None without ties, and where everybody has a tie with everybody.
        """
        if not self.ties:
            return None
        density = Fraction(self.ties, self.people * (self.people - 1))
        return float((Fraction(self.both_ways, self.ties) - density) / (1 - density)) if density != 1 else None


def returned(ties: Ties) -> Returned:
    """What is returned in these ties."""
    people: set[str] = set()
    both_ways = given_back = 0
    for (giver, receiver), weight in ties.items():
        people.add(giver)
        people.add(receiver)
        back = ties.get((receiver, giver))
        if back is not None:
            both_ways += 1
            given_back += min(weight, back)
    return Returned(len(people), len(ties), both_ways, sum(ties.values()), given_back)


def loops_found(ties: Ties) -> int:
    """What goes round in loops that are found by first setting off pairs, then walking on until somebody comes again.

    The weight of every tie in every loop found. A lower bound of what goes round: other loops might hold more.
    """
    left = {pair: weight - min(weight, ties.get((pair[1], pair[0]), 0)) for pair, weight in ties.items()}
    set_off = sum(ties.values()) - sum(left.values())
    onward: dict[MemberId, dict[MemberId, int]] = {}
    for (giver, receiver), weight in sorted(left.items()):
        if weight:
            onward.setdefault(giver, {})[receiver] = weight
    return set_off + sum(_remove_loops(start, onward) for start in sorted(onward))


def _remove_loops(start: MemberId, onward: dict[MemberId, dict[MemberId, int]]) -> int:
    """Takes out of `onward` every loop that is met on the way, and every dead end; answers the weight of the loops."""
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
        keep = None
        for step, (giver, receiver) in enumerate(loop):
            onward[giver][receiver] -= least
            if not onward[giver][receiver]:
                del onward[giver][receiver]
                if keep is None:
                    keep = begin + step
        assert keep is not None, "the least tie of the loop is used up"
        for gone in path[keep + 1 :]:
            del place[gone]
        del path[keep + 1 :]
    return found


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


SHUFFLING_SEED = 1
MOST_SHUFFLES, FEWEST_SHUFFLES = 100, 5
ENOUGH_ACTS = 400_000
"""Shuffled in all: the more acts there are, the less one shuffle differs from the next."""

MOST_FLOWS, FEWEST_FLOWS = 10, 1
ENOUGH_FLOWING_ACTS = 100_000
"""Of the shuffles, the first few are solved for what comes round: a least flow costs far more than counting pairs."""

_ATTEMPTS = 50


class Chance(NamedTuple):
    """The mean over the shuffles of the share of ties, and of weight, that is returned; None when there is no tie.

    `comes_round` and `passed_on` rest on the first `flows` shuffles, and share what is not given back in the proportion
    found there, so that the three sum up to one. Where loops are too large to be solved, `flows` is 0 and both are None:
    a bound would not bear comparing.
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
    """Shuffles the receivers of the acts, each with its own weight, and measures what is returned then.

    The same acts in any order of recording give the same answer, if `counting` ordered them.
    """
    weights = [act.minutes if weigh == "minutes" else 1 for act in acts]
    kept = [place for place, weight in enumerate(weights) if weight]
    if not kept:
        return Chance(None, None, None, None, 0, 0)
    numbers: dict[str, int] = {}
    givers = [numbers.setdefault(acts[place].giver, len(numbers)) for place in kept]
    receivers = [numbers.setdefault(acts[place].receiver, len(numbers)) for place in kept]
    weights = [weights[place] for place in kept]
    chance = random.Random(seed)  # noqa: S311 - the same log must give the same figures
    shuffles = max(FEWEST_SHUFFLES, min(MOST_SHUFFLES, ENOUGH_ACTS // len(kept)))
    flows = max(FEWEST_FLOWS, min(MOST_FLOWS, ENOUGH_FLOWING_ACTS // len(kept)))
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
    """1 when everything is returned, 0 when as much as by chance, below 0 when less."""
    return None if value is None or chance is None or chance == 1 else (value - chance) / (1 - chance)


def _shuffle(
    givers: Sequence[int], receivers: list[int], weights: Sequence[int], people: int, chance: random.Random
) -> dict[int, int]:
    """Ties by the number of the pair: the giver's number times all people, plus the receiver's."""
    chance.shuffle(receivers)
    _swap_self_pairs(givers, receivers, chance)
    ties: dict[int, int] = {}
    for giver, receiver, weight in zip(givers, receivers, weights, strict=True):
        if giver != receiver:
            pair = giver * people + receiver
            ties[pair] = ties.get(pair, 0) + weight
    return ties


def _returned(ties: dict[int, int], people: int) -> tuple[float | None, float | None]:
    """The share of ties, and of weight, that the same person returns."""
    both_ways = given_back = 0
    for pair, weight in ties.items():
        giver, receiver = divmod(pair, people)
        back = ties.get(receiver * people + giver)
        if back is not None:
            both_ways += 1
            given_back += min(weight, back)
    return ratio(both_ways, len(ties)), ratio(given_back, sum(ties.values()))


def _shares_onward(given_back: float | None, solved: Sequence[Faces]) -> tuple[float | None, float | None]:
    """What comes round and what is passed on, of all that is not given back."""
    if given_back is None or not solved:
        return None, None
    comes_round, passed_on = (sum(getattr(split, face) for split in solved) for face in ("comes_round", "passed_on"))
    left = 1 - given_back
    turning = ratio(comes_round, comes_round + passed_on) or 0.0
    return left * turning, left * (1 - turning)


def _with_members(ties: dict[int, int], people: int) -> Ties:
    """The same ties by pairs of people, who go by their numbers."""
    return {(MemberId(str(pair // people)), MemberId(str(pair % people))): weight for pair, weight in ties.items()}


def _swap_self_pairs(givers: Sequence[int], receivers: list[int], chance: random.Random) -> None:
    """Whoever fell to themselves changes places with somebody. The last few who cannot are left out by the caller.

    Leaving all of them out would be simpler, and put the chance too low: it takes most from those who give and get most.
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
