"""The health page: enough for a monitor, nothing about anybody."""

import shutil
from pathlib import Path

import pytest

from projections.engine.read_model import ReadCheckpoint
from tests.web.neighbourhood import Neighbourhood

ALL = [
    "balances",
    "contributions",
    "exchanges",
    "groups",
    "journal",
    "members",
    "statements",
    "thanks",
    "visibility",
    "years",
]


def test_all_is_well(neighbourhood: Neighbourhood) -> None:
    neighbourhood.views.catch_up()

    answer = neighbourhood.browser().get("/healthz")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "position": neighbourhood.bank.log.head(),
        "behind": [],
        "stopped": [],
    }


def test_read_models_that_nobody_asked_lately_are_behind_and_that_is_fine(neighbourhood: Neighbourhood) -> None:
    neighbourhood.views.catch_up()
    neighbourhood.welcomed("Noor Haddad", "noor@example.org")

    answer = neighbourhood.browser().get("/healthz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "behind" and answer.json()["behind"] == ALL


def test_a_read_model_that_stopped_is_told_by_name(
    neighbourhood: Neighbourhood, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = ReadCheckpoint("balances", number=3, position=3, stopped_by="entry 4: Ana's secret")
    monkeypatch.setattr(neighbourhood.views, "state", lambda: [stopped])

    answer = neighbourhood.browser().get("/healthz")

    assert answer.status_code == 503
    assert answer.json()["status"] == "failing" and answer.json()["stopped"] == ["balances"]
    assert "secret" not in answer.text


def test_a_log_that_cannot_be_read_fails_the_check(neighbourhood: Neighbourhood, tmp_path: Path) -> None:
    browser = neighbourhood.browser()
    views = tmp_path / "data" / "views.db"
    neighbourhood.views.close()
    for leftover in views.parent.glob("views.db-*"):
        leftover.unlink()
    shutil.copy(views, tmp_path / "kept")
    views.write_bytes(b"not a database at all" * 500)

    failing = browser.get("/healthz")
    neighbourhood.views.close()
    shutil.copy(tmp_path / "kept", views)
    well = browser.get("/healthz")

    assert failing.status_code == 503 and failing.json() == {"status": "failing", "trouble": "DatabaseError"}
    assert well.status_code == 200
