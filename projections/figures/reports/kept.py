"""Stored reports: the protected figures of a closed month or year, and the entry they are based on."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa

from ledger.log.places import PreparedQuery
from ledger.log.store import Log
from projections.engine.read_model import count, fingerprint, stored_tables, word
from projections.engine.tables import TableWriter
from projections.figures.privacy.cells import Audience
from projections.figures.reports.periods import last_closing, recorded_until

COMMUNITY = "community"
"""The scope that is not a group."""


class Late(msgspec.Struct, frozen=True):
    """What was recorded too late to count, or taken back too late to be left out; minutes to five hours."""

    entries: int
    taken_back: int
    minutes: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one closed period, for these readers. Whatever is recorded later, only what is late changes.

    `scope` is "community" or a group's identifier; `period` is 2025 or 2025-10. The period closed at the end of `known_on`,
    when `entry` was the last entry. Late entries are checked whenever a later month closes, most recently up to `looked_at`.
    If `late` is None, nothing is late, or too few people to say so (then `late_hidden`). Hidden `figures` are None.
    """

    scope: str
    period: str
    audience: Audience
    first_day: date
    last_day: date
    known_on: date
    entry: int
    looked_at: int
    late: Late | None
    late_hidden: bool
    figures: dict[str, Any]


class AllFigures(msgspec.Struct, frozen=True, kw_only=True):
    """All figures, unprotected, of everything up to an entry: for auditors only.

    `statistics` has the fields of `Statistics`, `graph` those of `Graph`.
    """

    entry: int
    as_of: date
    statistics: dict[str, Any]
    graph: dict[str, Any]


TABLES = stored_tables("reports")
"""Not part of the read models: a rebuild neither makes nor compares them."""


MONTH_LENGTH = len("2025-10")


REPORTS = sa.Table(
    "kept_reports",
    TABLES,
    word("log", key=True),
    word("scope", key=True),
    word("audience", key=True),
    word("period", key=True),
    word("report"),
    word("month"),
)


TIES = sa.Table("kept_ties", TABLES, word("log", key=True), word("period", key=True), word("version"), word("ties"))


STATE = sa.Table(
    "kept_figures",
    TABLES,
    word("log", key=True),
    word("made_by"),
    count("number"),
    count("position"),
    word("entry"),
    word("known_on"),
    word("founded_on"),
    word("everything"),
)


class State(NamedTuple):
    """How far figures are up to date: the last entry that was read, and the day at whose end a period closed last.

    `made_by` is the version of the method: when it changes, all reports are made again.
    """

    log: str
    made_by: str = ""
    number: int = 0
    position: int = 0
    entry: str = ""
    known_on: str = ""
    founded_on: str = ""
    everything: str = ""


METHOD_VERSION = "1"
"""Raised when the method of making reports changes, so that all are made again."""


class Reports:
    """The stored reports of one log."""

    def __init__(self, engine: sa.Engine, log: Log) -> None:
        self._engine = engine
        self._log = log
        self._identity = ""

    def prepare(self) -> None:
        """Create missing tables, and delete reports based on entries that the log no longer has."""
        TABLES.open(self._engine)
        state = self.state()
        if state.position and entry_at(self._log, state.position) != state.entry:
            with self._engine.execution_options(writes=True).begin() as connection:
                delete_reports(connection, state.log)

    @property
    def identity(self) -> str:
        """The fingerprint of the log's first entry, which identifies it; "" while it is empty."""
        if not self._identity:
            first = self._log.from_position(0, limit=1)
            self._identity = fingerprint(first[0].data) if first else ""
        return self._identity

    def of(self, scope: str, period: str, audience: Audience) -> Report | None:
        """Return the report of a closed period; None if there is none, or it has not been made yet."""
        found = _REPORT.ask(self._engine, log=self.identity, scope=scope, audience=audience, period=period)
        return msgspec.json.decode(found[0][0], type=Report) if found else None

    def periods(self, scope: str) -> list[str]:
        """Return the closed periods that have a report, newest first; a year comes after its months."""
        return [row[0] for row in _PERIODS.ask(self._engine, log=self.identity, scope=scope)]

    def months_before(self, scope: str, audience: Audience, month: str, count: int) -> list[dict[str, Any]]:
        """Return the last `count` closed months up to and including `month`, oldest first, as a year's report lists its own."""
        found = _MONTHS.ask(
            self._engine, log=self.identity, scope=scope, audience=audience, last=month, at_most=max(0, count)
        )
        return [msgspec.json.decode(row[0]) for row in reversed(found)]

    def kept_at(self) -> int:
        """Return the number of the last entry that was read; 0 if no figures have been made yet."""
        return self.state().number

    def everything(self) -> AllFigures | None:
        """Return all figures, unprotected, for auditors; None if they have not been made yet."""
        found = _EVERYTHING.ask(self._engine, log=self.identity)
        return msgspec.json.decode(found[0][0], type=AllFigures) if found and found[0][0] else None

    def state(self) -> State:
        """Return how far figures are up to date."""
        found = _STATE.ask(self._engine, log=self.identity)
        return State(self.identity, *found[0]) if found else State(self.identity)


