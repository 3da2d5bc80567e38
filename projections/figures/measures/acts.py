"""What measures are made of: acts of help that count, the ties between people, and shares rounded once, at the end."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from math import ceil, floor
from typing import Any, Literal, NamedTuple, cast

import msgspec

from ledger.identifiers import CategoryKey, MemberId


def ratio(part: int, whole: int) -> float | None:
    """Divide exactly, or return None if the whole is zero."""
    return part / whole if whole else None


def median(values: Iterable[int]) -> float | None:
    """Return the median, or None if there are no values."""
    ordered = sorted(values)
    if not ordered:
        return None
    half, odd = divmod(len(ordered), 2)
    return float(ordered[half]) if odd else (ordered[half - 1] + ordered[half]) / 2


def quantile(ordered: Sequence[float], part: float) -> float:
    """Interpolate the value below which this part of one or more ordered values lies; 0.5 is the median."""
    place = part * (len(ordered) - 1)
    low, high = ordered[floor(place)], ordered[ceil(place)]
    return low + (high - low) * (place - floor(place))


Kind = Literal["help", "skill-exchange", "gift"]
KINDS: tuple[Kind, ...] = ("help", "skill-exchange", "gift")

Weighting = Literal["minutes", "acts"]
"""What gives a tie its weight. Gifts have no minutes, so weighting by minutes counts exchanges only."""


class Act(msgspec.Struct, frozen=True, gc=False):
    """One direction of help that counts. A gift has 0 minutes.

    `number` is the entry from which it counts. The two acts of a skill exchange share it.
    """

    giver: MemberId
    receiver: MemberId
    minutes: int
    given_on: date
    kind: Kind
    category: CategoryKey
    number: int


class Membership(NamedTuple):
    """A member, the day on which they joined, and the day on which they left if they have."""

    member: MemberId
    joined_on: date
    left_on: date | None = None


def select_acts(
    acts: Iterable[Act], *, last_day: date, first_day: date | None = None, kinds: Collection[Kind] = KINDS
) -> list[Act]:
    """Return the acts of these days and kinds, without those between an account and itself.

    Their order does not depend on the order in which a day's acts were recorded.
    """
    first = first_day or date.min
    chosen = [
        act for act in acts if first <= act.given_on <= last_day and act.kind in kinds and act.giver != act.receiver
    ]
    chosen.sort(key=lambda act: (act.given_on, act.giver, act.receiver, act.minutes, act.kind, act.category))
    return chosen


def month_of(day: date) -> str:
    """Return the month of a day, as YYYY-MM."""
    return day.isoformat()[:7]


def month_number(day: date) -> int:
    """Count months on from one year to the next."""
    return 12 * day.year + day.month


def entries_in(acts: Iterable[Act]) -> int:
    """Count the exchanges and gifts that these acts belong to."""
    return len({act.number for act in acts})


def people_in(acts: Iterable[Act]) -> set[MemberId]:
    """Return everyone who gave or received."""
    people: set[MemberId] = set()
    for act in acts:
        people.add(act.giver)
        people.add(act.receiver)
    return people


Ties = Mapping[tuple[MemberId, MemberId], int]
"""(giver, receiver) -> minutes or number of acts, always above zero. Nobody has a tie with themselves."""


def add_up_ties(acts: Iterable[Act], weigh: Weighting) -> dict[tuple[MemberId, MemberId], int]:
    """Add up acts to one tie for each pair and direction. Weighted by minutes, gifts make no tie.

    Acts between an account and itself are left out: libraries disagree on what they mean for reciprocity.
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
    """Return how much everyone with a tie gave; 0 for those who only received."""
    sums: dict[MemberId, int] = {}
    for (giver, receiver), weight in ties.items():
        sums[giver] = sums.get(giver, 0) + weight
        sums.setdefault(receiver, 0)
    return sums


def received(ties: Ties) -> dict[MemberId, int]:
    """Return how much everyone with a tie received; 0 for those who only gave."""
    return given({(receiver, giver): weight for (giver, receiver), weight in ties.items()})


def apportion(weights: Sequence[int], parts: int) -> list[int]:
    """Share out whole parts in proportion to these weights, by largest remainders (Hamilton's method).

    They add up to `parts`, or to nothing if the weights do. Of equal remainders the later one is rounded up, so that
    ascending weights keep their order.
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    given = [weight * parts // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: (weights[place] * parts % whole, place), reverse=True)
    for place in by_remainder[: parts - sum(given)]:
        given[place] += 1
    return given


def strong_components(pairs: Iterable[tuple[MemberId, MemberId]]) -> dict[MemberId, int]:
    """Return a number for each person, the same for those who can all be reached from one another along ties."""
    import networkx as nx

    found: Iterable[set[MemberId]] = nx.strongly_connected_components(cast(Any, nx.DiGraph(sorted(pairs))))
    return {member: number for number, component in enumerate(found) for member in component}
