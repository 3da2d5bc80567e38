"""The community page: what everyone did for each other in a closed month or year, without naming anyone."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from litestar import Response

from projections.figures.reports.kept import COMMUNITY, Audience, Report
from projections.figures.reports.periods import first_closing
from projections.views import Views
from web.framework.access import MEMBERS
from web.framework.call import Call, get
from web.pages.exchanges.fields import labels_of, today_of
from web.pages.figures.findings import most_in_a_month
from web.pages.figures.reports import YEAR_LENGTH, Findings, choices, findings_of, latest
from web.wording.findings import FigureSection, figure_sections, only_gifts
from web.wording.names import names_of
from web.wording.translation import gettext, ngettext

MONTHS_DRAWN = 12


@get("/community", may=MEMBERS)
def show_community(call: Call) -> Response[str]:
    """Show the figures of a closed period, or of two side by side, and signs of wellbeing to coordinators."""
    as_of = call.views.catch_up()
    audience: Audience = "coordinators" if call.visitor.reads_the_log else "everyone"
    periods = call.views.reports.periods(COMMUNITY)
    chosen = _chosen(call, periods)
    main = _report(call.views, chosen.period, audience)
    other = _report(call.views, chosen.other, audience)
    highest = max((most_in_a_month(one.figures) for one in (main, other) if one), default=0)
    return call.page(
        "community.html",
        members=call.views.members.totals(),
        people=call.views.contributions.people(COMMUNITY),
        keeps_the_book=audience == "coordinators",
        first_figures_after=None if main else _first_closing(call),
        periods=choices(periods),
        chosen=chosen,
        found=_found(call, main, audience, highest),
        only_gifts=main is not None and only_gifts(main.figures),
        other=_found(call, other, audience, highest),
        table=_side_by_side(main, other),
        load_before=_load_before(call.views, chosen.period, audience, periods),
        has_groups=bool(call.views.groups.all(limit=1).rows),
        wellbeing=wellbeing_of(main.figures) if main and call.visitor.is_coordinator else None,
        check=call.views.replays.latest(),
        as_of=main.entry if main else as_of.number,
    )


class PeriodChoice(NamedTuple):
    """The two periods a reader chose, "" for none, and whether one has no figures."""

    period: str
    other: str
    is_missing: bool


def _first_closing(call: Call) -> date | None:
    """Return the day after which there will be figures; None until the log has been read for them."""
    founded_on, span = call.views.reports.state().founded_on, call.views.contributions.span(COMMUNITY)
    if not founded_on or not span:
        return None
    return first_closing(date.fromisoformat(f"{span[0]}-01"), date.fromisoformat(founded_on), today_of(call.bank))


def _chosen(call: Call, periods: Sequence[str]) -> PeriodChoice:
    """Return the periods the address asks for. An unknown period becomes the latest and counts as missing."""
    period, other = call.query.one("period"), call.query.one("beside")
    is_missing = any(wanted and wanted not in periods for wanted in (period, other))
    first = period if period in periods else latest(periods)
    return PeriodChoice(first, other if other in periods and other != first else "", is_missing)


def _report(views: Views, period: str, audience: Audience) -> Report | None:
    return views.reports.of(COMMUNITY, period, audience) if period else None


def _found(call: Call, report: Report | None, audience: Audience, highest: int) -> Findings | None:
    """Return what a report says, with names of kinds and groups; a month is shown with the twelve months up to it."""
    if report is None:
        return None
    before: Sequence[Mapping[str, Any]] = ()
    if len(report.period) > len("2025"):
        before = call.views.reports.months_before(COMMUNITY, audience, report.period, MONTHS_DRAWN)
    groups = names_of(call, [one["group"] for one in report.figures.get("access") or ()])
    return findings_of(report, labels_of(call.bank), groups, before, highest)


def _side_by_side(main: Report | None, other: Report | None) -> Sequence[FigureSection]:
    return figure_sections(main.figures, other.figures) if main and other else ()


def _load_before(views: Views, period: str, audience: Audience, periods: Sequence[str]) -> int | None:
    """Return how many of every hundred hours the last group gave a year earlier, if known."""
    report = _report(views, one_before(period, periods) if period else "", audience)
    shares: Sequence[float] = (report.figures.get("load") or ()) if report else ()
    return round(100 * shares[-1]) if shares else None


def one_before(period: str, periods: Sequence[str]) -> str:
    """Return the year before a year, if it has a report; "" for months, which differ by chance."""
    before = f"{int(period) - 1:04}" if len(period) == YEAR_LENGTH else ""
    return before if before in periods else ""


class WellbeingSigns(NamedTuple):
    """Sentences for coordinators, without names; an empty one if too few people to show."""

    unconfirmed: str
    late: str
    waiting: str
    overloaded: str


def wellbeing_of(figures: Mapping[str, Any]) -> WellbeingSigns:
    """Return what a period's report asks coordinators to look at."""
    return WellbeingSigns(
        unconfirmed=_of_hundred(
            figures.get("unconfirmed"),
            gettext("Nothing logged for this period is still waiting for an answer."),
            "unconfirmed",
        ),
        late=_of_hundred(
            figures.get("late_share"), gettext("Everything was recorded within a week of the day it happened."), "late"
        ),
        waiting=_waiting(figures.get("newcomers_waiting")),
        overloaded=_overloaded(figures.get("overloaded")),
    )


def _of_hundred(share: float | None, none: str, what: str) -> str:
    """Return a share as a number out of a hundred, at least one unless it is nothing."""
    if share is None:
        return ""
    if not share:
        return none
    number = max(1, round(100 * share))
    if what == "unconfirmed":
        return ngettext(
            "Out of every 100 exchanges logged for this period, %(num)s was still waiting for an answer.",
            "Out of every 100 exchanges logged for this period, %(num)s were still waiting for an answer.",
            number,
        )
    return ngettext(
        "Of every 100 entries, %(num)s was recorded more than a week after the day it happened.",
        "Of every 100 entries, %(num)s were recorded more than a week after the day it happened.",
        number,
    )


def _waiting(people: int | None) -> str:
    if people is None:
        return ""
    if not people:
        return gettext("Every newcomer gave or received within their first month.")
    return ngettext(
        "%(num)s newcomer has been here for a month or more and has not given or received yet.",
        "%(num)s newcomers have been here for a month or more and have not given or received yet.",
        people,
    )


def _overloaded(people: int | None) -> str:
    if people is None:
        return ""
    if not people:
        return gettext("Nobody shows early signs of giving too much.")
    return ngettext(
        "%(num)s person gave far more than usual, or a lot for three months in a row.",
        "%(num)s people gave far more than usual, or a lot for three months in a row.",
        people,
    )
