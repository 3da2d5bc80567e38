"""The DCB recorder for SQLite: one file, many readers, and one durable commit for every caller who is waiting."""

import copy
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Generic, TypeVar

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

from ledger.log.sqlite_file import BUSY_SECONDS, SQLiteFile
from ledger.log.sqlite_schema import ANY_TAG, FORGET_SNAPSHOTS, INSERT, INSERT_UNLESS, QUERIES, SAVE_SNAPSHOT
from ledger.log.store import LogUnavailable, Snapshot

POLL_SECONDS = 0.25

Query = tuple[str, tuple[str | int, ...]]
Statement = tuple[str, tuple[str | int | bytes, ...]]
Request = TypeVar("Request")
Outcome = TypeVar("Outcome")

_encode_tags = msgspec.json.Encoder().encode
_decode_tags = msgspec.json.Decoder(list[str]).decode


class SQLiteDCBRecorder(DCBRecorder):
    """Records entries in one SQLite file, as `eventsourcing.dcb` specifies. See also `ledger.log.store.LogRecorder`.

    Positions count up without gaps. All forms of query work: types, tags, both, neither. Raises `LogUnavailable` when the
    file cannot be used, eventsourcing's `IntegrityError` when a condition fails. One caller's refusal does not affect the
    others in its group.
    """

    queries = QUERIES

    def __init__(self, path: str | Path, *, create: bool = True, busy_seconds: float = BUSY_SECONDS) -> None:
        self.file = SQLiteFile(path, create=create, busy_seconds=busy_seconds)
        self._group = GroupCommit(self._commit)
        self.unsaved: Mapping[str, Snapshot] = {}
        self.era = 0
        self._saving = threading.Lock()
        self.listeners: set[threading.Event] = set()
        """Each is set whenever this process has appended."""

    def read(
        self, query: DCBQuery | None = None, *, after: int | None = None, limit: int | None = None
    ) -> DCBReadResponse:
        """Return the entries that match, in order, all from one moment; see `DCBRecorder.read`."""
        positions, arguments = _positions(query or DCBQuery(), after or 0)
        sql = (
            f"SELECT position, type, tags, data FROM entries WHERE position IN ({positions}) ORDER BY position LIMIT ?"
        )

        def work(connection: sqlite3.Connection) -> tuple[list[Any], int | None]:
            connection.execute("BEGIN")
            page = connection.execute(sql, (*arguments, -1 if limit is None else limit)).fetchall()
            found = page, connection.execute("SELECT max(position) FROM entries").fetchone()[0]
            connection.execute("COMMIT")
            return found

        rows, head = self.file.read(work)
        events = [DCBSequencedEvent(DCBEvent(type, data, _decode_tags(tags)), at) for at, type, tags, data in rows]
        if limit is not None:
            head = events[-1].position if events else None
        return SimpleDCBReadResponse(iter(events), head)

    def saw(self, position: int, data: bytes) -> None:
        """Nothing to note: no older state of a file comes back behind an open connection."""

    def append(
        self,
        events: Sequence[DCBEvent],
        condition: DCBAppendCondition | None = None,
        *,
        era: int | None = None,  # noqa: ARG002 - a file has one
    ) -> int:
        """Record the events durably, all or none, and return the last position; see `DCBRecorder.append`."""
        if not events:
            raise ProgrammingError("There is nothing to append.")
        # Encoded here, in the caller's thread: what cannot be written fails alone, before it shares a commit.
        rows = [(_checked(event.type), _encode_tags(event.tags).decode(), bytes(event.data)) for event in events]
        statements: list[Statement] = [(INSERT, row) for row in rows]
        if condition is not None:
            # The condition goes along with the first row: each statement costs a change of threads when many are busy.
            positions, arguments = _positions(condition.fail_if_events_match, condition.after or 0)
            statements[0] = INSERT_UNLESS.format(positions), (*rows[0], *arguments)
        position = self._group.submit(statements)
        for listener in tuple(self.listeners):
            listener.set()
        return position

    def subscribe(self, query: DCBQuery | None = None, *, after: int | None = None) -> "SQLiteDCBSubscription":
        """Iterate over all that matches, then wait for more: immediate from this process, polled from others."""
        return SQLiteDCBSubscription(self, query=query, after=after)

    def select(self, query: str, *arguments: str | int) -> list[Any]:
        return self.file.read(lambda connection: connection.execute(query, arguments).fetchall())

    def save_snapshots(self, snapshots: Mapping[str, Snapshot]) -> None:
        """Note snapshots. They are written with the next append, so that they need no commit of their own."""
        with self._saving:
            newer = {tag: each for tag, each in snapshots.items() if each[0] > self.unsaved.get(tag, (0,))[0]}
            self.unsaved = {**self.unsaved, **newer}

    def forget_snapshots(self) -> None:
        self.file.write(lambda connection: connection.execute(FORGET_SNAPSHOTS).close())

    def close(self) -> None:
        """Write the snapshots that are waiting, and close the file."""
        if self.unsaved:
            with suppress(LogUnavailable):
                self._group.submit([])
        self.file.close()

    def _commit(self, group: Sequence[Sequence[Statement]]) -> list[int | Exception]:
        def work(connection: sqlite3.Connection) -> list[int | Exception]:
            if snapshots:
                connection.executemany(SAVE_SNAPSHOT, [(tag, *snapshot) for tag, snapshot in snapshots.items()])
            return [_insert(connection, statements) for statements in group]

        snapshots: Mapping[str, Snapshot]
        is_single = len(group) == 1 and len(group[0]) == 1
        with self._saving:
            snapshots, self.unsaved = self.unsaved, {}
        try:
            return self.file.write(work, one_statement=is_single and not snapshots)
        except LogUnavailable as error:
            if not snapshots or error.kind == "locked":
                raise
            snapshots = {}  # only a cache: no append may fail because of them
            return self.file.write(work, one_statement=is_single)


