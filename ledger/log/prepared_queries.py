"""Questions that every page asks: put into the database's words once, and asked of its driver without a detour.

SQLAlchemy takes ten times as long about a small question as SQLite takes to answer it.
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
    """A query with its parameters by name, for values that both databases give as they are: words, numbers and bytes."""

    def __init__(self, query: sa.Select[*tuple[Any, ...]]) -> None:
        self._query = query

    def ask(self, engine: sa.Engine, **given: object) -> Sequence[Row]:
        """All rows. What the driver complains of is raised as SQLAlchemy raises it."""
        if engine.dialect.name != "sqlite":
            with engine.connect() as connection:
                return connection.execute(self._query, given).fetchall()
        sql, constants = self._in_sqlite
        try:
            return _ask_the_driver(engine, sql, {**constants, **given})
        except sqlite3.Error as error:
            raise DBAPIError.instance(sql, None, error, sqlite3.Error, hide_parameters=True) from error

    @cached_property
    def _in_sqlite(self) -> tuple[str, dict[str, Any]]:
        compiled = self._query.compile(dialect=SQLiteDialect_pysqlite(paramstyle="named"))
        return str(compiled), {name: value for name, value in compiled.params.items() if value is not None}


def _ask_the_driver(engine: sa.Engine, sql: str, given: dict[str, object]) -> Sequence[Row]:
    connection = engine.raw_connection()
    try:
        # One statement is from one moment by itself, so it needs no BEGIN.
        driver: Any = connection.dbapi_connection
        return driver.execute(sql, given).fetchall()
    except sqlite3.Error:
        connection.invalidate()
        raise
    finally:
        connection.close()


def among(column: sa.Column[Any], name: str) -> sa.ColumnElement[bool]:
    """Whether a column of words is among those of a parameter, which is what `listed` makes of them: any number of them."""
    return column.in_(sa.select(_Listed(sa.bindparam(name, type_=sa.Text)).table_valued("value").c.value))


def listed(words: Sequence[str]) -> str:
    """Words as a parameter for `among`."""
    return msgspec.json.encode(words).decode()


class _Listed(GenericFunction[Any]):
    """The words of a JSON list, as rows with one column, `value`."""

    name = "listed"
    inherit_cache = True


@compiles(_Listed, "sqlite")
def _in_sqlite(listed: _Listed, compiler: SQLCompiler, **how: Any) -> str:
    return f"json_each({compiler.process(listed.clauses, **how)})"


@compiles(_Listed, "postgresql")
def _in_postgresql(listed: _Listed, compiler: SQLCompiler, **how: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(listed.clauses, **how)} AS JSON))"
