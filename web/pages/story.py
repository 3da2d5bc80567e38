"""My story: what one member gave and received, year by year. There is no address for anybody else's."""

import re
from datetime import date
from typing import NamedTuple

from litestar import Response, get
from litestar.di import NamedDependency

from ledger.application.time_bank import TimeBank
from ledger.identifiers import AccountId, MemberId
from projections.first_times import FirstTime, first_times
from projections.member_years import MemberYear
from projections.views import Views
from web.charts import facing_months
from web.forms import query_fields
from web.frame import page
from web.own_year import bands_of, busiest_month, first_lines, kind_lines, months_of, person_lines, years_to_choose
from web.pages.choices import labels_of
from web.pages.people import Names, joined_on
from web.pages.typed import today_of
from web.typical import typical_month
from web.visitors import Asked, Visitor
from web.year_bands import year_bands

_YEAR = re.compile(r"20[0-9]{2}")


class Shown(NamedTuple):
    """The year that is looked at, and what was for the first time in it."""

    year: MemberYear
    firsts: list[FirstTime]
    is_running: bool
    last_day: date


@get("/story", sync_to_thread=True)
def show_story(
    request: Asked, visitor: NamedDependency[Visitor], bank: NamedDependency[TimeBank], views: NamedDependency[Views]
) -> Response[str]:
    """One's own year, the running one unless another is chosen; made to be printed when it is over."""
    as_of = views.catch_up()
    me = visitor.member
    running = today_of(bank)
    shown = shown_year(query_fields(request).one("year"), me, running, views)
    year = shown.year
    names = Names(bank, views).of([me, *(one.member for one in year.people)])
    row = views.members.of(me)
    bands = {"grain": "days", "cells": bands_of(year)}
    return page(
        request,
        "story.html",
        year=year,
        is_running=shown.is_running,
        years=years_to_choose(views.years.all(me), f"{running.year}", year.year),
        ever=views.balances.of(AccountId(me)),
        joined_on=joined_on(row) if row else None,
        drawn_days=year_bands(bands, date(int(year.year), 1, 1), shown.last_day) if year.days else None,
        months=months_of(year),
        drawn_months_of_year=facing_months(months_of(year)),
        busiest=busiest_month(year),
        kinds=kind_lines(year, labels_of(bank)),
        people=person_lines(year, names),
        firsts=first_lines(shown.firsts),
        typical=typical_month(views),
        names=names,
        labels=labels_of(bank),
        as_of=as_of.number,
    )


PAGES = (show_story,)


def shown_year(asked: str, member: MemberId, today: date, views: Views) -> Shown:
    """The year that was asked for, written YYYY; anything else, and any year to come, is the running one."""
    running = f"{today.year:04}"
    wanted = asked if _YEAR.fullmatch(asked) and asked < running else running
    year = views.years.of(member, wanted)
    is_running = wanted == running
    return Shown(
        year,
        first_times(views.years, views.exchanges, member, year),
        is_running,
        today if is_running else date(int(wanted), 12, 31),
    )
