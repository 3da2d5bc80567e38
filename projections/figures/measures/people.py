"""Who takes part: roles, participation, retention and newcomers, and signs that someone gives too much or is left out."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from fractions import Fraction
from statistics import median
from typing import NamedTuple

from ledger.identifiers import MemberId
from projections.figures.measures.acts import Act, Membership, month_number, people_in, ratio


class Roles(NamedTuple):
    """How many people only gave, only received, or did both. Gifts count like hours."""

    only_gave: int
    only_received: int
    both: int

    @property
    def people(self) -> int:
        """Everyone who took part."""
        return self.only_gave + self.only_received + self.both

    def share(self, people: int) -> float | None:
        """Return these people as a share of everyone who took part; None if nobody did."""
        return ratio(people, self.people)


def roles(acts: Iterable[Act]) -> Roles:
    """Count who had which role in these acts."""
    givers: set[str] = set()
    receivers: set[str] = set()
    for act in acts:
        givers.add(act.giver)
        receivers.add(act.receiver)
    return Roles(len(givers - receivers), len(receivers - givers), len(givers & receivers))


class Participation(NamedTuple):
    """Members on a day, and the share of them who gave or received in the days up to it, or ever."""

    enrolled: int
    participation_30: float | None
    participation_90: float | None
    participation_365: float | None
    participation_ever: float | None


def participation(acts: Collection[Act], members: Iterable[Membership], as_of: date) -> Participation:
    """Measure participation on a day, among those who had joined and not left by then.

    The 30 days are the day itself and the 29 before it. Anyone who helped before they were welcomed, because records were
    imported, had joined by their first act.
    """
    enrolled = _enrolled(acts, members, as_of)

    def share(days: int | None) -> float | None:
        active = people_in(act for act in acts if 0 <= (as_of - act.given_on).days < (days or date.max.toordinal()))
        return ratio(len(active & enrolled), len(enrolled))

    return Participation(len(enrolled), share(30), share(90), share(365), share(None))


def _enrolled(acts: Iterable[Act], members: Iterable[Membership], as_of: date) -> set[MemberId]:
    here = people_in(act for act in acts if act.given_on <= as_of)
    for membership in members:
        if membership.left_on is not None and membership.left_on <= as_of:
            here.discard(membership.member)
        elif membership.joined_on <= as_of:
            here.add(membership.member)
    return here


OLD_ENOUGH_DAYS = 90
"""People who started later have not had enough time to come back."""

FIRST_RETURN_DAY, LAST_RETURN_DAY = 30, 89


class Retention(NamedTuple):
    """People who started long enough ago, and how many of them came back."""

    people: int
    came_back: int

    @property
    def share(self) -> float | None:
        """The share who came back; None if nobody started long enough ago."""
        return ratio(self.came_back, self.people)


def retention(acts: Iterable[Act], as_of: date, first_day: date | None = None) -> Retention:
    """Count those who took part first 90 days ago or more, and who did so again on days 30 to 89 after it.

    With `first_day`, only those count who took part first on that day or later.
    """
    days: dict[MemberId, set[date]] = {}
    for act in acts:
        if act.given_on <= as_of:
            days.setdefault(act.giver, set()).add(act.given_on)
            days.setdefault(act.receiver, set()).add(act.given_on)
    people = came_back = 0
    for theirs in days.values():
        first = min(theirs)
        if (as_of - first).days < OLD_ENOUGH_DAYS or (first_day is not None and first < first_day):
            continue
        people += 1
        came_back += any(FIRST_RETURN_DAY <= (day - first).days <= LAST_RETURN_DAY for day in theirs)
    return Retention(people, came_back)


class WaitingTime(NamedTuple):
    """Days from joining until something happened or, if it has not, until the last day on which it could be observed."""

    days: int
    has_happened: bool


class Newcomers(NamedTuple):
    """Members who joined without having given or received before. Medians are None while half of them still wait.

    `first_gave` and `first_received` are the shares of those who began who only gave, or only received, on their first day.
    """

    newcomers: int
    newcomers_began: int
    median_days_to_first_exchange: int | None
    median_days_to_first_giving: int | None
    median_days_to_first_receiving: int | None
    first_gave: float | None
    first_received: float | None


def newcomers(
    acts: Iterable[Act], members: Iterable[Membership], as_of: date, first_day: date | None = None
) -> Newcomers:
    """Measure those who joined by `as_of`, and from `first_day` if it is given.

    Anyone who has not begun counts as waiting until today or until they left (Kaplan and Meier 1958): leaving them out would
    make every wait look short. Anyone who helped before they were welcomed was not a newcomer.
    """
    gave, received = _first_days(acts, as_of)
    waits: tuple[list[WaitingTime], list[WaitingTime], list[WaitingTime]] = ([], [], [])
    began = gave_first = received_first = 0
    for member, joined_on, left_on in members:
        if joined_on > as_of or (first_day is not None and joined_on < first_day):
            continue
        giving, receiving = gave.get(member), received.get(member)
        first = min((day for day in (giving, receiving) if day), default=None)
        if first is not None and first < joined_on:
            continue
        until = min(as_of, left_on or as_of)
        for times, day in zip(waits, (first, giving, receiving), strict=True):
            times.append(WaitingTime(((day or until) - joined_on).days, day is not None))
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


def median_wait(waits: Sequence[WaitingTime]) -> int | None:
    """Return the first day by which at most half still wait (Kaplan and Meier's estimator); None if it never comes.

    Anyone whose observation ended on a day was still waiting on that day.
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


TIMES_USUAL = 2


MINUTES_IN_ONE_MONTH = 10 * 60
"""A month of giving is a sign of overload above this, if it is also above this many times the person's usual month."""


MINUTES_IN_EACH_MONTH = 20 * 60


MONTHS_IN_A_ROW = 3
"""So are this many months in a row, each of them above this, whatever is usual."""


MONTHS_TO_BE_USUAL = 3
"""Months with hours given, of the twelve before, that are needed to know what is usual."""


WAITING_DAYS = 30


def overload(acts: Iterable[Act], last_day: date) -> set[MemberId]:
    """Return people with a sign of overload in the calendar month of `last_day`, by the minutes they gave up to that day.

    What is usual is the median of the months in which they gave, of the twelve before. `acts` must go back that far.
    """
    last = month_number(last_day)
    gave: dict[MemberId, dict[int, int]] = {}
    for act in acts:
        month = month_number(act.given_on)
        if act.given_on <= last_day and month >= last - 12 and act.giver != act.receiver and act.minutes:
            months = gave.setdefault(act.giver, {})
            months[month] = months.get(month, 0) + act.minutes
    return {
        member
        for member, months in gave.items()
        if _is_far_above_usual(months, last) or _is_high_for_months(months, last)
    }


def newcomers_waiting(acts: Iterable[Act], members: Iterable[Membership], last_day: date) -> set[MemberId]:
    """Return members who joined 30 or more days before that day and have not given or received anything by then."""
    began = people_in(act for act in acts if act.given_on <= last_day and act.giver != act.receiver)
    return {
        member
        for member, joined_on, left_on in members
        if (last_day - joined_on).days >= WAITING_DAYS
        and (left_on is None or left_on > last_day)
        and member not in began
    }


def _is_far_above_usual(months: dict[int, int], last: int) -> bool:
    earlier = [minutes for month, minutes in months.items() if month < last]
    now = months.get(last, 0)
    if now <= MINUTES_IN_ONE_MONTH or len(earlier) < MONTHS_TO_BE_USUAL:
        return False
    return now > TIMES_USUAL * median(earlier)


def _is_high_for_months(months: dict[int, int], last: int) -> bool:
    return all(months.get(last - back, 0) > MINUTES_IN_EACH_MONTH for back in range(MONTHS_IN_A_ROW))
