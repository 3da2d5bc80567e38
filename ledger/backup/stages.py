"""The stage where a restore is prepared, and the swap that puts it in place: in one step, or not at all.

For SQLite it is a hidden folder beside the data folder, exchanged with it by the file system.
For PostgreSQL it is a set of schemas, renamed together with the others in one transaction.
"""

import ctypes
import errno
import fcntl
import os
import shutil
import sqlite3
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import quote

from psycopg import Cursor
from psycopg.rows import TupleRow, tuple_row
from psycopg.sql import SQL, Identifier, Literal

from ledger.backup.file import BackupRefused
from ledger.log.locks import lock_number
from ledger.log.places import Place
from ledger.log.postgres_connections import EVENTS_TABLE, NETWORK, Connections
from ledger.log.postgres_recorder import ABOUT, FORMAT
from ledger.log.private_files import close_folder
from ledger.seal.signing.folder import sync_folder


@contextmanager
def stage(place: Place) -> "Generator[FolderStage | SchemaStage]":
    """Open a fresh place to fill, beside the one it will replace. Only one restore of a place can have it at a time.

    Whatever is still there at the end, because something failed, is deleted.
    """
    with folder_stage(place) if place.is_sqlite else schema_stage(place) as on_stage:
        yield on_stage


_HERE = -100  # AT_FDCWD: paths are seen from the working folder
_EXCHANGE = 2  # RENAME_EXCHANGE, Linux's renameat2


