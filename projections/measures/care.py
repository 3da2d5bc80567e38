"""Early signs that somebody gives too much, or was never asked: whom a coordinator might think of. Shown as counts."""

from collections.abc import Iterable
from datetime import date
from statistics import median

from ledger.identifiers import MemberId
from projections.measures.acts import Act, Membership, people_in

TIMES_USUAL = 2
MINUTES_IN_ONE_MONTH = 10 * 60
"""A month is heavy above so much, if it is also above so many times what is usual for the person."""

MINUTES_IN_EACH_MONTH = 20 * 60
MONTHS_ON_END = 3
"""Or above so much in each of so many months, the last among them, whatever is usual."""

MONTHS_TO_BE_USUAL = 3
"""Earlier months with hours given, of the last twelve, without which nothing is usual yet."""

WAITING_DAYS = 30


def overload(acts: Iterable[Act], last_day: date) -> set[MemberId]:
    """People with a sign of overload in the calendar month of `last_day`, by the minutes they gave up to that day.

    Either the month is above ten hours and above twice their own usual one, the median of the months of the twelve before
    in which they gave; or each of the last three months is above twenty hours. `acts` go back that far.
    """
    last = _month(last_day)
    gave: dict[MemberId, dict[int, int]] = {}
    for act in acts:
        month = _month(act.given_on)
        if act.given_on <= last_day and month >= last - 12 and act.giver != act.receiver and act.minutes:
            months = gave.setdefault(act.giver, {})
            months[month] = months.get(month, 0) + act.minutes
    return {member for member, months in gave.items() if _far_above_usual(months, last) or _much_on_end(months, last)}


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


def _far_above_usual(months: dict[int, int], last: int) -> bool:
    earlier = [minutes for month, minutes in months.items() if month < last]
    now = months.get(last, 0)
    if now <= MINUTES_IN_ONE_MONTH or len(earlier) < MONTHS_TO_BE_USUAL:
        return False
    return now > TIMES_USUAL * median(earlier)


def _much_on_end(months: dict[int, int], last: int) -> bool:
    return all(months.get(last - back, 0) > MINUTES_IN_EACH_MONTH for back in range(MONTHS_ON_END))


def _month(day: date) -> int:
    return 12 * day.year + day.month
