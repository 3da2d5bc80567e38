"""The book at another moment: at an entry, as known at an instant, or as of a day; one of the three, asked for in the address."""

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
from projections.statements import StatementLine, Stood
from projections.views import Views
from web.framework.access import COORDINATORS_AND_AUDITORS, OWNERS_COORDINATORS_AND_AUDITORS
from web.framework.call import Call, get, turned
from web.framework.forms import Form, ascii_digits
from web.pages.exchanges.fields import labels_of
from web.wording.names import names_of
from web.wording.translation import gettext, later, speech, today

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?")
SENTENCES = {"known_at.too_long": later("Enter the date and time like this: 2026-11-21T18:30")}
LINES_ON_A_PAGE = 25


class MomentForm(msgspec.Struct):
    """One of the three, or none for the book as it is. An instant without a zone is meant where the community lives."""

    at_entry: Annotated[int, Meta(ge=1, le=999_999_999)] | None = None
    known_at: Annotated[str, Meta(max_length=40)] = ""
    as_of: date | None = None


@get("/balances", may=COORDINATORS_AND_AUDITORS)
def show_balances(call: Call) -> Response[str]:
    """Fifty accounts a page. All that was given was received by somebody, so the two sums are equal.

    At another moment the statements answer, whose lines know the totals after each, or, as of a day, everybody's years.
    """
    as_of = call.views.catch_up()
    fields = call.query
    form, moment = moment_asked(call, as_of.number)
    shown: Page[AccountBalance] | Page[Stood]
    if moment.is_now:
        shown = turned(lambda: call.views.balances.page(fields.one("after")))
    else:
        shown = turned(lambda: _at(moment, call.views, fields.one("after")))
    names = names_of(call, [tally.account for tally in shown.rows])
    return call.page(
        "balances.html",
        form=form,
        moment=moment,
        lines=[(names[tally.account], _statement(call, tally.account, moment), tally) for tally in shown.rows],
        older=shown.older,
        newer=shown.newer,
        total=call.views.balances.total(),
        check=call.views.replays.at_entry(moment.number) if not moment.is_now and not moment.as_of else None,
        as_of=moment.number,
    )


@get("/statements/{account:str}", may=OWNERS_COORDINATORS_AND_AUDITORS)
def show_statement(call: Call, account: FromPath[str]) -> Response[str]:
    """A member's statement, newest first, as it is or was at another moment; made to be printed."""
    as_of = call.views.catch_up()
    if call.views.members.of(MemberId(account)) is None:
        raise NotFoundException
    holder, fields = AccountId(account), call.query
    form, moment = moment_asked(call, as_of.number)

    def lines_from(cursor: str | None, limit: int) -> Page[StatementLine]:
        return call.views.statements.page(holder, cursor, limit, number=moment.number, last_day=moment.as_of)

    try:
        found = lines_from(fields.one("cursor") or None, LINES_ON_A_PAGE)
    except ValueError as error:
        raise ClientException(gettext("That page of the list does not exist.")) from error
    # What comes before this page ends with the first line of the older one: read, not added up.
    before = lines_from(found.older, 1).rows if found.older else []
    names = names_of(call, [holder, *(line.other for line in found.rows)])
    labels = labels_of(call.bank)
    url = call.url
    lines = [
        AccountLine(
            today(instant(line.at)),
            names[line.other],
            labels.get(line.category, line.category),
            url("show_exchange", exchange_id=line.exchange),
            line,
        )
        for line in found.rows
    ]
    return call.page(
        "statement.html",
        form=form,
        moment=moment,
        account=holder,
        is_mine=holder == call.visitor.member,
        tally=_tally(call.views, holder, moment),
        months=_months(lines),
        brought_forward=before[0] if before else None,
        newer=found.newer,
        older=found.older,
        name=names[holder],
        as_of=moment.number,
    )


class PointInTime(NamedTuple):
    """What a page is to show: everything up to entry `number`; with `as_of`, of that what had happened by the day.

    `asked` is what stands in addresses for it. `last` is the last entry there is.
    """

    number: int
    last: int
    as_of: date | None = None
    known_at: datetime | None = None
    asked: dict[str, str] = {}  # noqa: RUF012 - nobody changes it

    @property
    def is_now(self) -> bool:
        """Whether nothing else than the book as it is was asked for."""
        return not self.asked

    @property
    def day(self) -> str:
        """The day as it is kept; "" for all days."""
        return self.as_of.isoformat() if self.as_of else ""


def moment_asked(call: Call, last: int) -> tuple[Form[MomentForm], PointInTime]:
    """The moment that a page is asked for; with a mistake in the form, the book as it is."""
    form = call.form(MomentForm, SENTENCES)
    now = PointInTime(last, last)
    if form.problems:
        return form, now
    wish = form.wish
    typed = [name for name in ("at_entry", "known_at", "as_of") if form.value(name).strip()]
    if len(typed) > 1:
        form.refuse(typed[1], gettext("Fill in only one of these three"))
    elif wish.at_entry is not None:
        if wish.at_entry > last:
            form.refuse("at_entry", "too_large", last)
        return form, PointInTime(min(wish.at_entry, last), last, asked={"at_entry": str(wish.at_entry)})
    elif wish.known_at:
        known_at = _instant(ascii_digits(wish.known_at))
        if known_at is None:
            form.refuse("known_at", gettext("Enter the date and time like this: 2026-11-21T18:30"))
        else:
            asked = {"known_at": instant_text(known_at)}
            return form, PointInTime(call.views.journal.number_by(known_at), last, known_at=known_at, asked=asked)
    elif wish.as_of is not None:
        return form, PointInTime(last, last, as_of=wish.as_of, asked={"as_of": wish.as_of.isoformat()})
    return form, now


def _instant(typed: str) -> datetime | None:
    """An instant as browsers and entries write it; None for anything else."""
    if not _INSTANT.fullmatch(typed):
        return None
    try:
        moment = datetime.fromisoformat(typed)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=speech().zone)
        instant_text(moment)
    except (ValueError, OverflowError):
        return None
    return moment


def _at(moment: PointInTime, views: Views, cursor: str) -> Page[Stood]:
    """The accounts as they stood, in the order in which they began."""
    found = views.statements.accounts(moment.number, cursor)
    if moment.as_of is None:
        return found
    by_day = views.years.by_day([stood.account for stood in found.rows], moment.as_of)
    return found._replace(rows=[Stood(one.account, *by_day.get(one.account, (0, 0))) for one in found.rows])


def _statement(call: Call, account: AccountId, moment: PointInTime) -> str:
    """Where a member's statement is, at the same moment; groups and the community have none."""
    url = call.url
    return url("show_statement", account=account, **moment.asked) if is_member(account) else ""


class AccountLine(NamedTuple):
    """A line of the statement as it is told; `recorded_on` is the day on the community's calendar."""

    recorded_on: date
    other: str
    kind: str
    address: str
    line: StatementLine


class StatementMonth(NamedTuple):
    """The lines that were recorded in one month."""

    month: date
    lines: list[AccountLine]


def _tally(views: Views, holder: AccountId, moment: PointInTime) -> AccountBalance | Stood:
    if moment.is_now:
        return views.balances.of(holder)
    if moment.as_of is None:
        return views.statements.stood(holder, moment.number)
    return Stood(holder, *views.years.by_day([holder], moment.as_of).get(holder, (0, 0)))


def _months(lines: Sequence[AccountLine]) -> list[StatementMonth]:
    by_month = groupby(lines, key=lambda line: line.recorded_on.replace(day=1))
    return [StatementMonth(month, list(some)) for month, some in by_month]
