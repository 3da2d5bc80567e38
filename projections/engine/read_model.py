"""What a read model is: its tables, its entries, and its checkpoint. Tables are alike on SQLite and PostgreSQL."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from typing import Any, ClassVar, NamedTuple

import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

from ledger.catalogue import Fact, Posting
from ledger.log.entry import Entry
from ledger.log.upgrades import VersionedTables
from projections.engine.tables import TableWriter

METADATA = sa.MetaData()
"""The live tables of every read model."""

# Sorted byte by byte, whatever the server's locale: pages must come in the same order on both databases.
_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def word(name: str, *, key: bool = False) -> sa.Column[str]:
    """A column for an identifier, a type name, a day as YYYY-MM-DD, or an instant as entries write it; never null."""
    return sa.Column(name, _WORD, primary_key=key, nullable=False)


def count(name: str, *, key: bool = False) -> sa.Column[int]:
    """A column for minutes, an entry number or a count; never null."""
    return sa.Column(name, _NUMBER, primary_key=key, nullable=False, autoincrement=False)


def table(name: str, *parts: sa.Column[str] | sa.Column[int] | sa.Index, clustered: bool = False) -> sa.Table:
    """A table of a read model.

    A rebuild creates the primary key first, so that it can find rows while it loads them, and the indexes last.
    `clustered` stores small rows in the order of their key, where SQLite can.
    """
    return sa.Table(name, METADATA, *parts, sqlite_with_rowid=not clustered)


def stored_tables(name: str) -> VersionedTables:
    """Tables beside the read models that a rebuild neither makes nor compares, with a version of their own."""
    return VersionedTables(name, advice=_MADE_AGAIN)


_MADE_AGAIN = "Everything in it can be made again: stop the program, delete the file views.db or the schema “views”, and start it again."


class IncomingEntry(NamedTuple):
    """One entry for the read models to apply.

    `number` is its rank in the log, without gaps, as people see it; `position` is where the log stores it; `data` are the
    bytes that are stored and hashed. `postings` are computed once for all read models: two for each leg, the giver's and
    then the receiver's.
    """

    number: int
    position: int
    data: bytes
    entry: Entry
    postings: tuple[Posting, ...]


class ReadModel(ABC):
    """Rows computed from the log alone. Nothing is held in memory between batches."""

    name: ClassVar[str]
    version: ClassVar[int] = 1
    """Raise it whenever the same entries lead to different rows: then every installation rebuilds its tables."""
    tables: ClassVar[tuple[sa.Table, ...]]
    concerns: ClassVar[frozenset[type[Fact]] | None] = None
    """The facts it applies; None: all of them."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def _all(self, query: sa.Select[*tuple[Any, ...]], **given: object) -> Sequence[Any]:
        """Run a query and return its rows."""
        with self._engine.connect() as connection:
            return connection.execute(query, given).fetchall()

    @abstractmethod
    def apply(self, batch: Sequence[IncomingEntry], rows: TableWriter) -> None:
        """Apply entries that concern it, in order. The same for one new entry and for a whole log."""

    @classmethod
    def definition(cls, dialect: sa.Dialect) -> str:
        """A hash that changes whenever the tables or the version do."""
        parts = [cls.name, str(cls.version)]
        for one in cls.tables:
            parts.append(str(CreateTable(one).compile(dialect=dialect)))
            parts += sorted(
                f"{index.name} {index.unique} {[column.name for column in index.columns]}" for index in one.indexes
            )
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


CHECKPOINTS = table(
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
    """The last entry that a page includes: its number, its position, and when it was recorded."""

    number: int = 0
    position: int = 0
    at: str = ""


class ReadCheckpoint(NamedTuple):
    """The position a read model has reached, stored beside its rows and updated in the same transaction.

    `entry` is the fingerprint of the last entry, so that another log is noticed. `stopped_by` says which entry could not be
    applied, and why; "" while there is no problem.
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
        """The last entry that its rows include."""
        return AsOf(self.number, self.position, self.at)

    def after(self, last: IncomingEntry) -> "ReadCheckpoint":
        """The checkpoint once this entry and all before it are applied."""
        return self._replace(number=last.number, position=last.position, at=last.entry.at, entry=fingerprint(last.data))


def fingerprint(data: bytes) -> str:
    """The hash of an entry's bytes."""
    return hashlib.sha256(data).hexdigest()


def checkpoints(connection: sa.Connection) -> dict[str, ReadCheckpoint]:
    """The checkpoint of every read model, by name."""
    return {row[0]: ReadCheckpoint(*row) for row in connection.exec_driver_sql(_SELECT).fetchall()}


def save_checkpoints(connection: sa.Connection, changed: Collection[ReadCheckpoint]) -> None:
    """Write checkpoints, in the same transaction as the rows they belong to."""
    TableWriter(connection).replace(CHECKPOINTS, list(changed))


_SELECT = str(sa.select(CHECKPOINTS))
