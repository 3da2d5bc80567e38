"""What moved each account, line by line, with the running totals after each line."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa

from ledger.events import ExchangeReversed, ExchangeSettled
from ledger.identifiers import AccountId, CategoryKey, ExchangeId
from projections.columns import count, table, word
from projections.pages import Cursor, Order, Page
from projections.read_model import ReadModel, Recorded
from projections.rows import Rows

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
TOTALS = table("statement_totals", word("account", key=True), count("given"), count("received"), clustered=True)

_NEWEST_FIRST = Order(LINES.c.number, LINES.c.leg, descending=True)
_AT_ONCE = 1_000


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


class Statements(ReadModel):
    """The statement of every account, in the order in which entries were recorded."""

    name = "statements"
    tables = (LINES, TOTALS)
    concerns = frozenset({ExchangeSettled, ExchangeReversed})

    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        accounts = {posting.account for recorded in batch for posting in recorded.movements}
        so_far = {account: [given, received] for account, given, received in rows.of(TOTALS, accounts).values()}
        lines: list[tuple[Any, ...]] = []
        for recorded in batch:
            fact: Any = recorded.entry.data
            movements = recorded.movements
            number, at, given_on = recorded.number, recorded.entry.at, fact.given_on.isoformat()
            kind = "help" if len(fact.legs) == 1 else "skill-exchange"
            reversal = int(type(fact) is ExchangeReversed)
            for place, (account, given, received) in enumerate(movements):
                leg, other = fact.legs[place // 2], movements[place ^ 1].account
                total = so_far.setdefault(account, [0, 0])
                total[0] += given
                total[1] += received
                what = (fact.exchange, other, leg.category, given, received, total[0], total[1], kind, reversal)
                lines.append((account, number, place // 2, at, given_on, *what))
        rows.insert(LINES, lines)
        rows.replace(TOTALS, [(account, *total) for account, total in so_far.items()])

    def page(self, account: AccountId, cursor: Cursor | None = None, limit: int = 25) -> Page[StatementLine]:
        """Lines of an account, the newest first."""
        return _NEWEST_FIRST.page_of(self._engine, _OF_ACCOUNT, cursor, limit, _line, account=account)

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


_OF_ACCOUNT = sa.select(LINES).where(LINES.c.account == sa.bindparam("account"))


def _line(row: Any) -> StatementLine:
    _account, number, leg, at, given_on, *rest, reversal = row
    return StatementLine._make((number, leg, at, date.fromisoformat(given_on), *rest, bool(reversal)))
