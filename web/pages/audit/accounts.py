"""Balances and statements, now or at another point in time: an entry, an instant or a day named in the address."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Annotated, NamedTuple

import msgspec
from litestar import Response
from litestar.exceptions import ClientException, NotFoundException
from litestar.params import FromPath
from msgspec import Meta

from ledger.identifiers import AccountId, MemberId, is_member
from ledger.log.entry import instant, instant_text
from projections.balances import AccountBalance
from projections.engine.paging import Page
from projections.statements import StatementLine, StatementTotals
from projections.views import Views
from web.framework.access import COORDINATORS_AND_AUDITORS, OWNERS_COORDINATORS_AND_AUDITORS
from web.framework.call import Call, get, page_from_cursor
from web.framework.forms import Form, ascii_digits
from web.pages.exchanges.fields import labels_of
from web.wording.names import names_of
from web.wording.translation import N_, current_locale, gettext, today

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?")
SENTENCES = {"known_at.too_long": N_("Enter the date and time like this: 2026-11-21T18:30")}
LINES_ON_A_PAGE = 25


class PointInTimeForm(msgspec.Struct):
    """One of the three, or none for now. An instant without a time zone is in the community's own."""

    at_entry: Annotated[int, Meta(ge=1, le=999_999_999)] | None = None
    known_at: Annotated[str, Meta(max_length=40)] = ""
    as_of: date | None = None


@get("/balances", may=COORDINATORS_AND_AUDITORS)
def show_balances(call: Call) -> Response[str]:
    """Show fifty accounts a page. The hours given and received are equal in total.

    In the past, balances come from the totals in statements, or for a day from everyone's years.
    """
    as_of = call.views.catch_up()
    fields = call.query
    form, point = point_in_time(call, as_of.number)
    shown: Page[AccountBalance] | Page[StatementTotals]
    if point.is_now:
        shown = page_from_cursor(lambda: call.views.balances.page(fields.one("after")))
    else:
        shown = page_from_cursor(lambda: _at(point, call.views, fields.one("after")))
    names = names_of(call, [balance.account for balance in shown.rows])
    return call.page(
        "balances.html",
        form=form,
        point=point,
        lines=[(names[balance.account], _statement(call, balance.account, point), balance) for balance in shown.rows],
        older=shown.older,
        newer=shown.newer,
        total=call.views.balances.total(),
        check=call.views.replays.at_entry(point.number) if not point.is_now and not point.as_of else None,
        as_of=point.number,
    )


@get("/statements/{account:str}", may=OWNERS_COORDINATORS_AND_AUDITORS)
def show_statement(call: Call, account: FromPath[str]) -> Response[str]:
    """Show a member's statement, newest first, now or at another point in time. It can be printed."""
    as_of = call.views.catch_up()
    if call.views.members.of(MemberId(account)) is None:
        raise NotFoundException
    holder, fields = AccountId(account), call.query
    form, point = point_in_time(call, as_of.number)

    def lines_from(cursor: str | None, limit: int) -> Page[StatementLine]:
        return call.views.statements.page(holder, cursor, limit, number=point.number, last_day=point.as_of)

    try:
        found = lines_from(fields.one("cursor") or None, LINES_ON_A_PAGE)
    except ValueError as error:
        raise ClientException(gettext("That page of the list does not exist.")) from error
    # The first line of the older page holds the totals brought forward.
    before = lines_from(found.older, 1).rows if found.older else []
    names = names_of(call, [holder, *(line.other for line in found.rows)])
    labels = labels_of(call.bank)
    lines = [
        AccountLine(
            today(instant(line.at)),
            names[line.other],
            labels.get(line.category, line.category),
            call.url("show_exchange", exchange_id=line.exchange),
            line,
        )
        for line in found.rows
    ]
    return call.page(
        "statement.html",
        form=form,
        point=point,
        account=holder,
        is_mine=holder == call.visitor.member,
        balance=_balance(call.views, holder, point),
        months=_months(lines),
        brought_forward=before[0] if before else None,
        newer=found.newer,
        older=found.older,
        name=names[holder],
        as_of=point.number,
    )


