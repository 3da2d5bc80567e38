"""Who gave, who received, who did both."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from fractions import Fraction
from statistics import median
from typing import NamedTuple

from ledger.identifiers import MemberId
from projections.figures.measures.acts import Act, Membership, people_in, ratio


class Roles(NamedTuple):
    """How many people only gave, only received, or did both; a gift counts like an hour."""

    only_gave: int
    only_received: int
    both: int

    @property
    def people(self) -> int:
        """Everybody with an entry."""
        return self.only_gave + self.only_received + self.both

    def share(self, people: int) -> float | None:
        """Their share of everybody with an entry; None when nobody has one."""
        return ratio(people, self.people)


def roles(acts: Iterable[Act]) -> Roles:
    """The roles in these acts."""
    givers: set[str] = set()
    receivers: set[str] = set()
    for act in acts:
        givers.add(act.giver)
        receivers.add(act.receiver)
    return Roles(len(givers - receivers), len(receivers - givers), len(givers & receivers))


class Participation(NamedTuple):
    """Members enrolled on a day, and the share of them who gave or received in the days up to it, or ever."""

    enrolled: int
    participation_30: float | None
    participation_90: float | None
    participation_365: float | None
    participation_ever: float | None


def participation(acts: Collection[Act], members: Iterable[Membership], as_of: date) -> Participation:
    """Participation on a day, of those who had joined and not left by then.

    The 30 days are the day itself and the 29 before it. Whoever helped before they were welcomed here, because the
    records were imported, had joined by the day of their first act. Who has left counts neither above nor below.
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
"""Later ones have had no chance yet to come back."""

FIRST_RETURN_DAY, LAST_RETURN_DAY = 30, 89


class Retention(NamedTuple):
    """People whose first entry is old enough to tell, and how many of them came back."""

    people: int
    came_back: int

    @property
    def share(self) -> float | None:
        """Of those who can be told of; None when there are none."""
        return ratio(self.came_back, self.people)


def retention(acts: Iterable[Act], as_of: date, first_day: date | None = None) -> Retention:
    """Of those whose first entry is at least 90 days old: who had another on day 30 to 89 after it.

    `first_day` keeps to those whose first entry ever was on that day or later.
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
    """Days from joining until something happened, or, where it has not happened, until we stopped looking."""

    days: int
    has_happened: bool


class Newcomers(NamedTuple):
    """Members who joined with nothing given or received before; medians are days, None while half of them still wait.

    `first_gave` and `first_received` are shares of those who began: on their first day they only gave, or only received.
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
    """Those who joined by `as_of`, from `first_day` on if it is given.

    Who has not begun yet still counts, as waiting until today or until they left (Kaplan and Meier 1958): leaving them
    out would make every wait look short. Who helped before they were welcomed was no newcomer, and is left out.
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
        for kept, day in zip(waits, (first, giving, receiving), strict=True):
            kept.append(WaitingTime(((day or until) - joined_on).days, day is not None))
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


TIMES_USUAL = 2


MINUTES_IN_ONE_MONTH = 10 * 60
"""A month is heavy above so much, if it is also above so many times what is usual for the person."""


MINUTES_IN_EACH_MONTH = 20 * 60


MONTHS_IN_A_ROW = 3
"""Or above so much in each of so many months, the last among them, whatever is usual."""


MONTHS_TO_BE_USUAL = 3
"""Earlier months with hours given, of the last twelve, without which nothing is usual yet."""


WAITING_DAYS = 30


def overload(acts: Iterable[Act], last_day: date) -> set[MemberId]:
    """People with a sign of overload in the calendar month of `last_day`, by the minutes they gave up to that day.

    Either the month is above ten hours and above twice their own usual one, the median of the months of the twelve before
    in which they gave; or each of the last three months is above twenty hours. `acts` go back that far.
    """
    last = _month_number(last_day)
    gave: dict[MemberId, dict[int, int]] = {}
    for act in acts:
        month = _month_number(act.given_on)
        if act.given_on <= last_day and month >= last - 12 and act.giver != act.receiver and act.minutes:
            months = gave.setdefault(act.giver, {})
            months[month] = months.get(month, 0) + act.minutes
    return {
        member
        for member, months in gave.items()
        if _is_far_above_usual(months, last) or _is_high_for_months(months, last)
    }


def newcomers_waiting(acts: Iterable[Act], members: Iterable[Membership], last_day: date) -> set[MemberId]:
    """Members on that day who joined 30 days before it or earlier, and have neither given nor received anything by then."""
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


def _month_number(day: date) -> int:
    return 12 * day.year + day.month
