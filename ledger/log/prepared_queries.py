"""Queries of every page: compiled once, and run directly on the driver.

For a small query, SQLAlchemy takes ten times as long as SQLite itself.
"""

import sqlite3
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

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
