"""Whether the book adds up: what came out when it was last added up again, for everybody; asking for it, for its keepers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, NamedTuple

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from msgspec import Meta

from ledger.application.time_bank import TimeBank
from ledger.identifiers import AccountId
from ledger.log.entry import instant
from projections.replays.comparing import ALL_ACCOUNTS, Difference
from projections.replays.kept import ReplayCheck
from projections.views import Views
from web.forms import Fields, Form, decode
from web.frame import page, see_other
from web.pages.people import Names
from web.visitors import Asked, Visitor
from web.words import gettext, later

DAYS_SHOWN = 30

WHAT: Mapping[tuple[str, str], str] = {
    ("balances", "given"): later("Given, on the page of balances"),
    ("balances", "received"): later("Received, on the page of balances"),
    ("balances", "exchanges"): later("Exchanges, on the page of balances"),
    ("balances", "gifts_given"): later("Gifts given, on the page of balances"),
    ("balances", "gifts_received"): later("Gifts received, on the page of balances"),
    ("statements", "given"): later("Given so far, at the end of the statement"),
    ("statements", "received"): later("Received so far, at the end of the statement"),
    ("statements", "sum of given"): later("Given, all lines of the statement"),
    ("statements", "sum of received"): later("Received, all lines of the statement"),
}
COUNTS = frozenset({"exchanges", "gifts_given", "gifts_received"})


class ReplayForm(msgspec.Struct):
    """Up to which entry the book is to be added up; empty: all of it."""

    at_entry: Annotated[int, Meta(ge=1, le=999_999_999)] | None = None


class Row(NamedTuple):
    """A difference as it is told; minutes when `is_time`, else a count. The name is "" for all accounts together."""

    name: str
    what: str
    is_time: bool
    log: int
    shown: int


@get("/replay", sync_to_thread=True)
def show_replay(
    request: Asked, visitor: NamedDependency[Visitor], bank: NamedDependency[TimeBank], views: NamedDependency[Views]
) -> Response[str]:
    """The last time, and the times before; differences by account only for those who keep the book."""
    return _replay_page(request, visitor, bank, views, Form())


@post("/replay", status_code=303, sync_to_thread=True)
def ask_replay(
    request: Asked,
    fields: NamedDependency[Fields],
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
    now: NamedDependency[datetime],
) -> Response[str] | Redirect:
    """Asks for it to be done now, by another process: one at a time."""
    form = decode(ReplayForm, fields)
    if not form.problems:
        number, last = form.wish.at_entry or 0, views.catch_up().number
        if number > last:
            form.refuse("at_entry", "too_large", last)
        else:
            _ask(form, views, number, now)
    if form.problems:
        return _replay_page(request, visitor, bank, views, form)
    return see_other(f"{request.app.state.frame.url('show_replay')}#again")


PAGES = (show_replay, ask_replay)


def _ask(form: Form[ReplayForm], views: Views, number: int, now: datetime) -> None:
    match views.wishes.ask("replay", number, "", now):
        case "busy":
            form.refuse("at_entry", gettext("It is being added up up to another entry just now. Ask again after that"))
        case "too soon":
            form.refuse("at_entry", gettext("It was added up a moment ago. Ask again in a minute"))
        case "taken":
            pass


def _replay_page(
    request: Asked, visitor: Visitor, bank: TimeBank, views: Views, form: Form[ReplayForm]
) -> Response[str]:
    as_of = views.catch_up()
    latest, *earlier = views.replays.history(DAYS_SHOWN) or [None]
    keeps_the_book = visitor.coordinates or visitor.audits
    wish = views.wishes.latest("replay") if keeps_the_book else None
    at_entry = views.replays.at_entry(wish.number) if wish and wish.number and not wish.is_waiting else None
    return page(
        request,
        "replay.html",
        form=form,
        latest=latest,
        earlier=earlier,
        keeps_the_book=keeps_the_book,
        rows=_rows(latest, bank, views) if keeps_the_book else (),
        wish=wish,
        wished_at=instant(wish.at) if wish else None,
        at_entry=at_entry,
        rows_at_entry=_rows(at_entry, bank, views),
        as_of=as_of.number,
    )


def _rows(check: ReplayCheck | None, bank: TimeBank, views: Views) -> Sequence[Row]:
    if check is None or not check.listed:
        return ()
    names = Names(bank, views).of([AccountId(one.account) for one in check.listed if one.account != ALL_ACCOUNTS])
    return [_row(one, names) for one in check.listed]


def _row(one: Difference, names: Mapping[str, str]) -> Row:
    name = "" if one.account == ALL_ACCOUNTS else names[AccountId(one.account)]
    return Row(name, gettext(WHAT[one.read_model, one.what]), one.what not in COUNTS, one.log, one.shown)
