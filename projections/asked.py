"""What was asked for on a page and takes too long to be done there: waits here for another process, one of each kind.

Kept beside the read models, by the log's first entry; a cache that may be deleted: whoever asked asks again.
"""

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

import sqlalchemy as sa

from ledger.log.entry import instant, instant_text
from ledger.log.places import make_tables
from ledger.log.questions import Question
from projections.columns import count, word
from projections.locks import alone, writing
from projections.reports.kept import Reports
from projections.rows import Rows

What = Literal["replay", "statistics"]

TABLES = sa.MetaData()
WISHES = sa.Table(
    "kept_wishes",
    TABLES,
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


class Wish(NamedTuple):
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


class Wishes:
    """The wishes of one log, the latest of each kind."""

    def __init__(self, engine: sa.Engine, reports: Reports) -> None:
        self._engine = engine
        self._reports = reports

    def prepare(self) -> None:
        """Makes the table if it is missing."""
        make_tables(self._engine, TABLES)

    def alone(self) -> AbstractContextManager[bool]:
        """Whether nobody else carries out wishes just now, in any process."""
        return alone(self._engine, "asked")

    def latest(self, what: What) -> Wish | None:
        """The last wish of a kind."""
        return next((wish for wish in self._all() if wish.what == what), None)

    def waiting(self) -> list[Wish]:
        """The wishes that are to be carried out, or were begun, in the order in which they came."""
        return sorted((wish for wish in self._all() if wish.is_waiting), key=lambda wish: wish.at)

    def ask(self, what: What, number: int, day: str, now: datetime) -> Asking:
        """Takes a wish, unless another of its kind waits, or the last one came a moment ago. The same once more is taken."""
        wish = Wish(what, number, day, instant_text(now), "waiting")
        with self._engine.connect() as connection, writing(connection):
            row = connection.execute(_ALL.where(WISHES.c.what == what), {"log": self._reports.identity}).first()
            last = Wish(*row) if row else None
            if last is not None:
                age = now - instant(last.at)
                if last.is_waiting and age < GIVEN_UP_AFTER:
                    return "taken" if last[:3] == wish[:3] else "busy"
                if timedelta() <= age < BETWEEN_TWO:
                    return "too soon"
            Rows(connection).replace(WISHES, [(self._reports.identity, *wish)])
        return "taken"

    def begin(self, wish: Wish) -> None:
        """Writes down that a process is at it, so that one that brings processes down is not begun again and again."""
        self._write(wish, "begun")

    def finish(self, wish: Wish, trouble: str = "") -> None:
        """Writes down that a wish was carried out, or why it could not be."""
        self._write(wish, trouble or "done")

    def _write(self, wish: Wish, state: str) -> None:
        with self._engine.connect() as connection, writing(connection):
            Rows(connection).replace(WISHES, [(self._reports.identity, *wish[:4], state)])

    def _all(self) -> list[Wish]:
        return [Wish(*row) for row in _EVERY.ask(self._engine, log=self._reports.identity)]


_ALL = sa.select(*list(WISHES.c)[1:]).where(WISHES.c.log == sa.bindparam("log"))
_EVERY = Question(_ALL)
