"""The DCB recorder for SQLite: one file, one sequence of entries, many readers, one durable commit for all who wait."""

import sqlite3
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import msgspec
from eventsourcing.dcb.api import (
    DCBAppendCondition,
    DCBEvent,
    DCBQuery,
    DCBQueryItem,
    DCBReadResponse,
    DCBRecorder,
    DCBSequencedEvent,
)
from eventsourcing.dcb.persistence import DCBListenNotifySubscription
from eventsourcing.dcb.popo import SimpleDCBReadResponse
from eventsourcing.persistence import IntegrityError, ProgrammingError

from ledger.log.group_commit import GroupCommit
from ledger.log.sqlite_file import BUSY_SECONDS, SQLiteFile
from ledger.log.store import LogUnavailable

POLL_SECONDS = 0.25

# One parameter for any number of tags: the text of the statement stays the same, and so does its plan.
ANY_TAG = "SELECT position FROM tags WHERE tag IN (SELECT value FROM json_each(?)) AND position > ?"

Argument = str | int
Row = tuple[str, str, bytes]

INSERT = "INSERT INTO entries (type, tags, data) VALUES (?, ?, ?)"
INSERT_UNLESS = "INSERT INTO entries (type, tags, data) SELECT ?, ?, ? WHERE NOT EXISTS"
SAVE = (
    "INSERT INTO known (tag, position, state) VALUES (?, ?, ?) ON CONFLICT (tag) DO UPDATE"
    " SET position = excluded.position, state = excluded.state WHERE excluded.position > known.position"
)

encode_tags = msgspec.json.Encoder().encode
decode_tags = msgspec.json.Decoder(list[str]).decode


class Guard(NamedTuple):
    """A question to the log that must find no entry, or the append is refused."""

    sql: str
    arguments: tuple[Argument, ...]


class AppendRequest(NamedTuple):
    """What one caller wants appended, ready for the database, and what must not have happened before."""

    rows: Sequence[Row]
    guard: Guard


NOTHING_STANDS_AGAINST = Guard("SELECT 1 WHERE FALSE", ())


class SQLiteDCBRecorder(DCBRecorder):
    """Keeps entries in one SQLite file, as `eventsourcing.dcb` asks of a recorder.

    Positions count up without gaps. All query forms work: types, tags, both, neither. Raises `LogUnavailable` when the
    file cannot be used, eventsourcing's `IntegrityError` when a condition fails; one caller's refusal leaves the others
    of its group alone.
    """

    def __init__(self, path: str | Path, *, create: bool = True, busy_seconds: float = BUSY_SECONDS) -> None:
        self.file = SQLiteFile(path, create=create, busy_seconds=busy_seconds)
        self._group = GroupCommit(self._commit)
        self._known: dict[str, tuple[int, bytes]] = {}
        self._known_lock = threading.Lock()
        self._listeners: set[threading.Event] = set()

    def read(
        self, query: DCBQuery | None = None, *, after: int | None = None, limit: int | None = None
    ) -> DCBReadResponse:
        """The entries that match, in order, all from one moment; see `DCBRecorder.read`."""
        sql, arguments = _selection(query or DCBQuery(), after or 0, "position, type, tags, data")
        page = f"{sql} ORDER BY position LIMIT ?", (*arguments, -1 if limit is None else limit)
        rows, head = self.file.read(
            lambda connection: (
                connection.execute(*page).fetchall(),
                connection.execute("SELECT max(position) FROM entries").fetchone()[0],
            )
        )
        events = [DCBSequencedEvent(DCBEvent(type, data, decode_tags(tags)), at) for at, type, tags, data in rows]
        if limit is not None:
            head = events[-1].position if events else None
        return SimpleDCBReadResponse(iter(events), head)

    def append(self, events: Sequence[DCBEvent], condition: DCBAppendCondition | None = None) -> int:
        """Keeps the events durably, all or none, and answers the last position; see `DCBRecorder.append`."""
        guard = NOTHING_STANDS_AGAINST
        if condition is not None:
            guard = Guard(*_selection(condition.fail_if_events_match, condition.after or 0, "1"))
        return self.submit([(event.type, event.tags, event.data) for event in events], guard)

    def submit(self, entries: Sequence[tuple[str, Sequence[str], bytes]], guard: Guard) -> int:
        """Appends (type, tags, data) unless the guard finds something; everybody who waits shares one commit."""
        if not entries:
            raise ProgrammingError("There is nothing to append.")
        # Encoded here, in the caller's thread: what cannot be written fails alone, before anybody shares its commit.
        rows = [(_text(type), encode_tags(tags).decode(), bytes(data)) for type, tags, data in entries]
        position = self._group.submit(AppendRequest(rows, guard))
        for listener in tuple(self._listeners):
            listener.set()
        return position

    def remember(self, known: Mapping[str, tuple[int, bytes]]) -> None:
        """Notes snapshots, tag to (position, state); they reach the file with the next append, at no commit of theirs."""
        with self._known_lock:
            for tag, (position, state) in known.items():
                if tag not in self._known or self._known[tag][0] < position:
                    self._known[tag] = (position, state)

    def remembered(self, tags: Sequence[str]) -> dict[str, tuple[int, bytes]]:
        """The snapshots for these tags that wait for the next append."""
        with self._known_lock:
            return {tag: self._known[tag] for tag in tags if tag in self._known}

    def subscribe(self, query: DCBQuery | None = None, *, after: int | None = None) -> "SQLiteDCBSubscription":
        """Everything that matches, then waiting for more: at once from this process, within moments from others."""
        return SQLiteDCBSubscription(self, query=query, after=after)

    def listen(self, event: threading.Event) -> None:
        """Sets the event whenever this process has appended."""
        self._listeners.add(event)

    def unlisten(self, event: threading.Event) -> None:
        """Ends `listen`."""
        self._listeners.discard(event)

    def close(self) -> None:
        """Saves what is remembered, and closes the file."""
        if self._known:
            with suppress(LogUnavailable):
                self._group.submit(AppendRequest((), NOTHING_STANDS_AGAINST))
        self.file.close()

    def _commit(self, wishes: Sequence[AppendRequest]) -> list[int | Exception]:
        with self._known_lock:
            known, self._known = self._known, {}
        try:
            return self._commit_with(known, wishes)
        except LogUnavailable as error:
            if not known or error.kind == "locked":
                raise
            return self._commit_with({}, wishes)  # snapshots are a cache: they cost nobody an entry

    def _commit_with(
        self, known: Mapping[str, tuple[int, bytes]], wishes: Sequence[AppendRequest]
    ) -> list[int | Exception]:
        def work(connection: sqlite3.Connection) -> list[int | Exception]:
            if known:
                connection.executemany(SAVE, [(tag, *at_and_state) for tag, at_and_state in known.items()])
            return [_grant(connection, wish) for wish in wishes]

        return self.file.write(work, one_statement=not known and len(wishes) == 1 and len(wishes[0].rows) == 1)


