"""The log in one SQLite file."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
from eventsourcing.persistence import IntegrityError

from ledger.log.entry import StoredEntry
from ledger.log.sqlite_file import BUSY_SECONDS
from ledger.log.sqlite_recorder import ANY_TAG, NOTHING_STANDS_AGAINST, Guard, SQLiteDCBRecorder, decode_tags
from ledger.log.store import Conflict, LogUnavailable

BATCH = 2000

# One statement is from one moment: the entries found and the head belong together. One range read of the tag table for
# each tag, from its own position on; CROSS JOIN keeps that order of loops.
READ = """
SELECT head.position, entries.position, type, data, tags
FROM (SELECT coalesce(max(position), 0) AS position FROM entries) AS head
LEFT JOIN entries ON entries.position IN (
    SELECT tags.position FROM json_each(?) AS since CROSS JOIN tags
    WHERE tags.tag = since.key AND tags.position > since.value
)
ORDER BY entries.position
"""
HEAD = "SELECT coalesce(max(position), 0) FROM entries"
FROM_POSITION = "SELECT position, type, data, tags FROM entries WHERE position > ? ORDER BY position LIMIT ?"
SCAN = "SELECT position, data FROM entries WHERE position > ? AND position <= ? ORDER BY position LIMIT ?"
# In both directions: what an entry says and the table of tags lacks, and what the table of tags has beyond that.
MISFILED = """
SELECT min(position) FROM (
    SELECT entries.position FROM entries, json_each(entries.tags) AS kept
    WHERE entries.position > ?1
    AND NOT EXISTS (SELECT 1 FROM tags WHERE tags.tag = kept.value AND tags.position = entries.position)
    UNION ALL
    SELECT tags.position FROM tags WHERE tags.position > ?1 AND NOT EXISTS (
        SELECT 1 FROM entries, json_each(entries.tags) AS kept
        WHERE entries.position = tags.position AND kept.value = tags.tag
    )
)
"""
ALL_KNOWN = "SELECT tag, position, state FROM known"
KNOWN = "SELECT tag, position, state FROM known WHERE tag IN (SELECT value FROM json_each(?))"
FORGET = "DELETE FROM known"


class SQLiteLog:
    """See `ledger.log.store.Log`. Reads go straight to the driver; appends share the recorder's durable commits."""

    def __init__(self, path: str | Path, *, create: bool = True, busy_seconds: float = BUSY_SECONDS) -> None:
        self.recorder = SQLiteDCBRecorder(path, create=create, busy_seconds=busy_seconds)
        self._file = self.recorder.file

    def append(self, entries: Sequence[tuple[str, bytes, Sequence[str]]], *, unless: Sequence[str], after: int) -> int:
        guard = Guard(ANY_TAG, (_json(unless), after)) if unless else NOTHING_STANDS_AGAINST
        try:
            return self.recorder.submit([(type, tags, data) for type, data, tags in entries], guard)
        except IntegrityError:
            raise Conflict from None

    def read(self, after: Mapping[str, int]) -> tuple[list[StoredEntry], int]:
        rows = self._file.select(READ, (_json(after),))
        head = rows[0][0]
        return [_stored(*row) for _, *row in rows if row[0] is not None], head

    def from_position(self, after: int, *, limit: int) -> list[StoredEntry]:
        return [_stored(*row) for row in self._file.select(FROM_POSITION, (after, limit))]

    def head(self) -> int:
        return self._file.select(HEAD)[0][0]

    def scan(self, *, after: int = 0, upto: int | None = None) -> Iterator[tuple[int, bytes]]:
        # One short read per batch: a read that stayed open would keep the write-ahead file from being emptied.
        end = self.head() if upto is None else upto
        while after < end and (rows := self._file.select(SCAN, (after, end, BATCH))):
            yield from rows
            after = rows[-1][0]

    def misfiled(self, *, after: int = 0) -> int | None:
        return self._file.select(MISFILED, (after,))[0][0]

    def load_snapshots(self, tags: Sequence[str]) -> dict[str, tuple[int, bytes]]:
        try:
            rows = self._file.select(KNOWN, (_json(tags),))
        except LogUnavailable:
            return {}  # only a cache; whoever reads the entries next will hear of the fault
        return {tag: (position, state) for tag, position, state in rows} | self.recorder.remembered(tags)

    def save_snapshots(self, rows: Sequence[tuple[str, int, bytes]]) -> None:
        self.recorder.remember({tag: (position, state) for tag, position, state in rows})

    def snapshots(self) -> dict[str, tuple[int, bytes]]:
        return {tag: (position, state) for tag, position, state in self._file.select(ALL_KNOWN)}

    def forget_snapshots(self) -> None:
        self._file.write(lambda connection: connection.execute(FORGET).close())

    def close(self) -> None:
        self.recorder.close()


def _stored(position: int, type: str, data: bytes, tags: str) -> StoredEntry:
    try:
        return StoredEntry(position, type, data, tuple(decode_tags(tags)))
    except msgspec.DecodeError as error:
        message = (
            f"The tags of the entry at position {position} cannot be read. Someone changed the log by hand. See "
            "hours doctor."
        )
        raise LogUnavailable("damaged", message) from error


def _json(tags: Sequence[str] | Mapping[str, int]) -> str:
    return msgspec.json.encode(tags).decode()
