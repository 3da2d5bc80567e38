"""Taking entries in: each is read once and given to every read model that it concerns.

A read model that cannot take an entry in stops there, loudly, and stays where it is; the others go on. Nothing is skipped:
a ledger with a hole in it would still look like a ledger.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from typing import NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy import exc

from ledger.log.entry import UnreadableEntry, decode
from ledger.log.store import LogUnavailable
from projections.engine.locks import writing
from projections.engine.read_model import IncomingEntry, ReadCheckpoint, ReadModel
from projections.engine.tables import TableWriter

DATABASE_TROUBLE = (exc.OperationalError, exc.InterfaceError, exc.TimeoutError, LogUnavailable)
"""The database cannot be used now: no entry's fault, and the next try may work."""

FEW = 40
"""What this many entries write fits into one message to the database."""

Answer = TypeVar("Answer")

logger = logging.getLogger("hours.views")


class Batch(NamedTuple):
    """Entries in order, up to the first that cannot be read at all; `fault` names that one, or is ""."""

    entries: Sequence[IncomingEntry]
    fault: str = ""


def read(found: Iterable[tuple[int, bytes]], number: int) -> Batch:
    """Decode what the log gave; `number` is that of the entry before them."""
    entries: list[IncomingEntry] = []
    for position, data in found:
        number += 1
        try:
            entry = decode(data)
        except UnreadableEntry as error:
            return Batch(entries, _fault(number, position, error))
        entries.append(IncomingEntry(number, position, data, entry, entry.data.postings))
    return Batch(entries)


def in_one_step(connection: sa.Connection, step: Callable[[bool], Answer], *, live: bool = True) -> Answer:
    """Do a step of writing the quick way; should a read model fail, undo it and do it once more, carefully."""
    try:
        with writing(connection, live=live):
            return step(False)
    except DATABASE_TROUBLE:
        raise
    except Exception:
        logger.exception("A read model failed. Each read model now gets the entries separately.")
    with writing(connection, live=live):
        return step(True)


def take_in(
    rows: TableWriter,
    models: Iterable[ReadModel],
    standings: Mapping[str, ReadCheckpoint],
    batch: Batch,
    *,
    carefully: bool = False,
) -> dict[str, ReadCheckpoint]:
    """Give a batch to every read model that has not stopped, and return how far all have come then.

    The quick way raises whatever a read model raises, and everything must be undone. Carefully, each read model has a
    savepoint of its own, and one that fails is left before the entry at fault.
    """
    after = dict(standings)
    few = not carefully and len(batch.entries) <= FEW
    with rows.in_few_trips() if few else nullcontext():
        for model in models:
            standing = after[model.name]
            if standing.stopped_by:
                continue
            entries = [recorded for recorded in batch.entries if recorded.position > standing.position]
            if carefully:
                standing = _carefully(model, standing, entries, rows)
            elif entries:
                _apply(model, entries, rows)
                standing = standing.after(entries[-1])
            if batch.fault and not standing.stopped_by:
                standing = standing._replace(stopped_by=batch.fault)
            after[model.name] = standing
    return after


def _carefully(
    model: ReadModel, standing: ReadCheckpoint, entries: Sequence[IncomingEntry], rows: TableWriter
) -> ReadCheckpoint:
    if not entries:
        return standing
    try:
        with rows.connection.begin_nested():
            _apply(model, entries, rows)
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


def _apply(model: ReadModel, entries: Sequence[IncomingEntry], rows: TableWriter) -> None:
    concerns = model.concerns
    if concerns is not None:
        entries = [recorded for recorded in entries if type(recorded.entry.data) in concerns]
    if entries:
        model.apply(entries, rows)


def _fault(number: int, position: int, error: Exception) -> str:
    return f"entry {number} (position {position}): {type(error).__name__}: {error}"
