"""What a group or the whole community gave and received: by month, by year, by kind of help."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from projections.contributions import CategoryTotal, Contributions, Scope
from web.charts import bar_widths
from web.drawings import MonthOfHours
from web.pages.periods import Period, busiest, day_of, period_of

ENOUGH_FOR_EVERYBODY = 10
ENOUGH_FOR_KEEPERS_OF_THE_BOOK = 5
"""Fewer people behind a figure, and it would tell about a person (docs: what is published, and when)."""


class Row(NamedTuple):
    """One month, or one year, with what counts in it. Minutes."""

    day: date
    given: int
    received: int
    exchanges: int
    gifts: int


class KindRow(NamedTuple):
    """One kind of help with what counts under it, and the width of its bar."""

    label: str
    given: int
    received: int
    times: int
    width: str


class Figures(NamedTuple):
    """Everything that a page of figures shows for one period. `of_gifts`: there are no hours, so the chart counts gifts."""

    period: Period
    by_year: bool
    rows: list[Row]
    chart: list[MonthOfHours]
    of_gifts: bool
    busiest: date | None
    help: list[KindRow]
    both_ways: list[KindRow]
    gifts: list[KindRow]


def figures_of(
    contributions: Contributions, scope: Scope, choice: str, labels: Mapping[str, str], today: date
) -> Figures:
    """The figures of a scope in the chosen period; months in which nothing happened are there as well."""
    span = contributions.span(scope)
    period = period_of(choice, span, today)
    by_year = period.is_long
    rows = _years(contributions, scope) if by_year else _months(contributions, scope, period)
    categories = contributions.categories(scope, period.first, period.last)
    of_gifts = not any(row.given or row.received for row in rows)
    most = busiest([(row.day.isoformat(), row.gifts if of_gifts else row.given) for row in rows])
    return Figures(
        period=period,
        by_year=by_year,
        rows=rows,
        chart=[_drawn(row, of_gifts) for row in rows],
        of_gifts=of_gifts,
        busiest=date.fromisoformat(most) if most else None,
        help=_hours([one for one in categories if one.kind == "help"], labels),
        both_ways=_hours([one for one in categories if one.kind == "skill-exchange"], labels),
        gifts=_gifts([one for one in categories if one.kind == "gift"], labels),
    )


def enough_people(people: int, *, keeps_the_book: bool) -> bool:
    """Whether so many people stand behind a figure that it tells about none of them."""
    return people >= (ENOUGH_FOR_KEEPERS_OF_THE_BOOK if keeps_the_book else ENOUGH_FOR_EVERYBODY)


def _drawn(row: Row, of_gifts: bool) -> MonthOfHours:
    """What the chart draws of a row. Where there are gifts alone, each stands as tall as an hour."""
    return MonthOfHours(row.day, row.gifts * 60 if of_gifts else row.given, 0 if of_gifts else row.received)


def _months(contributions: Contributions, scope: Scope, period: Period) -> list[Row]:
    found = {total.month: total for total in contributions.months(scope, period.first, period.last)}
    quiet = (0, 0, 0, 0)
    rows: list[Row] = []
    for month in period.months:
        total = found.get(month)
        numbers = (total.given, total.received, total.exchanges, total.gifts) if total else quiet
        rows.append(Row(day_of(month), *numbers))
    return rows


def _years(contributions: Contributions, scope: Scope) -> list[Row]:
    return [Row(day_of(year), *total) for year, total in contributions.years(scope).items()]


def _hours(categories: Sequence[CategoryTotal], labels: Mapping[str, str]) -> list[KindRow]:
    found = [one for one in categories if one.given or one.received]
    found.sort(key=lambda one: (-one.given, -one.received, one.category))
    widths = bar_widths([one.given for one in found])
    return [
        KindRow(_label(one, labels), one.given, one.received, one.exchanges, width)
        for one, width in zip(found, widths, strict=True)
    ]


def _gifts(categories: Sequence[CategoryTotal], labels: Mapping[str, str]) -> list[KindRow]:
    found = [one for one in categories if one.gifts]
    found.sort(key=lambda one: (-one.gifts, one.category))
    widths = bar_widths([one.gifts for one in found])
    return [KindRow(_label(one, labels), 0, 0, one.gifts, width) for one, width in zip(found, widths, strict=True)]


def _label(one: CategoryTotal, labels: Mapping[str, str]) -> str:
    return labels.get(one.category) or one.category.replace("-", " ")
