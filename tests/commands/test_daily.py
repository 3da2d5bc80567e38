"""`hours daily`, and the server that runs it automatically."""

import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from ledger.log.places import Place
from ledger.personal_data.store import PERSONAL_TEXTS, PersonalText
from ledger.time_bank import TimeBank
from projections.balances import ACCOUNTS
from projections.engine.background import DailyRun
from projections.views import Views
from tests.commands.conftest import Run
from tests.commands.test_serving import SECONDS_TO_START, running
from web.commands import background
from web.commands.opening import Location
from web.commands.printing import CommandProblem


def taken(url: str) -> dict[str, DailyRun]:
    """The stored result of each daily task."""
    with TimeBank.open(url) as bank, Views.open(bank.place, bank.log) as views:
        return views.daily.last_runs()


def figures_are_made(url: str) -> bool:
    """Whether the worker process has made the figures, too."""
    with TimeBank.open(url) as bank, Views.open(bank.place, bank.log) as views:
        return views.reports.kept_at() > 0


def test_the_daily_replay_is_run_and_recorded(founded: Run, neighbours: None, database_url: str) -> None:
    result = founded("daily")

    assert result.exit_code == 0, result.output
    assert "replay: 3 accounts from" in result.stderr and "no differences" in result.stderr
    assert taken(database_url)["replay"].trouble == ""


def test_a_wrong_balance_is_reported_and_the_exit_code_is_1(founded: Run, neighbours: None, database_url: str) -> None:
    founded("replay")
    engine = Place(database_url).views_engine()
    with engine.begin() as connection:
        connection.execute(sa.update(ACCOUNTS).where(ACCOUNTS.c.given == 90).values(given=900))
    engine.dispose()

    result = founded("daily")

    assert result.exit_code == 1
    assert (
        "1 difference. Does the log still match its seal? Run: hours" in result.stderr
        and "1 step of 3 failed: replay." in result.stderr
    )
    assert "1 difference" in taken(database_url)["replay"].trouble


def breaks_off(location: Location) -> str:
    raise ZeroDivisionError("a mistake of ours")


def goes_wrong(location: Location) -> str:
    raise CommandProblem("The disk is full.", "Make room.")


def goes_well(location: Location) -> str:
    return "all is well"


def test_a_daily_task_that_fails_does_not_stop_the_others(
    founded: Run, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = {"breaks_off": breaks_off, "goes_wrong": goes_wrong, "goes_well": goes_well}
    monkeypatch.setattr(background, "DAILY_TASKS", tasks)

    result = founded("daily")

    assert result.exit_code == 1
    assert "goes_wrong: The disk is full. Make room." in result.stderr and "goes_well: all is well" in result.stderr
    assert "2 steps of 3 failed: breaks_off, goes_wrong." in result.stderr
    assert {name: one.trouble for name, one in taken(database_url).items()} == {
        "breaks_off": "ZeroDivisionError: a mistake of ours",
        "goes_wrong": "The disk is full.",
        "goes_well": "",
    }


def test_daily_tasks_run_in_one_process_at_a_time(founded: Run, database_url: str) -> None:
    with TimeBank.open(database_url) as bank, Views.open(bank.place, bank.log) as views, views.daily.alone():
        result = founded("daily")

    assert (result.exit_code, result.stderr) == (0, "Another process is doing this at the moment.\n")
    assert taken(database_url) == {}


def test_the_server_runs_the_daily_tasks_once_a_day_soon_after_it_starts(run_in: Run, tmp_path: Path) -> None:
    run_in("found", "--name", "Riverside", "--timezone", "UTC", "--coordinator", "Chidi")
    url, began = f"sqlite:///{tmp_path / 'community'}", datetime.now(UTC)

    with running("--data", str(tmp_path / "community"), "serve", folder=tmp_path) as (_, process):
        until = time.monotonic() + SECONDS_TO_START
        while not ((kept := taken(url)) and figures_are_made(url)) and time.monotonic() < until:
            assert process.poll() is None
            time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        _, complaints = process.communicate(timeout=20)

    assert figures_are_made(url)
    assert kept["replay"].trouble == "" and kept["replay"].day >= str(began.date())
    assert complaints.count("\n") == 1, complaints
    with TimeBank.open(url) as bank, Views.open(bank.place, bank.log) as views:
        assert views.daily.due(["replay"], datetime.fromisoformat(kept["replay"].at), "UTC") == []


def test_words_that_a_killed_command_left_are_swept(founded: Run, database_url: str) -> None:
    with TimeBank.open(database_url) as bank:
        bank.people.seal([PersonalText("m-nobody", "name", "Never Invited")])
        with bank.people.engine.begin() as connection:
            connection.execute(
                sa.update(PERSONAL_TEXTS).where(PERSONAL_TEXTS.c.subject == "m-nobody").values(kept_at=1)
            )

    assert founded("daily").exit_code == 0

    with TimeBank.open(database_url) as bank:
        assert bank.people.of("m-nobody", "name") == []
