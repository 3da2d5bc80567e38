"""Everything there is to compute of the book, unprotected: for auditors alone, to check and to study."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException

from projections.reports.report import EverythingKept
from projections.reports.sheet import everything_as_csv, everything_as_json, everything_lines
from projections.views import Views
from web.frame import page
from web.visitors import Asked
from web.words import gettext


@get("/community/everything", sync_to_thread=True)
def show_everything(request: Asked, views: NamedDependency[Views]) -> Response[str]:
    """All statistics of all time, those of the network too, each with its definition."""
    as_of = views.catch_up()
    kept = views.reports.everything()
    return page(
        request,
        "everything.html",
        kept=kept,
        lines=[line._replace(definition=gettext(line.definition)) for line in everything_lines(kept)] if kept else (),
        as_of=kept.entry if kept else as_of.number,
    )


@get("/community/everything.csv", sync_to_thread=True)
def everything_csv(views: NamedDependency[Views]) -> Response[bytes]:
    """The same, a line for each value."""
    return _file(everything_as_csv(_kept(views)).encode(), "text/csv; charset=utf-8", "csv")


@get("/community/everything.json", sync_to_thread=True)
def everything_json(views: NamedDependency[Views]) -> Response[bytes]:
    """The same for programs, under stable keys."""
    return _file(everything_as_json(_kept(views)), "application/json", "json")


PAGES = (show_everything, everything_csv, everything_json)


def _kept(views: Views) -> EverythingKept:
    """What was computed last; there is nothing to keep before that."""
    kept = views.reports.everything()
    if kept is None:
        raise NotFoundException
    return kept


def _file(content: bytes, media_type: str, suffix: str) -> Response[bytes]:
    return Response(
        content,
        media_type=media_type,
        headers={"content-disposition": f'attachment; filename="everything.{suffix}"'},
    )
