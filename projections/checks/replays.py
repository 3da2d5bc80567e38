"""How the log adds up: the totals of every account recomputed from the log alone, and compared with the read models.

The results of these replays are stored beside the read models, by the log's first entry, and survive a rebuild. They are
dropped when the last entry replayed is no longer in the log, as after restoring an older backup.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Literal, NamedTuple

import msgspec
import sqlalchemy as sa

from ledger.identifiers import AccountId
from ledger.log.entry import instant
from ledger.log.places import PreparedQuery
from ledger.log.store import Log
from ledger.refusals import NoSuchEntry
from ledger.replay import Replayed, Until, replay
from projections.balances import ACCOUNTS
from projections.balances import TOTALS as BALANCE_TOTALS
from projections.engine.locks import writing
from projections.engine.read_model import checkpoints, count, stored_tables, word
from projections.engine.tables import TableWriter
from projections.figures.reports.kept import Reports, entry_at
from projections.statements import LAST_LINES, LINES, UP_TO_ENTRY

ALL_ACCOUNTS = "all accounts"
_ON_BALANCES = ("given", "received", "exchanges", "gifts_given", "gifts_received")
_ON_STATEMENTS = ("given", "received")
_SUMS = ("sum of given", "sum of received")
_ROWS_PER_FETCH = 2_000

ReplayProgress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and of how much."""


class AccountDifference(msgspec.Struct, frozen=True):
    """A number of an account, in minutes or a count, that the log and a read model do not agree on."""

    account: str
    read_model: Literal["balances", "statements"]
    what: str
    log: int
    shown: int


class ReplayCheck(NamedTuple):
    """The result of one replay: when, up to which entry, and what differed. Lengths are minutes.

    `is_whole`: all of the log, compared with balances too; otherwise up to a requested entry. `differences` is how many
    numbers differ, `listed` the first of them. `trouble` says why it could not be done; "" if it could.
    """

    at: str
    is_whole: bool
    number: int
    position: int
    accounts: int = 0
    given: int = 0
    received: int = 0
    differences: int = 0
    listed: tuple[AccountDifference, ...] = ()
    trouble: str = ""

    @property
    def checked_at(self) -> datetime:
        """When it was done."""
        return instant(self.at)

    @property
    def is_sound(self) -> bool:
        """Whether it could be done, nothing differs, and all that was given was received."""
        return not self.trouble and not self.differences and self.given == self.received


def compare(log: Log, engine: sa.Engine, at: str, at_entry: int | None, progress: ReplayProgress) -> ReplayCheck:
    """Replay the log and compare read models with it; they should be up to date. `at` is the present instant.

    They are read in one snapshot of the database, and the log up to the last entry they include there, so entries that arrive
    meanwhile are no difference. With `at_entry` only statements are compared; a number beyond what they include is refused.
    """
    with _snapshot(engine) as connection:
        known = checkpoints(connection)
        latest = min((known[name].number for name in ("balances", "statements") if name in known), default=0)
        number = latest if at_entry is None else at_entry
        if number > latest:
            raise NoSuchEntry(entries=latest, number=number)
        replayed = replay(log, Until(number=number), progress=lambda done: progress("Reading the log", done, number))
        progress("Comparing", 0, 1)
        found = list(_on_statements(connection, replayed))
        if at_entry is None:
            found += _on_balances(connection, replayed)
        progress("Comparing", 1, 1)
    found.sort(key=lambda one: (one.read_model, one.account))
    totals = (len(replayed.accounts), replayed.given, replayed.received)
    stopped = (
        f"The read model of {one.name} stopped: {one.stopped_by}." for one in sorted(known.values()) if one.stopped_by
    )
    entry = (replayed.number, replayed.position)
    return ReplayCheck(at, at_entry is None, *entry, *totals, len(found), tuple(found), " ".join(stopped))


