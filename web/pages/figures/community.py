"""What the whole community did for each other in a closed month or year: findings, never about a person."""

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
from web.wording.figure_words import ComparedFigures, compared
from web.wording.findings import only_gifts
from web.wording.names import names_of
from web.wording.translation import gettext, ngettext

MONTHS_DRAWN = 12


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


class PeriodChoice(NamedTuple):
    """The two periods that a reader wants to see, "" for none, and whether one of them has no figures."""

    period: str
    beside: str
    is_missing: bool


def _first_closing(call: Call) -> date | None:
    """After which day there will be figures; None until the process that makes them has looked at the log."""
    founded_on, span = call.views.reports.state().founded_on, call.views.contributions.span(COMMUNITY)
    if not founded_on or not span:
        return None
    return first_closing(date.fromisoformat(f"{span[0]}-01"), date.fromisoformat(founded_on), today_of(call.bank))


def _asking(call: Call, periods: Sequence[str]) -> PeriodChoice:
    """What the address asks for; another period than there is falls back on the latest, and is said to be missing."""
    asked = call.query
    period, beside = asked.one("period"), asked.one("beside")
    is_missing = any(wanted and wanted not in periods for wanted in (period, beside))
    chosen = period if period in periods else latest(periods)
    return PeriodChoice(chosen, beside if beside in periods and beside != chosen else "", is_missing)


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


def _side_by_side(main: Report | None, beside: Report | None) -> Sequence[ComparedFigures]:
    return compared(main.figures, beside.figures) if main and beside else ()


def _load_before(views: Views, period: str, audience: Audience, periods: Sequence[str]) -> int | None:
    """Of every hundred hours, how many the last group gave a year before; None where that is not known."""
    report = _report(views, one_before(period, periods) if period else "", audience)
    shares: Sequence[float] = (report.figures.get("load") or ()) if report else ()
    return round(100 * shares[-1]) if shares else None


def one_before(period: str, periods: Sequence[str]) -> str:
    """The year before a year, if there is a report of it; "" for months, whose neighbours differ by chance alone."""
    before = f"{int(period) - 1:04}" if len(period) == YEAR_LENGTH else ""
    return before if before in periods else ""


class WellbeingSigns(NamedTuple):
    """Sentences for coordinators; an empty one where there are too few people to show. Never a name."""

    unconfirmed: str
    late: str
    waiting: str
    overloaded: str


def care_of(figures: Mapping[str, Any]) -> WellbeingSigns:
    """What the coordinators' report of a period asks them to look at."""
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
    """A share as entries of every hundred; one that is not nothing is one at least."""
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
