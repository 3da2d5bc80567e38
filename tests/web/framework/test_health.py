"""The health page: enough for a monitor, and nothing about people."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from projections.engine.read_model import ReadCheckpoint
from tests.web.neighbourhood import Neighbourhood
from tests.web.routes import ANYBODY, Found

FOUND: Found = {"show_health": ANYBODY}


def test_a_healthy_server_responds_with_its_position(neighbourhood: Neighbourhood) -> None:
    neighbourhood.views.catch_up()

    response = neighbourhood.browser().get("/healthz")

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "position": neighbourhood.bank.log.head(), "behind": [], "stopped": []}


def test_read_models_that_are_behind_are_listed_without_failing(neighbourhood: Neighbourhood) -> None:
    neighbourhood.views.catch_up()
    neighbourhood.welcomed("Noor Haddad", "noor@example.org")

    response = neighbourhood.browser().get("/healthz")

    assert response.status_code == 200
    assert response.json()["status"] == "behind" and response.json()["behind"] == [
        checkpoint.name for checkpoint in neighbourhood.views.state()
    ]


def test_a_stopped_read_model_fails_the_check_and_is_named(
    neighbourhood: Neighbourhood, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = ReadCheckpoint("balances", number=3, position=3, stopped_by="entry 4: Ana's secret")
    monkeypatch.setattr(neighbourhood.views, "state", lambda: [stopped])

    response = neighbourhood.browser().get("/healthz")

    assert response.status_code == 503
    assert response.json()["status"] == "failing" and response.json()["stopped"] == ["balances"]
    assert "secret" not in response.text


def test_a_damaged_database_fails_the_check_until_it_is_restored(neighbourhood: Neighbourhood, tmp_path: Path) -> None:
    browser = neighbourhood.browser()
    views = tmp_path / "data" / "views.db"
    neighbourhood.views.close()
    for leftover in views.parent.glob("views.db-*"):
        leftover.unlink()
    shutil.copy(views, tmp_path / "copy")
    views.write_bytes(b"not a database at all" * 500)

    failing = browser.get("/healthz")
    neighbourhood.views.close()
    shutil.copy(tmp_path / "copy", views)
    restored = browser.get("/healthz")

    assert failing.status_code == 503 and failing.json() == {"status": "failing", "trouble": "DatabaseError"}
    assert restored.status_code == 200


def test_pages_show_what_there_is_while_the_read_models_are_locked(
    neighbourhood: Neighbourhood, tmp_path: Path
) -> None:
    browser = neighbourhood.browser(member=neighbourhood.ana)
    before = neighbourhood.views.catch_up().number
    with closing(sqlite3.connect(tmp_path / "data" / "views.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        neighbourhood.welcomed("Noor Haddad", "noor@example.org")

        page, health = browser.get("/members"), browser.get("/healthz")

        assert page.status_code == 200 and "Noor" not in page.text
        assert (health.status_code, health.json()["status"]) == (503, "failing")
        other.execute("ROLLBACK")

    assert browser.get("/healthz").status_code == 200
    assert neighbourhood.views.as_of().number == before


def test_a_disk_that_is_nearly_full_fails_the_check(
    neighbourhood: Neighbourhood, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage._replace(free=1_000_000))

    response = neighbourhood.browser().get("/healthz")

    assert (response.status_code, response.json()["status"]) == (503, "failing")
