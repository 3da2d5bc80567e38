"""What every read model is (tables, what it takes in, questions), and how far each one has come in the log."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from typing import ClassVar, NamedTuple

import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

from ledger.catalogue import Fact, Posting
from ledger.log.entry import Entry
from projections.columns import count, table, word
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
        for one in cls.tables:
            parts.append(str(CreateTable(one).compile(dialect=dialect)))
            parts += sorted(
                f"{index.name} {index.unique} {[column.name for column in index.columns]}" for index in one.indexes
            )
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


STANDINGS = table(
    "read_models",
    word("name", key=True),
    word("definition"),
    word("tables"),
    count("generation"),
    count("number"),
    count("position"),
    word("at"),
    word("entry"),
    word("stopped_by"),
)


class AsOf(NamedTuple):
    """What a page shows is everything up to and with this entry: its number, its position, and when it was recorded."""

    number: int = 0
    position: int = 0
    at: str = ""


class Standing(NamedTuple):
    """How far one read model has come, kept beside its rows and changed together with them. `entry` is the fingerprint of the last entry's bytes, so that another log shows.

    `stopped_by` says which entry it could not take in, and why; "" while all is well.
    """

    name: str
    definition: str = ""
    tables: str = ""
    generation: int = 0
    number: int = 0
    position: int = 0
    at: str = ""
    entry: str = ""
    stopped_by: str = ""

    @property
    def as_of(self) -> AsOf:
        """Up to which entry its rows tell."""
        return AsOf(self.number, self.position, self.at)

    def after(self, last: Recorded) -> "Standing":
        """The standing once this entry and all before it are taken in."""
        return self._replace(number=last.number, position=last.position, at=last.entry.at, entry=fingerprint(last.data))


def fingerprint(data: bytes) -> str:
    """What tells one entry from another."""
    return hashlib.sha256(data).hexdigest()


def standings(connection: sa.Connection) -> dict[str, Standing]:
    """How far every read model has come, by name."""
    return {row[0]: Standing(*row) for row in connection.exec_driver_sql(_SELECT).fetchall()}


def keep(connection: sa.Connection, changed: Collection[Standing]) -> None:
    """Writes standings down, in the same step as the rows they speak of."""
    Rows(connection).replace(STANDINGS, list(changed))


_SELECT = str(sa.select(STANDINGS))
