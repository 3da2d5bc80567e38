"""The log of a server: one line for each thing, nothing personal, and a burst is counted."""

import io
import json
import logging
import sqlite3
import threading

import psycopg
import pytest
from sqlalchemy import exc

from ledger.log.failures import failure_of
from ledger.log.store import LogUnavailable
from tests.web.conftest import Written
from web.framework.logs import LogFormatter, LogHandler, request_id, start_logging

SECRET = "Ana Sousa ana@example.org"


def raised(error: Exception) -> Exception:
    with pytest.raises(type(error)):
        raise error
    return error


def test_a_line_has_its_time_level_logger_and_request(written: Written) -> None:
    start_logging("text", written.stream)
    token = request_id.set("0a1b2c")

    logging.getLogger("hours.web").error("GET %s\nfailed\x1b[31m", "/groups")

    request_id.reset(token)
    (line,) = written.lines
    time, level, logger, request, *message = line.split(" ")
    assert time.endswith("Z") and len(time) == len("2026-11-22T12:00:00.000Z")
    assert (level, logger, request, " ".join(message)) == ("ERROR", "hours.web", "[0a1b2c]", "GET /groups failed [31m")


def test_json_has_one_object_a_line(written: Written) -> None:
    start_logging("json", written.stream)

    logging.getLogger("hours.web").error("GET /groups failed", exc_info=raised(KeyError(SECRET)))
    logging.getLogger("hours.security").warning("event=wrong-code", extra={"facts": {"event": "wrong-code"}})

    first, second = map(json.loads, written.lines)
    assert (first["level"], first["message"], first["error"]) == ("ERROR", "GET /groups failed", "KeyError")
    assert first["frames"][0].startswith("web/framework/test_logs.py:") and first["frames"][0].endswith(" raised")
    assert second["event"] == "wrong-code"
    assert SECRET not in written.stream.getvalue()


def test_nothing_that_a_library_or_a_bug_says_is_repeated(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("psycopg", "psycopg.pool", "asyncio", "other"):  # as in a process of its own, whatever other tests did
        logger = logging.getLogger(name)
        for attribute, value in (("disabled", False), ("propagate", True), ("filters", [])):
            monkeypatch.setattr(logger, attribute, value)
        logger.setLevel(logging.NOTSET)
    start_logging("text", written.stream)

    logging.getLogger("hours.web").error("POST /members failed", exc_info=raised(ValueError(SECRET)))
    logging.getLogger("psycopg.pool").warning("error connecting in %r: %s", "pool", Exception(SECRET))
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: " + SECRET)  # noqa: G003 - as it does
    logging.getLogger("other").warning("%s", SECRET)
    thread = threading.Thread(target=lambda: {}[SECRET])
    thread.start()
    thread.join()

    assert SECRET not in written.stream.getvalue()
    assert len(written.lines) == 5, [line[25:60] for line in written.lines]
    assert "error connecting in 'str': Exception" in written.lines[1]
    assert "A thread ended: KeyError at " in written.lines[4]


@pytest.mark.parametrize(
    ("error", "named"),
    [
        (ValueError(SECRET), "ValueError"),
        (LogUnavailable("locked", SECRET), "LogUnavailable (locked)"),
        (psycopg.errors.UniqueViolation(SECRET), "UniqueViolation (23505)"),
        (exc.IntegrityError("", {}, psycopg.errors.UniqueViolation(SECRET)), "IntegrityError (23505)"),
        (OSError(28, SECRET), "OSError (ENOSPC)"),
    ],
)
def test_a_failure_is_named_by_its_kind_and_code(error: Exception, named: str) -> None:
    assert failure_of(error) == named


def test_a_failure_of_sqlite_has_its_code() -> None:
    with sqlite3.connect(":memory:") as connection, pytest.raises(sqlite3.OperationalError) as caught:
        connection.execute("ATTACH '/nowhere/at/all' AS other")
    connection.close()

    assert failure_of(exc.OperationalError("", {}, caught.value)) == "OperationalError (SQLITE_CANTOPEN)"


def log_with_bursts(seconds: float) -> tuple[logging.Logger, LogHandler, io.StringIO]:
    written = io.StringIO()
    handler = LogHandler(written, seconds)
    handler.setFormatter(LogFormatter("text"))
    logger = logging.getLogger(f"hours.bursts.of.{seconds}")
    logger.handlers[:] = [handler]
    logger.propagate = False
    return logger, handler, written


def test_a_burst_is_one_line_and_then_a_count() -> None:
    logger, handler, written = log_with_bursts(60)

    for _ in range(900):
        logger.error("GET /groups failed", exc_info=raised(KeyError("a bug")))
    logger.error("GET /members failed")
    first = written.getvalue().splitlines()
    handler.flush_bursts()

    assert [line.count("failed") for line in first] == [1, 1]
    assert written.getvalue().splitlines()[2].endswith("(899 more like this)")


def test_a_count_is_written_a_while_after_the_last_of_a_burst() -> None:
    logger, handler, written = log_with_bursts(59)

    logger.error("failed")
    logger.error("failed")
    timer = handler._timer

    assert timer is not None and timer.daemon and timer.interval == 59
    timer.cancel()
    timer.function()
    assert written.getvalue().splitlines()[1].endswith("failed (1 more like this)")
