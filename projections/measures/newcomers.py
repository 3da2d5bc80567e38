"""How long newcomers wait until they first give or receive."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from ledger.identifiers import MemberId
from projections.measures.acts import Act, Membership
from projections.measures.ratios import ratio


class Wait(NamedTuple):
    """Days from joining until something happened, or, where it has not happened, until we stopped looking."""

    days: int
    has_happened: bool


class Newcomers(NamedTuple):
    """Members who joined with nothing given or received before; medians are days, None while half of them still wait.

    `first_gave` and `first_received` are shares of those who began: on their first day they only gave, or only received.
    """

    people: int
    began: int
    median_days_to_first_exchange: int | None
    median_days_to_first_giving: int | None
    median_days_to_first_receiving: int | None
    first_gave: float | None
    first_received: float | None


def newcomers(
    acts: Iterable[Act], members: Iterable[Membership], as_of: date, first_day: date | None = None
) -> Newcomers:
    """Those who joined by `as_of`, from `first_day` on if it is given.

    Who has not begun yet still counts, as waiting until today or until they left (Kaplan and Meier 1958): leaving them
    out would make every wait look short. Who helped before they were welcomed was no newcomer, and is left out.
    """
    gave, received = _first_days(acts, as_of)
    waits: tuple[list[Wait], list[Wait], list[Wait]] = ([], [], [])
    began = gave_first = received_first = 0
    for member, joined_on, left_on in members:
        if joined_on > as_of or (first_day is not None and joined_on < first_day):
            continue
        giving, receiving = gave.get(member), received.get(member)
        first = min((day for day in (giving, receiving) if day), default=None)
        if first is not None and first < joined_on:
            continue
        until = min(as_of, left_on or as_of)
        for kept, day in zip(waits, (first, giving, receiving), strict=True):
            kept.append(Wait(((day or until) - joined_on).days, day is not None))
        if first is not None:
            began += 1
            gave_first += receiving != first
            received_first += giving != first
    return Newcomers(
        len(waits[0]),
        began,
        *map(median_wait, waits),
        first_gave=ratio(gave_first, began),
        first_received=ratio(received_first, began),
    )


def median_wait(waits: Sequence[Wait]) -> int | None:
    """The first day by which at most half still wait, by the estimator of Kaplan and Meier; None if it never comes.

    Who stopped being looked at on a day was still waiting on that day.
    """
    happened = Counter(wait.days for wait in waits if wait.has_happened)
    stopped = Counter(wait.days for wait in waits)
    still_waiting, at_risk = Fraction(1), len(waits)
    for day in sorted(stopped):
        if happened[day]:
            still_waiting *= Fraction(at_risk - happened[day], at_risk)
            if still_waiting <= Fraction(1, 2):
                return day
        at_risk -= stopped[day]
    return None


def _first_days(acts: Iterable[Act], as_of: date) -> tuple[dict[MemberId, date], dict[MemberId, date]]:
    gave: dict[MemberId, date] = {}
    received: dict[MemberId, date] = {}
    for act in acts:
        day = act.given_on
        if day <= as_of:
            gave[act.giver] = min(day, gave.get(act.giver, day))
            received[act.receiver] = min(day, received.get(act.receiver, day))
    return gave, received
