"""Locks across threads and processes: for writing read models, for rebuilding them, and for each kind of long work."""

import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import sqlalchemy as sa

from ledger.log.locks import lock_number
from ledger.log.private_files import private_file

Work = Literal["figures", "daily", "asked"]
"""What only one process does at a time. The name of its lock."""

_BEGIN = "SELECT set_config('synchronous_commit', 'off', true)"
_BEGIN_LIVE = f"{_BEGIN}, pg_advisory_xact_lock({lock_number('writing')})"


@contextmanager
def writing(connection: sa.Connection, *, live: bool = True) -> Generator[sa.Connection]:
    """A transaction for writing: everything inside happens, or nothing. Other writers wait.

    Without `live` it writes new tables that nobody reads yet, and on PostgreSQL nobody waits for it. A power failure may
    lose the last transactions, rows and checkpoints together: they are applied again from the log.
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
    """Make other rebuilds of the same place wait. Released when the holding process ends."""
    if engine.dialect.name == "sqlite":
        # Closing the file releases the lock. SQLite's own lock would make live entries wait too.
        with private_file(Path(f"{engine.url.database}.rebuilding")).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    else:
        with engine.connect() as connection:
            connection.detach()  # so that it is closed afterwards, which releases the lock
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({lock_number('rebuilding')})")
            connection.commit()
            yield


@contextmanager
def alone(engine: sa.Engine, work: Work) -> Generator[bool]:
    """Whether this process alone holds the work; returns at once. Released when the holding process ends."""
    if engine.dialect.name == "sqlite":
        with private_file(Path(f"{engine.url.database}.{work}")).open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
    else:
        with engine.connect() as connection:
            connection.detach()  # so that it is closed afterwards, which releases the lock
            is_alone = bool(connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({lock_number(work)})").scalar())
            connection.commit()
            yield is_alone
