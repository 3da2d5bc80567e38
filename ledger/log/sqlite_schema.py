"""The tables of a log in SQLite, their guards, and the way to a connection that keeps every promise."""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from ledger.log.store import LogUnavailable

FORMAT = 1
APPLICATION = int.from_bytes(b"HOUR")

# An entry's tags are spread into their own table by a trigger, so that the two cannot come to differ. REPLACE does not
# fire DELETE triggers, so a position that is taken is refused before the insert.
SCHEMA = f"""
CREATE TABLE entries (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    type TEXT NOT NULL,
    tags TEXT NOT NULL,
    data BLOB NOT NULL
) STRICT;
CREATE TABLE tags (
    tag TEXT NOT NULL,
    position INTEGER NOT NULL REFERENCES entries (position),
    PRIMARY KEY (tag, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE known (
    tag TEXT PRIMARY KEY,
    position INTEGER NOT NULL,
    state BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER entries_keep_their_tags AFTER INSERT ON entries BEGIN
    INSERT OR IGNORE INTO tags (tag, position) SELECT value, NEW.position FROM json_each(NEW.tags);
END;
CREATE TRIGGER entries_are_never_replaced BEFORE INSERT ON entries
WHEN EXISTS (SELECT 1 FROM entries WHERE position = NEW.position) BEGIN
    SELECT RAISE(ABORT, 'An entry is never replaced: record a new one that corrects it.');
END;
CREATE TRIGGER entries_are_never_updated BEFORE UPDATE ON entries BEGIN
    SELECT RAISE(ABORT, 'An entry is never changed: record a new one that corrects it.');
END;
CREATE TRIGGER entries_are_never_deleted BEFORE DELETE ON entries BEGIN
    SELECT RAISE(ABORT, 'An entry is never deleted: record a new one that corrects it.');
END;
CREATE TRIGGER tags_are_never_updated BEFORE UPDATE ON tags BEGIN
    SELECT RAISE(ABORT, 'The tags of an entry are never changed.');
END;
CREATE TRIGGER tags_are_never_deleted BEFORE DELETE ON tags BEGIN
    SELECT RAISE(ABORT, 'The tags of an entry are never deleted.');
END;
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {FORMAT};
"""

# A small cache, because every reader has one. The write-ahead file goes into the main file every 16 MB, four times the
# usual: an entry touches half a dozen pages, most of them the same ones again and again.
SETTINGS = """
PRAGMA synchronous = FULL;
PRAGMA fullfsync = ON;
PRAGMA foreign_keys = ON;
PRAGMA trusted_schema = OFF;
PRAGMA cache_size = -2048;
PRAGMA journal_size_limit = 67108864;
PRAGMA wal_autocheckpoint = 4000;
"""


def found(path: Path, busy_seconds: float) -> None:
    """Makes the tables in a file that is new or empty, in one step, also when several processes come at once."""
    connection = _open(path, busy_seconds, "rwc")
    try:
        if not _is_empty(connection):
            return
        _set_wal(connection, busy_seconds)
        connection.execute("BEGIN IMMEDIATE")
        if _is_empty(connection):
            for statement in _statements(SCHEMA):
                connection.execute(statement)
        connection.execute("COMMIT")
    finally:
        connection.close()


def connect(path: Path, busy_seconds: float) -> sqlite3.Connection:
    """A connection with the settings every use needs; refuses a file that is no log, or of a newer format."""
    connection = _open(path, busy_seconds, "rw")
    try:
        _check_format(connection, path)
        _set_wal(connection, busy_seconds)
        connection.executescript(SETTINGS)
    except BaseException:
        connection.close()
        raise
    return connection


def _open(path: Path, busy_seconds: float, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        timeout=busy_seconds,
        isolation_level=None,  # our own BEGIN and COMMIT
        check_same_thread=False,
    )


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


def _set_wal(connection: sqlite3.Connection, patience_seconds: float) -> None:
    # SQLite answers "busy" at once here, without its usual waiting, when two processes switch at the same time.
    until = time.monotonic() + patience_seconds
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _statements(script: str) -> Iterator[str]:
    """The script's statements one by one: `executescript` would commit in between."""
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
