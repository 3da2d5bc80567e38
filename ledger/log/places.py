"""Where a community is stored: a data folder with three SQLite files, or a PostgreSQL database with three schemas.

Also the queries of every page: compiled once, and run directly on the driver. For a small query, SQLAlchemy takes ten times as
long as SQLite itself.
"""

import shutil
import sqlite3
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from ledger.log.locks import lock_number
from ledger.log.private_files import private_file, private_folder
from ledger.log.sqlite_file import BUSY_SECONDS, use_wal

_LOCK_CREATING = f"SELECT pg_advisory_xact_lock({lock_number('creating')})"


class Place:
    """The databases of one community, under one URL: `sqlite:///folder` or `postgresql://...`."""

    def __init__(self, url: str, *, schemas: str = "") -> None:
        self.url = url
        self._schemas = schemas
        self.is_sqlite = url.startswith("sqlite:///")
        if not self.is_sqlite and not url.startswith(("postgresql://", "postgres://")):
            raise ValueError(f"“{url.split(':')[0]}:” is not supported. Use sqlite:///folder or postgresql://...")

    @classmethod
    def folder(cls, folder: Path) -> "Place":
        """Return the place in a data folder."""
        return cls(f"sqlite:///{folder}")

    @property
    def path(self) -> Path:
        """The data folder; only SQLite has one."""
        assert self.is_sqlite, "a PostgreSQL place has no folder"
        return Path(self.url.removeprefix("sqlite:///"))

    @property
    def exists(self) -> bool:
        """Whether there is something to open. For PostgreSQL, only opening it can tell."""
        return not self.is_sqlite or (self.path / "log.db").exists()

    @property
    def log_url(self) -> str:
        """The URL of the log."""
        return f"sqlite:///{self.path / 'log.db'}" if self.is_sqlite else self.url

    def schema(self, store: str) -> str:
        """Return the name of a store's schema. Only PostgreSQL has schemas."""
        return f"{self._schemas}{store}"

    def beside(self) -> "Place":
        """Return a separate place on the same disk or in the same database, where a restore is prepared."""
        if not self.is_sqlite:
            return Place(self.url, schemas="restoring_")
        folder = self.path.resolve()
        return Place.folder(folder.with_name(f".{folder.name}.restoring"))

    def people_engine(self) -> sa.Engine:
        """Open the database of personal data, sign-in and sessions. Durable: texts are saved before their entry is recorded."""
        return self._engine("people", synchronous="FULL")

    def views_engine(self) -> sa.Engine:
        """Open the database of read models. They can be rebuilt, so losing the last moment does no harm."""
        return self._engine("views", synchronous="NORMAL")

    def _engine(self, store: str, *, synchronous: str) -> sa.Engine:
        if self.is_sqlite:
            private_folder(self.path)
            return _sqlite_engine(private_file(self.path / f"{store}.db"), synchronous)
        return _postgresql_engine(self.url, self.schema(store))


@contextmanager
def creating(engine: sa.Engine) -> Generator[sa.Connection]:
    """Open a transaction in which no one else creates tables: "if not exists" alone does not keep two from colliding."""
    with engine.connect() as connection:
        connection.execution_options(writes=True)
        if connection.dialect.name == "postgresql":
            # The connections of some engines commit after each statement, which would release the lock at once.
            connection.execution_options(isolation_level="READ COMMITTED")
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(_LOCK_CREATING)
            yield connection


LEAST_FREE_BYTES = 500 * 1024 * 1024


def has_room(place: Place) -> bool:
    """Whether the disk of a data folder has room left. The disk of a database server is looked after elsewhere."""
    return not place.is_sqlite or shutil.disk_usage(place.path).free >= LEAST_FREE_BYTES


def _sqlite_engine(file: Path, synchronous: str) -> sa.Engine:
    engine = sa.create_engine(
        f"sqlite:///{file}",
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        poolclass=sa.pool.QueuePool,
        pool_size=16,
        max_overflow=48,
        hide_parameters=True,  # an error message must not print what people typed
    )

    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN is always deferred; ours is immediate for writes
        cursor = connection.cursor()
        use_wal(cursor, BUSY_SECONDS)
        cursor.execute(f"PRAGMA synchronous={synchronous}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.close()

    def begin(connection: sa.Connection) -> None:
        if connection.get_execution_options().get("writes", False):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            # It never waits and cannot fail, so it goes straight to the driver, which halves the cost of a query.
            driver: Any = connection.connection.dbapi_connection
            driver.execute("BEGIN")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def _postgresql_engine(url: str, schema: str) -> sa.Engine:
    engine = sa.create_engine(
        "postgresql+psycopg://" + url.split("://", 1)[1],
        pool_pre_ping=True,
        pool_size=8,
        max_overflow=40,
        hide_parameters=True,
        connect_args={"options": f"-c search_path={schema}", "connect_timeout": 5},
    )
    with creating(engine) as connection:
        connection.exec_driver_sql(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
    return engine


Row = Sequence[Any]


class PreparedQuery:
    """A query with named parameters, for values that both databases return in the same way: texts, numbers and bytes."""

    def __init__(self, query: sa.Select[*tuple[Any, ...]]) -> None:
        self._query = query

    def ask(self, engine: sa.Engine, **given: object) -> Sequence[Row]:
        """Return all rows. Errors of the driver are raised as SQLAlchemy raises them."""
        if engine.dialect.name != "sqlite":
            with engine.connect() as connection:
                return connection.execute(self._query, given).fetchall()
        sql, constants = self._compiled
        try:
            return _run_on_driver(engine, sql, {**constants, **given})
        except sqlite3.Error as error:
            raise DBAPIError.instance(sql, None, error, sqlite3.Error, hide_parameters=True) from error

    @cached_property
    def _compiled(self) -> tuple[str, dict[str, Any]]:
        compiled = self._query.compile(dialect=SQLiteDialect_pysqlite(paramstyle="named"))
        return str(compiled), {name: value for name, value in compiled.params.items() if value is not None}


def _run_on_driver(engine: sa.Engine, sql: str, given: dict[str, object]) -> Sequence[Row]:
    connection = engine.raw_connection()
    try:
        # One statement sees one moment by itself, so it needs no BEGIN.
        driver: Any = connection.dbapi_connection
        return driver.execute(sql, given).fetchall()
    except sqlite3.Error:
        connection.invalidate()
        raise
    finally:
        connection.close()


def among(column: sa.Column[Any], name: str) -> sa.ColumnElement[bool]:
    """Compare a text column with any number of texts, passed as one parameter that `listed` returns."""
    return column.in_(sa.select(_Listed(sa.bindparam(name, type_=sa.Text)).table_valued("value").c.value))


def listed(texts: Sequence[str]) -> str:
    """Return texts as a parameter for `among`."""
    return msgspec.json.encode(texts).decode()


class _Listed(GenericFunction[Any]):
    """The texts of a JSON list, as rows with one column, `value`."""

    name = "listed"
    inherit_cache = True


@compiles(_Listed, "sqlite")
def _in_sqlite(listed: _Listed, compiler: SQLCompiler, **how: Any) -> str:
    return f"json_each({compiler.process(listed.clauses, **how)})"


@compiles(_Listed, "postgresql")
def _in_postgresql(listed: _Listed, compiler: SQLCompiler, **how: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(listed.clauses, **how)} AS JSON))"
