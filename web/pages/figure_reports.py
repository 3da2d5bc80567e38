"""Reports of closed periods, to print or to hand on: with the figures that everyone may see, the community's or a group's."""

from typing import Literal, NamedTuple

from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from ledger.identifiers import GroupId, is_group, is_identifier
from projections.reports.report import COMMUNITY, Report
from projections.reports.sheet import as_csv, as_json, meanings
from web.authorisation import COORDINATORS_AND_AUDITORS
from web.call import Call, get
from web.closed_periods import choices
from web.figure_words import sections
from web.findings import findings_of, period_words
from web.pages.choices import labels_of
from web.pages.people import names_of

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
