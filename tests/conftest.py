"""Fixtures that every test may ask for: the two databases, and a browser."""

import os
import shutil
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import providing

IN_MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 4 * 2**30

# Tests end programs, never the machine: their folders need no disk, and nobody waits for one.
if IN_MEMORY.is_dir() and os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free > ENOUGH_BYTES:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))

# Many tests open a community of a fixed day with the clock of the day on which they run.
os.environ["HOURS_CLOCK_CHECKED_ON"] = f"{datetime.now(UTC):%Y-%m-%d}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests in the browser come last: while it is open, its event loop keeps other tests from running one of their own.

    Test processes are handed tests in this order, so that it holds in each of them.
    """
    items.sort(key=lambda item: "chromium" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def postgresql() -> Generator[providing.PostgreSQL]:
    """The server; most tests want `postgresql_url` or `database_url`."""
    with providing.running_postgresql() as server:
        server.wait_for_the_disk(False)
        yield server


@pytest.fixture
def postgresql_url(postgresql: providing.PostgreSQL) -> Generator[str]:
    """The URL of a fresh, empty PostgreSQL database of this test alone."""
    with postgresql.fresh_database() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a fresh, empty SQLite data folder of this test alone."""
    folder = tmp_path / "data"
    folder.mkdir()
    return f"sqlite:///{folder}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Each test that asks for it runs twice: on SQLite and on PostgreSQL."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture(scope="session")
def chromium() -> Generator[Browser]:
    """A browser; each test opens a context of its own (`chromium.new_context()`) and closes it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=providing.chromium(), args=list(providing.CHROMIUM_ARGUMENTS)
        )
        yield browser
        browser.close()
