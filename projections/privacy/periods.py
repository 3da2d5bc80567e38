"""The periods that figures are shown for: whole months and whole years that are over.

With any days to choose from, two reports a day apart would tell what one person did on it.
"""

from datetime import date, timedelta
from typing import NamedTuple

from ledger.refusals import Refusal, say


class NotAFixedPeriod(Refusal):
    """Figures are only shown for periods that are the same for everybody."""

    sentence = say("Figures are shown for whole months and whole years. Choose one of those.")


class NotOverYet(Refusal):
    """While a period runs, each new entry would show in its figures as it comes."""

    sentence = say("That period is not over yet. Its figures are shown when it is.")


class NarrowedTooFar(Refusal):
    """Two attributes beside time leave few people, and many tables to subtract from one another."""

    sentence = say("Figures can be narrowed by one thing at a time: a kind, a category or a group.")


class Period(NamedTuple):
    """A month or a year, by its first and last day."""

    first_day: date
    last_day: date


def month(year: int, number: int) -> Period:
    """A month; 1 is January."""
    following = date(year + number // 12, number % 12 + 1, 1)
    return Period(date(year, number, 1), following - timedelta(days=1))


def year(number: int) -> Period:
    """A calendar year."""
    return Period(date(number, 1, 1), date(number, 12, 31))


def fixed_period(first_day: date, last_day: date, *, today: date) -> Period:
    """The month or year that these days are. Refuses any other days, and periods that are not over today."""
    asked = Period(first_day, last_day)
    if asked not in (month(first_day.year, first_day.month), year(first_day.year)):
        raise NotAFixedPeriod
    if last_day >= today:
        raise NotOverYet
    return asked


def must_be_one_attribute(attributes: int) -> None:
    """Refuses to narrow by more than one attribute beside time."""
    if attributes > 1:
        raise NarrowedTooFar
