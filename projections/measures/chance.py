"""What chance alone would give: everybody gives and receives as often as they did, but to and from anybody.

A high share of returned help can be below chance in a dense village, and a low one far above it among strangers, so a
value of reciprocity is never shown without this one beside it.
"""

import random
from collections.abc import Sequence
from math import fsum
from typing import NamedTuple

from projections.measures.acts import Act, Weigh
from projections.measures.ratios import ratio

SEED = 1
MOST_SHUFFLES, FEWEST_SHUFFLES = 100, 5
ENOUGH_ACTS = 400_000
"""Shuffled in all: the more acts there are, the less one shuffle differs from the next."""

_ATTEMPTS = 50


class Chance(NamedTuple):
    """The mean over the shuffles of the share of ties, and of weight, that is returned; None when there is no tie."""

    returned_ties: float | None
    given_back: float | None
    shuffles: int


def by_chance(acts: Sequence[Act], weigh: Weigh, *, seed: int = SEED) -> Chance:
    """Shuffles the receivers of the acts, each with its own weight, and measures what is returned then.

    The same acts in any order of recording give the same answer, if `counting` ordered them.
    """
    weights = [act.minutes if weigh == "minutes" else 1 for act in acts]
    kept = [place for place, weight in enumerate(weights) if weight]
    if not kept:
        return Chance(None, None, 0)
    numbers: dict[str, int] = {}
    givers = [numbers.setdefault(acts[place].giver, len(numbers)) for place in kept]
    receivers = [numbers.setdefault(acts[place].receiver, len(numbers)) for place in kept]
    weights = [weights[place] for place in kept]
    chance = random.Random(seed)  # noqa: S311 - the same log must give the same figures
    shuffles = max(FEWEST_SHUFFLES, min(MOST_SHUFFLES, ENOUGH_ACTS // len(kept)))
    outcomes = [_shuffled_once(givers, receivers, weights, len(numbers), chance) for _ in range(shuffles)]
    return Chance(_mean([r for r, _ in outcomes]), _mean([rw for _, rw in outcomes]), shuffles)


def beyond_chance(value: float | None, chance: float | None) -> float | None:
    """1 when everything is returned, 0 when as much as by chance, below 0 when less."""
    return None if value is None or chance is None or chance == 1 else (value - chance) / (1 - chance)


def _shuffled_once(
    givers: Sequence[int], receivers: list[int], weights: Sequence[int], people: int, chance: random.Random
) -> tuple[float | None, float | None]:
    chance.shuffle(receivers)
    _part_from_themselves(givers, receivers, chance)
    ties: dict[int, int] = {}
    for giver, receiver, weight in zip(givers, receivers, weights, strict=True):
        if giver != receiver:
            pair = giver * people + receiver
            ties[pair] = ties.get(pair, 0) + weight
    both_ways = given_back = 0
    for pair, weight in ties.items():
        giver, receiver = divmod(pair, people)
        back = ties.get(receiver * people + giver)
        if back is not None:
            both_ways += 1
            given_back += min(weight, back)
    return ratio(both_ways, len(ties)), ratio(given_back, sum(ties.values()))


def _part_from_themselves(givers: Sequence[int], receivers: list[int], chance: random.Random) -> None:
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
