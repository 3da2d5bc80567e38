"""Rebuilding: replay the whole log into new tables beside the old, then swap them in one transaction, or compare them.

The live tables are read and written meanwhile. An interrupted rebuild leaves tables that the next one drops.
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
from projections.engine.read_model import ReadCheckpoint, ReadModel, checkpoints, save_checkpoints
from projections.engine.tables import Row, TableWriter, suffixed

SUFFIX = "__next"
"""The suffix of the names of new tables until they are swapped in."""

BATCH = 5_000
ROWS_PER_FETCH = 2_000

Progress = Callable[[int, int], None]
"""Called after every batch with the position reached and the position of the last entry."""


class Rebuild:
    """New tables for some read models, filled from the log; those not swapped in are dropped at the end of the `with`."""

    def __init__(self, engine: sa.Engine, log: Log, models: Sequence[ReadModel]) -> None:
        self._log = log
        self._models = models
        self._number = self._position = 0
        self.checkpoints: dict[str, ReadCheckpoint] = {}
        self.connection = _own_connection(engine)

    def __enter__(self) -> Self:
        with writing(self.connection):
            live = checkpoints(self.connection)
            self._drop_new_tables()
            for model in self._models:
                for table in model.tables:
                    suffixed(table, SUFFIX).create(self.connection)
                self.checkpoints[model.name] = ReadCheckpoint(
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
        """Apply what the new tables do not have yet, up to a position or else the head of the log."""
        end = self._log.head() if upto is None else upto
        with _rare_garbage_collection():
            for batch in self._batches(end, progress):
                self.checkpoints = intake.in_transaction(self.connection, partial(self._apply, batch), live=False)

    def index(self) -> None:
        """Create the indexes of the new tables, which is quicker once they are loaded."""
        for model in self._models:
            for table in model.tables:
                with writing(self.connection, live=False):
                    self._index(table, self.checkpoints[model.name].generation)

    def swap(self) -> None:
        """Apply the very last entries and replace the old tables with the new, in one transaction."""
        with writing(self.connection):
            # Nobody else writes now, so the live tables cannot be ahead of the head read here.
            for batch in self._batches(self._log.head()):
                self.checkpoints = self._apply(batch, True)
            live = checkpoints(self.connection)
            for model in self._models:
                names = self.checkpoints[model.name].tables.split()
                for name in {*names, *(live[model.name].tables.split() if model.name in live else ())}:
                    self.connection.execute(DropTable(_named(name), if_exists=True))
                for name in names:
                    self.connection.exec_driver_sql(f"ALTER TABLE {name}{SUFFIX} RENAME TO {name}")
            save_checkpoints(self.connection, self.checkpoints.values())

    def _batches(self, end: int, progress: Progress | None = None) -> Iterator[intake.Batch]:
        """The entries that the new tables do not have yet; a batch counts as applied when the next is requested."""
        entries = self._log.scan(after=self._position, upto=end)
        while found := list(islice(entries, BATCH)):
            yield intake.decode_batch(found, self._number)
            self._number, self._position = self._number + len(found), found[-1][0]
            if progress:
                progress(self._position, end)

    def _apply(self, batch: intake.Batch, isolated: bool) -> dict[str, ReadCheckpoint]:
        rows = TableWriter(self.connection, SUFFIX)
        return intake.apply_batch(rows, self._models, self.checkpoints, batch, isolated=isolated)

    def _index(self, live: sa.Table, generation: int) -> None:
        new = suffixed(live, SUFFIX)
        for index in sorted(live.indexes, key=lambda index: str(index.name)):
            # An index keeps its name when its table is renamed, so every generation has names of its own.
            columns = [new.c[column.name] for column in index.columns]
            self.connection.execute(CreateIndex(sa.Index(f"{index.name}_{generation}", *columns, unique=index.unique)))
        if self.connection.dialect.name == "postgresql":
            self.connection.exec_driver_sql(f"ANALYZE {new.name}")

    def _drop_new_tables(self) -> None:
        for model in self._models:
            for table in model.tables:
                self.connection.execute(DropTable(_named(table.name + SUFFIX), if_exists=True))


class RowDifference(NamedTuple):
    """One row that differs from the log. `live` is what people read, `replayed` what the log says; None: no such row.

    A read model that has stopped is one difference, with an empty table and key.
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
    """Return every difference, by read model, table and key. Each side is read through its own connection, in key order."""
    for model in models:
        stopped_by = live[1][model.name].stopped_by or replayed[1][model.name].stopped_by
        if stopped_by:
            yield RowDifference(model.name, "", (), None, None, stopped_by)
            continue
        for table in model.tables:
            names = [column.name for column in table.c]
            key = _key(table)
            new = _rows(replayed[0], suffixed(table, SUFFIX), key)
            for one, other in _paired(_rows(live[0], table, key), new, key):
                if one != other:
                    row = one or other or ()
                    yield RowDifference(
                        model.name,
                        table.name,
                        tuple(row[index] for index in key),
                        dict(zip(names, one, strict=True)) if one else None,
                        dict(zip(names, other, strict=True)) if other else None,
                    )


def _key(table: sa.Table) -> list[int]:
    """The indexes of the columns that identify a row."""
    unique = [list(index.columns) for index in table.indexes if index.unique]
    columns = list(table.primary_key.columns) or unique[0]
    names = [column.name for column in table.c]
    return [names.index(column.name) for column in columns]


def _rows(connection: sa.Connection, table: sa.Table, key: Sequence[int]) -> Iterator[Row]:
    query = sa.select(table).order_by(*(list(table.c)[index] for index in key))
    for row in connection.execute(query.execution_options(yield_per=ROWS_PER_FETCH)):
        yield tuple(row)


def _paired(ones: Iterator[Row], others: Iterator[Row], key: Sequence[int]) -> Iterator[tuple[Row | None, Row | None]]:
    """Pair the rows of both sides by key."""
    one, other = next(ones, None), next(others, None)
    while one is not None or other is not None:
        here = tuple(one[index] for index in key) if one else None
        there = tuple(other[index] for index in key) if other else None
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
    """A connection for this rebuild alone, set up for many writes."""
    connection = engine.connect()
    connection.detach()
    if connection.dialect.name == "sqlite":
        driver = connection.connection.dbapi_connection
        assert driver is not None, "an open connection has a driver connection"
        # Read models hold no names; zeroing what is deleted would only cost time.
        driver.execute("PRAGMA secure_delete=OFF")
        driver.execute("PRAGMA cache_size=-32768")
        driver.execute("PRAGMA threads=1")  # one helper thread, which sorts while indexes are created
    return connection


@contextmanager
def _rare_garbage_collection() -> Generator[None]:
    """A batch creates many objects and no reference cycles: looking for cycles would take a fifth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(500_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _named(name: str) -> sa.Table:
    return sa.Table(name, sa.MetaData())
