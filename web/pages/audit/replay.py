"""Whether the book adds up: what came out when it was last added up again, for everybody; asking for it, for its keepers."""

from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple

import msgspec
from litestar import Response
from litestar.response import Redirect
from msgspec import Meta

from ledger.identifiers import AccountId
from ledger.log.entry import instant
from projections.checks.replays import ALL_ACCOUNTS, AccountDifference, ReplayCheck
from web.framework.access import COORDINATORS_AND_AUDITORS, MEMBERS
from web.framework.call import Call, get, post
from web.framework.forms import Form
from web.framework.rendering import see_other
from web.wording.names import names_of
from web.wording.translation import gettext, later

DAYS_SHOWN = 30

WHAT: Mapping[tuple[str, str], str] = {
    ("balances", "given"): later("Given, on the Balances page"),
    ("balances", "received"): later("Received, on the Balances page"),
    ("balances", "exchanges"): later("Exchanges, on the Balances page"),
    ("balances", "gifts_given"): later("Gifts given, on the Balances page"),
    ("balances", "gifts_received"): later("Gifts received, on the Balances page"),
    ("statements", "given"): later("Given so far, at the end of the statement"),
    ("statements", "received"): later("Received so far, at the end of the statement"),
    ("statements", "sum of given"): later("Given, all lines of the statement added up"),
    ("statements", "sum of received"): later("Received, all lines of the statement added up"),
}
COUNTS = frozenset({"exchanges", "gifts_given", "gifts_received"})


class ReplayForm(msgspec.Struct):
    """Up to which entry the book is to be added up; empty: all of it."""

    at_entry: Annotated[int, Meta(ge=1, le=999_999_999)] | None = None


class DifferenceRow(NamedTuple):
    """A difference as it is told; minutes when `is_time`, else a count. The name is "" for all accounts together."""

    name: str
    what: str
    is_time: bool
    log: int
    shown: int


@get("/replay", may=MEMBERS)
def show_replay(call: Call) -> Response[str]:
    """The last time, and the times before; differences by account only for those who keep the book."""
    return _replay_page(call, Form())


@post("/replay", may=COORDINATORS_AND_AUDITORS)
def ask_replay(call: Call) -> Response[str] | Redirect:
    """Asks for it to be done now, by another process: one at a time."""
    form = call.form(ReplayForm)
    if not form.problems:
        number, last = form.wish.at_entry or 0, call.views.catch_up().number
        if number > last:
            form.refuse("at_entry", "too_large", last)
        else:
            _ask(call, form, number)
    if form.problems:
        return _replay_page(call, form)
    return see_other(f"{call.url('show_replay')}#again")


def _ask(call: Call, form: Form[ReplayForm], number: int) -> None:
    match call.views.requests.submit("replay", number, "", call.now):
        case "busy":
            form.refuse("at_entry", gettext("A check up to another entry is running. Try again when it has finished"))
        case "too soon":
            form.refuse("at_entry", gettext("This was checked a moment ago. Try again in a minute"))
        case "accepted":
            pass


def _replay_page(call: Call, form: Form[ReplayForm]) -> Response[str]:
    as_of = call.views.catch_up()
    latest, *earlier = call.views.replays.history(DAYS_SHOWN) or [None]
    keeps_the_book = call.visitor.keeps_the_book
    wish = call.views.requests.latest("replay") if keeps_the_book else None
    at_entry = call.views.replays.at_entry(wish.number) if wish and wish.number and not wish.is_waiting else None
    return call.page(
        "replay.html",
        form=form,
        latest=latest,
        earlier=earlier,
        keeps_the_book=keeps_the_book,
        rows=_rows(call, latest) if keeps_the_book else (),
        wish=wish,
        wished_at=instant(wish.at) if wish else None,
        at_entry=at_entry,
        rows_at_entry=_rows(call, at_entry),
        as_of=as_of.number,
    )


def _rows(call: Call, check: ReplayCheck | None) -> Sequence[DifferenceRow]:
    if check is None or not check.listed:
        return ()
    names = names_of(call, [AccountId(one.account) for one in check.listed if one.account != ALL_ACCOUNTS])
    return [_row(one, names) for one in check.listed]


def _row(one: AccountDifference, names: Mapping[str, str]) -> DifferenceRow:
    name = "" if one.account == ALL_ACCOUNTS else names[AccountId(one.account)]
    return DifferenceRow(name, gettext(WHAT[one.read_model, one.what]), one.what not in COUNTS, one.log, one.shown)
