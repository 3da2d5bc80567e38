"""Reports of closed periods, to print or to hand on: with the figures that everyone may see, the community's or a group's."""

from typing import Literal, NamedTuple

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
from web.framework.access import AUDITORS, COORDINATORS_AND_AUDITORS
from web.framework.call import Call, get, post
from web.framework.forms import Form
from web.framework.rendering import see_other
from web.pages.audit.accounts import MomentForm, PointInTime, moment_asked
from web.pages.exchanges.choices import labels_of
from web.pages.figures.community import choices
from web.pages.figures.findings import findings_of, period_words
from web.wording.figure_words import sections
from web.wording.names import names_of
from web.wording.translation import gettext

Shape = Literal["html", "csv", "json"]

MEDIA: dict[Shape, str] = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
SCOPES_LISTED = 50


class Named(NamedTuple):
    """The report that an address names: its period, and as what it is wanted."""

    period: str
    shape: Shape


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


@get("/community/everything", may=AUDITORS)
def show_everything(call: Call) -> Response[str]:
    """All statistics of all time, those of the network too, each with its definition; or as they were at another moment."""
    form, moment = moment_asked(call, call.views.catch_up().number)
    return _everything_page(call, form, moment)


@get("/community/everything.csv", may=AUDITORS)
def everything_csv(call: Call) -> Response[bytes]:
    """The same, a line for each value."""
    return _file(all_figures_as_csv(_kept(call)).encode(), "text/csv; charset=utf-8", "csv")


@get("/community/everything.json", may=AUDITORS)
def everything_json(call: Call) -> Response[bytes]:
    """The same for programs, under stable keys."""
    return _file(all_figures_as_json(_kept(call)), "application/json", "json")


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
        lines=[line._replace(definition=gettext(line.definition)) for line in all_figures_lines(kept)] if kept else (),
        as_of=kept.entry if kept else moment.number,
    )


def _at(moment: PointInTime, views: Views) -> AllFigures | None:
    """What was computed last, or at the moment."""
    if moment.is_now:
        return views.reports.everything()
    return views.statistics.by_day(moment.as_of) if moment.as_of else views.statistics.at_entry(moment.number)


def _kept(call: Call) -> AllFigures:
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
