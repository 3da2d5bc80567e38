"""Everything there is to compute, at another moment of the book: made when an auditor asks, by another process, and kept.

A cache beside the read models, by the log's first entry and the entry number it stands on; the last ones are kept.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime

import msgspec
import sqlalchemy as sa

from ledger.log.entry import instant_text
from ledger.log.places import make_tables
from ledger.log.prepared_queries import Question, Row
from ledger.log.store import Log
from ledger.replay import Until
from projections.engine.locks import writing
from projections.engine.read_model import count, word
from projections.engine.tables import Rows
from projections.figures.chronicle_entries import counted
from projections.figures.measures.acts import counting
from projections.figures.measures.statistics import statistics
from projections.figures.reports.kept import EverythingKept, Reports, entry_at

TABLES = sa.MetaData()
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

MOST_KEPT = 50


def everything_at(
    log: Log, number: int, day: date | None = None, *, tell: Callable[[int], None] = lambda looked_at: None
) -> EverythingKept:
    """All figures up to an entry, and with a day of what had happened by its end; the same as `hours stats --graph`."""
    known = counted(log, Until(as_of=day, number=number), tell=tell)
    as_of = day or known.last_day
    figures = statistics(known.acts, known.members, as_of=as_of)
    # Loads the library for graphs: the server opens what is kept here, and computes none of it.
    from projections.figures.measures.network import graph

    connected = graph(counting(known.acts, last_day=as_of), figures.weigh)
    return EverythingKept(
        entry=number,
        as_of=as_of,
        statistics=msgspec.to_builtins(figures),
        graph=msgspec.to_builtins(connected),
    )


class KeptStatistics:
    """The figures of one log at moments that were asked about."""

    def __init__(self, engine: sa.Engine, log: Log, reports: Reports) -> None:
        self._engine = engine
        self._log = log
        self._reports = reports

    def prepare(self) -> None:
        """Makes the table if it is missing, and throws all away when a log was restored that is older than what was kept."""
        make_tables(self._engine, TABLES)
        for head, entry in _LAST_KEPT.ask(self._engine, log=self._reports.identity):
            if entry_at(self._log, head) != entry:
                with self._engine.connect() as connection, writing(connection):
                    connection.execute(sa.delete(STATISTICS).where(STATISTICS.c.log == self._reports.identity))

    def at_entry(self, number: int) -> EverythingKept | None:
        """The figures at an entry; None when they were not made yet."""
        return _read(_AT_ENTRY.ask(self._engine, log=self._reports.identity, number=number))

    def by_day(self, day: date) -> EverythingKept | None:
        """The figures as of a day, of the latest entry that they were made at; None when they were not made yet."""
        return _read(_BY_DAY.ask(self._engine, log=self._reports.identity, day=day.isoformat()))

    def keep(self, everything: EverythingKept, day: str, now: datetime) -> None:
        """Keeps figures, and lets go of the oldest."""
        log, text = self._reports.identity, msgspec.json.encode(everything).decode()
        head = self._log.head()
        with self._engine.connect() as connection, writing(connection):
            row = (log, everything.entry, day, instant_text(now), head, entry_at(self._log, head), text)
            Rows(connection).replace(STATISTICS, [row])
            oldest = connection.scalar(_OLDEST_KEPT, {"log": log})
            if oldest is not None:
                connection.execute(sa.delete(STATISTICS).where(STATISTICS.c.log == log, STATISTICS.c.at <= oldest))


_OF_LOG = STATISTICS.c.log == sa.bindparam("log")
_AT_ENTRY = Question(
    sa.select(STATISTICS.c.everything).where(
        _OF_LOG, STATISTICS.c.number == sa.bindparam("number"), STATISTICS.c.day == ""
    )
)
_BY_DAY = Question(
    sa.select(STATISTICS.c.everything)
    .where(_OF_LOG, STATISTICS.c.day == sa.bindparam("day"))
    .order_by(STATISTICS.c.number.desc())
    .limit(1)
)
_LAST_KEPT = Question(
    sa.select(STATISTICS.c.head, STATISTICS.c.entry).where(_OF_LOG).order_by(STATISTICS.c.head.desc()).limit(1)
)
_OLDEST_KEPT = sa.select(STATISTICS.c.at).where(_OF_LOG).order_by(STATISTICS.c.at.desc()).offset(MOST_KEPT).limit(1)


def _read(found: Sequence[Row]) -> EverythingKept | None:
    return msgspec.json.decode(found[0][0], type=EverythingKept) if found else None
