"""The kinds of columns that read models are made of; the same on SQLite and PostgreSQL, and sorted alike."""

import sqlalchemy as sa

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
