"""Which periods are closed: whole months and years, seven days after their last day, in the community's calendar."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from projections.figures.privacy.periods import Period, month, year

CLOSES_AFTER_DAYS = 7
"""For telling what happened in the last days of a period; whatever is told later counts as late."""

WRITING_ALLOWANCE = timedelta(minutes=10)
"""A day's entries are waited for so long after midnight: their instant is taken a little before they are kept."""

DECEMBER = 12


class ClosedPeriod(NamedTuple):
    """A closed month or year: 2025-10 or 2025. What was recorded by the end of `known_on` counts."""

    name: str
    first_day: date
    last_day: date
    known_on: date

    @property
    def is_year(self) -> bool:
        """Whether it is a year, and not a month."""
        return len(self.name) == len("2025")

    @property
    def period(self) -> Period:
        """Its days."""
        return Period(self.first_day, self.last_day)


def closed_periods(first_day: date, founded_on: date, today: date) -> Iterator[ClosedPeriod]:
    """Every closed month from that of the first day on, each year after its December, in the order in which they closed.

    Nothing can be told before there is somewhere to tell it: what had happened before the community was founded, and is
    brought along, closes seven days after that.
    """
    at_year, at_month = first_day.year, first_day.month
    while True:
        named = [(f"{at_year}-{at_month:02}", month(at_year, at_month))]
        if at_month == DECEMBER:
            named.append((str(at_year), year(at_year)))
        for name, days in named:
            known_on = max(days.last_day, founded_on) + timedelta(days=CLOSES_AFTER_DAYS)
            if known_on >= today:
                return
            yield ClosedPeriod(name, *days, known_on)
        at_year, at_month = at_year + at_month // DECEMBER, at_month % DECEMBER + 1


def first_closing(first_day: date, founded_on: date, today: date) -> date:
    """The last day that counts for the first report of all, which is shown from the day after on.

    What was brought along makes the past close soon: seven days after the founding, if it came within these.
    """
    soon = founded_on + timedelta(days=CLOSES_AFTER_DAYS)
    if first_day < founded_on.replace(day=1) and today <= soon:
        return soon
    next_month = founded_on.replace(day=1) + timedelta(days=32)
    return next_month.replace(day=1) + timedelta(days=CLOSES_AFTER_DAYS - 1)


def last_closing(founded_on: date, today: date) -> date | None:
    """The day at whose end a period was closed last; None before the first one."""
    last_days = [day := today]
    last_days += [day := day.replace(day=1) - timedelta(days=1) for _ in range(3)]
    closings = (max(last, founded_on) + timedelta(days=CLOSES_AFTER_DAYS) for last in last_days[1:])
    return max((day for day in closings if day < today), default=None)


def recorded_until(now: datetime) -> datetime:
    """The moment up to which everything that was recorded is surely kept."""
    return now - WRITING_ALLOWANCE
