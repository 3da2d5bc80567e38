"""Reading and writing the tables of read models a batch at a time, which is the only way their rows change.

Statements are built from the table definitions once, and the driver gets whole batches: nothing in between handles rows one
by one. SQLite runs one prepared statement over all rows; PostgreSQL gets whole columns as arrays in one statement, and many
new rows by COPY.
"""

from collections.abc import Collection, Generator, Iterable, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.dialects import sqlite

Row = tuple[Any, ...]

MIN_COPY_ROWS = 100
"""At least this many new rows go to PostgreSQL by COPY."""


class TableWriter:
    """Reads and writes tables through one connection; `suffix` selects the new ones that a rebuild fills.

    A row is a tuple in the order of its table's columns. A key is one value, or a tuple for a key of several columns.
    """

    def __init__(self, connection: sa.Connection, suffix: str = "") -> None:
        self.connection = connection
        self._driver: Any = connection.connection.dbapi_connection
        self._dbapi: Any = connection.dialect.loaded_dbapi
        self._suffix = suffix
        self._is_sqlite = connection.dialect.name == "sqlite"
        self._is_pipelined = False

    @contextmanager
    def pipelined(self) -> Generator[None]:
        """Send writes to PostgreSQL together with the next query; an error may be raised only at the end."""
        if self._is_sqlite:
            yield
            return
        self._is_pipelined = True
        with self._translated("a pipeline"), self._driver.pipeline():
            yield
        self._is_pipelined = False

    def of(self, table: sa.Table, keys: Collection[Any]) -> dict[Any, Row]:
        """Return the rows with these keys, by key; a key without a row is left out."""
        if not keys:
            return {}
        statements = self._statements(table)
        width = len(statements.keys)
        if self._is_sqlite:
            wanted: Any = (msgspec.json.encode(list(keys)).decode(),)
        else:
            wanted = _columns(statements.keys, list(keys) if width > 1 else [(key,) for key in keys])
        with self._translated(statements.find):
            found: list[Row] = self._driver.execute(statements.find, wanted).fetchall()
        return {row[:width]: row for row in found} if width > 1 else {row[0]: row for row in found}

    def insert(self, table: sa.Table, rows: Sequence[Row]) -> None:
        """Insert new rows. A key that exists is a fault of the log or of the read model."""
        statements = self._statements(table)
        if len(rows) >= MIN_COPY_ROWS and not self._is_sqlite and not self._is_pipelined:
            self._copy(statements.copy, rows)
        else:
            self._write(statements.insert, statements.names, rows)

    def replace(self, table: sa.Table, rows: Sequence[Row]) -> None:
        """Replace rows with the same key, or insert them."""
        statements = self._statements(table)
        self._write(statements.replace, statements.names, rows)

    def add(self, table: sa.Table, rows: Sequence[Row]) -> None:
        """Add the numbers outside the key to those of the row with that key; a missing row counts as zeros."""
        statements = self._statements(table)
        self._write(statements.add, statements.names, rows)

    def delete(self, table: sa.Table, keys: Iterable[Any]) -> None:
        """Delete the rows with these keys."""
        statements = self._statements(table)
        self._write(statements.delete, statements.keys, [key if len(statements.keys) > 1 else (key,) for key in keys])

    def _statements(self, table: sa.Table) -> "_Statements":
        build = _sqlite_statements if self._is_sqlite else _postgresql_statements
        return build(table, self._suffix)

    def _write(self, statement: str, names: tuple[str, ...], rows: Sequence[Row]) -> None:
        if not rows:
            return
        with self._translated(statement):
            if self._is_sqlite:
                self._driver.executemany(statement, rows)
            else:
                self._driver.execute(statement, _columns(names, rows))

    def _copy(self, statement: str, rows: Sequence[Row]) -> None:
        text = _copy_text(rows)
        with self._translated(statement), self._driver.cursor() as cursor, cursor.copy(statement) as copy:
            if text is not None:
                copy.write(text)
            else:
                for row in rows:
                    copy.write_row(row)

    @contextmanager
    def _translated(self, statement: str) -> Generator[None]:
        """Raise the driver's error for an unavailable database as SQLAlchemy's, which callers expect."""
        try:
            yield
        except self._dbapi.OperationalError as error:
            raise exc.OperationalError(statement, None, error) from error


def suffixed(live: sa.Table, suffix: str) -> sa.Table:
    """The same table under the name that it has while a rebuild fills it, without its indexes."""
    if not suffix:
        return live
    copied = live.to_metadata(sa.MetaData(), name=live.name + suffix)
    copied.indexes.clear()
    return copied


