"""The SQLite file that holds a log: its connections, and its faults in plain words."""

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from ledger.log.sqlite_schema import connect, found
from ledger.log.store import Fault, LogUnavailable

BUSY_SECONDS = 10.0
IDLE_READERS = 8
LOOK_SECONDS = 0.5

Result = TypeVar("Result")
FileId = tuple[int, int]


class SQLiteFile:
    """One log file: a connection that writes, and a few that read and are shared by all threads.

    `busy_seconds` is how long to wait for another process that is writing. Not for network disks, whose locks cannot be
    trusted (SQLite's manual). SQLite goes on with a file that was deleted or moved away; here every write looks first
    whether the file is still the one that the path names, so that what is acknowledged is in it.
    """

    def __init__(self, path: str | Path, *, create: bool = True, busy_seconds: float = BUSY_SECONDS) -> None:
        self.path = Path(path).absolute()
        self._name = str(self.path)
        self._busy_seconds = busy_seconds
        self._closed = False
        self._writing = threading.Lock()
        self._writer: sqlite3.Connection | None = None
        self._writer_of: FileId | None = None
        self._idle: list[sqlite3.Connection] = []
        self._readers_of: FileId | None = None
        self._looked_at = 0.0
        try:
            if create:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                found(self.path, busy_seconds)
            self._take_writer()
        except (sqlite3.Error, OSError) as error:
            if fault := self._in_plain_words(error):
                raise fault from error
            raise
        _open_files.add(self)

    def connect(self) -> sqlite3.Connection:
        """A new connection, ready for any use; whoever asks closes it."""
        if self._closed:
            raise _closed(self.path)
        return connect(self.path, self._busy_seconds)

    def write(self, work: Callable[[sqlite3.Connection], Result], *, one_statement: bool = False) -> Result:
        """One durable write, all or nothing; one thread after the other, and other processes wait as well.

        Work that is `one_statement` needs no BEGIN and COMMIT around it: SQLite makes it durable by itself.
        """
        committing = one_statement
        with self._writing:
            try:
                writer = self._take_writer()
                if one_statement:
                    return work(writer)
                writer.execute("BEGIN IMMEDIATE")
                result = work(writer)
                committing = True
                writer.execute("COMMIT")
            except BaseException as error:
                self._drop_writer()
                if fault := self._in_plain_words(error, unsure=committing):
                    raise fault from error
                raise
            return result

    def read(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """One consistent look at the log: all that the work reads is from one moment, whatever is written meanwhile."""

        def at_one_moment(connection: sqlite3.Connection) -> Result:
            connection.execute("BEGIN")
            result = work(connection)
            connection.execute("COMMIT")
            return result

        return self._with_reader(at_one_moment)

    def select(self, sql: str, arguments: Sequence[str | int] = ()) -> list[Any]:
        """All rows of one statement, which by itself is from one moment."""
        return self._with_reader(lambda connection: connection.execute(sql, arguments).fetchall())

    def close(self) -> None:
        """Waits for a write that is under way, and closes every connection; readers close when their use ends."""
        self._closed = True
        self._drop_readers()
        with self._writing:
            self._drop_writer()

    def leave_to_the_parent(self) -> None:
        """For a forked child: SQLite connections do not survive a fork, so it takes its own.

        The parent's are kept unclosed; closing them here would disturb the parent's locks.
        """
        _left_to_the_parent.append((self._writer, self._idle))
        self._idle, self._writer, self._writing = [], None, threading.Lock()

    def _take_writer(self) -> sqlite3.Connection:
        file = self._file_id()
        if self._writer is None or self._writer_of != file:
            self._drop_writer()
            self._writer, self._writer_of = self.connect(), file
            self._read_from(file)
        return self._writer

    def _drop_writer(self) -> None:
        # After some faults SQLite has rolled back already, and a connection may never work again: the next is new.
        writer, self._writer = self._writer, None
        if writer is not None:
            with suppress(sqlite3.Error):
                writer.rollback()
            writer.close()

    def _with_reader(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        reader: sqlite3.Connection | None = None
        try:
            # Reading from a file that was taken away promises nothing to anybody, so that is looked for now and then.
            if time.monotonic() - self._looked_at > LOOK_SECONDS:
                self._read_from(self._file_id())
            file = self._readers_of
            reader = self._take_reader()
            result = work(reader)
        except BaseException as error:
            if reader is not None:
                reader.close()
            if fault := self._in_plain_words(error):
                raise fault from error
            raise
        if self._closed or len(self._idle) >= IDLE_READERS or file != self._readers_of:
            reader.close()
        else:
            self._idle.append(reader)
        return result

    def _take_reader(self) -> sqlite3.Connection:
        with suppress(IndexError):
            return self._idle.pop()
        reader = self.connect()
        reader.execute("PRAGMA query_only = ON")
        return reader

    def _read_from(self, file: FileId) -> None:
        self._looked_at = time.monotonic()
        if file != self._readers_of:
            self._readers_of = file
            self._drop_readers()

    def _drop_readers(self) -> None:
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def _file_id(self) -> FileId:
        """Which file the path names now."""
        try:
            status = os.stat(self._name)  # noqa: PTH116 - on the way of every append, and half the cost of Path's
        except FileNotFoundError:
            self._readers_of = None
            self._drop_readers()
            raise _missing(self.path) from None
        return status.st_dev, status.st_ino

    def _in_plain_words(self, error: BaseException, *, unsure: bool = False) -> LogUnavailable | None:
        """The fault of SQLite or of the disk under it; None for bugs and broken rules, which stay as they are."""
        if isinstance(error, OSError):
            message = f"The log {self.path} cannot be reached: {error.strerror}. Check the data folder."
            return LogUnavailable("missing", message)
        if not isinstance(error, sqlite3.Error):
            return None
        if self._closed:
            return _closed(self.path)
        code = sqlite3.SQLITE_CORRUPT if "no such table" in str(error) else _primary_code(error)
        if code == sqlite3.SQLITE_CANTOPEN and not self.path.exists():
            return _missing(self.path)
        if code not in _FAULTS:
            return None
        kind, advice = _FAULTS[code]
        unsure = unsure and code != sqlite3.SQLITE_BUSY  # who did not get to write has kept nothing
        return LogUnavailable(kind, f"The log {self.path} cannot be used at the moment: {error}. {advice}", unsure)


_open_files: "weakref.WeakSet[SQLiteFile]" = weakref.WeakSet()
_left_to_the_parent: list[tuple[sqlite3.Connection | None, list[sqlite3.Connection]]] = []


def _in_a_forked_child() -> None:
    for file in list(_open_files):
        file.leave_to_the_parent()


os.register_at_fork(after_in_child=_in_a_forked_child)


def _missing(path: Path) -> LogUnavailable:
    return LogUnavailable("missing", f"The log {path} is missing. Put the file back, or check the data folder.")


def _closed(path: Path) -> LogUnavailable:
    return LogUnavailable("closed", f"The log {path} has been closed. Open it again.")


def _primary_code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


_FAULTS: dict[int, tuple[Fault, str]] = {
    sqlite3.SQLITE_BUSY: ("locked", "Another program is writing to it. Try again in a moment."),
    sqlite3.SQLITE_LOCKED: ("locked", "Another program is writing to it. Try again in a moment."),
    sqlite3.SQLITE_READONLY: ("read-only", "Give this program permission to write to the file and its folder."),
    sqlite3.SQLITE_PERM: ("read-only", "Give this program permission to write to the file and its folder."),
    sqlite3.SQLITE_CANTOPEN: ("read-only", "Give this program permission to read and write the file and its folder."),
    sqlite3.SQLITE_FULL: ("full", "Free up space on the disk, then try again."),
    sqlite3.SQLITE_IOERR: ("full", "The disk reported an error. Check its space and its health, then try again."),
    sqlite3.SQLITE_CORRUPT: ("damaged", "Stop, keep a copy of the file, and restore the last backup."),
    sqlite3.SQLITE_NOTADB: ("damaged", "Stop, keep a copy of the file, and restore the last backup."),
}
