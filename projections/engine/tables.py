"""The tables of read models, read and written a batch at a time: the only way in which their rows change.

The statements are made from the table definitions once, and the driver gets whole batches: nothing in between looks at
rows one by one. SQLite runs one prepared statement over all rows; PostgreSQL gets whole columns as arrays in one
statement, and many new rows by COPY.
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

WORTH_A_COPY = 100
"""So many new rows and more go to PostgreSQL by COPY."""


class TableWriter:
    """The tables as one connection sees them; `suffix` names the new ones that a rebuild fills beside the live ones.

    A row is a tuple in the order of its table's columns. A key is one value, or a tuple where several columns make it.
    """

    def __init__(self, connection: sa.Connection, suffix: str = "") -> None:
        self.connection = connection
        self._driver: Any = connection.connection.dbapi_connection
        self._faults: Any = connection.dialect.loaded_dbapi
        self._suffix = suffix
        self._is_sqlite = connection.dialect.name == "sqlite"
        self._few_trips = False

    @contextmanager
    def in_few_trips(self) -> Generator[None]:
        """What is written inside goes to PostgreSQL together with the next question; a fault may show only at the end."""
        if self._is_sqlite:
            yield
            return
        self._few_trips = True
        with self._tell("a pipeline"), self._driver.pipeline():
            yield
        self._few_trips = False

    def of(self, table: sa.Table, keys: Collection[Any]) -> dict[Any, Row]:
        """The rows with these keys, by key; a key without a row is left out."""
        if not keys:
            return {}
        orders = self._orders(table)
        width = len(orders.keys)
        if self._is_sqlite:
            wanted: Any = (msgspec.json.encode(list(keys)).decode(),)
        else:
            wanted = _columns(orders.keys, list(keys) if width > 1 else [(key,) for key in keys])
        try:
            found: list[Row] = self._driver.execute(orders.find, wanted).fetchall()
        except self._faults.OperationalError as error:
            raise _told(orders.find, error) from error
        return {row[:width]: row for row in found} if width > 1 else {row[0]: row for row in found}

    def insert(self, table: sa.Table, rows: Sequence[Row]) -> None:
        """Adds new rows. A key that is there already is a fault of the log or of the read model."""
        orders = self._orders(table)
        if len(rows) >= WORTH_A_COPY and not self._is_sqlite and not self._few_trips:
            self._copy(orders.copy, rows)
        else:
            self._write(orders.insert, orders.names, rows)

    def replace(self, table: sa.Table, rows: Sequence[Row]) -> None:
        """Puts rows in the place of those with the same key, or adds them."""
        orders = self._orders(table)
        self._write(orders.replace, orders.names, rows)

    def add(self, table: sa.Table, rows: Sequence[Row]) -> None:
        """Adds the numbers beside the key to those of the row with that key, which are zeros where there is none."""
        orders = self._orders(table)
        self._write(orders.add, orders.names, rows)

    def delete(self, table: sa.Table, keys: Iterable[Any]) -> None:
        """Takes the rows with these keys away."""
        orders = self._orders(table)
        self._write(orders.delete, orders.keys, [key if len(orders.keys) > 1 else (key,) for key in keys])

    def _orders(self, table: sa.Table) -> "_Orders":
        return _sqlite_orders(table, self._suffix) if self._is_sqlite else _postgresql_orders(table, self._suffix)

    def _write(self, order: str, names: tuple[str, ...], rows: Sequence[Row]) -> None:
        if not rows:
            return
        try:
            if self._is_sqlite:
                self._driver.executemany(order, rows)
            else:
                self._driver.execute(order, _columns(names, rows))
        except self._faults.OperationalError as error:
            raise _told(order, error) from error

    def _copy(self, order: str, rows: Sequence[Row]) -> None:
        text = _lines(rows)
        with self._tell(order), self._driver.cursor() as cursor, cursor.copy(order) as copy:
            if text is not None:
                copy.write(text)
            else:
                for row in rows:
                    copy.write_row(row)

    @contextmanager
    def _tell(self, order: str) -> Generator[None]:
        try:
            yield
        except self._faults.OperationalError as error:
            raise _told(order, error) from error


def _told(order: str, fault: Exception) -> exc.OperationalError:
    """The driver's word that the database cannot be used now, in the words that everybody else uses."""
    return exc.OperationalError(order, None, fault)


def beside(live: sa.Table, suffix: str) -> sa.Table:
    """The same table under the name that it has while a rebuild fills it, without its indexes."""
    if not suffix:
        return live
    copied = live.to_metadata(sa.MetaData(), name=live.name + suffix)
    copied.indexes.clear()
    return copied


class _Orders(NamedTuple):
    """What to tell the driver about one table: statements, and the columns they take in order."""

    names: tuple[str, ...]
    keys: tuple[str, ...]
    find: str
    insert: str
    replace: str
    add: str
    delete: str
    copy: str = ""


