"""The journal: every entry of the log as a line, with its number, instant, actor and fingerprint, and its journal views."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import repeat
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ledger.exchanges.facts import ExchangeReported
from ledger.identifiers import AccountId, MemberId
from ledger.log.entry import Via, instant_text
from projections.engine.read_model import IncomingEntry, ReadModel, count, table, word
from projections.engine.tables import TableWriter
from projections.journal_views import COMMUNITY, COUNTS, VIEWS, JournalView, JournalViews

LINES = table(
    "journal_lines",
    count("number", key=True),
    count("position"),
    word("type"),
    word("at"),
    word("actor"),
    word("on_behalf"),
    word("via"),
    word("fingerprint"),
    sa.Index("journal_lines_by_type", "type", "number"),
    sa.Index("journal_lines_by_actor", "actor", "number"),
)
# Only appended to, so it has no key while it is loaded.
ACCOUNTS = table(
    "journal_accounts",
    word("account"),
    count("number"),
    sa.Index("journal_accounts_by_account", "account", "number", unique=True),
)
PARTIES = table("journal_parties", word("exchange", key=True), word("accounts"))
DAYS = table("journal_days", word("day", key=True), count("first"), count("last"))

LEAF = b"\x00"
"""The prefix of an entry's bytes when they are hashed as a leaf (RFC 6962, section 2.1)."""


class JournalFilter(NamedTuple):
    """What to show; what is left out is not filtered. Days are those of recording, where the community lives."""

    account: AccountId | Literal[""] = ""
    type: str = ""
    actor: MemberId | Literal[""] = ""
    view: JournalView | Literal[""] = ""
    first_day: date | None = None
    last_day: date | None = None


class JournalLine(NamedTuple):
    """One entry. `fingerprint` is the hex SHA-256 of a zero byte and the entry's bytes, as in the transparency log."""

    number: int
    position: int
    type: str
    at: str
    actor: MemberId
    on_behalf: MemberId | Literal[""]
    via: Via
    fingerprint: str


class Journal(ReadModel):
    """The whole log, newest entry first."""

    name = "journal"
    tables = (LINES, ACCOUNTS, PARTIES, DAYS, COMMUNITY, VIEWS, COUNTS)

    def apply(self, batch: Sequence[IncomingEntry], rows: TableWriter) -> None:
        facts = [one.entry.data for one in batch]
        about: list[tuple[str, ...]] = [fact.about for fact in facts]
        # A fact that names no account concerns the parties of its exchange, which are known from its report.
        silent = {one for fact, accounts in zip(facts, about, strict=True) if not accounts for one in fact.exchanges}
        parties = {id: tuple(accounts.split()) for id, accounts in rows.of(PARTIES, silent).values()}
        added: dict[str, tuple[str, ...]] = {}
        lines: list[tuple[Any, ...]] = []
        concerned: list[tuple[str, int]] = []
        days: dict[str, list[int]] = {}
        views = JournalViews(rows)
        for (number, position, data, entry, _), accounts in zip(batch, about, strict=True):
            fact, at = entry.data, entry.at
            if not accounts:
                accounts = next((parties[one] for one in fact.exchanges if one in parties), ())
            elif type(fact) is ExchangeReported:
                added[fact.exchange] = parties[fact.exchange] = accounts
            fingerprint = hashlib.sha256(LEAF + data).hexdigest()
            lines.append((number, position, entry.type, at, entry.actor, entry.on_behalf or "", entry.via, fingerprint))
            views.add(number, entry)
            concerned += zip(accounts, repeat(number))
            day = days.get(at[:10]) or days.setdefault(at[:10], [number, number])
            day[1] = number
        rows.insert(LINES, lines)
        rows.insert(ACCOUNTS, concerned)
        rows.insert(PARTIES, [(exchange, " ".join(accounts)) for exchange, accounts in added.items()])
        views.write()
        before = rows.of(DAYS, days.keys())
        rows.replace(
            DAYS, [(day, before[day][1] if day in before else first, last) for day, (first, last) in days.items()]
        )

    def page(
        self, wanted: JournalFilter | None = None, before: int | None = None, after: int | None = None, limit: int = 25
    ) -> list[JournalLine]:
        """The lines just below number `before`, or else just above number `after`; newest first."""
        wanted = wanted or JournalFilter()
        with self._engine.connect() as connection:
            number = LINES.c.number
            if wanted.account or wanted.view:
                number = VIEWS.c.number if wanted.view else ACCOUNTS.c.number
            query = _filtered(connection, wanted, number)
            if before is not None:
                query = query.where(number < before)
            if after is not None:
                query = query.where(number > after)
            upwards = after is not None and before is None
            query = query.order_by(number.asc() if upwards else number.desc()).limit(limit)
            found = [JournalLine(*row) for row in connection.execute(query)]
        return found[::-1] if upwards else found

    def line(self, number: int) -> JournalLine | None:
        """One entry by its number."""
        return next(iter(self.lines([number])), None)

    def lines(self, numbers: Sequence[int]) -> list[JournalLine]:
        """These entries in order, for a sample."""
        query = sa.select(LINES).where(LINES.c.number.in_(numbers)).order_by(LINES.c.number)
        return [JournalLine(*row) for row in self._all(query)] if numbers else []

    def recorded_in(self, first_day: date | None, last_day: date | None, upto: int) -> tuple[int, int]:
        """The first and the last entry, up to `upto`, that were recorded on these days; (1, 0) if there are none."""
        wanted = JournalFilter(first_day=first_day, last_day=last_day)
        with self._engine.connect() as connection:
            query = _filtered(connection, wanted, LINES.c.number).where(LINES.c.number <= upto)
            ends = [query.order_by(order).limit(1) for order in (LINES.c.number.asc(), LINES.c.number.desc())]
            first, last = (connection.execute(end).first() for end in ends)
        return (first[0], last[0]) if first and last else (1, 0)

    def view_counts(self) -> dict[JournalView, int]:
        """The number of entries in each journal view; empty ones are left out."""
        return {row.chapter: row.entries for row in self._all(sa.select(COUNTS))}

    def number_at(self, position: int) -> int:
        """The number of the last entry up to a position; 0 before the first.

        Numbers have no gaps and are never larger than positions, so binary search finds it without an extra index.
        """
        return self._last(_POSITION, position, highest=position)

    def number_by(self, moment: datetime) -> int:
        """The number of the last entry that was recorded by an instant; 0 before the first.

        Also by binary search: if the clocks of two processes differ slightly, either order of their entries is fine.
        """
        return self._last(_AT, instant_text(moment), highest=None)

    def _last(self, query: sa.Select[tuple[Any]], bound: int | str, *, highest: int | None) -> int:
        """The largest number whose value is not above the bound; values increase with numbers."""
        with self._engine.connect() as connection:
            last = connection.scalar(sa.select(LINES.c.number).order_by(LINES.c.number.desc()).limit(1)) or 0
            low = 0
            high = middle = last if highest is None else min(highest, last)
            while low < high:
                value: Any = connection.execute(query, {"number": middle}).scalar_one()
                if value <= bound:
                    low = middle
                else:
                    high = middle - 1
                middle = (low + high + 1) // 2
        return low


