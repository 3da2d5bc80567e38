"""The statement of an account: every movement in the order of the book, with the tallies after each."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple

from litestar import Response
from litestar.exceptions import ClientException, NotFoundException
from litestar.params import FromPath

from ledger.identifiers import AccountId, MemberId
from ledger.log.entry import instant
from projections.balances import Tally
from projections.pages import Page
from projections.statements import StatementLine, Stood
from projections.views import Views
from web.authorisation import OWNERS_COORDINATORS_AND_AUDITORS
from web.call import Call, get
from web.pages.choices import labels_of
from web.pages.moments import Moment, moment_asked
from web.pages.people import names_of
from web.words import gettext, today

LINES_ON_A_PAGE = 25


class BookLine(NamedTuple):
    """A line of the statement as it is told; `recorded_on` is the day on the community's calendar."""

    recorded_on: date
    other: str
    kind: str
    address: str
    line: StatementLine


class Month(NamedTuple):
    """The lines that were recorded in one month."""

    month: date
    lines: list[BookLine]


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
        raise ClientException(gettext("This is no place in the list.")) from error
    # What comes before this page ends with the first line of the older one: read, not added up.
    before = lines_from(found.older, 1).rows if found.older else []
    names = names_of(call, [holder, *(line.other for line in found.rows)])
    labels = labels_of(call.bank)
    url = call.url
    lines = [
        BookLine(
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


def _tally(views: Views, holder: AccountId, moment: Moment) -> Tally | Stood:
    if moment.is_now:
        return views.balances.of(holder)
    if moment.as_of is None:
        return views.statements.stood(holder, moment.number)
    return Stood(holder, *views.years.by_day([holder], moment.as_of).get(holder, (0, 0)))


def _months(lines: Sequence[BookLine]) -> list[Month]:
    by_month = groupby(lines, key=lambda line: line.recorded_on.replace(day=1))
    return [Month(month, list(some)) for month, some in by_month]
