"""Pages of long lists, found by key, so that every page takes the same time at any length."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Generic, NamedTuple, TypeVar

import sqlalchemy as sa

from ledger.log.places import PreparedQuery

Line = TypeVar("Line")
Cursor = str
"""Where a page begins or ends: made and read here, and safe in a URL. A leading "-" pages towards the newer side."""

_PART = re.compile(r"[0-9a-z][0-9a-z:-]{0,79}")
_LARGEST = 2**53


class Page(NamedTuple, Generic[Line]):
    """Some lines of a list, and the cursors of the pages before (`newer`) and after (`older`), if there are any."""

    rows: list[Line]
    newer: Cursor | None
    older: Cursor | None


class Order:
    """The order of a list: by columns that identify every line, descending or ascending."""

    def __init__(self, *columns: sa.Column[Any], descending: bool) -> None:
        self._columns = columns
        self._descending = descending
        self._key = sa.tuple_(*columns)
        self._prepared = lru_cache(maxsize=16)(self._prepare)

    def page(
        self,
        connection: sa.Connection,
        query: sa.Select[*tuple[Any, ...]],
        cursor: Cursor | None,
        limit: int,
        line: Callable[[Any], Line],
        **given: object,
    ) -> Page[Line]:
        """Return the lines of a query from the cursor on. It selects the columns of the order; `given` are its parameters.

        Raise ValueError if the cursor was not made here.
        """
        statement = self._statement(query, back=_looks_back(cursor), begins=not cursor)
        found = connection.execute(statement, given | self._bounds(cursor, limit)).fetchall()
        return _page(found, self._indexes(query), cursor, limit, line)

    def page_of(
        self,
        engine: sa.Engine,
        query: sa.Select[*tuple[Any, ...]],
        cursor: Cursor | None,
        limit: int,
        line: Callable[[Any], Line],
        **given: object,
    ) -> Page[Line]:
        """The same for a constant query, which is prepared once."""
        prepared, indexes = self._prepared(query, back=_looks_back(cursor), begins=not cursor)
        found = prepared.ask(engine, **given, **self._bounds(cursor, limit))
        return _page(found, indexes, cursor, limit, line)

    def _prepare(
        self, query: sa.Select[*tuple[Any, ...]], *, back: bool, begins: bool
    ) -> tuple[PreparedQuery, list[int]]:
        return PreparedQuery(self._statement(query, back=back, begins=begins)), self._indexes(query)

    def _indexes(self, query: sa.Select[*tuple[Any, ...]]) -> list[int]:
        """Where the columns of the order are in a row of the query."""
        return [query.selected_columns.keys().index(column.name) for column in self._columns]

    def _statement(
        self, query: sa.Select[*tuple[Any, ...]], *, back: bool, begins: bool
    ) -> sa.Select[*tuple[Any, ...]]:
        downwards = self._descending != back
        if not begins:
            here = sa.tuple_(*(sa.bindparam(f"_{column.name}", type_=column.type) for column in self._columns))
            query = query.where(self._key < here if downwards else self._key > here)
        ordered = [column.desc() if downwards else column.asc() for column in self._columns]
        return query.order_by(*ordered).limit(sa.bindparam("_limit"))

    def _bounds(self, cursor: Cursor | None, limit: int) -> dict[str, str | int]:
        values: dict[str, str | int] = {"_limit": limit + 1}
        if not cursor:
            return values
        parts = cursor.removeprefix("-").split("~")
        if len(parts) != len(self._columns) or not all(_PART.fullmatch(part) for part in parts):
            raise ValueError(f"“{cursor}” is not a place in this list")
        here = {f"_{column.name}": _value(part, column) for part, column in zip(parts, self._columns, strict=True)}
        return values | here


def _looks_back(cursor: Cursor | None) -> bool:
    return bool(cursor) and str(cursor).startswith("-")


def _page(
    found: Sequence[Any], indexes: Sequence[int], cursor: Cursor | None, limit: int, line: Callable[[Any], Line]
) -> Page[Line]:
    """Make a page; one line more than the limit was fetched, to find out whether there are more."""
    more, back = len(found) > limit, _looks_back(cursor)
    rows = list(found[:limit])
    if back:
        rows.reverse()
    before, after = (more, bool(rows)) if back else (bool(cursor and rows), more)
    return Page(
        [line(row) for row in rows],
        "-" + _cursor(rows[0], indexes) if before else None,
        _cursor(rows[-1], indexes) if after else None,
    )


def _cursor(row: Any, indexes: Sequence[int]) -> Cursor:
    return "~".join(str(row[index]) for index in indexes)


def _value(part: str, column: sa.Column[Any]) -> str | int:
    if not isinstance(column.type, sa.Integer):
        return part
    if not part.isdecimal() or int(part) > _LARGEST:
        raise ValueError(f"“{part}” is not a number in this list")
    return int(part)
