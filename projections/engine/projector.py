"""Brings every read model up to the log: rows and checkpoint in one transaction, so that each entry counts exactly once."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.schema import DropTable

from ledger.log.failures import failure_of
from ledger.log.places import creating
from ledger.log.store import Log
from ledger.log.upgrades import difference
from projections.engine import intake
from projections.engine.locks import rebuilding
from projections.engine.read_model import (
    CHECKPOINTS,
    AsOf,
    ReadCheckpoint,
    ReadModel,
    checkpoints,
    fingerprint,
    save_checkpoints,
)
from projections.engine.rebuild import BATCH, Progress, Rebuild, RowDifference, differences
from projections.engine.tables import TableWriter

DELAY_SECONDS = 0.05
"""A page does not wait for this: it brings the read models up to date itself before it shows anything."""

logger = logging.getLogger("hours.views")


class Projector:
    """Keeps the read models of one place up to date; threads and processes may each have their own for the same place."""

    def __init__(self, engine: sa.Engine, reader: sa.Engine, log: Log, models: Sequence[ReadModel]) -> None:
        self._engine = engine
        self._reader = reader
        self._log = log
        self._models = models
        self._lock = threading.Lock()
        self._reached: AsOf | None = None
        self._era = log.era
        event.listen(engine, "connect", self._reset)

    def prepare(self) -> None:
        """Build tables that are missing, were defined differently, or belong to another log; otherwise read two rows."""
        if self._outdated():
            with rebuilding(self._engine):
                with creating(self._engine) as connection:
                    if difference(connection, CHECKPOINTS):
                        for table in (CHECKPOINTS, *(table for model in self._models for table in model.tables)):
                            connection.execute(DropTable(table, if_exists=True))
                        CHECKPOINTS.create(connection)
                # Another process may have done it while we waited.
                if outdated := self._outdated():
                    self._rebuild(outdated, None)
        with self._engine.connect() as connection:
            self._reached = _reached(checkpoints(connection))

    def catch_up(self, position: int | None = None) -> AsOf:
        """Bring the read models up to a position, or else to the head of the log, and return the position reached.

        Of threads that wait for the same entries, one does the work. Read models that have stopped stay behind.
        """
        wanted = self._log.head() if position is None else position
        if self._era != self._log.era:
            self._era, self._reached = self._log.era, None
        reached = self._reached
        if reached is not None and reached.position >= wanted:
            return reached
        with self._lock:
            reached = self._reached
            if reached is None or reached.position < wanted:
                # Another process may have applied what others wrote, but hardly what this one has just written.
                reached = self._advance(wanted, look_first=position is None or reached is None)
        return reached

    def as_of(self) -> AsOf:
        """The position that the running read models have reached."""
        return self._reached or _reached(self.checkpoints())

    def checkpoints(self) -> dict[str, ReadCheckpoint]:
        """The checkpoint of each read model, by name."""
        with self._reader.connect() as connection:
            return checkpoints(connection)

    def rebuild(self, progress: Progress | None = None) -> None:
        """Build every table again from the log, beside the old ones, and swap them."""
        with rebuilding(self._engine):
            self._rebuild(self._models, progress)

    def check(self, progress: Progress | None = None) -> list[RowDifference]:
        """Build every table again beside the old ones, compare row by row, and drop the new ones."""
        with rebuilding(self._engine), Rebuild(self._engine, self._log, self._models) as new:
            new.replay(progress)
            self.catch_up()
            with self._engine.connect() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execution_options(isolation_level="REPEATABLE READ")
                # From here on this connection sees one snapshot, whatever is written meanwhile.
                live = checkpoints(connection)
                new.replay(upto=_reached(live).position)
                with new.connection.begin():
                    return list(differences(self._models, (connection, live), (new.connection, new.checkpoints)))

    def _rebuild(self, models: Sequence[ReadModel], progress: Progress | None) -> None:
        with Rebuild(self._engine, self._log, models) as new:
            new.replay(progress)
            new.index()
            new.replay()
            new.swap()
        self._reached = None

    def _advance(self, wanted: int, *, look_first: bool) -> AsOf:
        reached, running = AsOf(), True
        if look_first:  # another process may have been quicker, and looking costs less than the lock for writing
            reached, running = _state(self.checkpoints())
        with self._engine.connect() as connection:
            while reached.position < wanted and running:
                after = intake.in_transaction(connection, lambda isolated: self._step(connection, isolated))
                reached, running = _state(after)
        self._reached = reached
        return reached

    def _step(self, connection: sa.Connection, isolated: bool) -> dict[str, ReadCheckpoint]:
        before = checkpoints(connection)
        start = _reached(before)
        stored = self._log.from_position(start.position, limit=BATCH)
        batch = intake.decode_batch(((one.position, one.data) for one in stored), start.number)
        after = intake.apply_batch(TableWriter(connection), self._models, before, batch, isolated=isolated)
        save_checkpoints(connection, after.values())
        return after

    def _outdated(self) -> list[ReadModel]:
        with self._engine.connect() as connection:
            if difference(connection, CHECKPOINTS):
                return list(self._models)
        known = self.checkpoints()
        entries = {position: self._entry_at(position) for position in {one.position for one in known.values()}}
        return [
            model
            for model in self._models
            if model.name not in known
            or known[model.name].definition != model.definition(self._engine.dialect)
            or known[model.name].entry != entries[known[model.name].position]
        ]

    def _entry_at(self, position: int) -> str:
        found = self._log.from_position(position - 1, limit=1) if position else []
        return fingerprint(found[0].data) if found and found[0].position == position else ""

    def _reset(self, *_: Any) -> None:
        # A new connection may lead to a database that was restored without its very last steps.
        self._reached = None


def _reached(known: Mapping[str, ReadCheckpoint]) -> AsOf:
    """The position that all running read models have reached; when none is running, where the last one stopped."""
    running = [checkpoint.as_of for checkpoint in known.values() if not checkpoint.stopped_by]
    return min(running) if running else max((checkpoint.as_of for checkpoint in known.values()), default=AsOf())


def _state(known: Mapping[str, ReadCheckpoint]) -> tuple[AsOf, bool]:
    """The position reached, and whether any read model is running."""
    return _reached(known), any(not checkpoint.stopped_by for checkpoint in known.values())


class Follower:
    """A thread that catches up soon after commands, once for all that arrive close together, and sleeps otherwise."""

    def __init__(self, catch_up: Callable[[], object]) -> None:
        self._catch_up = catch_up
        self._notified = threading.Event()
        self._stopping = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def notify(self) -> None:
        """Return at once; everything in the log by now is applied soon."""
        if not self._notified.is_set():
            self._notified.set()
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="follower", daemon=True)
                    self._thread.start()

    def stop(self) -> None:
        """Wait for a step that is running. The next page, in any process, applies what is left."""
        self._stopping.set()
        self._notified.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while self._notified.wait() and not self._stopping.wait(DELAY_SECONDS):
            self._notified.clear()
            if self._stopping.is_set():
                return  # stop() came in between, and its notification was just cleared
            try:
                self._catch_up()
            except intake.DATABASE_ERRORS as error:
                reason = failure_of(error)
                logger.warning("The read models will stay behind the log until the next page: %s", reason)
            except Exception:
                logger.exception("The read models stay behind the log.")
