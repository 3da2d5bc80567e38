"""My story: what the reader gave and received, year by year. Nobody can see another person's."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from litestar import Response

from ledger.identifiers import AccountId, MemberId
from projections.member_years import MemberYear, Shared
from projections.views import Views
from projections.years import FirstTime, first_times
from web.drawing.charts import MonthOfHours, facing_months
from web.drawing.drawings import bar_widths
from web.drawing.year_bands import year_bands
from web.framework.access import MEMBERS
from web.framework.call import Call, get
from web.pages.exchanges.fields import labels_of, today_of
from web.wording.names import joined_on, names_of

_YEAR = re.compile(r"20[0-9]{2}")

MOST_STEPS = 4
"""Squares on the map of days come in four sizes: one exchange or gift, two, three, four or more."""


@get("/story", may=MEMBERS)
def show_story(call: Call) -> Response[str]:
    """Show a year of the reader, the current one unless another is chosen. It can be printed."""
    as_of = call.views.catch_up()
    me = call.visitor.member
    current = today_of(call.bank)
    shown = shown_year(call.query.one("year"), me, current, call.views)
    year = shown.year
    names = names_of(call, [me, *(one.member for one in year.people)])
    row = call.views.members.of(me)
    bands = {"grain": "days", "cells": bands_of(year)}
    return call.page(
        "story.html",
        year=year,
        is_current=shown.is_current,
        years=years_to_choose(call.views.years.all(me), f"{current.year}", year.year),
        ever=call.views.balances.of(AccountId(me)),
        joined_on=joined_on(row) if row else None,
        drawn_days=year_bands(bands, date(int(year.year), 1, 1), shown.last_day) if year.days else None,
        months=months_of(year),
        drawn_months_of_year=facing_months(months_of(year)),
        busiest=busiest_month(year),
        kinds=kind_lines(year, labels_of(call.bank)),
        people=person_lines(year, names),
        firsts=first_lines(shown.firsts),
        typical=typical_month(call.views),
        names=names,
        labels=labels_of(call.bank),
        as_of=as_of.number,
    )


class ShownYear(NamedTuple):
    """The year shown, with its first times."""

    year: MemberYear
    firsts: list[FirstTime]
    is_current: bool
    last_day: date


def shown_year(typed: str, member: MemberId, today: date, views: Views) -> ShownYear:
    """Return the year asked for, written YYYY; anything else, and any future year, is the current one."""
    current = f"{today.year:04}"
    wanted = typed if _YEAR.fullmatch(typed) and typed < current else current
    year = views.years.of(member, wanted)
    is_current = wanted == current
    return ShownYear(
        year,
        first_times(views.years, views.exchanges, member, year),
        is_current,
        today if is_current else date(int(wanted), 12, 31),
    )


class KindLine(NamedTuple):
    """A kind of help: minutes given and received, gifts, and the ends of its bars."""

    label: str
    given: int
    received: int
    gifts: int
    given_width: str
    whole_width: str


class PersonLine(NamedTuple):
    """Someone the reader exchanged with."""

    member: MemberId
    name: str
    shared: Shared


class FirstLine(NamedTuple):
    """A day with first times, and everything that one exchange or gift was the first of."""

    on: date
    item: str
    firsts: list[FirstTime]

    @property
    def is_gift(self) -> bool:
        """Whether it was a gift."""
        return self.item.startswith("f-")


def months_of(year: MemberYear) -> list[MonthOfHours]:
    """Return the twelve months as the drawing takes them."""
    return [MonthOfHours(month.month, month.shared.given, month.shared.received) for month in year.months]


def busiest_month(year: MemberYear) -> date | None:
    """Return the month with the most hours given and received, the earliest if equal; None if all were gifts."""
    most = max(year.months, key=lambda month: month.shared.given + month.shared.received)
    return most.month if most.shared.given or most.shared.received else None


def bands_of(year: MemberYear) -> dict[str, int]:
    """Return the size of each day's square, by its exchanges and gifts."""
    return {day.day.isoformat(): min(MOST_STEPS, day.shared.acts) for day in year.days}


def kind_lines(year: MemberYear, labels: Mapping[str, str]) -> list[KindLine]:
    """Return every kind of help of the year, most hours first, given and received in one bar."""
    sums: dict[str, list[int]] = {}
    for kind in year.kinds:
        numbers = sums.setdefault(kind.category, [0, 0, 0])
        if kind.way.startswith("gift"):
            numbers[2] += kind.times
        else:
            numbers[kind.way.endswith("received")] += kind.minutes
    ordered = sorted(sums.items(), key=lambda pair: (-sum(pair[1][:2]), -pair[1][2], pair[0]))
    # The longest bar is a kind's total; what was given is a part of it.
    widths = bar_widths([width for _, (given, received, _) in ordered for width in (given + received, given)])
    return [
        KindLine(labels.get(category) or category.replace("-", " "), given, received, gifts, given_width, whole_width)
        for (category, (given, received, gifts)), whole_width, given_width in zip(
            ordered, widths[::2], widths[1::2], strict=True
        )
    ]


def person_lines(year: MemberYear, names: Mapping[str, str]) -> list[PersonLine]:
    """Return everyone of the year by name, because neighbours are not ranked."""
    lines = [PersonLine(one.member, names[one.member], one.shared) for one in year.people]
    return sorted(lines, key=lambda line: (line.name.casefold(), line.member))


def first_lines(found: Iterable[FirstTime]) -> list[FirstLine]:
    """Return first times by exchange or gift, earliest first."""
    by_item = groupby(found, key=lambda one: (one.on, one.item))
    return [FirstLine(on, item, list(some)) for (on, item), some in by_item]


def years_to_choose(known: Sequence[str], current: str, shown: str) -> list[str]:
    """Return the years with entries, the current one and the one shown, latest first."""
    return sorted({*known, current, shown}, reverse=True)


class Typical(NamedTuple):
    """Minutes a month that half of those who gave (or received) are between; None where nothing is shown."""

    period: str
    given: tuple[int, int] | None
    received: tuple[int, int] | None

    @property
    def is_year(self) -> bool:
        """Whether it is about a whole year, and not about one month."""
        return len(self.period) == len("2025")

    @property
    def first_day(self) -> date:
        """The first day of the period."""
        return date.fromisoformat(f"{self.period}-01-01" if self.is_year else f"{self.period}-01")


def typical_month(views: Views) -> Typical | None:
    """Return the typical month of the latest closed year that shows it, else of the latest closed month."""
    periods = views.reports.periods("community")
    latest = [next((one for one in periods if len(one) == length), "") for length in (len("2025"), len("2025-10"))]
    for period in filter(None, latest):
        report = views.reports.of("community", period, "everyone")
        if report is None:
            continue
        given, received = (_range(report.figures.get(f"typical_{side}")) for side in ("given", "received"))
        if given or received:
            return Typical(period, given, received)
    return None


def _range(figure: Any) -> tuple[int, int] | None:
    return (int(figure[0]), int(figure[1])) if figure else None
