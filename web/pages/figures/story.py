"""My story: what one member gave and received, year by year. There is no address for anybody else's."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from litestar import Response

from ledger.identifiers import AccountId, MemberId
from projections.first_times import FirstTime, first_times
from projections.member_years import MemberYear, Shared
from projections.views import Views
from web.drawing.charts import MonthOfHours, facing_months
from web.drawing.drawings import bar_widths
from web.drawing.year_bands import year_bands
from web.framework.access import MEMBERS
from web.framework.call import Call, get
from web.pages.exchanges.fields import labels_of, today_of
from web.wording.names import joined_on, names_of

_YEAR = re.compile(r"20[0-9]{2}")

MOST_STEPS = 4
"""Squares on the map of days come in four sizes: one exchange or gift, two, three, four and more."""


@get("/story", may=MEMBERS)
def show_story(call: Call) -> Response[str]:
    """One's own year, the running one unless another is chosen; made to be printed when it is over."""
    as_of = call.views.catch_up()
    me = call.visitor.member
    running = today_of(call.bank)
    shown = shown_year(call.query.one("year"), me, running, call.views)
    year = shown.year
    names = names_of(call, [me, *(one.member for one in year.people)])
    row = call.views.members.of(me)
    bands = {"grain": "days", "cells": bands_of(year)}
    return call.page(
        "story.html",
        year=year,
        is_running=shown.is_running,
        years=years_to_choose(call.views.years.all(me), f"{running.year}", year.year),
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
    """The year that is looked at, and what was for the first time in it."""

    year: MemberYear
    firsts: list[FirstTime]
    is_running: bool
    last_day: date


def shown_year(asked: str, member: MemberId, today: date, views: Views) -> ShownYear:
    """The year that was asked for, written YYYY; anything else, and any year to come, is the running one."""
    running = f"{today.year:04}"
    wanted = asked if _YEAR.fullmatch(asked) and asked < running else running
    year = views.years.of(member, wanted)
    is_running = wanted == running
    return ShownYear(
        year,
        first_times(views.years, views.exchanges, member, year),
        is_running,
        today if is_running else date(int(wanted), 12, 31),
    )


class KindLine(NamedTuple):
    """One kind of help: minutes given and received, gifts, and where its bar of hours given ends and the whole bar does."""

    label: str
    given: int
    received: int
    gifts: int
    given_width: str
    whole_width: str


class PersonLine(NamedTuple):
    """Somebody with whom something was shared."""

    member: MemberId
    name: str
    shared: Shared


class FirstLine(NamedTuple):
    """A day on which something was for the first time, and everything that one exchange or gift was the first of."""

    on: date
    item: str
    firsts: list[FirstTime]

    @property
    def is_gift(self) -> bool:
        """Whether it was a gift."""
        return self.item.startswith("f-")


def months_of(year: MemberYear) -> list[MonthOfHours]:
    """The twelve months as the drawing takes them."""
    return [MonthOfHours(month.month, month.shared.given, month.shared.received) for month in year.months]


def busiest_month(year: MemberYear) -> date | None:
    """The month with the most hours given and received together, the earliest of equals; None where gifts are all."""
    most = max(year.months, key=lambda month: month.shared.given + month.shared.received)
    return most.month if most.shared.given or most.shared.received else None


def bands_of(year: MemberYear) -> dict[str, int]:
    """Day -> the size of its square, by how many exchanges and gifts it held."""
    return {day.day.isoformat(): min(MOST_STEPS, day.shared.acts) for day in year.days}


def kind_lines(year: MemberYear, labels: Mapping[str, str]) -> list[KindLine]:
    """Every kind of help of the year, those with the most hours first, given and received together in one bar."""
    sums: dict[str, list[int]] = {}
    for kind in year.kinds:
        numbers = sums.setdefault(kind.category, [0, 0, 0])
        if kind.way.startswith("gift"):
            numbers[2] += kind.times
        else:
            numbers[kind.way.endswith("received")] += kind.minutes
    ordered = sorted(sums.items(), key=lambda pair: (-sum(pair[1][:2]), -pair[1][2], pair[0]))
    # The longest bar is the whole of a kind; what was given is a part of its own kind's bar.
    widths = bar_widths([width for _, (given, received, _) in ordered for width in (given + received, given)])
    return [
        KindLine(labels.get(category) or category.replace("-", " "), given, received, gifts, given_width, whole_width)
        for (category, (given, received, gifts)), whole_width, given_width in zip(
            ordered, widths[::2], widths[1::2], strict=True
        )
    ]


def person_lines(year: MemberYear, names: Mapping[str, str]) -> list[PersonLine]:
    """Everybody of the year by name: there is no order of merit among neighbours."""
    lines = [PersonLine(one.member, names[one.member], one.shared) for one in year.people]
    return sorted(lines, key=lambda line: (line.name.casefold(), line.member))


def first_lines(found: Iterable[FirstTime]) -> list[FirstLine]:
    """First times by the exchange or gift that they were, the earliest first."""
    by_item = groupby(found, key=lambda one: (one.on, one.item))
    return [FirstLine(on, item, list(some)) for (on, item), some in by_item]


def years_to_choose(known: Sequence[str], running: str, shown: str) -> list[str]:
    """The years with something in them, the running one, and the one that is shown; the latest first."""
    return sorted({*known, running, shown}, reverse=True)


class Typical(NamedTuple):
    """Minutes a month, from and to, that half of those who gave (or received) lie between; None where nothing is shown."""

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
    """Of the latest closed year that shows it, else of the latest closed month; None when neither does."""
    kept = views.reports.periods("community")
    latest = [next((one for one in kept if len(one) == length), "") for length in (len("2025"), len("2025-10"))]
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
