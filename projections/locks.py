"""Who may write read models: one at a time, of all threads and processes; one rebuild, and one of each long work, too."""

import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import sqlalchemy as sa

# Advisory locks are numbers shared by everybody who uses the same PostgreSQL database.
_WRITING = int.from_bytes(b"hrs:view")
_REBUILDING = int.from_bytes(b"hrs:rebu")
_FILLING = int.from_bytes(b"hrs:fill")

Work = Literal["figures", "daily", "asked"]
"""What takes long, and is done by one process at a time."""

_WORKING: dict[Work, int] = {
    "figures": int.from_bytes(b"hrs:figs"),
    "daily": int.from_bytes(b"hrs:days"),
    "asked": int.from_bytes(b"hrs:asks"),
}

_BEGIN = "SELECT pg_advisory_xact_lock(%s), set_config('synchronous_commit', 'off', true)"
_BEGIN_FILLING = "SELECT pg_advisory_xact_lock_shared(%s), set_config('synchronous_commit', 'off', true)"


@contextmanager
def writing(connection: sa.Connection) -> Generator[sa.Connection]:
    """One step of writing: everything inside happens, or nothing. Others who write wait outside.

    A lost power cord may cost the last steps, rows and positions together: they are taken in again from the log.
    """
    connection.execution_options(writes=True)
    try:
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(_BEGIN, (_WRITING,))
            yield connection
    finally:
        connection.execution_options(writes=False)


@contextmanager
def filling(connection: sa.Connection) -> Generator[sa.Connection]:
    """One step of writing to new tables that nobody reads yet. On PostgreSQL others go on meanwhile."""
    if connection.dialect.name == "sqlite":
        # Two who fill would look for SQLite's lock now and then; this way one begins the moment the other ends.
        with Path(f"{connection.engine.url.database}.filling").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            with writing(connection):
                yield connection
    else:
        with connection.begin():
            connection.exec_driver_sql(_BEGIN_FILLING, (_FILLING,))
            yield connection


def wait_for_filling(connection: sa.Connection) -> None:
    """Waits, inside a step of writing, for steps of filling that somebody left under way; new ones wait for this step."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_FILLING,))


@contextmanager
def rebuilding(engine: sa.Engine) -> Generator[None]:
    """Keeps other rebuilds of the same place waiting; forgotten with the process that holds it."""
    if engine.dialect.name == "sqlite":
        # Closing lets go. SQLite's own lock would keep live entries waiting too.
        with Path(f"{engine.url.database}.rebuilding").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    else:
        with engine.connect() as connection:
            connection.detach()  # closed afterwards, which lets go, instead of being used again
            connection.exec_driver_sql("SELECT pg_advisory_lock(%s)", (_REBUILDING,))
            connection.commit()
            yield


@contextmanager
def alone(engine: sa.Engine, work: Work) -> Generator[bool]:
    """Whether nobody else is at this work, in any process; nobody waits. Forgotten with the process that holds it."""
    if engine.dialect.name == "sqlite":
        with Path(f"{engine.url.database}.{work}").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
    else:
        with engine.connect() as connection:
            connection.detach()  # closed afterwards, which lets go, instead of being used again
            is_alone = bool(connection.exec_driver_sql("SELECT pg_try_advisory_lock(%s)", (_WORKING[work],)).scalar())
            connection.commit()
            yield is_alone
