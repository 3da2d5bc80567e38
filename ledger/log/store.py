"""What every log can do, and what can go wrong with the place where entries are kept."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, Protocol

from ledger.log.entry import StoredEntry

Fault = Literal["missing", "locked", "damaged", "read-only", "full", "gone", "refused", "foreign", "newer", "closed"]


class Conflict(Exception):
    """Something this decision rests on has been recorded since it was read: read again, and decide again."""

    def __init__(self) -> None:
        super().__init__("Something this depends on was recorded in the meantime. Read again, then try again.")


class LogUnavailable(Exception):
    """The log cannot be read or written now; the message says what is wrong and what to do, and the next try may work.

    `kind` names the fault for pages, health checks and tests. `unsure` is true when the last append may have been kept
    all the same (the connection broke before the answer came): look the command up before answering anybody.
    """

    def __init__(self, kind: Fault, message: str, unsure: bool = False) -> None:
        super().__init__(kind, message, unsure)
        self.kind: Fault = kind
        self.message = message
        self.unsure = unsure

    def __str__(self) -> str:
        return self.message


class Log(Protocol):
    """One sequence of entries with tags; safe for many threads, and several processes at once.

    Positions only grow; on PostgreSQL there may be gaps. An entry that can be seen has every earlier one before it.
    Everything raises `LogUnavailable` when the database cannot be used, and may work again the next time.
    """

    def append(self, entries: Sequence[tuple[str, bytes, Sequence[str]]], *, unless: Sequence[str], after: int) -> int:
        """Keeps entries (type, data, tags) durably, all or none, and answers the position of the last.

        Refused with `Conflict` if any entry that carries one of the tags `unless` came after position `after`; no tags
        mean that nothing stands against it.
        """
        ...

    def read(self, after: Mapping[str, int]) -> tuple[list[StoredEntry], int]:
        """The entries that carry any of these tags and came after that tag's own position, each once, in order.

        With them the head of the log at that moment: nothing up to there is left out.
        """
        ...

    def from_position(self, after: int, *, limit: int) -> list[StoredEntry]:
        """The first `limit` entries after a position, in order."""
        ...

    def head(self) -> int:
        """The position of the last entry; 0 when there is none."""
        ...

    def scan(self, *, after: int = 0, upto: int | None = None) -> Iterator[tuple[int, bytes]]:
        """Position and data of every entry after `after`, up to and with `upto` or else the head when it starts.

        Streams in flat memory, as fast as the driver can; for replay and proofs.
        """
        ...

    def misfiled(self, *, after: int = 0) -> int | None:
        """The position of the first entry after `after` that is found under other tags than it was kept with, if there is one.

        Only somebody who changed the tables by hand can have made one; decisions would pass it over, or meet it unasked.
        """
        ...

    def load_snapshots(self, tags: Sequence[str]) -> dict[str, tuple[int, bytes]]:
        """What `save_snapshots` kept for these tags: the position it is known at, and the state. Never fails."""
        ...

    def save_snapshots(self, rows: Sequence[tuple[str, int, bytes]]) -> None:
        """Keeps (tag, position, state) where it is newer than what is kept. A cache: may be lost or emptied; never fails."""
        ...

    def snapshots(self) -> dict[str, tuple[int, bytes]]:
        """Every snapshot that is kept: few, for only busy accounts have one."""
        ...

    def forget_snapshots(self) -> None:
        """Empties the cache. Other processes, and memories made from it, go on as they were until they end."""
        ...

    def close(self) -> None:
        """Closes all connections; what comes after is refused."""
        ...