class SQLiteDCBSubscription(DCBListenNotifySubscription[SQLiteDCBRecorder]):
    """Follows a log. Polls every `POLL_SECONDS`, because SQLite sends no notification when another process writes."""

    def __init__(self, recorder: SQLiteDCBRecorder, query: DCBQuery | None = None, after: int | None = None) -> None:
        super().__init__(recorder=recorder, query=query, after=after)
        self._recorder.listeners.add(self._has_been_notified)

    def stop(self) -> None:
        """Stop the subscription."""
        super().stop()
        self._recorder.listeners.discard(self._has_been_notified)

    def _loop_on_pull(self) -> None:
        try:
            while not self._has_been_stopped:
                self._pull()
                self._has_been_notified.wait(POLL_SECONDS)
        except BaseException as error:  # noqa: BLE001 - raised to the reader of the subscription
            self._thread_error = self._thread_error or error
            self.stop()


class GroupCommit(Generic[Request, Outcome]):
    """One writer at a time: the first caller commits for every caller who is waiting, then hands the lead to the next.

    `commit` gets the requests in the order they came and returns one outcome for each. An exception among the outcomes is
    raised to that caller alone, an exception raised by `commit` itself to every caller of the group. A lone caller commits
    in their own thread, which is cheaper than a writer thread.
    """

    def __init__(
        self, commit: Callable[[Sequence[Request]], Sequence[Outcome | Exception]], *, most: int = 256
    ) -> None:
        self._commit = commit
        self._most = most
        self._mutex = threading.Lock()
        self._queue: deque[_Waiting[Request, Outcome]] = deque()
        self._leader: _Waiting[Request, Outcome] | None = None

    def submit(self, request: Request) -> Outcome:
        """Wait until the request is committed durably. Raise the exception that is its outcome."""
        mine = _Waiting[Request, Outcome](request)
        with self._mutex:
            if self._leader is None:
                self._leader = mine
            else:
                mine.turn = threading.Lock()
                mine.turn.acquire()
                self._queue.append(mine)
        if mine.turn is None:
            self._lead([mine])
        else:
            self._wait(mine, mine.turn)
            if mine.outcome is None:
                with self._mutex:
                    group = [self._queue.popleft() for _ in range(min(len(self._queue), self._most))]
                self._lead(group)
        assert mine.outcome is not None, "a group was committed without an outcome for its leader"
        if isinstance(mine.outcome, Exception):
            raise mine.outcome
        return mine.outcome

    def _lead(self, group: "list[_Waiting[Request, Outcome]]") -> None:
        outcomes: Sequence[Outcome | Exception] = ()
        try:
            outcomes = self._commit([waiting.request for waiting in group])
        except Exception as error:  # noqa: BLE001 - raised to each caller of the group
            # Each raises its own copy: one shared exception would collect the tracebacks of all of them.
            outcomes = [error, *(copy.copy(error) for _ in group[1:])]
        finally:
            # Without outcomes the leader is being stopped (Ctrl-C). The others must not wait for ever because of that.
            for waiting, outcome in zip(group, outcomes or [_stopped() for _ in group], strict=True):
                waiting.outcome = outcome
            with self._mutex:
                self._hand_over()
            for waiting in group[1:]:
                if waiting.turn is not None:
                    waiting.turn.release()

    def _hand_over(self) -> None:
        self._leader = self._queue[0] if self._queue else None
        if self._leader is not None and self._leader.turn is not None:
            self._leader.turn.release()

    def _wait(self, mine: "_Waiting[Request, Outcome]", turn: threading.Lock) -> None:
        try:
            turn.acquire()
        except BaseException:  # Ctrl-C while waiting: leave the queue, and pass on the lead if it was just handed here
            with self._mutex:
                if mine in self._queue:
                    self._queue.remove(mine)
                if self._leader is mine:
                    self._hand_over()
            raise


