"""The new tables of a rebuild, filled from memory: what a read model asks about and changes stays there for a while.

Nobody else writes these tables, so what is in memory is what they will hold. A row that changes many times is written
once, in the order of its key; what is only ever added is never looked at again. The memory has a bound: beyond it the
rows are written and forgotten, and asked for when they are wanted once more.
"""

from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from projections.locks import filling
from projections.noted_changes import NotedChanges
from projections.rows import Fold, Row, Rows
from projections.table_in_memory import TableInMemory

MOST_ROWS = 100_000
"""So many rows are kept in memory, some tens of megabytes, however long the log is."""
PIECE = 20_000
"""So many rows are written in one step, so that live entries get their turn."""


class GatheredRows(Rows):
    """Rows as `Rows` has them, of tables that nobody else writes; they are all there once `write_all` has been called.

    A key that is added though it is there already is a fault, told at the latest when it is written.
    """

    def __init__(
        self,
        connection: sa.Connection,
        suffix: str,
        *,
        are_empty: bool,
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__(connection, suffix)
        self._are_empty = are_empty
        self._is_wanted = is_wanted
        self._gathered: dict[str, TableInMemory | NotedChanges] = {}

    @contextmanager
    def in_few_trips(self) -> Generator[None]:
        """There are no trips to save while rows are only changed in memory."""
        yield

    def of(self, table: sa.Table, keys: Collection[Any]) -> dict[Any, Row]:
        """The rows with these keys, by key; a key without a row is left out."""
        if not keys:
            return {}
        gathered = self._of(table)
        known = gathered.look()
        if unknown := gathered.unknown(keys):
            gathered.learn(unknown, self._kept(table, unknown))
        return {key: row for key in keys if (row := known.get(key)) is not None}

    def insert(self, table: sa.Table, rows: Sequence[Row]) -> None:
        """Adds new rows."""
        if rows:
            self._of(table).insert(rows)

    def replace(self, table: sa.Table, rows: Sequence[Row]) -> None:
        """Puts rows in the place of those with the same key, or adds them."""
        if rows:
            self._of(table).replace(rows)

    def add(self, table: sa.Table, rows: Sequence[Row]) -> None:
        """Adds the numbers beside the key to those of the row with that key, which are zeros where there is none."""
        if rows:
            self._of(table).add(rows)

    def fold(self, table: sa.Table, changes: Mapping[Any, list[Any]], fold: Fold) -> None:
        """Notes the changes; they are folded into their rows when these are written."""
        if not changes:
            return
        noted = self._gathered.get(table.name)
        if noted is None:
            noted = self._gathered[table.name] = NotedChanges(table, fold, self._kept, self._are_empty)
        assert isinstance(noted, NotedChanges), f"{table.name} is only folded, or never"
        noted.note(changes)

    def delete(self, table: sa.Table, keys: Iterable[Any]) -> None:
        """Takes the rows with these keys away."""
        if wanted := list(keys):
            self._of(table).delete(wanted)

    @property
    def held(self) -> int:
        """How many rows are in memory."""
        return sum(gathered.held for gathered in self._gathered.values())

    def write_some(self) -> None:
        """Keeps the memory within its bound; called between batches."""
        many = [gathered for gathered in self._gathered.values() if len(gathered.added) >= PIECE]
        self._write_tables(many)
        for gathered in many:
            gathered.written()
        held = self.held
        if held <= MOST_ROWS:
            return
        # The largest are of things that are seldom touched again, like exchanges; totals are small, and always wanted.
        largest = sorted(self._gathered.values(), key=lambda one: one.held, reverse=True)
        chosen: list[TableInMemory | NotedChanges] = []
        while held > MOST_ROWS // 4:
            chosen.append(largest[len(chosen)])
            held -= chosen[-1].held
        self._write_tables(chosen)
        for gathered in chosen:
            gathered.written()
            gathered.forget()

    def write_all(self) -> None:
        """Writes everything that is not written yet, and forgets it."""
        self._write_tables(self._gathered.values())
        for gathered in self._gathered.values():
            gathered.leave()

    def _of(self, table: sa.Table) -> TableInMemory:
        gathered = self._gathered.get(table.name)
        if gathered is None:
            gathered = self._gathered[table.name] = TableInMemory(table, self._are_empty)
        assert isinstance(gathered, TableInMemory), f"{table.name} is only folded, or never"
        return gathered

    def _kept(self, table: sa.Table, keys: Collection[Any]) -> dict[Any, Row]:
        """The rows with these keys as the database has them."""
        with self.connection.begin():
            return super().of(table, keys)

    def _write_tables(self, some: Iterable[TableInMemory | NotedChanges]) -> None:
        step: list[tuple[_Order, sa.Table, Sequence[Any]]] = []
        weight = 0
        for gathered in some:
            told = gathered.unwritten()
            orders: list[tuple[_Order, Sequence[Any]]] = [
                (super().delete, told.gone),
                (super().insert, told.new),
                (super().replace, told.changed),
                (super().add, told.sums),
            ]
            for order, rows in orders:
                for begin in range(0, len(rows), PIECE):
                    piece = rows[begin : begin + PIECE]
                    step.append((order, gathered.table, piece))
                    weight += len(piece)
                    if weight >= PIECE:
                        self._in_one_step(step)
                        step, weight = [], 0
        self._in_one_step(step)

    def _in_one_step(self, step: Sequence[tuple["_Order", sa.Table, Sequence[Any]]]) -> None:
        if step:
            with filling(self.connection):
                if not self._is_wanted():
                    raise SystemExit("Nobody waits for these tables any more.")
                for order, table, rows in step:
                    order(table, rows)


_Order = Callable[[sa.Table, Sequence[Any]], None]
