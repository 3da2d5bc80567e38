"""A log on each database, closed when its test ends."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.log.opening import open_log
from ledger.log.sqlite_recorder import SQLiteDCBRecorder
from ledger.log.store import Log


@pytest.fixture
def log_url(database_url: str) -> str:
    """The URL of an empty log: runs on SQLite and on PostgreSQL."""
    return f"{database_url}/log.db" if database_url.startswith("sqlite") else database_url


@pytest.fixture
def log(log_url: str) -> Iterator[Log]:
    """An empty log, on SQLite and on PostgreSQL."""
    log = open_log(log_url)
    yield log
    log.close()


@pytest.fixture
def sqlite_recorder(tmp_path: Path) -> Iterator[SQLiteDCBRecorder]:
    """A recorder on an empty SQLite file that waits only briefly for other programs."""
    recorder = SQLiteDCBRecorder(tmp_path / "log.db", busy_seconds=0.2)
    yield recorder
    recorder.close()


@pytest.fixture
def sqlite_log(sqlite_recorder: SQLiteDCBRecorder) -> Log:
    """An empty log in a SQLite file that waits only briefly for other programs."""
    return Log(sqlite_recorder)
