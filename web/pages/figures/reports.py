"""Reports of closed periods, to print or to hand on: with the figures that everyone may see, the community's or a group's."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from ledger.identifiers import GroupId, is_group, is_identifier
from projections.figures.reports.kept import COMMUNITY, EverythingKept, Report
from projections.figures.reports.sheet import (
    as_csv,
    as_json,
    everything_as_csv,
    everything_as_json,
    everything_lines,
    meanings,
)
from projections.views import Views
from web.drawing.year_bands import YearBands, year_bands
from web.framework.access import AUDITORS, COORDINATORS_AND_AUDITORS
from web.framework.call import Call, get, post
from web.framework.forms import Form
from web.framework.rendering import see_other
from web.pages.audit.accounts import MomentForm, PointInTime, moment_asked
from web.pages.exchanges.fields import labels_of
from web.pages.figures.findings import (
    AccessFinding,
    FacesFinding,
    LoadFinding,
    MixFinding,
    MonthsFinding,
    ParticipationFinding,
    access_of,
    faces_of,
    load_of,
    mix_of,
    months_of,
    participation_of,
    period_words,
)
from web.wording.figure_words import KINDS, sections
from web.wording.findings import beginning, breadth, coming_back, flow, in_all
from web.wording.names import names_of
from web.wording.translation import gettext

Shape = Literal["html", "csv", "json"]
MEDIA: dict[Shape, str] = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
SCOPES_LISTED = 50
YEAR_LENGTH = 4


@get("/community/reports", may=COORDINATORS_AND_AUDITORS)
def list_reports(call: Call) -> Response[str]:
    """The closed periods of the community, or of the group asked for, and the groups to choose from."""
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
    """One report: a page that prints, or with .csv or .json behind its period a sheet to keep."""
    call.views.catch_up()
    named, scope = _named(report), _scope(call)
    # What leaves the house holds what everyone may see, whoever fetches it.
    found = call.views.reports.of(scope, named.period, "everyone")
    if found is None:
        raise NotFoundException
    if named.shape != "html":
        return _sheet(found, named.shape)
    names = names_of(call, [scope, *(one["group"] for one in found.figures.get("access") or ())])
    return call.page(
        "figure_report.html",
        report=found,
        group="" if scope == COMMUNITY else scope,
        name=names[scope],
        period=period_words(found.period),
        found=findings_of(found, labels_of(call.bank), names),
        sections=sections(found.figures, meanings()),
        as_of=found.entry,
    )


@get("/community/everything", may=AUDITORS)
def show_everything(call: Call) -> Response[str]:
    """All statistics of all time, those of the network too, each with its definition; or as they were at another moment."""
    form, moment = moment_asked(call, call.views.catch_up().number)
    return _everything_page(call, form, moment)


@get("/community/everything.csv", may=AUDITORS)
def everything_csv(call: Call) -> Response[bytes]:
    """The same, a line for each value."""
    return _file(everything_as_csv(_kept(call)).encode(), "text/csv; charset=utf-8", "csv")


@get("/community/everything.json", may=AUDITORS)
def everything_json(call: Call) -> Response[bytes]:
    """The same for programs, under stable keys."""
    return _file(everything_as_json(_kept(call)), "application/json", "json")


@post("/community/everything", may=AUDITORS)
def ask_everything(call: Call) -> Response[str] | Redirect:
    """Asks for the figures at a moment to be made, by another process: one moment at a time."""
    form, moment = moment_asked(call, call.views.catch_up().number)
    if not form.problems and moment.is_now:
        form.refuse("at_entry", "required")
    if not form.problems:
        match call.views.wishes.ask("statistics", moment.number, moment.day, call.now):
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
            case "taken":
                return see_other(call.url("show_everything", **moment.asked))
    return _everything_page(call, form, moment)


class Named(NamedTuple):
    """The report that an address names: its period, and as what it is wanted."""

    period: str
    shape: Shape


def _named(name: str) -> Named:
    """2025, 2025-10.csv, 2025.json; anything else is no report."""
    period, dot, suffix = name.partition(".")
    match suffix:
        case "csv" | "json":
            return Named(period, suffix)
        case "" if not dot:
            return Named(period, "html")
        case _:
            raise NotFoundException


def _scope(call: Call) -> str:
    """The community, or the group that the address names."""
    group = call.query.one("group")
    if not group:
        return COMMUNITY
    if not is_identifier(group) or not is_group(GroupId(group)):
        raise NotFoundException
    return group


def _sheet(report: Report, shape: Shape) -> Response[bytes]:
    """The report as a file to keep, named after its period."""
    content = as_csv(report).encode() if shape == "csv" else as_json(report)
    whose = "" if report.scope == COMMUNITY else f"-{report.scope}"
    return Response(
        content,
        media_type=MEDIA[shape],
        headers={"content-disposition": f'attachment; filename="report-{report.period}{whose}.{shape}"'},
    )


def _everything_page(call: Call, form: Form[MomentForm], moment: PointInTime) -> Response[str]:
    kept = _at(moment, call.views)
    if kept and moment.as_of:
        moment = moment._replace(number=kept.entry)
    wish = None if moment.is_now else call.views.wishes.latest("statistics")
    is_this = wish is not None and wish.day == moment.day and (bool(moment.as_of) or wish.number == moment.number)
    return call.page(
        "everything.html",
        form=form,
        moment=moment,
        kept=kept,
        wish=wish if is_this else None,
        is_behind=kept is not None and moment.as_of is not None and kept.entry < moment.last,
        lines=[line._replace(definition=gettext(line.definition)) for line in everything_lines(kept)] if kept else (),
        as_of=kept.entry if kept else moment.number,
    )


def _at(moment: PointInTime, views: Views) -> EverythingKept | None:
    """What was computed last, or at the moment."""
    if moment.is_now:
        return views.reports.everything()
    return views.statistics.by_day(moment.as_of) if moment.as_of else views.statistics.at_entry(moment.number)


def _kept(call: Call) -> EverythingKept:
    """The same for a file; there is nothing to keep before it was computed."""
    form, moment = moment_asked(call, call.views.catch_up().number)
    kept = None if form.problems else _at(moment, call.views)
    if kept is None:
        raise NotFoundException
    return kept


def _file(content: bytes, media_type: str, suffix: str) -> Response[bytes]:
    return Response(
        content,
        media_type=media_type,
        headers={"content-disposition": f'attachment; filename="everything.{suffix}"'},
    )


class Findings(NamedTuple):
    """Everything that the community page tells of one report. Nothing where there are too few people to show."""

    report: Report
    period: str
    is_shown: bool
    in_all: str
    faces: FacesFinding | None
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
    """What a report says, with the names of kinds of help and of groups.

    A month's report has no months of its own: those before it are shown, up to the month itself. `highest` minutes have
    a place in the picture of the months at least.
    """
    figures = report.figures
    return Findings(
        report=report,
        period=period_words(report.period),
        is_shown=figures.get("entries") is not None,
        in_all=in_all(period_words(report.period), figures),
        faces=faces_of(report),
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
    """What is shown first: the latest closed year, or while there is none the latest month; "" without any."""
    years = [period for period in periods if len(period) == YEAR_LENGTH]
    return max(years or periods, default="")


def choices(periods: Sequence[str]) -> list[tuple[str, str]]:
    """Every closed period with its words, years before months, the newest of each first."""
    ordered = sorted(periods, reverse=True)
    years = [period for period in ordered if len(period) == YEAR_LENGTH]
    months = [period for period in ordered if len(period) > YEAR_LENGTH]
    return [(period, period_words(period)) for period in (*years, *months)]
