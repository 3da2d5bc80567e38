"""Changes of rows that nobody asks about while a rebuild goes on: noted as they come, and folded in when rows are written.

A row that changes a thousand times is made once from all its changes, instead of being taken apart and put together again
for each batch.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from projections.rows import Fold, Row, folded
from projections.table_in_memory import Unwritten, Written

Kept = Callable[[sa.Table, Collection[Any]], dict[Any, Row]]
"""The rows with these keys as the database has them."""


class NotedChanges:
    """The changes of one table, by key and in order. It has the questions that `TableInMemory` has about what to write."""

    added: Sequence[Row] = ()

    def __init__(self, table: sa.Table, fold: Fold, kept: Kept, is_empty: bool) -> None:
        self.table = table
        self.held = 0
        self._fold = fold
        self._kept = kept
        self._changes: dict[Any, list[Any]] = {}
        self._written = Written(is_empty)

    def note(self, changes: Mapping[Any, list[Any]]) -> None:
        """Adds to what was noted."""
        noted = self._changes
        for key, some in changes.items():
            if key in noted:
                noted[key] += some
            else:
                noted[key] = some
        self.held += sum(map(len, changes.values()))

    def unwritten(self) -> Unwritten:
        """What comes of the changes, in the order of keys."""
        may_be = self._written.among(self._changes.keys()) if self._written else []
        before = self._kept(self.table, may_be) if may_be else {}
        after = folded(self._changes, before, self._fold)
        return Unwritten(
            gone=[key for key in before if not after[key]],
            new=sorted(row for key, row in after.items() if row and key not in before),
            changed=sorted(row for key, row in after.items() if row and key in before),
        )

    def written(self) -> None:
        """All of it is in the database now."""
        self._written.update(self._changes.keys())
        self._changes = {}
        self.held = 0

    def leave(self) -> None:
        """All of it is in the database now, and most likely nobody asks again."""
        self._written.may_be_any()
        self._changes = {}
        self.held = 0

    def forget(self) -> None:
        """Nothing is kept of what is written."""