class _Waiting(Generic[Request, Outcome]):
    __slots__ = ("outcome", "request", "turn")

    def __init__(self, request: Request) -> None:
        self.request = request
        self.outcome: Outcome | Exception | None = None
        self.turn: threading.Lock | None = None


def _stopped() -> LogUnavailable:
    return LogUnavailable(
        "closed", "The log was stopped while it was writing. Check what was recorded, then try again.", unsure=True
    )


def _insert(connection: sqlite3.Connection, statements: Sequence[Statement]) -> int | Exception:
    position = 0
    for sql, arguments in statements:
        inserted = connection.execute(sql, arguments)
        if inserted.rowcount == 0:
            return IntegrityError("Something the append depends on has been recorded since.")
        position = inserted.lastrowid or 0
    return position


def _checked(text: str) -> str:
    text.encode()
    return text


def _positions(query: DCBQuery, after: int) -> Query:
    """Select the positions after `after` that match. Items are alternatives; an entry has all tags of an item."""
    if not query.items:
        return "SELECT position FROM entries WHERE position > ?", (after,)
    parts = [_item(item, after) for item in query.items if len(item.tags) != 1 or item.types]
    if single := [item.tags[0] for item in query.items if len(item.tags) == 1 and not item.types]:
        parts.append((ANY_TAG, (_encode_tags(single).decode(), after)))
    return " UNION ".join(sql for sql, _ in parts), tuple(argument for _, arguments in parts for argument in arguments)


def _item(item: DCBQueryItem, after: int) -> Query:
    types = f"type IN ({', '.join('?' * len(item.types))})" if item.types else "TRUE"
    if not item.tags:
        return f"SELECT position FROM entries WHERE position > ? AND {types}", (after, *item.types)
    sql = "SELECT position FROM tags AS found WHERE position > ? AND tag = ?"
    for _ in item.tags[1:]:
        sql += " AND EXISTS (SELECT 1 FROM tags WHERE tag = ? AND position = found.position)"
    if item.types:
        sql += f" AND EXISTS (SELECT 1 FROM entries WHERE position = found.position AND {types})"
    return sql, (after, *item.tags, *item.types)
