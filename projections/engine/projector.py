"""Brings every read model up to the log: rows and position in one step, so that each entry counts exactly once."""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from ledger.log.store import Log
from projections.engine import intake
from projections.engine.locks import rebuilding
from projections.engine.read_model import STANDINGS, AsOf, ReadCheckpoint, ReadModel, fingerprint, keep, standings
from projections.engine.rebuild import Progress, Rebuild, RowDifference, differences
from projections.engine.tables import TableWriter

BATCH = 5_000

SOON_SECONDS = 0.05
"""A page does not wait for this: it brings the read models up to the log itself before it shows anything."""

logger = logging.getLogger("hours.views")


class Projector:
    """Keeps the read models of one place; many threads and processes may each have their own for the same place."""

    def __init__(self, engine: sa.Engine, asking: sa.Engine, log: Log, models: Sequence[ReadModel]) -> None:
        self._engine = engine
        self._asking = asking
        self._log = log
        self._models = models
        self._turn = threading.Lock()
        self._reached: AsOf | None = None
        event.listen(engine, "connect", self._forget)

    def prepare(self) -> None:
        """Makes tables that are missing, were defined otherwise, or tell of another log; otherwise reads two rows."""
        if self._outdated():
            with rebuilding(self._engine):
                with self._engine.begin() as connection:
                    STANDINGS.create(connection, checkfirst=True)
                # Another process may have done it while we waited.
                if outdated := self._outdated():
                    self._rebuild(outdated, None)
        with self._engine.connect() as connection:
            self._reached = self._all(standings(connection))

    def catch_up(self, position: int | None = None) -> AsOf:
        """Brings the read models up to a position, or else to the head of the log; answers how far they have come.

        Threads that wait for the same entries wait for one of them to do it. Read models that stopped stay behind.
        """
        wanted = self._log.head() if position is None else position
        reached = self._reached
        if reached is not None and reached.position >= wanted:
            return reached
        with self._turn:
            reached = self._reached
            if reached is None or reached.position < wanted:
                # What this process has just written nobody else will have taken in yet; what others wrote, they may.
                reached = self._advance(wanted, look_first=position is None or reached is None)
        return reached

    def as_of(self) -> AsOf:
        """How far the read models that go on have come."""
        return self._reached or self._all(self.standings())

    def standings(self) -> dict[str, ReadCheckpoint]:
        """How far each read model has come, by name."""
        with self._asking.connect() as connection:
            return standings(connection)

    def rebuild(self, progress: Progress | None = None) -> None:
        """Makes every table anew from the log, beside the old ones, and swaps them."""
        with rebuilding(self._engine):
            self._rebuild(self._models, progress)

    def check(self, progress: Progress | None = None) -> list[RowDifference]:
        """Makes every table anew beside the old ones, compares row by row, and throws the new ones away."""
        with rebuilding(self._engine), Rebuild(self._engine, self._log, self._models) as new:
            new.replay(progress)
            self.catch_up()
            with self._engine.connect() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execution_options(isolation_level="REPEATABLE READ")
                # From here on this connection sees one moment, whatever is written meanwhile.
                live = standings(connection)
                new.replay(upto=self._all(live).position)
                with new.connection.begin():
                    return list(differences(self._models, (connection, live), (new.connection, new.standings)))

    def _rebuild(self, models: Sequence[ReadModel], progress: Progress | None) -> None:
        with Rebuild(self._engine, self._log, models) as new:
            new.replay(progress)
            new.index()
            new.replay()
            new.swap()
        self._reached = None

    def _advance(self, wanted: int, *, look_first: bool) -> AsOf:
        reached, going = AsOf(), True
        if look_first:  # another process may have been quicker, and looking costs less than the right to write
            reached, going = self._state(self.standings())
        with self._engine.connect() as connection:
            while reached.position < wanted and going:
                kept = intake.in_one_step(connection, lambda carefully: self._step(connection, carefully))
                reached, going = self._state(kept)
        self._reached = reached
        return reached

    def _state(self, kept: dict[str, ReadCheckpoint]) -> tuple[AsOf, bool]:
        """How far the read models have come, and whether any of them goes on."""
        return self._all(kept), any(not standing.stopped_by for standing in kept.values())

    def _step(self, connection: sa.Connection, carefully: bool) -> dict[str, ReadCheckpoint]:
        kept = standings(connection)
        start = self._all(kept)
        found = self._log.from_position(start.position, limit=BATCH)
        batch = intake.read(((stored.position, stored.data) for stored in found), start.number)
        after = intake.take_in(TableWriter(connection), self._models, kept, batch, carefully=carefully)
        keep(connection, after.values())
        return after

    def _all(self, kept: dict[str, ReadCheckpoint]) -> AsOf:
        """Where the read models that go on all are; when none does, where the last one stopped."""
        going = [standing.as_of for standing in kept.values() if not standing.stopped_by]
        return min(going) if going else max((standing.as_of for standing in kept.values()), default=AsOf())

    def _outdated(self) -> list[ReadModel]:
        if not sa.inspect(self._engine).has_table(STANDINGS.name):
            return list(self._models)
        kept = self.standings()
        entries = {position: self._entry_at(position) for position in {one.position for one in kept.values()}}
        return [
            model
            for model in self._models
            if model.name not in kept
            or kept[model.name].definition != model.definition(self._engine.dialect)
            or kept[model.name].entry != entries[kept[model.name].position]
        ]

    def _entry_at(self, position: int) -> str:
        found = self._log.from_position(position - 1, limit=1) if position else []
        return fingerprint(found[0].data) if found and found[0].position == position else ""

    def _forget(self, *_: Any) -> None:
        # A new connection may be one to a database that came back without its very last steps.
        self._reached = None


class Follower:
    """A thread that is called after commands and sleeps otherwise. A step costs about the same for one entry as for forty."""

    def __init__(self, catch_up: Callable[[], object]) -> None:
        self._catch_up = catch_up
        self._was_called = threading.Event()
        self._is_over = threading.Event()
        self._beginning = threading.Lock()
        self._thread: threading.Thread | None = None

    def call(self) -> None:
        """Answers at once; everything in the log by now is taken in soon."""
        if not self._was_called.is_set():
            self._was_called.set()
        if self._thread is None:
            with self._beginning:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._follow, name="follower", daemon=True)
                    self._thread.start()

    def end(self) -> None:
        """Waits for a step that is under way. What it leaves undone the next page takes in, in whichever process."""
        self._is_over.set()
        self._was_called.set()
        if self._thread is not None:
            self._thread.join()

    def _follow(self) -> None:
        while self._was_called.wait() and not self._is_over.wait(SOON_SECONDS):
            self._was_called.clear()
            if self._is_over.is_set():
                return  # the end came in between, and its call was just cleared away
            try:
                self._catch_up()
            except intake.DATABASE_TROUBLE as trouble:
                reason = str(trouble).partition("\n")[0]
                logger.warning("The read models will stay behind the log until the next page: %s", reason)
            except Exception:
                logger.exception("The read models stay behind the log.")
