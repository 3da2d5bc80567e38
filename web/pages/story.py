"""My story: what one member gave and received, year by year. There is no address for anybody else's."""

import re
from datetime import date
from typing import NamedTuple

from litestar import Response

from ledger.identifiers import AccountId, MemberId
from projections.first_times import FirstTime, first_times
from projections.member_years import MemberYear
from projections.views import Views
from web.authorisation import MEMBERS
from web.call import Call, get
from web.charts import facing_months
from web.own_year import bands_of, busiest_month, first_lines, kind_lines, months_of, person_lines, years_to_choose
from web.pages.choices import labels_of
from web.pages.people import joined_on, names_of
from web.pages.typed import today_of
from web.typical import typical_month
from web.year_bands import year_bands

_YEAR = re.compile(r"20[0-9]{2}")


class Shown(NamedTuple):
    """The year that is looked at, and what was for the first time in it."""

    year: MemberYear
    firsts: list[FirstTime]
    is_running: bool
    last_day: date


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