class SQLiteDCBSubscription(DCBListenNotifySubscription[SQLiteDCBRecorder]):
    """Follows a log; looks again every `POLL_SECONDS`, because SQLite does not tell what other processes write."""

    def __init__(self, recorder: SQLiteDCBRecorder, query: DCBQuery | None = None, after: int | None = None) -> None:
        super().__init__(recorder=recorder, query=query, after=after)
        self._recorder.listen(self._has_been_notified)

    def stop(self) -> None:
        """Stops the subscription."""
        super().stop()
        self._recorder.unlisten(self._has_been_notified)

    def _loop_on_pull(self) -> None:
        try:
            while not self._has_been_stopped:
                self._pull()
                self._has_been_notified.wait(POLL_SECONDS)
        except BaseException as error:  # noqa: BLE001 - raised to whoever reads from the subscription
            self._thread_error = self._thread_error or error
            self.stop()


def _grant(connection: sqlite3.Connection, wish: AppendRequest) -> int | Exception:
    # The question goes along with the first row: each statement costs a change of threads when many are busy.
    position = 0
    for row in wish.rows:
        if position:
            inserted = connection.execute(INSERT, row)
        else:
            guarded = f"{INSERT_UNLESS} ({wish.guard.sql})"
            inserted = connection.execute(guarded, (*row, *wish.guard.arguments))
            if inserted.rowcount == 0:
                return IntegrityError("Something the append depends on has been recorded since.")
        position = inserted.lastrowid or 0
    return position


def _text(text: str) -> str:
    text.encode()
    return text


def _selection(query: DCBQuery, after: int, columns: str) -> tuple[str, tuple[Argument, ...]]:
    """The entries after `after` that a query finds, as SQL; items are alternatives, an item's tags must all be there."""
    if not query.items:
        return f"SELECT {columns} FROM entries WHERE position > ?", (after,)
    parts = [_item(item, after) for item in query.items if len(item.tags) != 1 or item.types]
    single = [item.tags[0] for item in query.items if len(item.tags) == 1 and not item.types]
    if single:
        parts.append((ANY_TAG, (encode_tags(single).decode(), after)))
    found = " UNION ".join(sql for sql, _ in parts)
    sql = f"SELECT {columns} FROM entries WHERE position IN ({found})"
    return sql, tuple(argument for _, arguments in parts for argument in arguments)


def _item(item: DCBQueryItem, after: int) -> tuple[str, tuple[Argument, ...]]:
    types = f"type IN ({', '.join('?' * len(item.types))})" if item.types else "TRUE"
    if not item.tags:
        return f"SELECT position FROM entries WHERE position > ? AND {types}", (after, *item.types)
    sql = "SELECT position FROM tags AS found WHERE position > ? AND tag = ?"
    for _ in item.tags[1:]:
        sql += " AND EXISTS (SELECT 1 FROM tags WHERE tag = ? AND position = found.position)"
    if item.types:
        sql += f" AND EXISTS (SELECT 1 FROM entries WHERE position = found.position AND {types})"
    return sql, (after, *item.tags, *item.types)
