"""What was asked for on a page and takes too long to be done there: waits here for another process, one of each kind.

Kept beside the read models, by the log's first entry; a cache that may be deleted: whoever asked asks again.
"""

from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ledger.log.entry import instant, instant_text
from ledger.log.places import PreparedQuery, make_tables
from projections.engine.locks import alone, writing
from projections.engine.read_model import count, word
from projections.engine.tables import TableWriter
from projections.figures.reports.kept import Reports

What = Literal["replay", "statistics"]

REQUEST_TABLES = sa.MetaData()
WISHES = sa.Table(
    "kept_wishes",
    REQUEST_TABLES,
    word("log", key=True),
    word("what", key=True),
    count("number"),
    word("day"),
    word("at"),
    word("state"),
)

BETWEEN_TWO = timedelta(seconds=30)
"""Whoever asks again and again waits this long from one to the next."""

GIVEN_UP_AFTER = timedelta(hours=1)
"""A wish that no process has carried out by then keeps nobody else from asking."""

Asking = Literal["taken", "busy", "too soon"]


class BackgroundRequest(NamedTuple):
    """What is wanted: the whole book (`number` 0), or as it stood at an entry, or what had happened by a day ("" for all).

    `state` is "waiting", "begun", "done", or why it could not be done.
    """

    what: What
    number: int
    day: str
    at: str
    state: str

    @property
    def is_waiting(self) -> bool:
        """Whether it is still to be carried out, or is being carried out."""
        return self.state in {"waiting", "begun"}


class BackgroundRequests:
    """The wishes of one log, the latest of each kind."""

    def __init__(self, engine: sa.Engine, reports: Reports) -> None:
        self._engine = engine
        self._reports = reports

    def prepare(self) -> None:
        """Makes the table if it is missing."""
        make_tables(self._engine, REQUEST_TABLES)

    def alone(self) -> AbstractContextManager[bool]:
        """Whether nobody else carries out wishes just now, in any process."""
        return alone(self._engine, "asked")

    def latest(self, what: What) -> BackgroundRequest | None:
        """The last wish of a kind."""
        return next((wish for wish in self._all() if wish.what == what), None)

    def waiting(self) -> list[BackgroundRequest]:
        """The wishes that are to be carried out, or were begun, in the order in which they came."""
        return sorted((wish for wish in self._all() if wish.is_waiting), key=lambda wish: wish.at)

    def ask(self, what: What, number: int, day: str, now: datetime) -> Asking:
        """Takes a wish, unless another of its kind waits, or the last one came a moment ago. The same once more is taken."""
        wish = BackgroundRequest(what, number, day, instant_text(now), "waiting")
        with self._engine.connect() as connection, writing(connection):
            row = connection.execute(_ALL.where(WISHES.c.what == what), {"log": self._reports.identity}).first()
            last = BackgroundRequest(*row) if row else None
            if last is not None:
                age = now - instant(last.at)
                if last.is_waiting and age < GIVEN_UP_AFTER:
                    return "taken" if last[:3] == wish[:3] else "busy"
                if timedelta() <= age < BETWEEN_TWO:
                    return "too soon"
            TableWriter(connection).replace(WISHES, [(self._reports.identity, *wish)])
        return "taken"

    def begin(self, wish: BackgroundRequest) -> None:
        """Writes down that a process is at it, so that one that brings processes down is not begun again and again."""
        self._write(wish, "begun")

    def finish(self, wish: BackgroundRequest, trouble: str = "") -> None:
        """Writes down that a wish was carried out, or why it could not be."""
        self._write(wish, trouble or "done")

    def _write(self, wish: BackgroundRequest, state: str) -> None:
        with self._engine.connect() as connection, writing(connection):
            TableWriter(connection).replace(WISHES, [(self._reports.identity, *wish[:4], state)])

    def _all(self) -> list[BackgroundRequest]:
        return [BackgroundRequest(*row) for row in _EVERY.ask(self._engine, log=self._reports.identity)]


_ALL = sa.select(*list(WISHES.c)[1:]).where(WISHES.c.log == sa.bindparam("log"))
_EVERY = PreparedQuery(_ALL)


DAILY_TABLES = sa.MetaData()
STEPS = sa.Table(
    "kept_steps", DAILY_TABLES, word("log", key=True), word("step", key=True), word("day"), word("at"), word("trouble")
)

BEFORE_ANOTHER_TRY = timedelta(hours=1)


class Taken(NamedTuple):
    """The last time a step was taken: the day where the community lives, the instant, and what went wrong; "" if nothing."""

    step: str
    day: str
    at: str
    trouble: str


class DailyRuns:
    """The daily steps of one log, as far as they were taken."""

    def __init__(self, engine: sa.Engine, reports: Reports) -> None:
        self._engine = engine
        self._reports = reports

    def alone(self) -> AbstractContextManager[bool]:
        """Whether nobody else takes daily steps just now, in any process."""
        return alone(self._engine, "daily")

    def prepare(self) -> None:
        """Makes the table if it is missing."""
        make_tables(self._engine, DAILY_TABLES)

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
            TableWriter(connection).replace(STEPS, [row])


def _day(now: datetime, time_zone: str) -> date:
    return now.astimezone(ZoneInfo(time_zone)).date()


def _is_due(taken: Taken, today: str, now: datetime) -> bool:
    return taken.day != today or (bool(taken.trouble) and now - instant(taken.at) >= BEFORE_ANOTHER_TRY)


_TAKEN = PreparedQuery(sa.select(*list(STEPS.c)[1:]).where(STEPS.c.log == sa.bindparam("log")))
