"""Trouble with the stores: a plain page, one line for the host, and the next try works."""

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
def test_trouble_that_may_pass_is_told_from_mistakes(error: Exception, status: int) -> None:
    assert status_of(error) == status


@contextmanager
def damaged(people: Path) -> Generator[None]:
    """The people store while something has written over it."""
    kept = people.with_suffix(".kept")
    shutil.copy(people, kept)
    people.write_bytes(b"not a database at all" * 500)
    yield
    shutil.copy(kept, people)


def test_a_damaged_store_gives_a_page_and_the_next_try_works(
    neighbourhood: Neighbourhood, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ana = neighbourhood.browser(member=neighbourhood.ana)
    engine = neighbourhood.bank.people.engine
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()

    with damaged(tmp_path / "data" / "people.db"), caplog.at_level(logging.ERROR, "hours.web"):
        troubled = ana.get("/devices")
        engine.dispose()
    well = ana.get("/devices")

    assert troubled.status_code == 503 and "not available at the moment" in troubled.text
    assert len(caplog.records) == 1 and "Ana" not in caplog.text and "Traceback" not in caplog.text
    assert well.status_code == 200


def test_a_mistake_in_the_app_is_written_down_with_where_it_was(
    neighbourhood: Neighbourhood, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = neighbourhood.browser()
    monkeypatch.setattr("web.framework.call.page", lambda *_args, **_more: 1 / 0)

    with caplog.at_level(logging.ERROR, "hours.web"):
        answer = browser.get("/sign-in/code")

    assert answer.status_code == 500
    assert caplog.records[0].getMessage() == "GET /sign-in/code failed" and "ZeroDivisionError" in caplog.text
