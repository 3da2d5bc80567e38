"""Rebuilding: new tables beside the old, the whole log replayed into them, and then a swap in one step.

Reading and writing of the live tables go on meanwhile. A rebuild that is broken off leaves tables that the next one
throws away.
"""

import logging
import os
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack
from itertools import islice
from typing import Self

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, DropTable

from ledger.log.store import Log
from projections import intake
from projections.filling import (
    SUFFIX,
    Filling,
    OtherProcess,
    connection_of_its_own,
    few_collections,
    shares,
)
from projections.locks import filling, wait_for_filling, writing
from projections.read_model import ReadModel
from projections.rows import Rows, beside
from projections.standings import Standing, keep, standings

BATCH = 5_000
LONG = 50_000
"""From so many entries on a second process is worth its start."""

logger = logging.getLogger("hours.views")

Progress = Callable[[int, int], None]
"""Told, after every batch, the position reached and the position of the last entry."""


class Rebuild:
    """New tables for some read models, filled from the log; whatever is not swapped in is gone at the end of the `with`."""

    def __init__(self, engine: sa.Engine, log: Log, models: Sequence[ReadModel]) -> None:
        self._log = log
        self._models = models
        self._number = self._position = 0
        self.standings: dict[str, Standing] = {}
        self.connection = connection_of_its_own(engine)

    def __enter__(self) -> Self:
        self._begin()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            if not self.connection.invalidated:
                with writing(self.connection):
                    self._drop_new_tables()
        finally:
            self.connection.close()

    def replay(self, progress: Progress | None = None, upto: int | None = None) -> None:
        """Takes in what the new tables do not have yet, up to a position or else the head of the log."""
        end = self._log.head() if upto is None else upto
        try:
            self._gather(end, progress)
        except intake.DATABASE_TROUBLE:
            raise
        except Exception:
            logger.exception("A read model failed. All begin again, and each gets the entries on its own now.")
            self._begin()
            self._take_in_carefully(end, progress)

    def _gather(self, end: int, progress: Progress | None) -> None:
        are_empty = not self._position
        long = are_empty and end > LONG and (os.cpu_count() or 1) > 1
        here, there = shares(self._models) if long else (self._models, ())
        with few_collections(), ExitStack() as stack:
            mine = Filling(self.connection, here, self.standings, are_empty=are_empty)
            fillings: list[Filling | OtherProcess] = [mine]
            if there:
                theirs = OtherProcess(self.connection.engine, there, self.standings)
                fillings.insert(0, stack.enter_context(theirs))
            for found, number in self._found(end, progress):
                batch = intake.read(found, number)
                for each in fillings:
                    each.take_in(batch)
            for each in reversed(fillings):
                self.standings |= each.finish()

    def _take_in_carefully(self, end: int, progress: Progress | None) -> None:
        rows = Rows(self.connection, SUFFIX)
        for found, number in self._found(end, progress):
            batch = intake.read(found, number)
            intake.in_one_step(
                self.connection, lambda carefully, batch=batch: self._take_in(batch, rows, carefully=carefully)
            )

    def _take_in(self, batch: intake.Batch, rows: Rows, *, carefully: bool) -> None:
        changed = intake.take_in(rows, self._models, self.standings, batch, carefully=carefully)
        self.standings |= {standing.name: standing for standing in changed}

    def _found(self, end: int, progress: Progress | None) -> Generator[tuple[list[tuple[int, bytes]], int]]:
        """Entries that the new tables do not have yet, some at a time, and the number of the one before them."""
        scanned = self._log.scan(after=self._position, upto=end)
        while found := list(islice(scanned, BATCH)):
            yield found, self._number
            self._number, self._position = self._number + len(found), found[-1][0]
            if progress:
                progress(self._position, end)

    def index(self) -> None:
        """Makes the indexes of the new tables, which is quicker once they are loaded."""
        for model in self._models:
            for table in model.tables:
                with filling(self.connection):
                    self._index(table, self.standings[model.name].generation)

    def swap(self) -> None:
        """Puts the new tables in the place of the old, with the very last entries taken in, in one step."""
        with writing(self.connection):
            # Nobody else writes now, so the live tables cannot be further than this.
            rows = Rows(self.connection, SUFFIX)
            for found in iter(lambda: self._log.from_position(self._position, limit=BATCH), []):
                batch = intake.read(((one.position, one.data) for one in found), self._number)
                self._take_in(batch, rows, carefully=True)
                self._number, self._position = self._number + len(found), found[-1].position
            live = standings(self.connection)
            for model in self._models:
                names = self.standings[model.name].tables.split()
                for name in {*names, *(live[model.name].tables.split() if model.name in live else ())}:
                    self.connection.execute(DropTable(_named(name), if_exists=True))
                for name in names:
                    self.connection.exec_driver_sql(f"ALTER TABLE {name}{SUFFIX} RENAME TO {name}")
            keep(self.connection, self.standings.values())

    def _begin(self) -> None:
        """Makes the new tables, empty."""
        self._number = self._position = 0
        with writing(self.connection):
            wait_for_filling(self.connection)
            live = standings(self.connection)
            self._drop_new_tables()
            for model in self._models:
                for table in model.tables:
                    beside(table, SUFFIX).create(self.connection)
                self.standings[model.name] = Standing(
                    model.name,
                    definition=model.definition(self.connection.dialect),
                    tables=" ".join(table.name for table in model.tables),
                    generation=live[model.name].generation + 1 if model.name in live else 1,
                )

    def _index(self, live: sa.Table, generation: int) -> None:
        new = beside(live, SUFFIX)
        for index in sorted(live.indexes, key=lambda index: str(index.name)):
            # An index keeps its name when its table is renamed, so every generation has its own.
            columns = [new.c[column.name] for column in index.columns]
            self.connection.execute(CreateIndex(sa.Index(f"{index.name}_{generation}", *columns, unique=index.unique)))
        if self.connection.dialect.name == "postgresql":
            self.connection.exec_driver_sql(f"ANALYZE {new.name}")

    def _drop_new_tables(self) -> None:
        for model in self._models:
            for table in model.tables:
                self.connection.execute(DropTable(_named(table.name + SUFFIX), if_exists=True))


def _named(name: str) -> sa.Table:
    return sa.Table(name, sa.MetaData())
