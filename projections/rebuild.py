"""Rebuilding: new tables beside the old, the whole log replayed into them, and then a swap in one step.

Reading and writing of the live tables go on meanwhile. A rebuild that is broken off leaves tables that the next one
throws away.
"""

import gc
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Self

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, DropTable

from ledger.log.store import Log
from projections import intake
from projections.locks import writing
from projections.read_model import ReadModel
from projections.rows import beside
from projections.standings import Standing, keep, standings

SUFFIX = "__next"
BATCH = 5_000

Progress = Callable[[int, int], None]
"""Told, after every batch, the position reached and the position of the last entry."""


class Rebuild:
    """New tables for some read models, filled from the log; whatever is not swapped in is gone at the end of the `with`."""

    def __init__(self, engine: sa.Engine, log: Log, models: Sequence[ReadModel]) -> None:
        self._log = log
        self._models = models
        self._number = self._position = 0
        self.standings: dict[str, Standing] = {}
        self.connection = _connection_of_its_own(engine)

    def __enter__(self) -> Self:
        with writing(self.connection):
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
        found = self._log.scan(after=self._position, upto=end)
        # Reading and decoding lie between the steps of writing, so that live entries get their turn.
        with _few_collections():
            while some := list(islice(found, BATCH)):
                batch = intake.read(some, self._number)
                intake.in_one_step(self.connection, lambda carefully, batch=batch: self._take_in(batch, carefully))
                self._number, self._position = self._number + len(some), some[-1][0]
                if progress:
                    progress(self._position, end)

    def index(self) -> None:
        """Makes the indexes of the new tables, which is quicker once they are loaded."""
        for model in self._models:
            for table in model.tables:
                with writing(self.connection):
                    self._index(table, self.standings[model.name].generation)

    def swap(self) -> None:
        """Puts the new tables in the place of the old, with the very last entries taken in, in one step."""
        with writing(self.connection):
            # Nobody else writes now, so the live tables cannot be further than this.
            for found in iter(lambda: self._log.from_position(self._position, limit=BATCH), []):
                self._take_in(intake.read(((one.position, one.data) for one in found), self._number), carefully=True)
                self._number, self._position = self._number + len(found), found[-1].position
            live = standings(self.connection)
            for model in self._models:
                names = self.standings[model.name].tables.split()
                for name in {*names, *(live[model.name].tables.split() if model.name in live else ())}:
                    self.connection.execute(DropTable(_named(name), if_exists=True))
                for name in names:
                    self.connection.exec_driver_sql(f"ALTER TABLE {name}{SUFFIX} RENAME TO {name}")
            keep(self.connection, self.standings.values())

    def _take_in(self, batch: intake.Batch, carefully: bool) -> None:
        changed = intake.take_in(
            self.connection, self._models, self.standings, batch, suffix=SUFFIX, carefully=carefully
        )
        self.standings |= {standing.name: standing for standing in changed}

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


def _connection_of_its_own(engine: sa.Engine) -> sa.Connection:
    """A connection that is closed at the end and never used for anything else, set up for much writing."""
    connection = engine.connect()
    connection.detach()
    if connection.dialect.name == "sqlite":
        driver = connection.connection.dbapi_connection
        assert driver is not None, "an open connection has a driver's"
        # Read models hold no names; zeroing what is thrown away would only cost time.
        driver.execute("PRAGMA secure_delete=OFF")
        driver.execute("PRAGMA cache_size=-32768")
        driver.execute("PRAGMA threads=1")  # one more, which helps to sort while indexes are made
    return connection


@contextmanager
def _few_collections() -> Generator[None]:
    """A batch makes many objects, none of them in a circle: looking for circles would take a fifth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(500_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
