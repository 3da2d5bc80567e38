"""What moved each account, line by line, with the running totals after each line."""

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

# Only added to, so it has no key while it is loaded: the unique index is made when a rebuild has loaded everything.
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
_AS_THEY_BEGAN = Order(TOTALS.c.first, TOTALS.c.account, descending=False)
_AT_ONCE = 1_000
LATEST = 2**53 - 1
"""As an entry number: all there is."""


class StatementLine(NamedTuple):
    """One movement on one account, in minutes; negative where a reversal takes them back.

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


class Stood(NamedTuple):
    """An account at a moment: minutes given and received by then, what was taken back taken off."""

    account: AccountId
    given: int = 0
    received: int = 0


class Statements(ReadModel):
    """The statement of every account, in the order in which entries were recorded."""

    name = "statements"
    tables = (LINES, TOTALS)
    concerns = frozenset({ExchangeSettled, ExchangeReversed})

    def apply(self, batch: Sequence[IncomingEntry], rows: TableWriter) -> None:
        accounts = {posting.account for recorded in batch for posting in recorded.movements}
        so_far = {account: [*numbers] for account, *numbers in rows.of(TOTALS, accounts).values()}
        lines: list[tuple[Any, ...]] = []
        for recorded in batch:
            fact: Any = recorded.entry.data
            movements = recorded.movements
            number, at, given_on = recorded.number, recorded.entry.at, fact.given_on.isoformat()
            kind = "help" if len(fact.legs) == 1 else "skill-exchange"
            reversal = int(type(fact) is ExchangeReversed)
            for place, (account, given, received) in enumerate(movements):
                leg, other = fact.legs[place // 2], movements[place ^ 1].account
                total = so_far.setdefault(account, [0, 0, number])
                total[0] += given
                total[1] += received
                what = (fact.exchange, other, leg.category, given, received, total[0], total[1], kind, reversal)
                lines.append((account, number, place // 2, at, given_on, *what))
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
        """Lines of an account, the newest first: up to an entry, or of help that happened by a day."""
        if last_day is not None:
            day = last_day.isoformat()
            return _NEWEST_FIRST.page_of(self._engine, _BY_DAY, cursor, limit, _line, account=account, day=day)
        return _NEWEST_FIRST.page_of(self._engine, _OF_ACCOUNT, cursor, limit, _line, account=account, number=number)

    def stood(self, account: AccountId, number: int) -> Stood:
        """An account as it stood after an entry: the running totals of its last line by then; zeros before the first."""
        found = _STOOD.ask(self._engine, account=account, number=number)
        return Stood(account, *found[0]) if found else Stood(account)

    def accounts(self, number: int, cursor: Cursor | None = None, limit: int = 50) -> Page[Stood]:
        """Every account that anything had moved on by an entry, in the order in which they began, as it stood then."""
        return _AS_THEY_BEGAN.page_of(self._engine, _BEGUN, cursor, limit, lambda row: Stood(*row[1:]), number=number)

    def between(
        self, account: AccountId, first_day: date | None = None, last_day: date | None = None
    ) -> Iterator[StatementLine]:
        """Lines of an account for help that happened on these days, the oldest first; streamed, at any length.

        The running totals are those of the whole statement, so that they agree with every other page.
        """
        query = sa.select(LINES).where(LINES.c.account == account)
        if first_day:
            query = query.where(LINES.c.given_on >= first_day.isoformat())
        if last_day:
            query = query.where(LINES.c.given_on <= last_day.isoformat())
        query = query.order_by(LINES.c.number, LINES.c.leg).limit(_AT_ONCE)
        after = (-1, 0)
        while True:
            key = sa.tuple_(LINES.c.number, LINES.c.leg) > sa.tuple_(*map(sa.literal, after))
            with self._engine.connect() as connection:
                lines = [_line(row) for row in connection.execute(query.where(key))]
            yield from lines
            if len(lines) < _AT_ONCE:
                return
            after = (lines[-1].number, lines[-1].leg)


_OWN = LINES.c.account == sa.bindparam("account")
_UP_TO = LINES.c.number <= sa.bindparam("number")
_OF_ACCOUNT = sa.select(LINES).where(_OWN, _UP_TO)
_BY_DAY = sa.select(LINES).where(_OWN, LINES.c.given_on <= sa.bindparam("day"))
_STOOD = PreparedQuery(
    sa.select(LINES.c.given_so_far, LINES.c.received_so_far)
    .where(_OWN, _UP_TO)
    .order_by(LINES.c.number.desc(), LINES.c.leg.desc())
    .limit(1)
)


def _so_far(column: sa.Column[int]) -> sa.ScalarSelect[int]:
    return (
        sa.select(column)
        .where(LINES.c.account == TOTALS.c.account, _UP_TO)
        .order_by(LINES.c.number.desc(), LINES.c.leg.desc())
        .limit(1)
        .correlate(TOTALS)
        .scalar_subquery()
    )


_BEGUN = sa.select(
    TOTALS.c.first, TOTALS.c.account, _so_far(LINES.c.given_so_far), _so_far(LINES.c.received_so_far)
).where(TOTALS.c.first <= sa.bindparam("number"))


def _line(row: Any) -> StatementLine:
    _account, number, leg, at, given_on, *rest, reversal = row
    return StatementLine._make((number, leg, at, date.fromisoformat(given_on), *rest, bool(reversal)))