_POSITION = sa.select(LINES.c.position).where(LINES.c.number == sa.bindparam("number"))
_AT = sa.select(LINES.c.at).where(LINES.c.number == sa.bindparam("number"))


def _filtered(connection: sa.Connection, wanted: JournalFilter, number: sa.Column[int]) -> sa.Select[*tuple[Any, ...]]:
    query = sa.select(LINES)
    if wanted.account:
        query = query.join(ACCOUNTS, ACCOUNTS.c.number == LINES.c.number).where(ACCOUNTS.c.account == wanted.account)
    if wanted.view:
        query = query.join(VIEWS, VIEWS.c.number == LINES.c.number).where(VIEWS.c.chapter == wanted.view)
    equal = ((LINES.c.type, wanted.type), (LINES.c.actor, wanted.actor))
    query = query.where(*(column == value for column, value in equal if value))
    if wanted.first_day or wanted.last_day:
        since, until = _instants(connection, wanted)
        first, last = _numbers(connection, since, until)
        query = query.where(LINES.c.at >= since, LINES.c.at < until, number.between(first, last))
    return query


def _instants(connection: sa.Connection, wanted: JournalFilter) -> tuple[str, str]:
    """When the wanted days begin and end where the community lives, as entries write instants."""
    zone = ZoneInfo(connection.scalar(sa.select(COMMUNITY.c.time_zone)) or "UTC")
    first, last = wanted.first_day or date.min + timedelta(days=1), wanted.last_day or date.max - timedelta(days=2)
    since = datetime.combine(first, time.min, zone)
    until = datetime.combine(last + timedelta(days=1), time.min, zone)
    return instant_text(since), instant_text(until)


def _numbers(connection: sa.Connection, since: str, until: str) -> tuple[int, int]:
    """The first and the last entry that these instants can hold, found by day: clocks may differ a little."""
    ends = sa.select(sa.func.min(DAYS.c.first), sa.func.max(DAYS.c.last))
    first, last = connection.execute(ends.where(DAYS.c.day >= since[:10], DAYS.c.day <= until[:10])).one()
    return (first, last) if first is not None else (1, 0)
