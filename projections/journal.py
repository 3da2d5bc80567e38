"""Every entry of the log as a line: number, instant, who, the fingerprint of its bytes, and the chapters it belongs to."""

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
from projections.journal_views import CHAPTERS, COMMUNITY, COUNTS, JournalView, JournalViews

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
# Only added to, so it has no key while it is loaded.
ACCOUNTS = table(
    "journal_accounts",
    word("account"),
    count("number"),
    sa.Index("journal_accounts_by_account", "account", "number", unique=True),
)
PARTIES = table("journal_parties", word("exchange", key=True), word("accounts"))
DAYS = table("journal_days", word("day", key=True), count("first"), count("last"))

LEAF = b"\x00"
"""In front of an entry's bytes when they are hashed as a leaf (RFC 6962, section 2.1)."""


class JournalFilter(NamedTuple):
    """What to show; whatever is left out stands for everything. Days are those of recording, where the community lives."""

    account: AccountId | Literal[""] = ""
    type: str = ""
    actor: MemberId | Literal[""] = ""
    chapter: JournalView | Literal[""] = ""
    first_day: date | None = None
    last_day: date | None = None


class JournalLine(NamedTuple):
    """One entry. `fingerprint` is the hex SHA-256 of a zero byte and the entry's bytes, as in its transparency log."""

    number: int
    position: int
    type: str
    at: str
    actor: MemberId
    on_behalf: MemberId | Literal[""]
    via: Via
    fingerprint: str


class Journal(ReadModel):
    """The whole log, the newest entry first."""

    name = "journal"
    tables = (LINES, ACCOUNTS, PARTIES, DAYS, COMMUNITY, CHAPTERS, COUNTS)

    def apply(self, batch: Sequence[IncomingEntry], rows: TableWriter) -> None:
        facts = [one.entry.data for one in batch]
        about: list[tuple[str, ...]] = [fact.about for fact in facts]
        # What names no account of its own is about the parties of its exchange, known from its report.
        silent = {one for fact, accounts in zip(facts, about, strict=True) if not accounts for one in fact.exchanges}
        parties = {id: tuple(accounts.split()) for id, accounts in rows.of(PARTIES, silent).values()}
        added: dict[str, tuple[str, ...]] = {}
        lines: list[tuple[Any, ...]] = []
        concerned: list[tuple[str, int]] = []
        days: dict[str, list[int]] = {}
        chapters = JournalViews(rows)
        for (number, position, data, entry, _), accounts in zip(batch, about, strict=True):
            fact, at = entry.data, entry.at
            if not accounts:
                accounts = next((parties[one] for one in fact.exchanges if one in parties), ())
            elif type(fact) is ExchangeReported:
                added[fact.exchange] = parties[fact.exchange] = accounts
            fingerprint = hashlib.sha256(LEAF + data).hexdigest()
            lines.append((number, position, entry.type, at, entry.actor, entry.on_behalf or "", entry.via, fingerprint))
            chapters.take_in(number, entry)
            concerned += zip(accounts, repeat(number))
            day = days.get(at[:10]) or days.setdefault(at[:10], [number, number])
            day[1] = number
        rows.insert(LINES, lines)
        rows.insert(ACCOUNTS, concerned)
        rows.insert(PARTIES, [(exchange, " ".join(accounts)) for exchange, accounts in added.items()])
        chapters.write()
        before = rows.of(DAYS, days.keys())
        rows.replace(
            DAYS, [(day, before[day][1] if day in before else first, last) for day, (first, last) in days.items()]
        )

    def page(
        self,
        wanted: JournalFilter | None = None,
        before: int | None = None,
        after: int | None = None,
        limit: int = 25,
    ) -> list[JournalLine]:
        """Lines with a smaller number than `before`, or else the next with a larger one than `after`; the newest first."""
        wanted = wanted or JournalFilter()
        with self._engine.connect() as connection:
            number = LINES.c.number
            if wanted.account or wanted.chapter:
                number = CHAPTERS.c.number if wanted.chapter else ACCOUNTS.c.number
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
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(LINES).where(LINES.c.number == number)).first()
        return JournalLine(*row) if row else None

    def lines(self, numbers: Sequence[int]) -> list[JournalLine]:
        """These entries, in their order; as many as a sample holds, in one question."""
        query = sa.select(LINES).where(LINES.c.number.in_(numbers)).order_by(LINES.c.number)
        with self._engine.connect() as connection:
            return [JournalLine(*row) for row in connection.execute(query)] if numbers else []

    def recorded_in(self, first_day: date | None, last_day: date | None, upto: int) -> tuple[int, int]:
        """The first and the last entry, up to `upto`, that were recorded in these days; (1, 0) when there is none."""
        wanted = JournalFilter(first_day=first_day, last_day=last_day)
        with self._engine.connect() as connection:
            query = _filtered(connection, wanted, LINES.c.number).where(LINES.c.number <= upto)
            ends = [query.order_by(order).limit(1) for order in (LINES.c.number.asc(), LINES.c.number.desc())]
            first, last = (connection.execute(end).first() for end in ends)
        return (first[0], last[0]) if first and last else (1, 0)

    def chapters(self) -> dict[JournalView, int]:
        """How many entries each chapter has; those without any are left out."""
        with self._engine.connect() as connection:
            return {row.chapter: row.entries for row in connection.execute(sa.select(COUNTS))}

    def number_at(self, position: int) -> int:
        """The number of the last entry up to a position; 0 before the first.

        Numbers have no gaps and are never larger than positions, so it is found by halving, without an index of its own.
        """
        return self._last(_POSITION, position, highest=position)

    def number_by(self, moment: datetime) -> int:
        """The number of the last entry that was recorded by an instant; 0 before the first.

        Found by halving too: where the clocks of two processes differ by a little, either order of their entries will do.
        """
        return self._last(_AT, instant_text(moment), highest=None)

    def _last(self, question: sa.Select[tuple[Any]], bound: int | str, *, highest: int | None) -> int:
        """The largest number whose value is not above the bound; values go up with numbers."""
        with self._engine.connect() as connection:
            last = connection.scalar(sa.select(LINES.c.number).order_by(LINES.c.number.desc()).limit(1)) or 0
            low = 0
            high = middle = last if highest is None else min(highest, last)
            while low < high:
                value: Any = connection.execute(question, {"number": middle}).scalar_one()
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
    if wanted.chapter:
        query = query.join(CHAPTERS, CHAPTERS.c.number == LINES.c.number).where(CHAPTERS.c.chapter == wanted.chapter)
    if wanted.type:
        query = query.where(LINES.c.type == wanted.type)
    if wanted.actor:
        query = query.where(LINES.c.actor == wanted.actor)
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
