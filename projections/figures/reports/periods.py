"""Which periods are closed: whole months and years, seven days after their last day, in the community's calendar."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from projections.figures.privacy.periods import Period, month, year

CLOSES_AFTER_DAYS = 7
"""Time to record what happened in the last days of a period. Anything recorded later is late."""

WRITING_ALLOWANCE = timedelta(minutes=10)
"""How long after midnight a day's entries may still be written, because they are dated shortly before."""

DECEMBER = 12


class ClosedPeriod(NamedTuple):
    """A closed month or year: 2025-10 or 2025. What was recorded by the end of `known_on` counts."""

    name: str
    first_day: date
    last_day: date
    known_on: date

    @property
    def is_year(self) -> bool:
        """Whether it is a year, not a month."""
        return len(self.name) == len("2025")

    @property
    def period(self) -> Period:
        """Its first and last day."""
        return Period(self.first_day, self.last_day)


def closed_periods(first_day: date, founded_on: date, today: date) -> Iterator[ClosedPeriod]:
    """Return every closed month from that of the first day, and each year after its December, in the order of closing.

    What happened before the community was founded, and was imported, closes seven days after the founding.
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
    """Return the day at whose end the first report closes.

    If earlier records were imported by then, that is seven days after the founding.
    """
    soon = founded_on + timedelta(days=CLOSES_AFTER_DAYS)
    if first_day < founded_on.replace(day=1) and today <= soon:
        return soon
    next_month = founded_on.replace(day=1) + timedelta(days=32)
    return next_month.replace(day=1) + timedelta(days=CLOSES_AFTER_DAYS - 1)


def last_closing(founded_on: date, today: date) -> date | None:
    """Return the day at whose end a period closed last; None before the first one."""
    last_days = [day := today]
    last_days += [day := day.replace(day=1) - timedelta(days=1) for _ in range(3)]
    closings = (max(last, founded_on) + timedelta(days=CLOSES_AFTER_DAYS) for last in last_days[1:])
    return max((day for day in closings if day < today), default=None)


def recorded_until(now: datetime) -> datetime:
    """Return the instant up to which everything recorded has certainly been written."""
    return now - WRITING_ALLOWANCE
