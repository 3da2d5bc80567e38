"""Everything there is to compute of the book, unprotected: for auditors alone, to check and to study."""

from datetime import datetime

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

from projections.reports.report import EverythingKept
from projections.reports.sheet import everything_as_csv, everything_as_json, everything_lines
from projections.views import Views
from web.forms import Fields, Form, query_fields
from web.frame import page, see_other
from web.pages.moments import Moment, MomentForm, moment_asked
from web.visitors import Asked
from web.words import gettext


@get("/community/everything", sync_to_thread=True)
def show_everything(request: Asked, views: NamedDependency[Views]) -> Response[str]:
    """All statistics of all time, those of the network too, each with its definition; or as they were at another moment."""
    form, moment = moment_asked(query_fields(request), views, views.catch_up().number)
    return _everything_page(request, views, form, moment)


@get("/community/everything.csv", sync_to_thread=True)
def everything_csv(request: Asked, views: NamedDependency[Views]) -> Response[bytes]:
    """The same, a line for each value."""
    return _file(everything_as_csv(_kept(request, views)).encode(), "text/csv; charset=utf-8", "csv")


@get("/community/everything.json", sync_to_thread=True)
def everything_json(request: Asked, views: NamedDependency[Views]) -> Response[bytes]:
    """The same for programs, under stable keys."""
    return _file(everything_as_json(_kept(request, views)), "application/json", "json")


@post("/community/everything", status_code=303, sync_to_thread=True)
def ask_everything(
    request: Asked, fields: NamedDependency[Fields], views: NamedDependency[Views], now: NamedDependency[datetime]
) -> Response[str] | Redirect:
    """Asks for the figures at a moment to be made, by another process: one moment at a time."""
    form, moment = moment_asked(fields, views, views.catch_up().number)
    if not form.problems and moment.is_now:
        form.refuse("at_entry", "required")
    if not form.problems:
        match views.wishes.ask("statistics", moment.number, moment.day, now):
            case "busy":
                form.refuse("at_entry", gettext("Another moment is being worked out just now. Ask again after that"))
            case "too soon":
                form.refuse("at_entry", gettext("Another moment was worked out just now. Ask again in a minute"))
            case "taken":
                return see_other(request.app.state.frame.url("show_everything", **moment.asked))
    return _everything_page(request, views, form, moment)


PAGES = (show_everything, everything_csv, everything_json, ask_everything)


def _everything_page(request: Asked, views: Views, form: Form[MomentForm], moment: Moment) -> Response[str]:
    kept = _at(moment, views)
    if kept and moment.as_of:
        moment = moment._replace(number=kept.entry)
    wish = None if moment.is_now else views.wishes.latest("statistics")
    is_this = wish is not None and wish.day == moment.day and (bool(moment.as_of) or wish.number == moment.number)
    return page(
        request,
        "everything.html",
        form=form,
        moment=moment,
        kept=kept,
        wish=wish if is_this else None,
        is_behind=kept is not None and moment.as_of is not None and kept.entry < moment.last,
        lines=[line._replace(definition=gettext(line.definition)) for line in everything_lines(kept)] if kept else (),
        as_of=kept.entry if kept else moment.number,
    )


def _at(moment: Moment, views: Views) -> EverythingKept | None:
    """What was computed last, or at the moment."""
    if moment.is_now:
        return views.reports.everything()
    return views.statistics.by_day(moment.as_of) if moment.as_of else views.statistics.at_entry(moment.number)


def _kept(request: Asked, views: Views) -> EverythingKept:
    """The same for a file; there is nothing to keep before it was computed."""
    form, moment = moment_asked(query_fields(request), views, views.catch_up().number)
    kept = None if form.problems else _at(moment, views)
    if kept is None:
        raise NotFoundException
    return kept


def _file(content: bytes, media_type: str, suffix: str) -> Response[bytes]:
    return Response(
        content,
        media_type=media_type,
        headers={"content-disposition": f'attachment; filename="everything.{suffix}"'},
    )
