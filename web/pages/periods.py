"""Which months a page of figures shows: the last twelve, one year, or everything since the book began."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from web.words import gettext, month

LAST_TWELVE_MONTHS = "months"
EVERYTHING = "all"
MOST_MONTHS = 24
"""More months than this make no picture: years are shown instead."""

Span = tuple[str, str]
"""The first and the last month with something to show, as YYYY-MM."""


class Period(NamedTuple):
    """From the first month to the last, both included, as YYYY-MM; `choice` is what the form calls it."""

    choice: str
    first: str
    last: str

    @property
    def months(self) -> list[str]:
        """Every month of the period, oldest first."""
        return months_between(self.first, self.last)

    @property
    def is_long(self) -> bool:
        """Whether years tell it better than months."""
        return len(self.months) > MOST_MONTHS

    @property
    def words(self) -> str:
        """The period as a heading says it."""
        if self.choice.isdigit():
            return self.choice
        return gettext("From %(first)s to %(last)s", first=month(day_of(self.first)), last=month(day_of(self.last)))


def period_of(choice: str, span: Span | None, today: date) -> Period:
    """The period that was chosen. Anything unknown is the last twelve months, or the last year with something to show."""
    if choice == EVERYTHING and span:
        return Period(EVERYTHING, span[0], max(span[1], span[0]))
    first = f"{today.year - (today.month < 12):04}-{today.month % 12 + 1:02}"
    if choice not in years_of(span) and span and span[1] < first and choice != LAST_TWELVE_MONTHS:
        choice = span[1][:4]
    if choice in years_of(span):
        return Period(choice, f"{choice}-01", f"{choice}-12")
    return Period(LAST_TWELVE_MONTHS, first, month_text(today))


def years_of(span: Span | None) -> list[str]:
    """The years with something to show, newest first."""
    if span is None:
        return []
    return [f"{year:04}" for year in range(int(span[1][:4]), int(span[0][:4]) - 1, -1)]


def choices_of(span: Span | None) -> list[tuple[str, str]]:
    """The periods to choose from, as (choice, words)."""
    years = years_of(span)
    return [
        (LAST_TWELVE_MONTHS, gettext("The last twelve months")),
        *((year, year) for year in years),
        *([(EVERYTHING, gettext("Everything so far"))] if years else []),
    ]


def months_between(first: str, last: str) -> list[str]:
    """Every month from the first to the last, both included."""
    start, end = (int(text[:4]) * 12 + int(text[5:]) - 1 for text in (first, last))
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(start, end + 1)]


def month_text(day: date) -> str:
    """The month of a day, as YYYY-MM."""
    return f"{day:%Y-%m}"


def day_of(text: str) -> date:
    """The first day of a month written YYYY-MM, or of a year written YYYY."""
    return date.fromisoformat(f"{text}-01" if len(text) > 4 else f"{text}-01-01")


def busiest(parts: Sequence[tuple[str, int]]) -> str:
    """The one with the most, the earliest of equals; empty when there is nothing."""
    return max(parts, key=lambda part: part[1])[0] if any(amount for _, amount in parts) else ""