def is_due(reports: Reports, log: Log, now: datetime, time_zone: str) -> bool:
    """Whether there are new entries, or a period has closed since. Takes two small queries."""
    state = reports.state()
    if not state.position or state.made_by != METHOD_VERSION or log.head() != state.position:
        return bool(log.head())
    day = recorded_until(now).astimezone(ZoneInfo(time_zone)).date()
    closing = last_closing(date.fromisoformat(state.founded_on), day)
    return closing is not None and str(closing) > state.known_on


def entry_at(log: Log, position: int) -> str:
    """Return the fingerprint of the entry at a position; "" if there is none."""
    found = log.from_position(position - 1, limit=1) if position else []
    return fingerprint(found[0].data) if found and found[0].position == position else ""


def delete_reports(connection: sa.Connection, log: str) -> None:
    """Delete everything that is stored for a log."""
    for table in TABLES.sorted_tables:
        connection.execute(sa.delete(table).where(table.c.log == log))


def store_reports(connection: sa.Connection, log: str, reports: Sequence[Report]) -> None:
    """Add reports, or replace those of the same period, scope and readers."""
    rows = [
        (log, one.scope, one.audience, one.period, msgspec.json.encode(one).decode(), _month_row(one))
        for one in reports
    ]
    TableWriter(connection).replace(REPORTS, rows)


def store_state(connection: sa.Connection, state: State) -> None:
    """Store how far figures are up to date."""
    TableWriter(connection).replace(STATE, [tuple(state)])


def _month_row(report: Report) -> str:
    """Return a month's report as charts show it, in JSON; "" for a year."""
    if len(report.period) != MONTH_LENGTH:
        return ""
    figures = report.figures
    given, received = (figures[name if name in figures else "minutes"] for name in ("given", "received"))
    shown = {"month": report.period, "given": given, "received": received, "entries": figures["entries"]}
    return msgspec.json.encode(shown).decode()


_OF_LOG = REPORTS.c.log == sa.bindparam("log")


_OF_SCOPE = REPORTS.c.scope == sa.bindparam("scope")


_FOR = REPORTS.c.audience == sa.bindparam("audience")


_REPORT = PreparedQuery(
    sa.select(REPORTS.c.report).where(_OF_LOG, _OF_SCOPE, _FOR, REPORTS.c.period == sa.bindparam("period"))
)


_PERIODS = PreparedQuery(
    sa.select(REPORTS.c.period)
    .where(_OF_LOG, _OF_SCOPE, REPORTS.c.audience == "everyone")
    .order_by(REPORTS.c.period.desc())
)


_MONTHS = PreparedQuery(
    sa.select(REPORTS.c.month)
    .where(_OF_LOG, _OF_SCOPE, _FOR, REPORTS.c.period <= sa.bindparam("last"), REPORTS.c.month != "")
    .order_by(REPORTS.c.period.desc())
    .limit(sa.bindparam("at_most"))
)


_STATE = PreparedQuery(sa.select(*list(STATE.c)[1:]).where(STATE.c.log == sa.bindparam("log")))


_EVERYTHING = PreparedQuery(sa.select(STATE.c.everything).where(STATE.c.log == sa.bindparam("log")))
