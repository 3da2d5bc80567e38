"""On which days help can have happened."""

from datetime import date

from ledger.domain.members import Member
from ledger.refusals import DayToCome, DayTooLongAgo


def must_be_a_day_to_log(given_on: date, *, today: date, by: Member) -> None:
    """Refuses days to come, and days more than a year back unless a coordinator logs them (design §5).

    `by` is whoever types it, also when they pass on the word of somebody else.
    """
    if given_on > today:
        raise DayToCome
    if given_on < _a_year_before(today) and not by.coordinates:
        raise DayTooLongAgo


def _a_year_before(day: date) -> date:
    # Leap days have no namesake in the year before; any other day has.
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
