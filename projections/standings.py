"""How far each read model has come: kept beside its rows, and changed together with them."""

import hashlib
from collections.abc import Collection
from typing import NamedTuple

import sqlalchemy as sa

from projections.columns import count, table, word
from projections.read_model import Recorded
from projections.rows import Rows

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
    """How far one read model has come. `entry` is the fingerprint of the last entry's bytes, so that another log shows.

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
