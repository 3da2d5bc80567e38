"""Statements: every change of each account, line by line, with the running totals after each line."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa

from ledger.exchanges.facts import ExchangeReversed, ExchangeSettled
from ledger.identifiers import AccountId, CategoryKey, ExchangeId
from ledger.log.places import PreparedQuery
from projections.engine.paging import Cursor, Order, Page
from projections.engine.read_model import IncomingEntry, ReadModel, count, table, word
from projections.engine.tables import TableWriter

# Only appended to, so it has no key while it is loaded: the unique index is created when a rebuild has loaded everything.
LINES = table(
    "statement_lines",
    word("account"),
    count("number"),
    count("leg"),
    word("at"),
    word("given_on"),
    word("exchange"),
    word("other"),
    word("category"),
    count("given"),
    count("received"),
    count("given_so_far"),
    count("received_so_far"),
    word("kind"),
    count("reversal"),
    sa.Index("statement_lines_by_account", "account", "number", "leg", unique=True),
)
TOTALS = table(
    "statement_totals",
    word("account", key=True),
    count("given"),
    count("received"),
    count("first"),
    sa.Index("statement_totals_by_first", "first", "account"),
    clustered=True,
)

_NEWEST_FIRST = Order(LINES.c.number, LINES.c.leg, descending=True)
_BY_FIRST_ENTRY = Order(TOTALS.c.first, TOTALS.c.account, descending=False)
_LINES_PER_QUERY = 1_000
LATEST = 2**53 - 1
"""As an entry number: all entries."""


class StatementLine(NamedTuple):
    """One posting to an account, in minutes; negative where a reversal takes them back.

    `leg` counts from 0 within the entry. `at` is when it was recorded, `given_on` the day it happened.
    """

    number: int
    leg: int
    at: str
    given_on: date
    exchange: ExchangeId
    other: AccountId
    category: CategoryKey
    given: int
    received: int
    given_so_far: int
    received_so_far: int
    kind: Literal["help", "skill-exchange"]
    reversal: bool


class StatementTotals(NamedTuple):
    """An account at a point in time: minutes given and received by then, less what was taken back."""

    account: AccountId
    given: int = 0
    received: int = 0


class Statements(ReadModel):
    """The statement of every account, in the order in which entries were recorded."""

    name = "statements"
    tables = (LINES, TOTALS)
    concerns = frozenset({ExchangeSettled, ExchangeReversed})

    def apply(self, batch: Sequence[IncomingEntry], rows: TableWriter) -> None:
        accounts = {posting.account for incoming in batch for posting in incoming.postings}
        so_far = {account: [*numbers] for account, *numbers in rows.of(TOTALS, accounts).values()}
        lines: list[tuple[Any, ...]] = []
        for incoming in batch:
            fact: Any = incoming.entry.data
            postings = incoming.postings
            number, at, given_on = incoming.number, incoming.entry.at, fact.given_on.isoformat()
            kind = "help" if len(fact.legs) == 1 else "skill-exchange"
            reversal = int(type(fact) is ExchangeReversed)
            for index, (account, given, received) in enumerate(postings):
                leg, other = fact.legs[index // 2], postings[index ^ 1].account
                total = so_far.setdefault(account, [0, 0, number])
                total[0] += given
                total[1] += received
                what = (fact.exchange, other, leg.category, given, received, total[0], total[1], kind, reversal)
                lines.append((account, number, index // 2, at, given_on, *what))
        rows.insert(LINES, lines)
        rows.replace(TOTALS, [(account, *total) for account, total in so_far.items()])

    def page(
        self,
        account: AccountId,
        cursor: Cursor | None = None,
        limit: int = 25,
        *,
        number: int = LATEST,
        last_day: date | None = None,
    ) -> Page[StatementLine]:
        """The lines of an account, newest first: up to an entry, or of help that happened by a day."""
        if last_day is not None:
            day = last_day.isoformat()
            return _NEWEST_FIRST.page_of(self._engine, _BY_DAY, cursor, limit, _line, account=account, day=day)
        return _NEWEST_FIRST.page_of(self._engine, _OF_ACCOUNT, cursor, limit, _line, account=account, number=number)

    def totals_at(self, account: AccountId, number: int) -> StatementTotals:
        """An account after an entry: the running totals of its last line by then; zeros before the first."""
        found = _TOTALS_AT.ask(self._engine, account=account, number=number)
        return StatementTotals(account, *found[0]) if found else StatementTotals(account)

    def accounts(self, number: int, cursor: Cursor | None = None, limit: int = 50) -> Page[StatementTotals]:
        """Every account with a line by an entry, in the order of their first lines, with its totals after that entry."""
        return _BY_FIRST_ENTRY.page_of(
            self._engine, _ALL_TOTALS_AT, cursor, limit, lambda row: StatementTotals(*row[1:]), number=number
        )

    def between(
        self, account: AccountId, first_day: date | None = None, last_day: date | None = None
    ) -> Iterator[StatementLine]:
        """Stream the lines of an account for help that happened on these days, oldest first.

        The running totals are those of the whole statement, so that they agree with every other page.
        """
        query = sa.select(LINES).where(LINES.c.account == account)
        if first_day:
            query = query.where(LINES.c.given_on >= first_day.isoformat())
        if last_day:
            query = query.where(LINES.c.given_on <= last_day.isoformat())
        query = query.order_by(LINES.c.number, LINES.c.leg).limit(_LINES_PER_QUERY)
        after = (-1, 0)
        while True:
            key = sa.tuple_(LINES.c.number, LINES.c.leg) > sa.tuple_(*map(sa.literal, after))
            lines = [_line(row) for row in self._all(query.where(key))]
            yield from lines
            if len(lines) < _LINES_PER_QUERY:
                return
            after = (lines[-1].number, lines[-1].leg)


_OWN = LINES.c.account == sa.bindparam("account")
UP_TO_ENTRY = LINES.c.number <= sa.bindparam("number")
_OF_ACCOUNT = sa.select(LINES).where(_OWN, UP_TO_ENTRY)
_BY_DAY = sa.select(LINES).where(_OWN, LINES.c.given_on <= sa.bindparam("day"))
_TOTALS_AT = PreparedQuery(
    sa.select(LINES.c.given_so_far, LINES.c.received_so_far)
    .where(_OWN, UP_TO_ENTRY)
    .order_by(LINES.c.number.desc(), LINES.c.leg.desc())
    .limit(1)
)


def _so_far(column: sa.Column[int]) -> sa.ScalarSelect[int]:
    return (
        sa.select(column)
        .where(LINES.c.account == TOTALS.c.account, UP_TO_ENTRY)
        .order_by(LINES.c.number.desc(), LINES.c.leg.desc())
        .limit(1)
        .correlate(TOTALS)
        .scalar_subquery()
    )


_LAST_TOTALS = (TOTALS.c.account, _so_far(LINES.c.given_so_far), _so_far(LINES.c.received_so_far))
LAST_LINES = sa.select(*_LAST_TOTALS)
"""The totals of every account after an entry; nulls where it has no line by then."""
_ALL_TOTALS_AT = sa.select(TOTALS.c.first, *_LAST_TOTALS).where(TOTALS.c.first <= sa.bindparam("number"))


def _line(row: Any) -> StatementLine:
    _account, number, leg, at, given_on, *rest, reversal = row
    return StatementLine._make((number, leg, at, date.fromisoformat(given_on), *rest, bool(reversal)))
