"""Applying entries: each is decoded once and given to every read model that it concerns.

A read model that fails on an entry stops there, loudly, and keeps its checkpoint; the others go on. Nothing is skipped: a
ledger with a gap would still look like a ledger.
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

DATABASE_ERRORS = (exc.OperationalError, exc.InterfaceError, exc.TimeoutError, LogUnavailable)
"""The database is unavailable: no entry is at fault, and the next attempt may work."""

SMALL_BATCH = 40
"""The writes of this many entries fit into one message to the database."""

Result = TypeVar("Result")

logger = logging.getLogger("hours.views")


class Batch(NamedTuple):
    """Entries in order, up to the first that cannot be decoded; `fault` names that one, or is ""."""

    entries: Sequence[IncomingEntry]
    fault: str = ""


def decode_batch(stored: Iterable[tuple[int, bytes]], number: int) -> Batch:
    """Decode entries as the log stores them; `number` is that of the entry before them."""
    entries: list[IncomingEntry] = []
    for position, data in stored:
        number += 1
        try:
            entry = decode(data)
        except UnreadableEntry as error:
            return Batch(entries, _fault(number, position, error))
        entries.append(IncomingEntry(number, position, data, entry, entry.data.postings))
    return Batch(entries)


def in_transaction(connection: sa.Connection, step: Callable[[bool], Result], *, live: bool = True) -> Result:
    """Run a step in one transaction. If a read model fails, roll back and run the step again with `isolated` true."""
    try:
        with writing(connection, live=live):
            return step(False)
    except DATABASE_ERRORS:
        raise
    except Exception:
        logger.exception("A read model failed. Each read model now gets the entries separately.")
    with writing(connection, live=live):
        return step(True)


def apply_batch(
    rows: TableWriter,
    models: Iterable[ReadModel],
    checkpoints: Mapping[str, ReadCheckpoint],
    batch: Batch,
    *,
    isolated: bool = False,
) -> dict[str, ReadCheckpoint]:
    """Give a batch to every read model that has not stopped, and return the new checkpoints.

    Normally, whatever a read model raises is raised, and the caller rolls everything back. When `isolated`, each read model
    has its own savepoint, and one that fails stays before the entry at fault.
    """
    after = dict(checkpoints)
    is_small = not isolated and len(batch.entries) <= SMALL_BATCH
    with rows.pipelined() if is_small else nullcontext():
        for model in models:
            checkpoint = after[model.name]
            if checkpoint.stopped_by:
                continue
            entries = [incoming for incoming in batch.entries if incoming.position > checkpoint.position]
            if isolated:
                checkpoint = _apply_isolated(model, checkpoint, entries, rows)
            elif entries:
                _apply(model, entries, rows)
                checkpoint = checkpoint.after(entries[-1])
            if batch.fault and not checkpoint.stopped_by:
                checkpoint = checkpoint._replace(stopped_by=batch.fault)
            after[model.name] = checkpoint
    return after


def _apply_isolated(
    model: ReadModel, checkpoint: ReadCheckpoint, entries: Sequence[IncomingEntry], rows: TableWriter
) -> ReadCheckpoint:
    """Apply what can be applied: halve the entries until the one at fault is found."""
    if not entries:
        return checkpoint
    try:
        with rows.connection.begin_nested():
            _apply(model, entries, rows)
    except DATABASE_ERRORS:
        raise
    except Exception as error:
        if len(entries) == 1:
            logger.exception("The read model “%s” stopped at entry %s.", model.name, entries[0].number)
            return checkpoint._replace(stopped_by=_fault(entries[0].number, entries[0].position, error))
        middle = len(entries) // 2
        checkpoint = _apply_isolated(model, checkpoint, entries[:middle], rows)
        return checkpoint if checkpoint.stopped_by else _apply_isolated(model, checkpoint, entries[middle:], rows)
    return checkpoint.after(entries[-1])


def _apply(model: ReadModel, entries: Sequence[IncomingEntry], rows: TableWriter) -> None:
    concerns = model.concerns
    if concerns is not None:
        entries = [incoming for incoming in entries if type(incoming.entry.data) in concerns]
    if entries:
        model.apply(entries, rows)


def _fault(number: int, position: int, error: Exception) -> str:
    return f"entry {number} (position {position}): {type(error).__name__}: {error}"
