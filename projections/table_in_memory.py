"""What is in memory of one table: rows by key, what of it is new or changed, and which keys the database may have."""

from collections.abc import Collection, Iterable, Sequence
from operator import add
from typing import Any, NamedTuple

import sqlalchemy as sa

from projections.rows import Row

PLACES = (1 << 21) - 1
"""So many bytes, less one, mark the keys of a table that were written: see `Written`. A power of two, less one."""


class TableInMemory:
    """What is in memory of one table. `added` are rows that nobody has asked about; then there is nothing to look up."""

    def __init__(self, table: sa.Table, is_empty: bool) -> None:
        self.table = table
        self.added: list[Row] = []
        self._width = len(table.primary_key.columns)
        self._rows: dict[Any, Row | None] = {}
        self._new: set[Any] = set()
        self._changed: set[Any] = set()
        self._sums: dict[Any, Row] = {}
        self._looked_at = False
        self._written = Written(is_empty)

    @property
    def held(self) -> int:
        """How many rows are in memory."""
        return len(self.added) + len(self._rows) + len(self._sums)

    def look(self) -> dict[Any, Row | None]:
        """The rows in memory by key; None for one that was taken away."""
        if not self._looked_at:
            self._looked_at = True
            assert self._width, f"{self.table.name} is only added to: it has no key"
            added, self.added = self.added, []
            self.insert(added)
        return self._rows

    def unknown(self, keys: Collection[Any]) -> list[Any]:
        """Those of the keys that the database has to be asked about."""
        return self._written.among([key for key in keys if key not in self._rows]) if self._written else []

    def learn(self, keys: Iterable[Any], found: dict[Any, Row]) -> None:
        """What the database has for keys that are not in memory."""
        for key in keys:
            row = found.get(key)
            if key in self._sums:
                more = self._sums.pop(key)
                row = self._sum(row, more) if row else more
                self._changed.add(key)
            if row:
                self._rows[key] = row

    def insert(self, rows: Sequence[Row]) -> None:
        if not self._looked_at:
            self.added += rows
            return
        known, new = self._rows, self._new
        for key, row in zip(self._keys(rows), rows, strict=True):
            if key not in known:
                new.add(key)
            elif known[key] is None:
                self._changed.add(key)  # taken away before, which may not be written yet
            else:
                raise KeyError(f"{self.table.name} {key} is there already")
            known[key] = row

    def replace(self, rows: Sequence[Row]) -> None:
        keys = self._keys(rows)
        self.look().update(zip(keys, rows, strict=True))
        self._changed.update(keys)
        for key in keys if self._sums else ():
            self._sums.pop(key, None)

    def add(self, rows: Sequence[Row]) -> None:
        known, sums, written = self.look(), self._sums, self._written
        keys = self._keys(rows)
        for key, row in zip(keys, rows, strict=True):
            before = known.get(key)
            if before is not None:
                known[key] = self._sum(before, row)
            elif key in known or not written or not written.among((key,)):
                known[key] = row
            else:
                sums[key] = self._sum(sums[key], row) if key in sums else row
                continue
            self._changed.add(key)

    def delete(self, keys: Iterable[Any]) -> None:
        known = self.look()
        for key in keys:
            self._sums.pop(key, None)
            if key in self._new:
                self._new.remove(key)
                self._changed.discard(key)
                del known[key]
            else:
                known[key] = None
                self._changed.add(key)

    def unwritten(self) -> "Unwritten":
        """What the database does not have yet, in the order of keys."""
        if not self._looked_at:
            return Unwritten(new=sorted(self.added) if self._width else self.added)
        known, changed = self._rows, self._changed - self._new
        old = set(self._written.among(changed)) if self._written else set[Any]()
        return Unwritten(
            gone=[key for key in old if known[key] is None],
            new=self._sorted((self._new, changed - old) if old else (self._new, changed)),
            changed=self._sorted((old,)),
            sums=sorted(self._sums.values()),
        )

    def written(self) -> None:
        """All of it is in the database now."""
        if self._looked_at:
            self._written.update(self._new)
            self._written.update(self._changed)
            self._new, self._changed, self._sums = set(), set(), {}
        elif self.added:
            self._written.may_be_any()
            self.added = []

    def leave(self) -> None:
        """All of it is in the database now, and most likely nobody asks again."""
        self._written.may_be_any()
        self._new, self._changed, self._sums, self.added = set(), set(), {}, []
        self.forget()

    def forget(self) -> None:
        """Lets go of rows, all of which are written."""
        self._rows = {}

    def _keys(self, rows: Iterable[Row]) -> list[Any]:
        width = self._width
        return [row[0] for row in rows] if width == 1 else [row[:width] for row in rows]

    def _sum(self, row: Row, more: Row) -> Row:
        width = self._width
        return (*row[:width], *map(add, row[width:], more[width:]))

    def _sorted(self, some: Iterable[Collection[Any]]) -> list[Row]:
        known = self._rows
        return sorted(row for keys in some for key in keys if (row := known[key]) is not None)


class Unwritten(NamedTuple):
    """What to write of one table: keys to take away, new rows, rows in the place of others, and what to add to others."""

    gone: Sequence[Any] = ()
    new: Sequence[Row] = ()
    changed: Sequence[Row] = ()
    sums: Sequence[Row] = ()


class Written:
    """Keys that were written, in little memory: it may take a key for one of them that is not, never the other way."""

    def __init__(self, is_empty: bool) -> None:
        self._marks = bytearray()
        self._any = not is_empty

    def __bool__(self) -> bool:
        return self._any or bool(self._marks)

    def among(self, keys: Collection[Any]) -> list[Any]:
        """Those of the keys that may have been written."""
        if self._any:
            return list(keys)
        marks = self._marks
        return [key for key in keys if marks[hash(key) & PLACES]] if marks else []

    def update(self, keys: Collection[Any]) -> None:
        """These were written."""
        if keys and not self._marks:
            self._marks = bytearray(PLACES + 1)
        marks = self._marks
        for key in keys:
            marks[hash(key) & PLACES] = 1

    def may_be_any(self) -> None:
        """Rows were written whose keys nobody looked at."""
        self._any = True
