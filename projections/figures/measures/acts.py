"""Shares and medians from whole numbers, rounded once, at the end."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from math import ceil, floor
from typing import Literal, NamedTuple

import msgspec

from ledger.identifiers import CategoryKey, MemberId


def ratio(part: int, whole: int) -> float | None:
    """The part in the whole, the nearest number there is; None of nothing."""
    return part / whole if whole else None


def median(values: Iterable[int]) -> float | None:
    """The middle value, or the middle of the two in the middle; None of none."""
    ordered = sorted(values)
    if not ordered:
        return None
    half, odd = divmod(len(ordered), 2)
    return float(ordered[half]) if odd else (ordered[half - 1] + ordered[half]) / 2


def quantile(ordered: Sequence[float], part: float) -> float:
    """The value below which this part of the values lies, on the straight line between two; 0.5 is the median.

    The values are in rising order, and there is one at least.
    """
    place = part * (len(ordered) - 1)
    low, high = ordered[floor(place)], ordered[ceil(place)]
    return low + (high - low) * (place - floor(place))


Kind = Literal["help", "skill-exchange", "gift"]
KINDS: tuple[Kind, ...] = ("help", "skill-exchange", "gift")

Weighting = Literal["minutes", "acts"]
"""By what ties weigh. A gift has no minutes: measures of weight by minutes count exchanges only."""


class Act(msgspec.Struct, frozen=True, gc=False):
    """One direction of what counts: `giver` helped `receiver`. Minutes; 0 for a gift.

    `number` is the entry that made it count; the two acts of a skill exchange share it.
    """

    giver: MemberId
    receiver: MemberId
    minutes: int
    given_on: date
    kind: Kind
    category: CategoryKey
    number: int


class Membership(NamedTuple):
    """Somebody who was welcomed on a day, and takes part until they leave; `left_on` is None for who stays."""

    member: MemberId
    joined_on: date
    left_on: date | None = None


def select_acts(
    acts: Iterable[Act], *, last_day: date, first_day: date | None = None, kinds: Collection[Kind] = KINDS
) -> list[Act]:
    """The acts of these days and kinds, without those that somebody did for themselves.

    In an order that does not depend on the one in which a day's acts were recorded.
    """
    first = first_day or date.min
    chosen = [
        act for act in acts if first <= act.given_on <= last_day and act.kind in kinds and act.giver != act.receiver
    ]
    chosen.sort(key=lambda act: (act.given_on, act.giver, act.receiver, act.minutes, act.kind, act.category))
    return chosen


def entries_in(acts: Iterable[Act]) -> int:
    """How many exchanges and gifts these acts are."""
    return len({act.number for act in acts})


def people_in(acts: Iterable[Act]) -> set[MemberId]:
    """Everybody who gave or received."""
    people: set[MemberId] = set()
    for act in acts:
        people.add(act.giver)
        people.add(act.receiver)
    return people


Ties = Mapping[tuple[MemberId, MemberId], int]
"""(giver, receiver) -> weight, always above zero; minutes or acts. Nobody has a tie with themselves."""


def add_up_ties(acts: Iterable[Act], weigh: Weighting) -> dict[tuple[MemberId, MemberId], int]:
    """The ties behind these acts. By minutes, gifts weigh nothing and make no tie.

    Entries of people with themselves are left out first: libraries disagree on what they mean for reciprocity.
    """
    by_minutes = weigh == "minutes"
    ties: dict[tuple[MemberId, MemberId], int] = {}
    for act in acts:
        weight = act.minutes if by_minutes else 1
        if weight and act.giver != act.receiver:
            pair = (act.giver, act.receiver)
            ties[pair] = ties.get(pair, 0) + weight
    return ties


def given(ties: Ties) -> dict[MemberId, int]:
    """How much each person gave; everybody with a tie is there, who gave nothing with 0."""
    sums: dict[MemberId, int] = {}
    for (giver, receiver), weight in ties.items():
        sums[giver] = sums.get(giver, 0) + weight
        sums.setdefault(receiver, 0)
    return sums


def received(ties: Ties) -> dict[MemberId, int]:
    """How much each person received; everybody with a tie is there, who received nothing with 0."""
    return given({(receiver, giver): weight for (giver, receiver), weight in ties.items()})


def apportion(weights: Sequence[int], parts: int) -> list[int]:
    """So many parts, given out in proportion to these weights; they sum up to `parts`, or to nothing without weight.

    By largest remainders (Hamilton's method): nobody is a whole part away from their exact share. Where remainders are
    alike the later one goes first, so that weights in rising order keep it.
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    given = [weight * parts // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: (weights[place] * parts % whole, place), reverse=True)
    for place in by_remainder[: parts - sum(given)]:
        given[place] += 1
    return given
