"""What the whole community did for each other in a closed month or year: findings, never about a person."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from litestar import Response

from projections.reports.closing import first_closing
from projections.reports.report import COMMUNITY, Audience, Report
from projections.views import Views
from web.authorisation import MEMBERS
from web.call import Call, get
from web.care import care_of
from web.closed_periods import choices, latest, one_before
from web.figure_words import Compared, compared
from web.findings import Findings, findings_of, most_in_a_month
from web.pages.choices import labels_of
from web.pages.people import names_of
from web.pages.typed import today_of
from web.told_findings import only_gifts

MONTHS_DRAWN = 12


class Asking(NamedTuple):
    """The two periods that a reader wants to see, "" for none, and whether one of them has no figures."""

    period: str
    beside: str
    is_missing: bool


@get("/community", may=MEMBERS)
def show_community(call: Call) -> Response[str]:
    """The figures of one closed period, or of two side by side; coordinators see beneath what needs their care."""
    as_of = call.views.catch_up()
    audience: Audience = "coordinators" if call.visitor.keeps_the_book else "everyone"
    periods = call.views.reports.periods(COMMUNITY)
    asking = _asking(call, periods)
    main = _report(call.views, asking.period, audience)
    beside = _report(call.views, asking.beside, audience)
    highest = max((most_in_a_month(one.figures) for one in (main, beside) if one), default=0)
    return call.page(
        "community.html",
        members=call.views.members.totals(),
        people=call.views.contributions.people(COMMUNITY),
        keeps_the_book=audience == "coordinators",
        first_figures_after=None if main else _first_closing(call),
        periods=choices(periods),
        asking=asking,
        found=_found(call, main, audience, highest),
        only_gifts=main is not None and only_gifts(main.figures),
        beside=_found(call, beside, audience, highest),
        table=_side_by_side(main, beside),
        load_before=_load_before(call.views, asking.period, audience, periods),
        has_groups=bool(call.views.groups.all(limit=1).rows),
        care=care_of(main.figures) if main and call.visitor.coordinates else None,
        check=call.views.replays.latest(),
        as_of=main.entry if main else as_of.number,
    )


def _first_closing(call: Call) -> date | None:
    """After which day there will be figures; None until the process that makes them has looked at the log."""
    founded_on, span = call.views.reports.state().founded_on, call.views.contributions.span(COMMUNITY)
    if not founded_on or not span:
        return None
    return first_closing(date.fromisoformat(f"{span[0]}-01"), date.fromisoformat(founded_on), today_of(call.bank))


def _asking(call: Call, periods: Sequence[str]) -> Asking:
    """What the address asks for; another period than there is falls back on the latest, and is said to be missing."""
    asked = call.query
    period, beside = asked.one("period"), asked.one("beside")
    is_missing = any(wanted and wanted not in periods for wanted in (period, beside))
    chosen = period if period in periods else latest(periods)
    return Asking(chosen, beside if beside in periods and beside != chosen else "", is_missing)


def _report(views: Views, period: str, audience: Audience) -> Report | None:
    return views.reports.of(COMMUNITY, period, audience) if period else None


def _found(call: Call, report: Report | None, audience: Audience, highest: int) -> Findings | None:
    """What a report says, with the names of kinds and groups; a month stands at the end of the twelve up to it."""
    if report is None:
        return None
    before: Sequence[Mapping[str, Any]] = ()
    if len(report.period) > len("2025"):
        before = call.views.reports.months_before(COMMUNITY, audience, report.period, MONTHS_DRAWN)
    groups = names_of(call, [one["group"] for one in report.figures.get("access") or ()])
    return findings_of(report, labels_of(call.bank), groups, before, highest)


def _side_by_side(main: Report | None, beside: Report | None) -> Sequence[Compared]:
    return compared(main.figures, beside.figures) if main and beside else ()


def _load_before(views: Views, period: str, audience: Audience, periods: Sequence[str]) -> int | None:
    """Of every hundred hours, how many the last group gave a year before; None where that is not known."""
    report = _report(views, one_before(period, periods) if period else "", audience)
    shares: Sequence[float] = (report.figures.get("load") or ()) if report else ()
    return round(100 * shares[-1]) if shares else None