@contextmanager
def _snapshot(engine: sa.Engine) -> Generator[sa.Connection]:
    """A connection that sees nothing of what is written after its first query."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection
        connection.rollback()


def _on_balances(connection: sa.Connection, replayed: Replayed) -> Iterator[AccountDifference]:
    rows = _rows(connection, sa.select(*(ACCOUNTS.c[name] for name in ("account", *_ON_BALANCES))))
    expected: Mapping[AccountId, tuple[int, ...]] = {
        account: tuple(getattr(totals, name) for name in _ON_BALANCES) for account, totals in replayed.accounts.items()
    }
    yield from _compare_accounts("balances", _ON_BALANCES, expected, rows)
    totals = connection.execute(sa.select(BALANCE_TOTALS.c.given, BALANCE_TOTALS.c.received)).fetchall()
    shown = totals[0] if totals else (0, 0)
    yield from _differences("balances", ALL_ACCOUNTS, _ON_STATEMENTS, (replayed.given, replayed.received), shown)


def _on_statements(connection: sa.Connection, replayed: Replayed) -> Iterator[AccountDifference]:
    """Compare the running totals on the last line that each account has by then, and the sums of its lines."""
    expected = {account: (totals.given, totals.received) for account, totals in replayed.accounts.items()}
    given = {"number": replayed.number}
    yield from _compare_accounts("statements", _ON_STATEMENTS, expected, _rows(connection, LAST_LINES, given))
    yield from _compare_accounts("statements", _SUMS, expected, _rows(connection, _SUMS_OF_LINES, given))


def _compare_accounts(
    read_model: Literal["balances", "statements"],
    names: tuple[str, ...],
    expected: Mapping[AccountId, tuple[int, ...]],
    rows: Iterable[Any],
) -> Iterator[AccountDifference]:
    """Compare each account that either side knows; one that is missing on a side has zeros there."""
    zeros = (0,) * len(names)
    known: set[str] = set()
    for account, *shown in rows:
        known.add(account)
        numbers = tuple(number or 0 for number in shown)
        if numbers != expected.get(account, zeros):
            yield from _differences(read_model, account, names, expected.get(account, zeros), numbers)
    for account in expected.keys() - known:
        yield from _differences(read_model, account, names, expected[account], zeros)


def _differences(
    read_model: Literal["balances", "statements"],
    account: str,
    names: tuple[str, ...],
    expected: Iterable[int],
    shown: Iterable[int],
) -> Iterator[AccountDifference]:
    for name, log, read in zip(names, expected, shown, strict=True):
        if log != read:
            yield AccountDifference(account, read_model, name, log, read)


def _rows(connection: sa.Connection, query: sa.Select[*tuple[Any, ...]], given: Any = None) -> Iterator[Any]:
    yield from connection.execute(query, given, execution_options={"yield_per": _ROWS_PER_FETCH})


_SUMS_OF_LINES = (
    sa.select(
        LINES.c.account,
        # Sums of integers are numerics on PostgreSQL.
        sa.cast(sa.func.sum(LINES.c.given), sa.BigInteger),
        sa.cast(sa.func.sum(LINES.c.received), sa.BigInteger),
    )
    .where(UP_TO_ENTRY)
    .group_by(LINES.c.account)
)


TABLES = stored_tables("replays")
CHECKS = sa.Table(
    "kept_replays",
    TABLES,
    word("log", key=True),
    word("at", key=True),
    count("is_whole"),
    count("number"),
    count("position"),
    word("entry"),
    count("accounts"),
    count("given"),
    count("received"),
    count("differences"),
    word("listed"),
    word("trouble"),
    sa.Index("kept_replays_by_kind", "log", "is_whole", "at"),
    sa.Index("kept_replays_by_number", "log", "number", "at"),
)

MAX_STORED = 400
"""A year of daily replays, and some that were requested."""

MAX_LISTED = 100


class ReplayStore:
    """The stored checks of one log. Queries go to `reader`, which can be the same engine."""

    def __init__(self, engine: sa.Engine, reader: sa.Engine, log: Log, reports: Reports) -> None:
        self._engine = engine
        self._reader = reader
        self._log = log
        self._reports = reports

    def prepare(self) -> None:
        """Create the table if it is missing, and drop checks of entries that the log no longer has."""
        TABLES.open(self._engine)
        for position, entry in _LAST_REPLAYED.ask(self._reader, log=self._reports.identity):
            if position and entry_at(self._log, position) != entry:
                with self._engine.connect() as connection, writing(connection):
                    connection.execute(sa.delete(CHECKS).where(CHECKS.c.log == self._reports.identity))

    def latest(self) -> ReplayCheck | None:
        """The last check of the whole log."""
        return next(iter(self.history(1)), None)

    def history(self, limit: int) -> list[ReplayCheck]:
        """The last checks of the whole log, newest first."""
        return [_check(row) for row in _WHOLE.ask(self._reader, log=self._reports.identity, limit=limit)]

    def at_entry(self, number: int) -> ReplayCheck | None:
        """The last check up to this entry, whether or not it was the last one then."""
        found = _AT_ENTRY.ask(self._reader, log=self._reports.identity, number=number)
        return _check(found[0]) if found else None

    def add(self, check: ReplayCheck) -> None:
        """Store a check, and delete the oldest ones."""
        listed = msgspec.json.encode(check.listed[:MAX_LISTED]).decode()
        log, entry = self._reports.identity, entry_at(self._log, check.position)
        at, is_whole, number, position, *numbers, _, trouble = check
        row = (log, at, int(is_whole), number, position, entry, *numbers, listed, trouble)
        with self._engine.connect() as connection, writing(connection):
            TableWriter(connection).replace(CHECKS, [row])
            oldest = connection.scalar(_OLDEST_STORED, {"log": log})
            if oldest is not None:
                connection.execute(sa.delete(CHECKS).where(CHECKS.c.log == log, CHECKS.c.at <= oldest))


def _check(row: Sequence[Any]) -> ReplayCheck:
    at, is_whole, number, position, *numbers, listed, trouble = row
    differences = msgspec.json.decode(str(listed), type=tuple[AccountDifference, ...])
    return ReplayCheck._make((at, bool(is_whole), number, position, *numbers, differences, trouble))


_SHOWN = [column for column in CHECKS.c if column.name not in {"log", "entry"}]
_OF_LOG = CHECKS.c.log == sa.bindparam("log")
_WHOLE = PreparedQuery(
    sa.select(*_SHOWN).where(_OF_LOG, CHECKS.c.is_whole == 1).order_by(CHECKS.c.at.desc()).limit(sa.bindparam("limit"))
)
_AT_ENTRY = PreparedQuery(
    sa.select(*_SHOWN)
    .where(_OF_LOG, CHECKS.c.number == sa.bindparam("number"), CHECKS.c.trouble == "")
    .order_by(CHECKS.c.at.desc())
    .limit(1)
)
_LAST_REPLAYED = PreparedQuery(
    sa.select(CHECKS.c.position, CHECKS.c.entry).where(_OF_LOG).order_by(CHECKS.c.number.desc()).limit(1)
)
_OLDEST_STORED = sa.select(CHECKS.c.at).where(_OF_LOG).order_by(CHECKS.c.at.desc()).offset(MAX_STORED).limit(1)
