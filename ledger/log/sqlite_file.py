"""The SQLite file that holds a log: its connections, and its faults in plain words."""

import os
import re
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from ledger.log.private_files import close_folder, private_file, private_folder
from ledger.log.sqlite_schema import APPLICATION, FORMAT, SCHEMA, SETTINGS
from ledger.log.store import Fault, LogUnavailable

BUSY_SECONDS = 10.0
IDLE_READERS = 8
CHECK_SECONDS = 0.5

Result = TypeVar("Result")
FileId = tuple[int, int]


class SQLiteFile:
    """One log file: a connection that writes, and a few that read and are shared by all threads.

    `busy_seconds` is how long to wait for another process that is writing. Not for network disks, whose locks cannot be
    trusted (SQLite's manual). SQLite goes on with a file that was deleted or moved away; here every write first checks
    that the path still names the same file, so that what is acknowledged is in it.
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
        self._checked_at = 0.0
        try:
            if create:
                private_folder(self.path.parent)
                private_file(self.path)
                self._create_tables()
            else:
                close_folder(self.path.parent)
            self._take_writer()
        except (sqlite3.Error, OSError) as error:
            if fault := self._fault(error):
                raise fault from error
            raise
        _open_files.add(self)

    def connect(self) -> sqlite3.Connection:
        """Open a connection with the settings that every use needs. Raise for a file that isn't a log, or has a newer format."""
        if self._closed:
            raise _closed(self.path)
        connection = self._open("rw")
        try:
            _check_format(connection, self.path)
            use_wal(connection, self._busy_seconds)
            connection.executescript(SETTINGS)
        except BaseException:
            connection.close()
            raise
        return connection

    def write(self, work: Callable[[sqlite3.Connection], Result], *, one_statement: bool = False) -> Result:
        """Run one durable transaction, all or nothing. Other threads and processes that write wait meanwhile.

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
                if fault := self._fault(error, unsure=committing):
                    raise fault from error
                raise
            return result

    def read(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run some work that sees the log at one moment, whatever is written meanwhile."""
        reader: sqlite3.Connection | None = None
        try:
            # Reading from a file that was taken away promises nothing to anyone, so it is enough to check now and then.
            if time.monotonic() - self._checked_at > CHECK_SECONDS:
                self._read_from(self._file_id())
            file = self._readers_of
            reader = self._take_reader()
            result = work(reader)
        except BaseException as error:
            if reader is not None:
                reader.close()
            if fault := self._fault(error):
                raise fault from error
            raise
        if self._closed or len(self._idle) >= IDLE_READERS or file != self._readers_of:
            reader.close()
        else:
            self._idle.append(reader)
        return result

    def close(self) -> None:
        """Wait for a write that is under way, and close every connection. Readers in use close when their use ends."""
        self._closed = True
        self._drop_readers()
        with self._writing:
            self._drop_writer()

    def leave_to_the_parent(self) -> None:
        """Forget all connections in a forked child, because SQLite connections do not survive a fork.

        The parent's are left open: closing them here would disturb the parent's locks.
        """
        _left_to_the_parent.append((self._writer, self._idle))
        self._idle, self._writer, self._writing = [], None, threading.Lock()

    def _open(self, mode: str) -> sqlite3.Connection:
        return sqlite3.connect(
            f"file:{quote(self._name)}?mode={mode}",
            uri=True,
            timeout=self._busy_seconds,
            isolation_level=None,  # our own BEGIN and COMMIT
            check_same_thread=False,
        )

    def _create_tables(self) -> None:
        """Create the tables in a new or empty file, in one step, also when several processes try at the same time."""
        connection = self._open("rwc")
        try:
            if not _is_empty(connection):
                return
            use_wal(connection, self._busy_seconds)
            connection.execute("BEGIN IMMEDIATE")
            if _is_empty(connection):
                for statement in re.split(r"\n(?=CREATE|PRAGMA)", SCHEMA):  # `executescript` would commit in between
                    connection.execute(statement)
            connection.execute("COMMIT")
        finally:
            connection.close()

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

    def _take_reader(self) -> sqlite3.Connection:
        with suppress(IndexError):
            return self._idle.pop()
        reader = self.connect()
        reader.execute("PRAGMA query_only = ON")
        return reader

    def _read_from(self, file: FileId) -> None:
        self._checked_at = time.monotonic()
        if file != self._readers_of:
            self._readers_of = file
            self._drop_readers()

    def _drop_readers(self) -> None:
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def _file_id(self) -> FileId:
        """Return which file the path names now."""
        try:
            status = os.stat(self._name)  # noqa: PTH116 - runs for every append, and costs half of what Path's does
        except FileNotFoundError:
            self._readers_of = None
            self._drop_readers()
            raise _missing(self.path) from None
        return status.st_dev, status.st_ino

    def _fault(self, error: BaseException, *, unsure: bool = False) -> LogUnavailable | None:
        """Return the fault of SQLite or of the disk under it; None for bugs and broken rules, which stay as they are."""
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
        unsure = unsure and code != sqlite3.SQLITE_BUSY  # a write that did not get its turn recorded nothing
        return LogUnavailable(kind, f"The log {self.path} cannot be used at the moment: {error}. {advice}", unsure)


_open_files: "weakref.WeakSet[SQLiteFile]" = weakref.WeakSet()
_left_to_the_parent: list[tuple[sqlite3.Connection | None, list[sqlite3.Connection]]] = []


def _after_fork_in_child() -> None:
    for file in list(_open_files):
        file.leave_to_the_parent()


os.register_at_fork(after_in_child=_after_fork_in_child)


def use_wal(connection: sqlite3.Connection | sqlite3.Cursor, busy_seconds: float) -> None:
    """Switch to a write-ahead log. SQLite does not wait by itself here when two processes switch at the same time."""
    until = time.monotonic() + busy_seconds
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if _primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _is_empty(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT NOT EXISTS (SELECT 1 FROM sqlite_master)").fetchone()[0] == 1


def _check_format(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION:
        raise LogUnavailable(
            "foreign", f"{path} is a database, but not a log of Common Hours. Check that this is the right file."
        )
    if version > FORMAT:
        message = (
            f"The log {path} is in format {version}, but this program reads format {FORMAT}. Use the newer "
            "version of the program."
        )
        raise LogUnavailable("newer", message)


def _missing(path: Path) -> LogUnavailable:
    return LogUnavailable("missing", f"The log {path} is missing. Put the file back, or check the data folder.")


def _closed(path: Path) -> LogUnavailable:
    return LogUnavailable("closed", f"The log {path} has been closed. Open it again.")


def _primary_code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


_WRITING: tuple[Fault, str] = ("locked", "Another program is writing to it. Try again in a moment.")
_PERMISSION: tuple[Fault, str] = ("read-only", "Give this program permission to write to the file and its folder.")
_DAMAGED: tuple[Fault, str] = ("damaged", "Stop, keep a copy of the file, and restore the last backup.")
_FAULTS: dict[int, tuple[Fault, str]] = {
    sqlite3.SQLITE_BUSY: _WRITING,
    sqlite3.SQLITE_LOCKED: _WRITING,
    sqlite3.SQLITE_READONLY: _PERMISSION,
    sqlite3.SQLITE_PERM: _PERMISSION,
    sqlite3.SQLITE_CANTOPEN: ("read-only", "Give this program permission to read and write the file and its folder."),
    sqlite3.SQLITE_FULL: ("full", "Free up space on the disk, then try again."),
    sqlite3.SQLITE_IOERR: ("full", "The disk reported an error. Check its space and its health, then try again."),
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
}
