"""Reports of closed periods to print, download and share, and all figures for auditors."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from ledger.identifiers import GroupId, is_group, is_identifier
from projections.figures.reports.kept import COMMUNITY, AllFigures, Report
from projections.figures.reports.sheet import (
    all_figures_as_csv,
    all_figures_as_json,
    all_figures_lines,
    as_csv,
    as_json,
    meanings,
)
from projections.views import Views
from web.drawing.year_bands import YearBands, year_bands
from web.framework.access import AUDITORS, COORDINATORS_AND_AUDITORS
from web.framework.call import Call, get, post
from web.framework.forms import Form
from web.framework.rendering import see_other
from web.pages.audit.accounts import PointInTime, PointInTimeForm, point_in_time
from web.pages.exchanges.fields import labels_of
from web.pages.figures.findings import (
    AccessFinding,
    LoadFinding,
    MixFinding,
    MonthsFinding,
    ParticipationFinding,
    WaysFinding,
    access_of,
    load_of,
    mix_of,
    months_of,
    participation_of,
    period_words,
    ways_of,
)
from web.wording.findings import KINDS, beginning, breadth, coming_back, figure_sections, flow, in_all
from web.wording.names import names_of
from web.wording.translation import gettext

Format = Literal["html", "csv", "json"]
MEDIA: dict[Format, str] = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
SCOPES_LISTED = 50
YEAR_LENGTH = 4


@get("/community/reports", may=COORDINATORS_AND_AUDITORS)
def list_reports(call: Call) -> Response[str]:
    """List the closed periods of the community or a group, and the groups to choose from."""
    as_of = call.views.catch_up()
    scope = _scope(call)
    groups = call.views.groups.all(limit=SCOPES_LISTED).rows
    names = names_of(call, [scope, *(group.id for group in groups)])
    return call.page(
        "figure_reports.html",
        group="" if scope == COMMUNITY else scope,
        name=names[scope],
        periods=choices(call.views.reports.periods(scope)),
        groups=sorted(((group.id, names[group.id]) for group in groups), key=lambda one: one[1].casefold()),
        as_of=as_of.number,
    )


@get("/community/report/{report:str}", may=COORDINATORS_AND_AUDITORS)
def show_report(call: Call, report: FromPath[str]) -> Response[str] | Response[bytes]:
    """Show a report as a page to print; with .csv or .json after its period, as a file."""
    call.views.catch_up()
    named, scope = _named(report), _scope(call)
    # Exported reports contain only what everyone can see, whoever downloads them.
    found = call.views.reports.of(scope, named.period, "everyone")
    if found is None:
        raise NotFoundException
    if named.format != "html":
        return _sheet(found, named.format)
    names = names_of(call, [scope, *(one["group"] for one in found.figures.get("access") or ())])
    return call.page(
        "figure_report.html",
        report=found,
        group="" if scope == COMMUNITY else scope,
        name=names[scope],
        period=period_words(found.period),
        found=findings_of(found, labels_of(call.bank), names),
        sections=figure_sections(found.figures, meanings=meanings()),
        as_of=found.entry,
    )


@get("/community/everything", may=AUDITORS)
def show_everything(call: Call) -> Response[str]:
    """Show all figures with their definitions, now or at another point in time."""
    form, point = point_in_time(call, call.views.catch_up().number)
    return _everything_page(call, form, point)


@get("/community/everything.csv", may=AUDITORS)
def everything_csv(call: Call) -> Response[bytes]:
    """Send the same, one line per value."""
    return _file(all_figures_as_csv(_figures(call)).encode(), "text/csv; charset=utf-8", "csv")


@get("/community/everything.json", may=AUDITORS)
def everything_json(call: Call) -> Response[bytes]:
    """Send the same for programs, under stable keys."""
    return _file(all_figures_as_json(_figures(call)), "application/json", "json")


@post("/community/everything", may=AUDITORS)
def ask_everything(call: Call) -> Response[str] | Redirect:
    """Request figures at a point in time from another process, one point at a time."""
    form, point = point_in_time(call, call.views.catch_up().number)
    if not form.problems and point.is_now:
        form.refuse("at_entry", "required")
    if not form.problems:
        match call.views.requests.submit("statistics", point.number, point.day, call.now):
            case "busy":
                form.refuse(
                    "at_entry",
                    gettext("Figures for another point in time are being worked out. Try again when that has finished"),
                )
            case "too soon":
                form.refuse(
                    "at_entry",
                    gettext("Figures for another point in time were worked out a moment ago. Try again in a minute"),
                )
            case "accepted":
                return see_other(call.url("show_everything", **point.query))
    return _everything_page(call, form, point)


class NamedReport(NamedTuple):
    """The report that an address names, and its format."""

    period: str
    format: Format


def _named(name: str) -> NamedReport:
    """Read the name of a report: 2025, 2025-10.csv or 2025.json; else 404."""
    period, dot, suffix = name.partition(".")
    match suffix:
        case "csv" | "json":
            return NamedReport(period, suffix)
        case "" if not dot:
            return NamedReport(period, "html")
        case _:
            raise NotFoundException


def _scope(call: Call) -> str:
    """Return the community, or the group the address names."""
    group = call.query.one("group")
    if not group:
        return COMMUNITY
    if not is_identifier(group) or not is_group(GroupId(group)):
        raise NotFoundException
    return group


def _sheet(report: Report, suffix: Format) -> Response[bytes]:
    """Send the report as a file named after its period."""
    content = as_csv(report).encode() if suffix == "csv" else as_json(report)
    whose = "" if report.scope == COMMUNITY else f"-{report.scope}"
    return Response(
        content,
        media_type=MEDIA[suffix],
        headers={"content-disposition": f'attachment; filename="report-{report.period}{whose}.{suffix}"'},
    )


def _everything_page(call: Call, form: Form[PointInTimeForm], point: PointInTime) -> Response[str]:
    figures = _at(point, call.views)
    if figures and point.as_of:
        point = point._replace(number=figures.entry)
    requested = None if point.is_now else call.views.requests.latest("statistics")
    is_this = requested and requested.day == point.day and (bool(point.as_of) or requested.number == point.number)
    return call.page(
        "everything.html",
        form=form,
        point=point,
        figures=figures,
        requested=requested if is_this else None,
        is_behind=figures is not None and point.as_of is not None and figures.entry < point.last,
        lines=[line._replace(definition=gettext(line.definition)) for line in all_figures_lines(figures)]
        if figures
        else (),
        as_of=figures.entry if figures else point.number,
    )


def _at(point: PointInTime, views: Views) -> AllFigures | None:
    """Return the figures computed last, or those at a point in time."""
    if point.is_now:
        return views.reports.everything()
    return views.statistics.by_day(point.as_of) if point.as_of else views.statistics.at_entry(point.number)


def _figures(call: Call) -> AllFigures:
    """Return the figures for a file; 404 if they have not been computed."""
    form, point = point_in_time(call, call.views.catch_up().number)
    figures = None if form.problems else _at(point, call.views)
    if figures is None:
        raise NotFoundException
    return figures


def _file(content: bytes, media_type: str, suffix: str) -> Response[bytes]:
    return Response(
        content, media_type=media_type, headers={"content-disposition": f'attachment; filename="everything.{suffix}"'}
    )


class Findings(NamedTuple):
    """Everything the community page shows of a report; nothing if too few people to show."""

    report: Report
    period: str
    is_shown: bool
    in_all: str
    ways: WaysFinding | None
    participation: ParticipationFinding | None
    load: LoadFinding | None
    coming_back: str
    beginning: str
    breadth: Sequence[str]
    flow: Sequence[str]
    kinds: MixFinding | None
    categories: MixFinding | None
    months: MonthsFinding | None
    access: AccessFinding | None
    busy: YearBands | None


def findings_of(
    report: Report,
    labels: Mapping[str, str],
    groups: Mapping[str, str],
    months_before: Sequence[Mapping[str, Any]] = (),
    highest: int = 0,
) -> Findings:
    """Return what a report says, with the names of kinds of help and of groups.

    A report of a month is shown with the months before it. The chart of months has room for `highest` minutes.
    """
    figures = report.figures
    return Findings(
        report=report,
        period=period_words(report.period),
        is_shown=figures.get("entries") is not None,
        in_all=in_all(period_words(report.period), figures),
        ways=ways_of(report),
        participation=participation_of(report),
        load=load_of(figures),
        coming_back=coming_back(figures),
        beginning=beginning(figures),
        breadth=breadth(figures),
        flow=flow(figures),
        kinds=mix_of(figures.get("by_kind"), {kind: gettext(words) for kind, words in KINDS.items()}, by_times=True),
        categories=mix_of(figures.get("by_category"), labels),
        months=months_of(months_before or figures.get("months") or (), highest),
        access=access_of(figures, groups),
        busy=year_bands(figures["busy"], report.first_day, report.last_day) if figures.get("busy") else None,
    )


def latest(periods: Sequence[str]) -> str:
    """Return the period shown first: the latest closed year, or month if there is none; "" without any."""
    years = [period for period in periods if len(period) == YEAR_LENGTH]
    return max(years or periods, default="")


def choices(periods: Sequence[str]) -> list[tuple[str, str]]:
    """Return every closed period with its words, years before months, newest first."""
    ordered = sorted(periods, reverse=True)
    years = [period for period in ordered if len(period) == YEAR_LENGTH]
    months = [period for period in ordered if len(period) > YEAR_LENGTH]
    return [(period, period_words(period)) for period in (*years, *months)]