class PointInTime(NamedTuple):
    """What a page shows: everything up to entry `number`. With `as_of`, only what had happened by that day.

    `query` is how an address asks for it. `last` is the newest entry.
    """

    number: int
    last: int
    as_of: date | None = None
    known_at: datetime | None = None
    query: dict[str, str] = {}  # noqa: RUF012 - never changed

    @property
    def is_now(self) -> bool:
        """Whether this is the present."""
        return not self.query

    @property
    def day(self) -> str:
        """The day as it is stored; "" for none."""
        return self.as_of.isoformat() if self.as_of else ""


def point_in_time(call: Call, last: int) -> tuple[Form[PointInTimeForm], PointInTime]:
    """Return the point in time that the address asks for; the present if it makes no sense."""
    form = call.form(PointInTimeForm, SENTENCES)
    now = PointInTime(last, last)
    if form.problems:
        return form, now
    typed = form.data
    filled = [name for name in ("at_entry", "known_at", "as_of") if form.value(name).strip()]
    if len(filled) > 1:
        form.refuse(filled[1], gettext("Fill in only one of these three"))
    elif typed.at_entry is not None:
        if typed.at_entry > last:
            form.refuse("at_entry", "too_large", last)
        return form, PointInTime(min(typed.at_entry, last), last, query={"at_entry": str(typed.at_entry)})
    elif typed.known_at:
        known_at = _instant(ascii_digits(typed.known_at))
        if known_at is None:
            form.refuse("known_at", gettext("Enter the date and time like this: 2026-11-21T18:30"))
        else:
            query = {"known_at": instant_text(known_at)}
            return form, PointInTime(call.views.journal.number_by(known_at), last, known_at=known_at, query=query)
    elif typed.as_of is not None:
        return form, PointInTime(last, last, as_of=typed.as_of, query={"as_of": typed.as_of.isoformat()})
    return form, now


def _instant(typed: str) -> datetime | None:
    """Read an instant as browsers and entries write it; None for anything else."""
    if not _INSTANT.fullmatch(typed):
        return None
    try:
        moment = datetime.fromisoformat(typed)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=current_locale().zone)
        instant_text(moment)
    except (ValueError, OverflowError):
        return None
    return moment


def _at(point: PointInTime, views: Views, cursor: str) -> Page[StatementTotals]:
    """Return the balances at a point in time, in the order in which the accounts began."""
    found = views.statements.accounts(point.number, cursor)
    if point.as_of is None:
        return found
    by_day = views.years.by_day([stood.account for stood in found.rows], point.as_of)
    return found._replace(rows=[StatementTotals(one.account, *by_day.get(one.account, (0, 0))) for one in found.rows])


def _statement(call: Call, account: AccountId, point: PointInTime) -> str:
    """Return the address of a member's statement at the same point; groups and the community have none."""
    return call.url("show_statement", account=account, **point.query) if is_member(account) else ""


class AccountLine(NamedTuple):
    """A line of a statement. `recorded_on` is a date in the community's time zone."""

    recorded_on: date
    other: str
    kind: str
    address: str
    line: StatementLine


class StatementMonth(NamedTuple):
    """The lines recorded in one month."""

    month: date
    lines: list[AccountLine]


def _balance(views: Views, holder: AccountId, point: PointInTime) -> AccountBalance | StatementTotals:
    if point.is_now:
        return views.balances.of(holder)
    if point.as_of is None:
        return views.statements.totals_at(holder, point.number)
    return StatementTotals(holder, *views.years.by_day([holder], point.as_of).get(holder, (0, 0)))


def _months(lines: Sequence[AccountLine]) -> list[StatementMonth]:
    by_month = groupby(lines, key=lambda line: line.recorded_on.replace(day=1))
    return [StatementMonth(month, list(some)) for month, some in by_month]
