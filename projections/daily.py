"""Which daily steps were taken on which day: kept beside the read models, so that of several servers one takes each.

A cache like kept reports: kept by the log's first entry, outlives a rebuild, and may be deleted.
"""

from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ledger.log.entry import instant, instant_text
from ledger.log.places import make_tables
from ledger.log.questions import Question
from projections.columns import word
from projections.locks import alone, writing
from projections.reports.kept import Reports
from projections.rows import Rows

TABLES = sa.MetaData()
STEPS = sa.Table(
    "kept_steps", TABLES, word("log", key=True), word("step", key=True), word("day"), word("at"), word("trouble")
)

BEFORE_ANOTHER_TRY = timedelta(hours=1)


class Taken(NamedTuple):
    """The last time a step was taken: the day where the community lives, the instant, and what went wrong; "" if nothing."""

    step: str
    day: str
    at: str
    trouble: str


class Daily:
    """The daily steps of one log, as far as they were taken."""

    def __init__(self, engine: sa.Engine, reports: Reports) -> None:
        self._engine = engine
        self._reports = reports

    def alone(self) -> AbstractContextManager[bool]:
        """Whether nobody else takes daily steps just now, in any process."""
        return alone(self._engine, "daily")

    def prepare(self) -> None:
        """Makes the table if it is missing."""
        make_tables(self._engine, TABLES)

    def taken(self) -> dict[str, Taken]:
        """The last time each step was taken, by its name."""
        return {row[0]: Taken(*row) for row in _TAKEN.ask(self._engine, log=self._reports.identity)}

    def due(self, steps: Collection[str], now: datetime, time_zone: str) -> list[str]:
        """The steps that were not taken yet on this day; one that went wrong is due again after an hour."""
        taken, today = self.taken(), str(_day(now, time_zone))
        return [step for step in steps if step not in taken or _is_due(taken[step], today, now)]

    def keep(self, step: str, now: datetime, time_zone: str, trouble: str = "") -> None:
        """Writes down that a step was taken, and what went wrong."""
        row = (self._reports.identity, step, str(_day(now, time_zone)), instant_text(now), trouble)
        with self._engine.connect() as connection, writing(connection):
            Rows(connection).replace(STEPS, [row])


def _day(now: datetime, time_zone: str) -> date:
    return now.astimezone(ZoneInfo(time_zone)).date()


def _is_due(taken: Taken, today: str, now: datetime) -> bool:
    return taken.day != today or (bool(taken.trouble) and now - instant(taken.at) >= BEFORE_ANOTHER_TRY)


_TAKEN = Question(sa.select(*list(STEPS.c)[1:]).where(STEPS.c.log == sa.bindparam("log")))
