"""Work for a background process: requests from pages that take too long to answer there, and the steps of each day.

At most one request of each kind waits. Stored beside the read models, by the log's first entry, so that of several servers
only one does the work. A cache that can be deleted: requests can be made again.
"""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ledger.log.entry import instant, instant_text
from ledger.log.places import PreparedQuery
from projections.engine.locks import alone, writing
from projections.engine.read_model import count, stored_tables, word
from projections.engine.tables import TableWriter
from projections.figures.reports.kept import Reports

RequestKind = Literal["replay", "statistics"]

TABLES = stored_tables("background work")
REQUESTS = sa.Table(
    "kept_wishes",
    TABLES,
    word("log", key=True),
    word("what", key=True),
    count("number"),
    word("day"),
    word("at"),
    word("state"),
)
STEPS = sa.Table(
    "kept_steps", TABLES, word("log", key=True), word("step", key=True), word("day"), word("at"), word("trouble")
)

MIN_INTERVAL = timedelta(seconds=30)
"""The shortest time between two requests of a kind."""

ABANDONED_AFTER = timedelta(hours=1)
"""A request that no process has carried out by then no longer blocks others."""

RETRY_AFTER = timedelta(hours=1)
"""A daily step that failed is due again after this."""

Submission = Literal["accepted", "busy", "too soon"]


class BackgroundRequest(NamedTuple):
    """A request for the whole log (`number` 0), the log up to an entry, or what had happened by a day ("" for all).

    `state` is "waiting", "begun", "done", or why it could not be done.
    """

    kind: RequestKind
    number: int
    day: str
    at: str
    state: str

    @property
    def is_waiting(self) -> bool:
        """Whether it is not finished yet, started or not."""
        return self.state in {"waiting", "begun"}


class _Store:
    """One table of one log. `work` names the lock that only one process holds."""

    work: Literal["asked", "daily"]
    table: sa.Table

    def __init__(self, engine: sa.Engine, reports: Reports) -> None:
        self._engine = engine
        self._reports = reports

    def prepare(self) -> None:
        """Create the tables if they are missing."""
        TABLES.open(self._engine)

    def alone(self) -> AbstractContextManager[bool]:
        """Whether this process alone does the work; returns at once."""
        return alone(self._engine, self.work)

    def _save(self, row: Sequence[Any]) -> None:
        with self._engine.connect() as connection, writing(connection):
            TableWriter(connection).replace(self.table, [(self._reports.identity, *row)])


class BackgroundRequests(_Store):
    """The latest request of each kind."""

    work = "asked"
    table = REQUESTS

    def latest(self, kind: RequestKind) -> BackgroundRequest | None:
        """The last request of a kind."""
        return next((request for request in self._all() if request.kind == kind), None)

    def waiting(self) -> list[BackgroundRequest]:
        """The requests that are not finished, oldest first."""
        return sorted((request for request in self._all() if request.is_waiting), key=lambda request: request.at)

    def submit(self, kind: RequestKind, number: int, day: str, now: datetime) -> Submission:
        """Accept a request, unless another of its kind is waiting or came a moment ago. A repeat of it is accepted."""
        request = BackgroundRequest(kind, number, day, instant_text(now), "waiting")
        with self._engine.connect() as connection, writing(connection):
            query = _REQUESTS.where(REQUESTS.c.what == kind)
            row = connection.execute(query, {"log": self._reports.identity}).first()
            last = BackgroundRequest(*row) if row else None
            if last is not None:
                age = now - instant(last.at)
                if last.is_waiting and age < ABANDONED_AFTER:
                    return "accepted" if last[:3] == request[:3] else "busy"
                if timedelta() <= age < MIN_INTERVAL:
                    return "too soon"
            TableWriter(connection).replace(REQUESTS, [(self._reports.identity, *request)])
        return "accepted"

    def start(self, request: BackgroundRequest) -> None:
        """Record that a process has started, so that a request that crashes its process is not retried over and over."""
        self._save((*request[:4], "begun"))

    def finish(self, request: BackgroundRequest, trouble: str = "") -> None:
        """Record that a request was carried out, or why it could not be."""
        self._save((*request[:4], trouble or "done"))

    def _all(self) -> list[BackgroundRequest]:
        return [BackgroundRequest(*row) for row in _ALL_REQUESTS.ask(self._engine, log=self._reports.identity)]


_REQUESTS = sa.select(*list(REQUESTS.c)[1:]).where(REQUESTS.c.log == sa.bindparam("log"))
_ALL_REQUESTS = PreparedQuery(_REQUESTS)


class DailyRun(NamedTuple):
    """The last run of a step: the day where the community lives, the instant, and what went wrong; "" if nothing."""

    step: str
    day: str
    at: str
    trouble: str


class DailyRuns(_Store):
    """When each daily step last ran."""

    work = "daily"
    table = STEPS

    def last_runs(self) -> dict[str, DailyRun]:
        """The last run of each step, by its name."""
        return {row[0]: DailyRun(*row) for row in _RUNS.ask(self._engine, log=self._reports.identity)}

    def due(self, steps: Collection[str], now: datetime, time_zone: str) -> list[str]:
        """The steps that have not run today; one that failed is due again after an hour."""
        today = str(_day(now, time_zone))
        done = {run.step for run in self.last_runs().values() if run.day == today and not _can_retry(run, now)}
        return [step for step in steps if step not in done]

    def record(self, step: str, now: datetime, time_zone: str, trouble: str = "") -> None:
        """Record that a step has run, and what went wrong."""
        self._save((step, str(_day(now, time_zone)), instant_text(now), trouble))


def _day(now: datetime, time_zone: str) -> date:
    return now.astimezone(ZoneInfo(time_zone)).date()


def _can_retry(run: DailyRun, now: datetime) -> bool:
    return bool(run.trouble) and now - instant(run.at) >= RETRY_AFTER


_RUNS = PreparedQuery(sa.select(*list(STEPS.c)[1:]).where(STEPS.c.log == sa.bindparam("log")))
