"""What chance alone would give: everybody gives and receives as often as they did, but to and from anybody.

A high share of returned help can be below chance in a dense village, and a low one far above it among strangers, so a
value of reciprocity is never shown without this one beside it.
"""

import random
from collections.abc import Sequence
from math import fsum
from typing import NamedTuple

from ledger.identifiers import MemberId
from projections.figures.measures.acts import Act, Ties, Weigh, ratio
from projections.figures.measures.reciprocity import LARGEST_COMPONENT, Faces, faces

SEED = 1
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

    returned_ties: float | None
    given_back: float | None
    comes_round: float | None
    passed_on: float | None
    shuffles: int
    flows: int


def by_chance(acts: Sequence[Act], weigh: Weigh, *, seed: int = SEED, largest: int = LARGEST_COMPONENT) -> Chance:
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
        ties = _shuffled_once(givers, receivers, weights, len(numbers), chance)
        returned.append(_returned(ties, len(numbers)))
        if place < flows:
            split = faces(_named(ties, len(numbers)), largest=largest)
            if not split.is_exact:
                flows = 0
            else:
                solved.append(split)
    tie_share, given_back = (_mean([pair[which] for pair in returned]) for which in (0, 1))
    comes_round, passed_on = _onward(given_back, solved[:flows])
    return Chance(tie_share, given_back, comes_round, passed_on, shuffles, flows)


def beyond_chance(value: float | None, chance: float | None) -> float | None:
    """1 when everything is returned, 0 when as much as by chance, below 0 when less."""
    return None if value is None or chance is None or chance == 1 else (value - chance) / (1 - chance)


def _shuffled_once(
    givers: Sequence[int], receivers: list[int], weights: Sequence[int], people: int, chance: random.Random
) -> dict[int, int]:
    """Ties by the number of the pair: the giver's number times all people, plus the receiver's."""
    chance.shuffle(receivers)
    _part_from_themselves(givers, receivers, chance)
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


def _onward(given_back: float | None, solved: Sequence[Faces]) -> tuple[float | None, float | None]:
    """What comes round and what is passed on, of all that is not given back."""
    if given_back is None or not solved:
        return None, None
    comes_round, passed_on = (sum(getattr(split, face) for split in solved) for face in ("comes_round", "passed_on"))
    left = 1 - given_back
    turning = ratio(comes_round, comes_round + passed_on) or 0.0
    return left * turning, left * (1 - turning)


def _named(ties: dict[int, int], people: int) -> Ties:
    """The same ties by pairs of people, who go by their numbers."""
    return {(MemberId(str(pair // people)), MemberId(str(pair % people))): weight for pair, weight in ties.items()}


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
