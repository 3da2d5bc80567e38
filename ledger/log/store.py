"""The log: one sequence of entries on either database, and what can go wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol

import msgspec
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from eventsourcing.persistence import IntegrityError

from ledger.log.entry import StoredEntry

Fault = Literal["missing", "locked", "damaged", "read-only", "full", "gone", "refused", "foreign", "newer", "closed"]
Snapshot = tuple[int, bytes]

BATCH = 2000


class Conflict(Exception):
    """An entry that this decision depends on was recorded after it was read: read again, and decide again."""

    def __init__(self) -> None:
        super().__init__("Something this depends on was recorded in the meantime. Read again, then try again.")


class LogUnavailable(Exception):
    """The log cannot be read or written now. The message says what is wrong and what to do, and the next try may work.

    `kind` names the fault for pages, health checks and tests. `unsure` is true when the last append may have been recorded
    all the same (the connection broke before the answer came): look the command up before you answer anyone.
    """

    def __init__(self, kind: Fault, message: str, unsure: bool = False) -> None:
        super().__init__(kind, message, unsure)
        self.kind: Fault = kind
        self.message = message
        self.unsure = unsure

    def __str__(self) -> str:
        return self.message


class Queries(NamedTuple):
    """The queries of a log in one database's SQL. Tags are passed and returned as JSON."""

    read: str
    """Head and entries that carry one of the tags and come after the position given for it: one statement sees one moment."""
    head: str
    from_position: str
    scan: str
    misfiled: str
    """In both directions: tags that an entry has and the table of tags lacks, and tags that only the table has."""
    snapshots: str
    snapshots_of: str


class LogRecorder(Protocol):
    """A recorder of the eventsourcing library that also runs the log's own queries, and caches snapshots."""

    queries: Queries
    unsaved: Mapping[str, Snapshot]
    """Snapshots by tag that are not in the database yet."""

    @property
    def era(self) -> int:
        """Grows when a new connection leads to another history: a standby that took over, or an older state of the database."""
        ...

    def append(
        self, events: Sequence[DCBEvent], condition: DCBAppendCondition | None = None, *, era: int | None = None
    ) -> int:
        """Record the events, all or none. Raise Conflict if the era isn't this one."""
        ...

    def saw(self, position: int, data: bytes) -> None:
        """Note an entry that was read or recorded, so that its loss is noticed."""
        ...

    def select(self, query: str, *arguments: str | int) -> list[Any]:
        """Return all rows of one statement."""
        ...

    def save_snapshots(self, snapshots: Mapping[str, Snapshot]) -> None: ...

    def forget_snapshots(self) -> None: ...

    def close(self) -> None: ...


class Log:
    """One sequence of entries with tags. Safe for many threads, and several processes at the same time.

    Positions only grow; on PostgreSQL there may be gaps. Anyone who can see an entry can see every earlier one. Every method
    raises `LogUnavailable` when the database cannot be used, and may work again the next time.
    """

    def __init__(self, recorder: LogRecorder) -> None:
        self.recorder = recorder
        self._select = recorder.select
        self._queries = recorder.queries

    @property
    def era(self) -> int:
        """Grows when the database turns out to have another history. What was read before must be forgotten then."""
        return self.recorder.era

    def append(
        self,
        entries: Sequence[tuple[str, bytes, Sequence[str]]],
        *,
        unless: Sequence[str],
        after: int,
        era: int | None = None,
    ) -> int:
        """Record entries (type, data, tags) durably, all or none, and return the position of the last.

        Raise Conflict if an entry with one of the tags `unless` was recorded after the position `after`. Without tags,
        nothing is in conflict. Raise it also if the decision was made in another era than this one.
        """
        events = [DCBEvent(type, data, list(tags)) for type, data, tags in entries]
        condition = DCBAppendCondition(DCBQuery([DCBQueryItem(tags=[tag]) for tag in unless]), after)
        try:
            return self.recorder.append(events, condition if unless else None, era=era)
        except IntegrityError:
            raise Conflict from None

    def read(self, after: Mapping[str, int]) -> tuple[list[StoredEntry], int]:
        """Return the entries that carry any of these tags and come after that tag's own position, each once, in order.

        The second value is the head of the log at that moment: no entry up to there is left out.
        """
        rows = self._select(self._queries.read, _json(after))
        entries = [_stored(*row) for _, *row in rows if row[0] is not None]
        if entries:
            self.recorder.saw(entries[-1].position, entries[-1].data)
        return entries, rows[0][0]

    def from_position(self, after: int, *, limit: int) -> list[StoredEntry]:
        """Return the first `limit` entries after a position, in order."""
        return [_stored(*row) for row in self._select(self._queries.from_position, after, limit)]

    def head(self) -> int:
        """Return the position of the last entry; 0 when there is none."""
        return self._select(self._queries.head)[0][0]

    def scan(self, *, after: int = 0, upto: int | None = None) -> Iterator[tuple[int, bytes]]:
        """Iterate over position and data of every entry after `after`, up to and including `upto` (default: the head now).

        Streams in constant memory, as fast as the driver can; for replay and proofs.
        """
        # One short read per batch: on SQLite, a long one would keep the write-ahead file from being emptied.
        end = self.head() if upto is None else upto
        while after < end and (rows := self._select(self._queries.scan, after, end, BATCH)):
            yield from rows
            after = rows[-1][0]

    def misfiled(self, *, after: int = 0) -> int | None:
        """Return the position of the first entry after `after` that is found under other tags than its own, if there is one.

        That only happens if someone changed the tables by hand. Decisions would miss the entry, or read it without need.
        """
        return self._select(self._queries.misfiled, after)[0][0]

    def load_snapshots(self, tags: Sequence[str]) -> dict[str, Snapshot]:
        """Return the saved snapshots of these tags: the position each was taken at, and the state. Never fails."""
        try:
            rows = self._select(self._queries.snapshots_of, _json(tags))
        except LogUnavailable:
            return {}  # only a cache; the next read of entries will raise the fault
        unsaved = self.recorder.unsaved
        saved = {tag: (at, state) for tag, at, state in rows}
        return saved | {tag: unsaved[tag] for tag in tags if tag in unsaved}

    def save_snapshots(self, rows: Sequence[tuple[str, int, bytes]]) -> None:
        """Save (tag, position, state) where it is newer than the saved one. A cache: may be lost or emptied; never fails."""
        self.recorder.save_snapshots({tag: (at, state) for tag, at, state in sorted(rows, key=lambda row: row[1])})

    def snapshots(self) -> dict[str, Snapshot]:
        """Return every saved snapshot. There are few, because only busy accounts have one."""
        return {tag: (at, state) for tag, at, state in self._select(self._queries.snapshots)}

    def forget_snapshots(self) -> None:
        """Empty the cache. Other processes, and what they hold in memory, go on as before until they end."""
        self.recorder.forget_snapshots()

    def close(self) -> None:
        """Close all connections. Later calls are refused."""
        self.recorder.close()


_decode_tags = msgspec.json.Decoder(tuple[str, ...]).decode


def _stored(position: int, type: str, data: bytes, tags: str) -> StoredEntry:
    try:
        return StoredEntry(position, type, data, _decode_tags(tags))
    except msgspec.DecodeError as error:
        message = (
            f"The tags of the entry at position {position} cannot be read. Someone changed the log by hand. See "
            "hours doctor."
        )
        raise LogUnavailable("damaged", message) from error


def _json(tags: Sequence[str] | Mapping[str, int]) -> str:
    return msgspec.json.encode(tags).decode()