class _Statements(NamedTuple):
    """The statements for one table, and the columns they take in order."""

    names: tuple[str, ...]
    keys: tuple[str, ...]
    find: str
    insert: str
    replace: str
    add: str
    delete: str
    copy: str = ""


@cache
def _sqlite_statements(live: sa.Table, suffix: str) -> _Statements:
    table = suffixed(live, suffix)
    keys = _keys(table)
    wanted = sa.func.json_each(sa.bindparam("wanted")).table_valued("value")
    parts: list[sa.ColumnElement[Any]] = [wanted.c.value]
    if keys[1:]:
        parts = [sa.literal_column(f"value ->> {index}") for index in range(len(keys))]
    find = sa.select(table).join_from(wanted, table, _equal(keys, parts))
    delete = sa.delete(table).where(_equal(keys, [sa.bindparam(f"{key.name}_") for key in keys]))
    return _compiled(table, find, sqlite.insert(table), delete, sqlite.dialect(paramstyle="qmark"))


@cache
def _postgresql_statements(live: sa.Table, suffix: str) -> _Statements:
    # Imported here because they are large, and of no use to a community on SQLite.
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

    table = suffixed(live, suffix)
    keys = _keys(table)
    wanted = _unnested(keys)
    insert = postgresql.insert(table).from_select(table.c.keys(), sa.select(_unnested(list(table.c))))
    find = sa.select(table).join_from(wanted, table, _equal(keys, list(wanted.c)))
    delete = sa.delete(table).where(_equal(keys, list(wanted.c)))
    copy = f"COPY {table.name} ({', '.join(table.c.keys())}) FROM STDIN"
    return _compiled(table, find, insert, delete, PGDialect_psycopg())._replace(copy=copy)


def _compiled(table: sa.Table, find: Any, insert: Any, delete: Any, dialect: sa.Dialect) -> _Statements:
    keys, numbers = _keys(table), [column for column in table.c if not column.primary_key]
    replace = _upsert(insert, keys, {column: insert.excluded[column.name] for column in numbers})
    add = _upsert(insert, keys, {column: column + insert.excluded[column.name] for column in numbers})
    statements = [str(one.compile(dialect=dialect)) for one in (find, insert, replace, add, delete)]
    return _Statements(tuple(table.c.keys()), tuple(key.name for key in keys), *statements)


def _keys(table: sa.Table) -> list[sa.Column[Any]]:
    """The columns of the key; all columns of a table without a key, which is only appended to."""
    return list(table.primary_key.columns) or list(table.c)


def _equal(keys: Sequence[sa.ColumnElement[Any]], values: Sequence[sa.ColumnElement[Any]]) -> sa.ColumnElement[bool]:
    return sa.and_(*(key == value for key, value in zip(keys, values, strict=True)))


def _upsert(insert: Any, keys: list[sa.Column[Any]], changes: dict[sa.Column[Any], Any]) -> Any:
    if not changes:
        return insert.on_conflict_do_nothing(index_elements=keys)
    return insert.on_conflict_do_update(index_elements=keys, set_=changes)


def _unnested(columns: Sequence[sa.Column[Any]]) -> sa.TableValuedAlias:
    """Whole columns passed as arrays, as rows; the parameters have the columns' names."""
    kinds = [sa.BigInteger() if isinstance(column.type, sa.Integer) else sa.Text() for column in columns]
    arrays = [sa.bindparam(column.name, type_=sa.ARRAY(kind)) for column, kind in zip(columns, kinds, strict=True)]
    named = [sa.column(f"{column.name}_", kind) for column, kind in zip(columns, kinds, strict=True)]
    return sa.func.unnest(*arrays).table_valued(*named).render_derived(name="given")


def _columns(names: Sequence[str], rows: Sequence[Row]) -> dict[str, str]:
    """Whole columns as PostgreSQL writes arrays; the driver would convert every value, which takes far longer."""
    return {name: _array(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}


def _array(values: tuple[Any, ...]) -> str:
    if isinstance(values[0], int):
        return "{" + ",".join(map(str, values)) + "}"
    if any('"' in value or "\\" in value for value in values):
        values = tuple(value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return '{"' + '","'.join(values) + '"}'


def _copy_text(rows: Sequence[Row]) -> str | None:
    """All rows in the text format of COPY; None if a value contains a character that would have to be escaped."""
    width = len(rows[0])
    line = "\t".join(["%s"] * width) + "\n"
    text = "".join([line % row for row in rows])
    plain = text.count("\t") == len(rows) * (width - 1) and text.count("\n") == len(rows)
    return text if plain and "\\" not in text and "\r" not in text else None
