"""A log on each database, closed when its test ends."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.log.places import open_log
from ledger.log.sqlite_log import SQLiteLog
from ledger.log.store import Log


@pytest.fixture
def log_url(database_url: str) -> str:
    """Where a log may be opened: runs on SQLite and on PostgreSQL."""
    return f"{database_url}/log.db" if database_url.startswith("sqlite") else database_url


@pytest.fixture
def log(log_url: str) -> Iterator[Log]:
    """An empty log, on SQLite and on PostgreSQL."""
    log = open_log(log_url)
    yield log
    log.close()


@pytest.fixture
def sqlite_log(tmp_path: Path) -> Iterator[SQLiteLog]:
    """An empty log in a SQLite file, that waits only shortly for other programs."""
    log = SQLiteLog(tmp_path / "log.db", busy_seconds=0.2)
    yield log
    log.close()
