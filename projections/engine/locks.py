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

Work = Literal["figures", "daily", "asked"]
"""What takes long, and is done by one process at a time."""

_WORKING: dict[Work, int] = {
    "figures": int.from_bytes(b"hrs:figs"),
    "daily": int.from_bytes(b"hrs:days"),
    "asked": int.from_bytes(b"hrs:asks"),
}

_BEGIN = "SELECT set_config('synchronous_commit', 'off', true)"
_BEGIN_LIVE = f"{_BEGIN}, pg_advisory_xact_lock({_WRITING})"


@contextmanager
def writing(connection: sa.Connection, *, live: bool = True) -> Generator[sa.Connection]:
    """One step of writing: everything inside happens, or nothing. Others who write wait outside.

    Without `live`, it is a step of writing new tables that nobody reads yet: on PostgreSQL nobody waits for it. A lost
    power cord may cost the last steps, rows and positions together: they are taken in again from the log.
    """
    connection.execution_options(writes=True)
    try:
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(_BEGIN_LIVE if live else _BEGIN)
            yield connection
    finally:
        connection.execution_options(writes=False)


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
