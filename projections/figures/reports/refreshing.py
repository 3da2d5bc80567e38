"""Brings stored reports up to date with the log, in a process of its own: one at a time, never the one that serves pages.

Each period is stored in one transaction as soon as it is made. A process that is stopped loses nothing that was stored, and
the next one continues from there.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from ledger.log.entry import instant_text
from ledger.log.places import PreparedQuery, Row
from ledger.log.store import Log
from ledger.replay import Until
from projections.engine.locks import alone, writing
from projections.engine.read_model import count, stored_tables, word
from projections.engine.tables import TableWriter
from projections.figures.chronicle import Chronicle, Counted, counted, read_chronicle
from projections.figures.measures.acts import select_acts
from projections.figures.measures.statistics import statistics
from projections.figures.reports.kept import (
    METHOD_VERSION,
    AllFigures,
    Report,
    Reports,
    State,
    delete_reports,
    entry_at,
    store_reports,
    store_state,
)
from projections.figures.reports.making import AUDIENCES, ReportMaker
from projections.figures.reports.periods import ClosedPeriod, recorded_until
from projections.figures.reports.ties import store_ties, ties_of_year

ReportProgress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


class RefreshResult(NamedTuple):
    """The periods that were made, and the last entry that was read. `is_busy` if another process is doing it already."""

    periods: list[str]
    number: int
    is_busy: bool = False


def refresh(
    log: Log,
    engine: sa.Engine,
    *,
    now: datetime,
    everything: bool = True,
    progress: ReportProgress = lambda doing, done, of: None,
) -> RefreshResult:
    """Make missing reports, check for late entries, and compute all figures for auditors unless `everything` is false.

    Does nothing if another process is doing it.
    """
    with alone(engine, "figures") as is_alone:
        if not is_alone:
            return RefreshResult([], 0, is_busy=True)
        reports = Reports(engine, log)
        reports.prepare()
        return _Refreshing(log, engine, reports, progress).carry_out(now, everything=everything)


class _Refreshing:
    def __init__(self, log: Log, engine: sa.Engine, reports: Reports, progress: ReportProgress) -> None:
        self._log = log
        self._engine = engine
        self._reports = reports
        self._progress = progress

    def carry_out(self, now: datetime, *, everything: bool) -> RefreshResult:
        head = self._log.head()
        if not head:
            return RefreshResult([], 0)
        chronicle = read_chronicle(
            self._log, progress=lambda number: self._progress("Reading the log", number, max(head, number))
        )
        making = ReportMaker(chronicle, chronicle.calendar.day_at(recorded_until(now)))
        before = self._reports.state()
        if before.made_by != METHOD_VERSION:
            self._write(lambda connection: delete_reports(connection, before.log))
        made = self._make_missing(making)
        closing = str(making.closed[-1].known_on) if making.closed else ""
        if closing > before.known_on:
            self._look_for_late_ones(making, [one for one in making.closed if one.name not in made])
        whole = self._everything(chronicle) if everything else self._reports.everything()
        state = State(
            self._reports.identity,
            METHOD_VERSION,
            chronicle.number,
            chronicle.position,
            entry_at(self._log, chronicle.position),
            closing,
            str(chronicle.founded_on),
            msgspec.json.encode(whole).decode() if whole else "",
        )
        self._write(lambda connection: store_state(connection, state))
        return RefreshResult(made, chronicle.number)

    def _make_missing(self, making: ReportMaker) -> list[str]:
        have: dict[str, set[str]] = {}
        for scope in {scope for closed in making.closed for scope in making.scopes(closed)}:
            have[scope] = set(self._reports.periods(scope))
        missing = [one for one in making.closed if any(one.name not in have[scope] for scope in making.scopes(one))]
        for place, closed in enumerate(missing):
            self._progress("Making reports", place, len(missing))
            reports = list(making.reports(closed))
            self._keep(making, closed, reports)
        self._progress("Making reports", len(missing), len(missing))
        return [one.name for one in missing]

    def _keep(self, making: ReportMaker, closed: ClosedPeriod, reports: list[Report]) -> None:
        """Store the reports of a period, and for a year who helped whom, in one transaction."""
        ties = ties_of_year(making.placed(closed), reports) if closed.is_year else None

        def write(connection: sa.Connection) -> None:
            store_reports(connection, self._reports.identity, reports)
            if ties:
                store_ties(connection, self._reports.identity, closed.name, ties)

        self._write(write)

    def _look_for_late_ones(self, making: ReportMaker, before: list[ClosedPeriod]) -> None:
        for closed in before:
            late = making.late(closed)
            reports = [
                msgspec.structs.replace(report, late=ones.late, looked_at=ones.looked_at, late_hidden=ones.is_hidden)
                for scope, ones in late.items()
                for reader in AUDIENCES
                if (report := self._reports.of(scope, closed.name, reader))
            ]
            self._write(lambda connection, reports=reports: store_reports(connection, self._reports.identity, reports))

    def _everything(self, chronicle: Chronicle) -> AllFigures:
        return _all_figures(chronicle.at(chronicle.number))

    def _write(self, change: Callable[[sa.Connection], None]) -> None:
        with self._engine.connect() as connection, writing(connection):
            change(connection)


TABLES = stored_tables("statistics")
STATISTICS = sa.Table(
    "kept_statistics",
    TABLES,
    word("log", key=True),
    count("number", key=True),
    word("day", key=True),
    word("at"),
    count("head"),
    word("entry"),
    word("everything"),
)

MAX_STORED = 50


def everything_at(
    log: Log, number: int, day: date | None = None, *, progress: Callable[[int], None] = lambda number: None
) -> AllFigures:
    """Compute all figures up to an entry and, if given, up to the end of a day, as `hours stats --graph` does."""
    known = counted(log, Until(as_of=day, number=number), progress=progress)
    return _all_figures(known._replace(number=number, last_day=day or known.last_day))


def _all_figures(known: Counted) -> AllFigures:
    # The library for graphs is only loaded where figures are computed: the server reads what is stored here.
    from projections.figures.measures.network import graph

    figures = statistics(known.acts, known.members, as_of=known.last_day)
    connected = graph(select_acts(known.acts, last_day=known.last_day), figures.weigh)
    return AllFigures(
        entry=known.number,
        as_of=known.last_day,
        statistics=msgspec.to_builtins(figures),
        graph=msgspec.to_builtins(connected),
    )


class StoredStatistics:
    """The figures of one log at points in time that were requested."""

    def __init__(self, engine: sa.Engine, log: Log, reports: Reports) -> None:
        self._engine = engine
        self._log = log
        self._reports = reports

    def prepare(self) -> None:
        """Create the table if it is missing, and delete all rows if an older log has been restored since."""
        TABLES.open(self._engine)
        for head, entry in _LAST_KEPT.ask(self._engine, log=self._reports.identity):
            if entry_at(self._log, head) != entry:
                with self._engine.connect() as connection, writing(connection):
                    connection.execute(sa.delete(STATISTICS).where(STATISTICS.c.log == self._reports.identity))

    def at_entry(self, number: int) -> AllFigures | None:
        """Return the figures at an entry; None if they have not been made yet."""
        return _read(_AT_ENTRY.ask(self._engine, log=self._reports.identity, number=number))

    def by_day(self, day: date) -> AllFigures | None:
        """Return the figures as of a day, from the latest entry they were made at; None if they have not been made yet."""
        return _read(_BY_DAY.ask(self._engine, log=self._reports.identity, day=day.isoformat()))

    def store(self, everything: AllFigures, day: str, now: datetime) -> None:
        """Store figures, and delete the oldest."""
        log, text = self._reports.identity, msgspec.json.encode(everything).decode()
        head = self._log.head()
        with self._engine.connect() as connection, writing(connection):
            row = (log, everything.entry, day, instant_text(now), head, entry_at(self._log, head), text)
            TableWriter(connection).replace(STATISTICS, [row])
            oldest = connection.scalar(_OLDEST_KEPT, {"log": log})
            if oldest is not None:
                connection.execute(sa.delete(STATISTICS).where(STATISTICS.c.log == log, STATISTICS.c.at <= oldest))


_OF_LOG = STATISTICS.c.log == sa.bindparam("log")
_AT_ENTRY = PreparedQuery(
    sa.select(STATISTICS.c.everything).where(
        _OF_LOG, STATISTICS.c.number == sa.bindparam("number"), STATISTICS.c.day == ""
    )
)
_BY_DAY = PreparedQuery(
    sa.select(STATISTICS.c.everything)
    .where(_OF_LOG, STATISTICS.c.day == sa.bindparam("day"))
    .order_by(STATISTICS.c.number.desc())
    .limit(1)
)
_LAST_KEPT = PreparedQuery(
    sa.select(STATISTICS.c.head, STATISTICS.c.entry).where(_OF_LOG).order_by(STATISTICS.c.head.desc()).limit(1)
)
_OLDEST_KEPT = sa.select(STATISTICS.c.at).where(_OF_LOG).order_by(STATISTICS.c.at.desc()).offset(MAX_STORED).limit(1)


def _read(found: Sequence[Row]) -> AllFigures | None:
    return msgspec.json.decode(found[0][0], type=AllFigures) if found else None
