"""Comparing live tables with what the log says, row by row, without touching them."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from projections.read_model import ReadModel
from projections.rows import Row, beside
from projections.standings import Standing

AT_ONCE = 2_000


class Difference(NamedTuple):
    """One row that is not as the log says. `live` is what people read, `replayed` what the log says; None: no such row.

    A read model that stopped at an entry is one difference, whose table and key are empty.
    """

    model: str
    table: str
    key: Row
    live: dict[str, Any] | None
    replayed: dict[str, Any] | None
    stopped_by: str = ""

    def __str__(self) -> str:
        if self.stopped_by:
            return f"{self.model} stopped at {self.stopped_by}"
        where = f"{self.table} {' '.join(map(str, self.key))}"
        if self.live is None:
            return f"{where}: missing"
        if self.replayed is None:
            return f"{where}: not in the log"
        changed = (name for name, value in self.live.items() if value != self.replayed[name])
        return f"{where}: " + ", ".join(
            f"{name} is {self.live[name]!r}, not {self.replayed[name]!r}" for name in changed
        )


def differences(
    models: Sequence[ReadModel],
    live: tuple[sa.Connection, dict[str, Standing]],
    replayed: tuple[sa.Connection, dict[str, Standing]],
    suffix: str,
) -> Iterator[Difference]:
    """Every difference, by read model, table and key. Each side is read through its own connection, in order of keys."""
    for model in models:
        stopped_by = live[1][model.name].stopped_by or replayed[1][model.name].stopped_by
        if stopped_by:
            yield Difference(model.name, "", (), None, None, stopped_by)
            continue
        for table in model.tables:
            names = [column.name for column in table.c]
            key = _key(table)
            for one, other in _beside(_rows(live[0], table, key), _rows(replayed[0], beside(table, suffix), key), key):
                if one != other:
                    of = one or other or ()
                    yield Difference(
                        model.name,
                        table.name,
                        tuple(of[place] for place in key),
                        dict(zip(names, one, strict=True)) if one else None,
                        dict(zip(names, other, strict=True)) if other else None,
                    )


def _key(table: sa.Table) -> list[int]:
    """Where in a row the columns stand that tell it from others."""
    unique = [list(index.columns) for index in table.indexes if index.unique]
    columns = list(table.primary_key.columns) or unique[0]
    names = [column.name for column in table.c]
    return [names.index(column.name) for column in columns]


def _rows(connection: sa.Connection, table: sa.Table, key: Sequence[int]) -> Iterator[Row]:
    query = sa.select(table).order_by(*(list(table.c)[place] for place in key))
    for row in connection.execute(query.execution_options(yield_per=AT_ONCE)):
        yield tuple(row)


def _beside(ones: Iterator[Row], others: Iterator[Row], key: Sequence[int]) -> Iterator[tuple[Row | None, Row | None]]:
    """The rows of both sides, those with the same key together."""
    one, other = next(ones, None), next(others, None)
    while one is not None or other is not None:
        here = tuple(one[place] for place in key) if one else None
        there = tuple(other[place] for place in key) if other else None
        if there is None or (here is not None and here < there):
            yield one, None
            one = next(ones, None)
        elif here is None or there < here:
            yield None, other
            other = next(others, None)
        else:
            yield one, other
            one, other = next(ones, None), next(others, None)