@cache
def _sqlite_orders(live: sa.Table, suffix: str) -> _Orders:
    table = beside(live, suffix)
    keys, numbers = _parted(table)
    wanted = sa.func.json_each(sa.bindparam("wanted")).table_valued("value")
    parts: list[sa.ColumnElement[Any]] = [wanted.c.value]
    if keys[1:]:
        parts = [sa.literal_column(f"value ->> {place}") for place in range(len(keys))]
    found = sa.select(table).join_from(wanted, table, _equal(keys, parts))
    delete = sa.delete(table).where(_equal(keys, [sa.bindparam(f"{key.name}_") for key in keys]))
    insert = sqlite.insert(table)
    dialect = sqlite.dialect(paramstyle="qmark")
    return _Orders(
        tuple(column.name for column in table.c),
        tuple(key.name for key in keys),
        str(found.compile(dialect=dialect)),
        str(insert.compile(dialect=dialect)),
        str(_upsert(insert, keys, {c: insert.excluded[c.name] for c in numbers}).compile(dialect=dialect)),
        str(_upsert(insert, keys, {c: c + insert.excluded[c.name] for c in numbers}).compile(dialect=dialect)),
        str(delete.compile(dialect=dialect)),
    )


@cache
def _postgresql_orders(live: sa.Table, suffix: str) -> _Orders:
    # Large, and of no use to a community on SQLite.
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

    table = beside(live, suffix)
    keys, numbers = _parted(table)
    names = tuple(column.name for column in table.c)
    wanted = _given(keys)
    insert = postgresql.insert(table).from_select(names, sa.select(_given(list(table.c))))
    found = sa.select(table).join_from(wanted, table, _equal(keys, list(wanted.c)))
    dialect = PGDialect_psycopg()
    return _Orders(
        names,
        tuple(key.name for key in keys),
        str(found.compile(dialect=dialect)),
        str(insert.compile(dialect=dialect)),
        str(_upsert(insert, keys, {c: insert.excluded[c.name] for c in numbers}).compile(dialect=dialect)),
        str(_upsert(insert, keys, {c: c + insert.excluded[c.name] for c in numbers}).compile(dialect=dialect)),
        str(sa.delete(table).where(_equal(keys, list(wanted.c))).compile(dialect=dialect)),
        f"COPY {table.name} ({', '.join(names)}) FROM STDIN",
    )


def _parted(table: sa.Table) -> tuple[list[sa.Column[Any]], list[sa.Column[Any]]]:
    """The columns of the key, and those beside it. A table that is only added to may have no key: all make it then."""
    keys = list(table.primary_key.columns) or list(table.c)
    return keys, [column for column in table.c if not column.primary_key]


def _equal(keys: Sequence[sa.ColumnElement[Any]], values: Sequence[sa.ColumnElement[Any]]) -> sa.ColumnElement[bool]:
    return sa.and_(*(key == value for key, value in zip(keys, values, strict=True)))


def _upsert(insert: Any, keys: list[sa.Column[Any]], changes: dict[sa.Column[Any], Any]) -> Any:
    if not changes:
        return insert.on_conflict_do_nothing(index_elements=keys)
    return insert.on_conflict_do_update(index_elements=keys, set_=changes)


def _given(columns: Sequence[sa.Column[Any]]) -> sa.TableValuedAlias:
    """Whole columns as arrays, row by row; the parameters have the columns' names."""
    kinds = [sa.BigInteger() if isinstance(column.type, sa.Integer) else sa.Text() for column in columns]
    arrays = [sa.bindparam(column.name, type_=sa.ARRAY(kind)) for column, kind in zip(columns, kinds, strict=True)]
    named = [sa.column(f"{column.name}_", kind) for column, kind in zip(columns, kinds, strict=True)]
    return sa.func.unnest(*arrays).table_valued(*named).render_derived(name="given")


def _columns(names: Sequence[str], rows: Sequence[Row]) -> dict[str, str]:
    """Whole columns as PostgreSQL writes arrays; the driver would look at every value, which takes far longer."""
    return {name: _array(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}


def _array(values: tuple[Any, ...]) -> str:
    if isinstance(values[0], int):
        return "{" + ",".join(map(str, values)) + "}"
    if any('"' in value or "\\" in value for value in values):
        values = tuple(value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return '{"' + '","'.join(values) + '"}'


def _lines(rows: Sequence[Row]) -> str | None:
    """Rows as COPY reads them, all at once; None where a value holds a sign that COPY would read otherwise."""
    width = len(rows[0])
    line = "\t".join(["%s"] * width) + "\n"
    text = "".join([line % row for row in rows])
    plain = text.count("\t") == len(rows) * (width - 1) and text.count("\n") == len(rows)
    return text if plain and "\\" not in text and "\r" not in text else None
