"""Rebuilding: new tables beside the old, the whole log replayed into them, and then a swap in one step, or a comparison.

The live tables are read and written meanwhile. A rebuild that is broken off leaves tables that the next one throws away.
"""

import gc
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import Any, NamedTuple, Self

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, DropTable

from ledger.log.store import Log
from projections.engine import intake
from projections.engine.locks import writing
from projections.engine.read_model import ReadCheckpoint, ReadModel, keep, standings
from projections.engine.tables import Row, TableWriter, beside

SUFFIX = "__next"
"""What the names of new tables end in until they are swapped in."""

BATCH = 5_000
COMPARED_AT_ONCE = 2_000

Progress = Callable[[int, int], None]
"""Told, after every batch, the position reached and the position of the last entry."""


class Rebuild:
    """New tables for some read models, filled from the log; whatever is not swapped in is gone at the end of the `with`."""

    def __init__(self, engine: sa.Engine, log: Log, models: Sequence[ReadModel]) -> None:
        self._log = log
        self._models = models
        self._number = self._position = 0
        self.standings: dict[str, ReadCheckpoint] = {}
        self.connection = _own_connection(engine)

    def __enter__(self) -> Self:
        with writing(self.connection):
            live = standings(self.connection)
            self._drop_new_tables()
            for model in self._models:
                for table in model.tables:
                    beside(table, SUFFIX).create(self.connection)
                self.standings[model.name] = ReadCheckpoint(
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
        """Take in what the new tables do not have yet, up to a position or else the head of the log."""
        end = self._log.head() if upto is None else upto
        with _few_collections():
            for batch in self._batches(end, progress):
                self.standings = intake.in_one_step(self.connection, partial(self._taken_in, batch), live=False)

    def index(self) -> None:
        """Make the indexes of the new tables, which is quicker once they are loaded."""
        for model in self._models:
            for table in model.tables:
                with writing(self.connection, live=False):
                    self._index(table, self.standings[model.name].generation)

    def swap(self) -> None:
        """Put the new tables in the place of the old, with the very last entries taken in, in one step."""
        with writing(self.connection):
            # Nobody else writes now, so the live tables cannot be further than the head.
            for batch in self._batches(self._log.head()):
                self.standings = self._taken_in(batch, True)
            live = standings(self.connection)
            for model in self._models:
                names = self.standings[model.name].tables.split()
                for name in {*names, *(live[model.name].tables.split() if model.name in live else ())}:
                    self.connection.execute(DropTable(_named(name), if_exists=True))
                for name in names:
                    self.connection.exec_driver_sql(f"ALTER TABLE {name}{SUFFIX} RENAME TO {name}")
            keep(self.connection, self.standings.values())

    def _batches(self, end: int, progress: Progress | None = None) -> Iterator[intake.Batch]:
        """The entries that the new tables do not have yet; those of a batch count as taken in when the next is asked for."""
        entries = self._log.scan(after=self._position, upto=end)
        while found := list(islice(entries, BATCH)):
            yield intake.read(found, self._number)
            self._number, self._position = self._number + len(found), found[-1][0]
            if progress:
                progress(self._position, end)

    def _taken_in(self, batch: intake.Batch, carefully: bool) -> dict[str, ReadCheckpoint]:
        return intake.take_in(
            TableWriter(self.connection, SUFFIX), self._models, self.standings, batch, carefully=carefully
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


class RowDifference(NamedTuple):
    """One row that is not as the log says. `live` is what people read, `replayed` what the log says; None: no such row.

    A read model that stopped at an entry is one difference, whose table and key are empty.
    """

    model: str
    table: str
    key: Row
    live: dict[str, Any] | None
    replayed: dict[str, Any] | None
    stopped_by: str = ""

    def __str__(self) -> str:
        if self.stopped_by:
            return f"{self.model} stopped at {self.stopped_by}"
        where = f"{self.table} {' '.join(map(str, self.key))}"
        if self.live is None:
            return f"{where}: missing"
        if self.replayed is None:
            return f"{where}: not in the log"
        changed = (name for name, value in self.live.items() if value != self.replayed[name])
        return f"{where}: " + ", ".join(
            f"{name} is {self.live[name]!r}, not {self.replayed[name]!r}" for name in changed
        )


def differences(
    models: Sequence[ReadModel],
    live: tuple[sa.Connection, dict[str, ReadCheckpoint]],
    replayed: tuple[sa.Connection, dict[str, ReadCheckpoint]],
) -> Iterator[RowDifference]:
    """Every difference, by read model, table and key. Each side is read through its own connection, in order of keys."""
    for model in models:
        stopped_by = live[1][model.name].stopped_by or replayed[1][model.name].stopped_by
        if stopped_by:
            yield RowDifference(model.name, "", (), None, None, stopped_by)
            continue
        for table in model.tables:
            names = [column.name for column in table.c]
            key = _key(table)
            for one, other in _beside(_rows(live[0], table, key), _rows(replayed[0], beside(table, SUFFIX), key), key):
                if one != other:
                    of = one or other or ()
                    yield RowDifference(
                        model.name,
                        table.name,
                        tuple(of[place] for place in key),
                        dict(zip(names, one, strict=True)) if one else None,
                        dict(zip(names, other, strict=True)) if other else None,
                    )


def _key(table: sa.Table) -> list[int]:
    """Where in a row the columns stand that tell it from others."""
    unique = [list(index.columns) for index in table.indexes if index.unique]
    columns = list(table.primary_key.columns) or unique[0]
    names = [column.name for column in table.c]
    return [names.index(column.name) for column in columns]


def _rows(connection: sa.Connection, table: sa.Table, key: Sequence[int]) -> Iterator[Row]:
    query = sa.select(table).order_by(*(list(table.c)[place] for place in key))
    for row in connection.execute(query.execution_options(yield_per=COMPARED_AT_ONCE)):
        yield tuple(row)


def _beside(ones: Iterator[Row], others: Iterator[Row], key: Sequence[int]) -> Iterator[tuple[Row | None, Row | None]]:
    """The rows of both sides, those with the same key together."""
    one, other = next(ones, None), next(others, None)
    while one is not None or other is not None:
        here = tuple(one[place] for place in key) if one else None
        there = tuple(other[place] for place in key) if other else None
        if there is None or (here is not None and here < there):
            yield one, None
            one = next(ones, None)
        elif here is None or there < here:
            yield None, other
            other = next(others, None)
        else:
            yield one, other
            one, other = next(ones, None), next(others, None)


def _own_connection(engine: sa.Engine) -> sa.Connection:
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


def _named(name: str) -> sa.Table:
    return sa.Table(name, sa.MetaData())
