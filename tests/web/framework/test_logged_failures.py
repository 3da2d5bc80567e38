"""Every kind of failure that is logged, provoked with names, addresses and notes: none of them is in the log."""

import json
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import exc

from ledger.log.store import LogUnavailable
from projections.engine.projector import Follower
from tests.commands.test_serving import running
from tests.web.conftest import Written
from tests.web.neighbourhood import Neighbourhood
from tests.web.pages.conftest import Street
from web.app import create_app
from web.commands.printing import problem_of, quotes_drivers
from web.framework.access import ANYBODY
from web.framework.call import Call, get
from web.framework.logs import start_logging
from web.settings import Settings

PERSONAL = ("Ana", "Sousa", "Bo", "Lindqvist", "@example.org", "Roses", "Two rows of leeks", "203.0.113")
PERSONAL_WORDS = re.compile(
    "|".join(rf"(?<![\w-]){re.escape(words)}|{re.escape(words)}(?![\w-])" for words in PERSONAL)
)


def lines_of(written: Written) -> list[dict[str, Any]]:
    """The lines of a log, which say nothing about a person."""
    assert not PERSONAL_WORDS.findall(written.stream.getvalue())
    return [json.loads(line) for line in written.lines]


def failing(error: Callable[[], Exception]) -> HTTPRouteHandler:
    @get("/fails", may=ANYBODY)
    def fails(call: Call) -> str:
        raise error()

    return fails


def violated() -> Exception:
    return psycopg.errors.UniqueViolation("duplicate key\nDETAIL: Key (name)=(Ana Sousa) already exists.")


@pytest.mark.parametrize(
    ("error", "named"),
    [
        (lambda: KeyError("Ana Sousa"), "KeyError"),
        (lambda: exc.IntegrityError("INSERT", {"name": "Ana"}, violated()), "IntegrityError (23505)"),
        (lambda: exc.OperationalError("UPDATE", {"note": "Roses"}, psycopg.errors.DiskFull("Ana")), "(53100)"),
        (lambda: LogUnavailable("locked", "Ana holds the log."), "LogUnavailable (locked)"),
    ],
)
def test_what_a_page_fails_with_is_named_and_not_quoted(
    neighbourhood: Neighbourhood, written: Written, error: Callable[[], Exception], named: str
) -> None:
    app = neighbourhood.app(failing(error))
    start_logging("json", written.stream)

    answer = neighbourhood.browser(app, member=neighbourhood.ana).get("/fails?name=Ana+Sousa")

    (line,) = lines_of(written)
    assert answer.status_code >= 500 and line["request"] == answer.headers["x-request-id"]
    assert named in line.get("error", "") + line["message"] and "GET /fails" in line["message"]


def test_attacks_are_logged_by_kind_and_route(neighbourhood: Neighbourhood, written: Written) -> None:
    street = Street(neighbourhood)
    exchange = street.helped(note="Two rows of leeks")
    start_logging("json", written.stream)

    street.eve.get(f"/exchanges/{exchange}")
    street.bo.get("/journal")
    street.bo.post(f"/exchanges/{exchange}/confirmation", headers={"sec-fetch-site": "cross-site"})
    street.bo.get("/sign-in", headers={"host": "Ana.Sousa.example"})
    stranger = neighbourhood.browser()
    stranger.post("/sign-in/codes", data={"email": "ana@example.org"})
    stranger.post("/sign-in/code", data={"code": "Roses"})
    stranger.post("/sign-in/links/Lindqvist")
    for _ in range(9):
        stranger.post("/sign-in/codes", data={"email": "bo@example.org"})

    lines = lines_of(written)
    assert [(line["event"], line["route"]) for line in lines] == [
        ("hidden-page", "GET /exchanges/{exchange_id}"),
        ("forbidden-page", "GET /journal"),
        ("cross-site-form", "POST a page"),
        ("foreign-host", "GET a page"),
        ("wrong-code", "POST /sign-in/code"),
        ("wrong-link", "POST /sign-in/links/{token}"),
        ("too-many-attempts", "POST /sign-in/codes"),
    ]
    assert {line["logger"] for line in lines} == {"hours.security"}
    assert len({line["client"] for line in lines}) == 1, "they all came from one network"


def test_mail_that_cannot_be_sent_is_logged_without_its_address(neighbourhood: Neighbourhood, written: Written) -> None:
    chosen = Settings(smtp_host="127.0.0.1", smtp_port=1, smtp_from="Ana <ana@example.org>", smtp_starttls=False)
    app = create_app(neighbourhood.bank, neighbourhood.views, chosen, now=neighbourhood.clock)
    start_logging("json", written.stream)

    neighbourhood.browser(app).post("/sign-in/codes", data={"email": "ana@example.org"}, headers={"host": "localhost"})

    assert [line["logger"] for line in lines_of(written)] == ["hours.mail"]


def test_read_models_that_fall_behind_say_why_without_the_drivers_words(written: Written) -> None:
    start_logging("json", written.stream)

    failed = threading.Event()

    def fail() -> None:
        failed.set()
        raise exc.OperationalError("INSERT", {"note": "Roses"}, psycopg.errors.LockNotAvailable("Ana Sousa"))

    follower = Follower(fail)
    follower.notify()
    assert failed.wait(60)
    follower.stop()

    (line,) = lines_of(written)
    assert "OperationalError (55P03)" in line["message"]


def test_a_worker_names_failures_and_a_person_reads_what_the_database_said() -> None:
    error = exc.OperationalError("INSERT", {}, psycopg.errors.DiskFull("no space left for Ana"))

    at_a_terminal = problem_of(error)
    token = quotes_drivers.set(False)
    in_a_log = [problem_of(error), problem_of(LogUnavailable("full", "Ana holds it. Wait."))]
    quotes_drivers.reset(token)

    assert at_a_terminal is not None and "no space left" in at_a_terminal.message
    assert [problem.message.partition(": ")[2] for problem in in_a_log if problem] == [
        "OperationalError (53100).",
        "LogUnavailable (full).",
    ]


def test_a_server_writes_one_json_object_a_line(
    neighbourhood: Neighbourhood, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOURS_LOG_FORMAT", "json")
    neighbourhood.close()
    with running("--data", str(tmp_path / "data"), "serve", folder=tmp_path) as (address, process):
        for _ in range(3):
            with pytest.raises(urllib.error.HTTPError):
                urllib.request.urlopen(urllib.request.Request(address, headers={"Host": "elsewhere.example"}))
        process.terminate()
        _, said = process.communicate(timeout=60)

    serving, *lines = said.splitlines()
    assert serving.startswith("Serving ")
    first, rest = map(json.loads, lines)
    assert (first["event"], rest["event"], rest["repeated"]) == ("foreign-host", "foreign-host", 2)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [("people.db", "The database cannot be used at the moment: DatabaseError (SQLITE_NOTADB)."), ("log.db", "damaged")],
)
def test_a_worker_says_what_failed_in_a_line_without_the_databases_words(
    neighbourhood: Neighbourhood, tmp_path: Path, broken: str, reason: str
) -> None:
    neighbourhood.close()
    for leftover in (tmp_path / "data").glob(f"{broken}-*"):
        leftover.unlink()
    (tmp_path / "data" / broken).write_bytes(b"Ana Sousa" * 5_000)

    with subprocess.Popen(
        [sys.executable, "-m", "web.commands.main", "--data", str(tmp_path / "data"), "daily", "--aside"],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as worker:
        assert worker.stderr is not None
        said = worker.stderr.read()

    assert worker.returncode == 1
    assert reason in said and "file is not a database" not in said and "Traceback" not in said
