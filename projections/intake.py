"""Taking entries in: each is read once and given to every read model that it concerns.

A read model that cannot take an entry in stops there, loudly, and stays where it is; the others go on. Nothing is skipped:
a ledger with a hole in it would still look like a ledger.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from itertools import compress
from typing import NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy import exc

from ledger.catalogue import Fact
from ledger.log.entry import UnreadableEntry, decode
from ledger.log.faults import LogUnavailable
from projections.locks import writing
from projections.read_model import ReadModel, Recorded
from projections.rows import Rows
from projections.standings import Standing

DATABASE_TROUBLE = (exc.OperationalError, exc.InterfaceError, exc.TimeoutError, LogUnavailable)
"""The database cannot be used now: no entry's fault, and the next try may work."""

FEW = 40
"""So many entries are taken in like one: what they write fits into one message to the database."""

Answer = TypeVar("Answer")

Kinds = Sequence[type[Fact]]
"""What happened in each of some entries."""

logger = logging.getLogger("hours.views")


class Batch(NamedTuple):
    """Entries in order, up to the first that cannot be read at all; `fault` names that one, or is ""."""

    entries: Sequence[Recorded]
    fault: str = ""


def read(found: Iterable[tuple[int, bytes]], number: int) -> Batch:
    """What the log gave, as entries; `number` is that of the entry before them."""
    entries: list[Recorded] = []
    for position, data in found:
        number += 1
        try:
            entries.append(recorded(number, position, data))
        except UnreadableEntry as error:
            return Batch(entries, _fault(number, position, error))
    return Batch(entries)


def recorded(number: int, position: int, data: bytes) -> Recorded:
    """An entry from its bytes; raises UnreadableEntry."""
    entry = decode(data)
    return Recorded(number, position, data, entry, entry.data.postings)


def concerned(models: Iterable[ReadModel], batch: Batch) -> list[Recorded]:
    """What any of these read models takes in, and the last entry, which tells how far they have come."""
    kinds = _kinds(batch.entries)
    chosen = {kind for model in models for kind in model.concerns or kinds}
    found = list(compress(batch.entries, map(chosen.__contains__, kinds)))
    return found if found and found[-1] is batch.entries[-1] else [*found, *batch.entries[-1:]]


def in_one_step(connection: sa.Connection, step: Callable[[bool], Answer]) -> Answer:
    """Does a step of writing the quick way; should a read model fail, undoes it and does it once more, carefully."""
    try:
        with writing(connection):
            return step(False)
    except DATABASE_TROUBLE:
        raise
    except Exception:
        logger.exception("A read model failed. Each gets the entries on its own now.")
    with writing(connection):
        return step(True)


def take_in(
    rows: Rows,
    models: Iterable[ReadModel],
    standings: Mapping[str, Standing],
    batch: Batch,
    *,
    carefully: bool = False,
) -> list[Standing]:
    """Gives a batch to every read model that has not stopped, and answers the standings that changed.

    The quick way raises whatever a read model raises, and everything must be undone. Carefully, each read model has a
    savepoint of its own, and one that fails is left before the entry at fault.
    """
    changed: list[Standing] = []
    few = not carefully and len(batch.entries) <= FEW
    all_kinds = _kinds(batch.entries)
    with rows.in_few_trips() if few else nullcontext():
        for model in models:
            standing = standings[model.name]
            if standing.stopped_by:
                continue
            entries, kinds = batch.entries, all_kinds
            if entries and entries[0].position <= standing.position:
                entries = [recorded for recorded in entries if recorded.position > standing.position]
                kinds = _kinds(entries)
            if carefully:
                standing = _carefully(model, standing, entries, rows)
            elif entries:
                if concerning := _concerning(model, entries, kinds):
                    model.apply(concerning, rows)
                standing = standing.after(entries[-1])
            if batch.fault and not standing.stopped_by:
                standing = standing._replace(stopped_by=batch.fault)
            changed.append(standing)
    return changed


def _carefully(model: ReadModel, standing: Standing, entries: Sequence[Recorded], rows: Rows) -> Standing:
    if not entries:
        return standing
    try:
        with rows.connection.begin_nested():
            if concerning := _concerning(model, entries, _kinds(entries)):
                model.apply(concerning, rows)
    except DATABASE_TROUBLE:
        raise
    except Exception as error:
        if len(entries) == 1:
            logger.exception("The read model “%s” stopped at entry %s.", model.name, entries[0].number)
            return standing._replace(stopped_by=_fault(entries[0].number, entries[0].position, error))
        middle = len(entries) // 2
        standing = _carefully(model, standing, entries[:middle], rows)
        return standing if standing.stopped_by else _carefully(model, standing, entries[middle:], rows)
    return standing.after(entries[-1])


def _kinds(entries: Sequence[Recorded]) -> Kinds:
    return [type(recorded.entry.data) for recorded in entries]


def _concerning(model: ReadModel, entries: Sequence[Recorded], kinds: Kinds) -> Sequence[Recorded]:
    concerns = model.concerns
    if concerns is None:
        return entries
    return list(compress(entries, map(concerns.__contains__, kinds)))


def _fault(number: int, position: int, error: Exception) -> str:
    return f"entry {number} (position {position}): {type(error).__name__}: {error}"
