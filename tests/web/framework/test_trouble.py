"""Unavailable databases: a plain page, one line in the server's log, and the next request works."""

import logging
import shutil
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from litestar.exceptions import NotFoundException
from sqlalchemy import exc

from ledger.log.store import LogUnavailable
from tests.web.neighbourhood import Neighbourhood
from web.framework.errors import status_of


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFoundException(), 404),
        (LogUnavailable("locked", "The log is locked."), 503),
        (sqlite3.OperationalError("database is locked"), 503),
        (psycopg.OperationalError("server closed the connection"), 503),
        (exc.OperationalError("", {}, Exception("disk full")), 503),
        (exc.DatabaseError("", {}, Exception("malformed")), 503),
        (exc.TimeoutError("no connection left"), 503),
        (exc.IntegrityError("", {}, Exception("twice")), 500),
        (exc.ProgrammingError("", {}, Exception("no such table")), 500),
        (KeyError("a mistake"), 500),
    ],
    ids=lambda value: type(value).__name__,
)
def test_unavailable_databases_are_distinguished_from_bugs(error: Exception, status: int) -> None:
    assert status_of(error) == status


@contextmanager
def damaged(people: Path) -> Generator[None]:
    """Damage the personal data store inside the block."""
    copy = people.with_suffix(".copy")
    shutil.copy(people, copy)
    people.write_bytes(b"not a database at all" * 500)
    yield
    shutil.copy(copy, people)


def test_a_damaged_store_gives_an_error_page_and_the_next_request_works(
    neighbourhood: Neighbourhood, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ana = neighbourhood.browser(member=neighbourhood.ana)
    engine = neighbourhood.bank.people.engine
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()

    with damaged(tmp_path / "data" / "people.db"), caplog.at_level(logging.ERROR, "hours.web"):
        unavailable = ana.get("/devices")
        engine.dispose()
    restored = ana.get("/devices")

    assert unavailable.status_code == 503 and "not available at the moment" in unavailable.text
    assert len(caplog.records) == 1 and "Ana" not in caplog.text and "Traceback" not in caplog.text
    assert restored.status_code == 200


def test_a_bug_is_logged_with_its_route_and_traceback(
    neighbourhood: Neighbourhood, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = neighbourhood.browser()
    monkeypatch.setattr("web.framework.call.page", lambda *_args, **_more: 1 / 0)

    with caplog.at_level(logging.ERROR, "hours.web"):
        response = browser.get("/sign-in/code")

    assert response.status_code == 500
    assert caplog.records[0].getMessage() == "GET /sign-in/code failed" and "ZeroDivisionError" in caplog.text
