"""What came out whenever the book was added up again: kept beside the read models, and not touched by their rebuilding.

A cache like kept reports: kept by the log's first entry, and thrown away when the last entry that was added up is no
longer in the log, as after a restore of an older copy.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from ledger.log.entry import instant
from ledger.log.places import PreparedQuery, make_tables
from ledger.log.store import Log
from projections.checks.comparison import AccountDifference
from projections.engine.locks import writing
from projections.engine.read_model import count, word
from projections.engine.tables import TableWriter
from projections.figures.reports.kept import Reports, entry_at

TABLES = sa.MetaData()
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

MOST_KEPT = 400
"""A year of days, and some that were asked for."""

MOST_LISTED = 100


class ReplayCheck(NamedTuple):
    """One time the book was added up: when, up to which entry, and what came out. Lengths are minutes.

    `is_whole`: all of it, and compared with balances too; otherwise up to an entry that somebody asked about. `differences`
    is how many numbers differ, `listed` the first of them. `trouble` says why it could not be done; "" when it could.
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
    def told_at(self) -> datetime:
        """The instant, to be shown."""
        return instant(self.at)

    @property
    def is_sound(self) -> bool:
        """Whether it could be done, nothing differs, and all that was given was received."""
        return not self.trouble and not self.differences and self.given == self.received


class ReplayStore:
    """The kept checks of one log. Questions are asked of `asking`, which may be the same engine."""

    def __init__(self, engine: sa.Engine, asking: sa.Engine, log: Log, reports: Reports) -> None:
        self._engine = engine
        self._asking = asking
        self._log = log
        self._reports = reports

    def prepare(self) -> None:
        """Makes the table if it is missing, and throws away what tells of entries that the log no longer has."""
        make_tables(self._engine, TABLES)
        for position, entry in _FURTHEST.ask(self._asking, log=self._reports.identity):
            if position and entry_at(self._log, position) != entry:
                with self._engine.connect() as connection, writing(connection):
                    connection.execute(sa.delete(CHECKS).where(CHECKS.c.log == self._reports.identity))

    def latest(self) -> ReplayCheck | None:
        """The last time that the whole book was added up."""
        return next(iter(self.history(1)), None)

    def history(self, limit: int) -> list[ReplayCheck]:
        """The last times that the whole book was added up, the latest first."""
        rows = _WHOLE.ask(self._asking, log=self._reports.identity, limit=limit)
        return [_check(row) for row in rows]

    def at_entry(self, number: int) -> ReplayCheck | None:
        """The last time that the book was added up to this entry, whether or not it was the last one then."""
        found = _AT_ENTRY.ask(self._asking, log=self._reports.identity, number=number)
        return _check(found[0]) if found else None

    def keep(self, check: ReplayCheck) -> None:
        """Keeps a check, and lets go of the oldest."""
        listed = msgspec.json.encode(check.listed[:MOST_LISTED]).decode()
        log, entry = self._reports.identity, entry_at(self._log, check.position)
        numbers = (check.accounts, check.given, check.received, check.differences)
        row = (log, check.at, int(check.is_whole), check.number, check.position, entry, *numbers, listed, check.trouble)
        with self._engine.connect() as connection, writing(connection):
            TableWriter(connection).replace(CHECKS, [row])
            oldest = connection.scalar(_OLDEST_KEPT, {"log": log})
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
_FURTHEST = PreparedQuery(
    sa.select(CHECKS.c.position, CHECKS.c.entry).where(_OF_LOG).order_by(CHECKS.c.number.desc()).limit(1)
)
_OLDEST_KEPT = sa.select(CHECKS.c.at).where(_OF_LOG).order_by(CHECKS.c.at.desc()).offset(MOST_KEPT).limit(1)