@contextmanager
def folder_stage(place: Place) -> "Generator[FolderStage]":
    """A locked, empty folder beside the data folder. What a killed restore left there is deleted first; it was never in use."""
    fresh = place.beside()
    fresh.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(fresh.path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not _is_still(fresh.path, handle):
            raise BlockingIOError
        for path in fresh.path.iterdir():
            path.unlink()
        yield FolderStage(place.path.resolve(), fresh)
    except BlockingIOError:
        raise BackupRefused(f"{place.path} is being restored at the moment.", "Wait until that has finished.") from None
    finally:
        if _is_still(fresh.path, handle):
            shutil.rmtree(fresh.path)
        os.close(handle)


class FolderStage:
    """The stage for SQLite. `fresh` is the empty place to fill."""

    def __init__(self, target: Path, fresh: Place) -> None:
        self._target = target
        self.fresh = fresh

    @property
    def is_free(self) -> bool:
        """Whether the place for the community is empty."""
        return not self._target.exists() or (self._target.is_dir() and not any(self._target.iterdir()))

    def swap(self, now: datetime) -> str:
        """Put the filled place where the community lives. Return where the old community is now, if there was one.

        Raise BackupRefused while any program has the place open. The old read models are dropped, to be rebuilt.
        """
        fresh, aside = self.fresh.path, self._target.with_name(f"{self._target.name}.set-aside-{now:%Y%m%dT%H%M%S.%fZ}")
        sync_folder(fresh)
        if self.is_free:
            fresh.rename(self._target)
            sync_folder(self._target.parent)
            return ""
        _must_be_closed(self._target)
        close_folder(self._target)
        # If we are stopped here, whichever folder has this name is complete, and set aside.
        fresh.rename(aside)
        _exchange(aside, self._target)
        sync_folder(self._target.parent)
        return str(aside)


def _is_still(path: Path, handle: int) -> bool:
    """Whether the path still names the folder that was opened: another restore may have put it in place meanwhile."""
    with suppress(FileNotFoundError):
        return os.path.samestat(path.stat(), os.fstat(handle))
    return False


def _must_be_closed(folder: Path) -> None:
    """Raise BackupRefused if a program has the files open: only then can SQLite not leave write-ahead mode. Ignore damaged files."""
    for name in ("log.db", "people.db"):
        if not (folder / name).exists():
            continue
        with suppress(sqlite3.DatabaseError):
            connection = sqlite3.connect(f"file:{quote(str(folder / name))}?mode=rw", uri=True, timeout=0)
            try:
                connection.execute("PRAGMA journal_mode = DELETE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                    raise BackupRefused(
                        f"A program has the community in {folder} open.",
                        "Stop the server and all commands, then try again.",
                    ) from None
            finally:
                connection.close()


def _exchange(one: Path, other: Path) -> None:
    """Exchange the names of two folders in one step."""
    system = ctypes.CDLL(None, use_errno=True)
    if system.renameat2(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return
    why = ctypes.get_errno()
    if why in (errno.EINVAL, errno.ENOSYS, errno.EBUSY, errno.EXDEV):
        raise BackupRefused(
            f"This system cannot exchange two folders in one step. The restored community is complete, in {one}.",
            f"Stop the server, move {other} away by hand, and rename {one} to {other}.",
        )
    raise OSError(why, os.strerror(why), str(other))


STORES = ("log", "people")
SECONDS_TO_CLOSE = 3.0
"""A server may take a moment to notice that a connection is closed."""

OTHERS = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name = %s AND pid <> pg_backend_pid()"
)
_LOCK = lock_number("restoring")


@contextmanager
def schema_stage(place: Place) -> "Generator[SchemaStage]":
    """Empty schemas beside those of the community, dropped at the end. What a killed restore left there is dropped first."""
    with Connections(place.url) as connections, connections.get_connection() as connection:
        on_stage = SchemaStage(connection.cursor(row_factory=tuple_row), place.beside())
        if on_stage.value_of(f"SELECT pg_try_advisory_lock({_LOCK})") is not True:
            raise BackupRefused("This database is being restored at the moment.", "Wait until that has finished.")
        on_stage.clear()
        try:
            yield on_stage
        finally:
            if not connection.closed:
                on_stage.clear()
                on_stage.value_of(f"SELECT pg_advisory_unlock({_LOCK})")


class SchemaStage:
    """The stage for PostgreSQL, like `FolderStage`."""

    def __init__(self, cursor: Cursor[TupleRow], fresh: Place) -> None:
        self._cursor = cursor
        self.fresh = fresh

    @property
    def is_free(self) -> bool:
        return not any(self._holds_rows(table) for table in (f"log.{EVENTS_TABLE}", "people.words"))

    def clear(self) -> None:
        """Drop everything on the stage."""
        for store in STORES:
            self._execute("DROP SCHEMA IF EXISTS {} CASCADE", self.fresh.schema(store))

    def swap(self, now: datetime) -> str:
        keeps, aside = not self.is_free, f"set_aside_{now:%Y%m%d_%H%M%S_%f}"
        self._must_be_closed()
        with self._cursor.connection.transaction():
            self._execute("DROP SCHEMA IF EXISTS views CASCADE")
            for store in STORES:
                if not keeps:
                    self._execute("DROP SCHEMA IF EXISTS {} CASCADE", store)
                elif self._is_there(store):
                    self._execute("ALTER SCHEMA {} RENAME TO {}", store, f"{store}_{aside}")
                self._execute("ALTER SCHEMA {} RENAME TO {}", self.fresh.schema(store), store)
            # The library's functions name their schema. This comment makes the next program that opens the log update them.
            about = Literal(f"{ABOUT}{FORMAT} put back")
            self._cursor.execute(SQL("COMMENT ON TABLE {} IS {}").format(Identifier("log", EVENTS_TABLE), about))
        return " and ".join(f"{store}_{aside}" for store in STORES) if keeps else ""

    def _must_be_closed(self) -> None:
        until = time.monotonic() + SECONDS_TO_CLOSE
        while self.value_of(OTHERS, NETWORK["application_name"]):
            if time.monotonic() > until:
                raise BackupRefused(
                    "A program has the community in this database open.",
                    "Stop the server and all commands, then try again.",
                )
            time.sleep(0.05)

    def _holds_rows(self, table: str) -> bool:
        if self.value_of("SELECT to_regclass(%s)", table) is None:
            return False
        query = SQL("SELECT EXISTS (SELECT 1 FROM {})").format(Identifier(*table.split(".")))
        return self._cursor.execute(query).fetchall()[0][0]

    def _is_there(self, schema: str) -> bool:
        return self.value_of("SELECT to_regnamespace(%s)", schema) is not None

    def value_of(self, query: LiteralString, *given: object) -> Any:
        """The single value that a query returns."""
        return self._cursor.execute(query, given).fetchall()[0][0]

    def _execute(self, statement: LiteralString, *schemas: str) -> None:
        self._cursor.execute(SQL(statement).format(*map(Identifier, schemas)))
