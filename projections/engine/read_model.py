"""The kinds of columns that read models are made of; the same on SQLite and PostgreSQL, and sorted alike."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from typing import ClassVar, NamedTuple

import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

from ledger.catalogue import Fact, Posting
from ledger.log.entry import Entry
from projections.engine.tables import TableWriter

METADATA = sa.MetaData()
"""The tables of every read model, under the names they have when they are live."""

# Sorted byte by byte wherever the database stands: pages must come in the same order on both.
_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def word(name: str, *, key: bool = False) -> sa.Column[str]:
    """An identifier, a type name, a day as YYYY-MM-DD, an instant as entries write it; never null."""
    return sa.Column(name, _WORD, primary_key=key, nullable=False)


def count(name: str, *, key: bool = False) -> sa.Column[int]:
    """Minutes, the number of an entry, how many; never null."""
    return sa.Column(name, _NUMBER, primary_key=key, nullable=False, autoincrement=False)


def table(name: str, *parts: sa.Column[str] | sa.Column[int] | sa.Index, clustered: bool = False) -> sa.Table:
    """A table of a read model.

    Its primary key is there from the beginning, so that rows can be found while a rebuild loads them; its indexes are
    made when everything is loaded. `clustered` keeps small rows in the order of their key, where SQLite can.
    """
    return sa.Table(name, METADATA, *parts, sqlite_with_rowid=not clustered)


class IncomingEntry(NamedTuple):
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
    def apply(self, batch: Sequence[IncomingEntry], rows: TableWriter) -> None:
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


class ReadCheckpoint(NamedTuple):
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

    def after(self, last: IncomingEntry) -> "ReadCheckpoint":
        """The standing once this entry and all before it are taken in."""
        return self._replace(number=last.number, position=last.position, at=last.entry.at, entry=fingerprint(last.data))


def fingerprint(data: bytes) -> str:
    """What tells one entry from another."""
    return hashlib.sha256(data).hexdigest()


def standings(connection: sa.Connection) -> dict[str, ReadCheckpoint]:
    """How far every read model has come, by name."""
    return {row[0]: ReadCheckpoint(*row) for row in connection.exec_driver_sql(_SELECT).fetchall()}


def keep(connection: sa.Connection, changed: Collection[ReadCheckpoint]) -> None:
    """Writes standings down, in the same step as the rows they speak of."""
    TableWriter(connection).replace(STANDINGS, list(changed))


_SELECT = str(sa.select(STANDINGS))
