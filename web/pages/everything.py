"""Everything there is to compute of the book, unprotected: for auditors alone, to check and to study."""

from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

from projections.reports.report import EverythingKept
from projections.reports.sheet import everything_as_csv, everything_as_json, everything_lines
from projections.views import Views
from web.authorisation import AUDITORS
from web.call import Call, get, post
from web.forms import Form
from web.frame import see_other
from web.pages.moments import Moment, MomentForm, moment_asked
from web.words import gettext


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
                form.refuse("at_entry", gettext("Another moment is being worked out just now. Ask again after that"))
            case "too soon":
                form.refuse("at_entry", gettext("Another moment was worked out just now. Ask again in a minute"))
            case "taken":
                return see_other(call.url("show_everything", **moment.asked))
    return _everything_page(call, form, moment)


def _everything_page(call: Call, form: Form[MomentForm], moment: Moment) -> Response[str]:
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


def _at(moment: Moment, views: Views) -> EverythingKept | None:
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
