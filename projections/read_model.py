"""What every read model is: tables, what it takes in from a batch of entries, and questions."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

from ledger.catalogue import Fact, Posting
from ledger.log.entry import Entry
from projections.rows import Rows


class Recorded(NamedTuple):
    """One entry on its way into the read models.

    `number` is its rank in the log, without gaps, as people see it; `position` is where the log keeps it; `data` are the
    bytes that are kept and hashed. `movements` are what it moves, asked once for all read models: two for each leg, the
    giver's and then the receiver's.
    """

    number: int
    position: int
    data: bytes
    entry: Entry
    movements: tuple[Posting, ...]


class ReadModel(ABC):
    """Rows computed from the log alone. Questions are asked of `engine`; nothing is kept in memory between batches."""

    name: ClassVar[str]
    version: ClassVar[int] = 1
    """Goes up whenever the same entries lead to other rows: then everybody's tables are rebuilt."""
    tables: ClassVar[tuple[sa.Table, ...]]
    concerns: ClassVar[frozenset[type[Fact]] | None] = None
    """The facts it takes in; every other entry passes by. None: all of them."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    @abstractmethod
    def apply(self, batch: Sequence[Recorded], rows: Rows) -> None:
        """Takes in entries that concern it, in order. The same for one new entry and for a whole log."""

    @classmethod
    def definition(cls, dialect: sa.Dialect) -> str:
        """Changes whenever the tables or the version do."""
        parts = [cls.name, str(cls.version)]
        for table in cls.tables:
            parts.append(str(CreateTable(table).compile(dialect=dialect)))
            parts += sorted(
                f"{index.name} {index.unique} {[column.name for column in index.columns]}" for index in table.indexes
            )
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()
