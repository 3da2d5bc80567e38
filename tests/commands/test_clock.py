"""A machine's clock that is far ahead of the last entry: nothing is recorded until the host has confirmed it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ledger.exchanges.commands import ReportExchange
from ledger.time_bank import TimeBank
from tests.cast import BO, NOW, TODAY, counting_ids, founded, help_of
from tests.commands.conftest import calling


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_clock_far_ahead_of_the_log_must_be_confirmed_once(
    request: pytest.FixtureRequest, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = str(request.getfixturevalue(f"{database}_url"))
    founded(url).close()  # in March 2026, so that today is far ahead
    run = calling(url)
    monkeypatch.delenv("HOURS_CLOCK_CHECKED_ON")

    refused = run("role", "give", "Ana Sousa", "auditor")
    doctor = run("doctor")
    assert refused.exit_code == 1 and "hours doctor" in refused.stderr
    assert doctor.exit_code == 1 and "HOURS_CLOCK_CHECKED_ON" in doctor.stdout

    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert run("--clock-checked-on", "2026-03-14", "role", "give", "Ana Sousa", "auditor").exit_code == 1
    assert run("--clock-checked-on", today, "role", "give", "Ana Sousa", "auditor").exit_code == 0
    assert run("role", "withdraw", "Ana Sousa", "auditor").exit_code == 0
    assert "HOURS_CLOCK_CHECKED_ON" not in run("doctor").stdout


def test_a_community_is_read_whatever_the_clock_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    founded(tmp_path / "data").close()
    monkeypatch.delenv("HOURS_CLOCK_CHECKED_ON")
    run = calling(f"sqlite:///{tmp_path / 'data'}")

    assert run("balances").exit_code == run("replay").exit_code == 0
    with TimeBank.open(tmp_path / "data") as bank:
        assert bank.agreements.is_founded


def set_back(folder: Path, by: timedelta) -> None:
    """A community whose last entries were recorded after the clock was set back, as earlier versions did after a restart."""
    with founded(folder) as bank:
        number = bank.log.head()
    with TimeBank.open(folder, clock=lambda: NOW - by, ids=counting_ids(500)) as bank:
        bank.handler.clock.recorded(number, NOW - by)
        bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY - timedelta(days=40)), by=BO)


def test_doctor_seal_and_verify_name_a_step_back(tmp_path: Path) -> None:
    set_back(tmp_path / "data", timedelta(hours=3, minutes=5))
    run = calling(f"sqlite:///{tmp_path / 'data'}")

    assert run("bundle", tmp_path / "bundle").exit_code == 0
    for result in (run("doctor", "--all"), run("doctor"), run("seal"), run("verify", "bundle", tmp_path / "bundle")):
        assert result.exit_code == 0 and "3 h 5 min" in result.stdout


def test_a_step_back_of_many_days_is_a_problem(tmp_path: Path) -> None:
    set_back(tmp_path / "data", timedelta(days=20))
    run = calling(f"sqlite:///{tmp_path / 'data'}")

    for result in (run("doctor", "--all"), run("doctor")):
        assert result.exit_code == 1 and "20 days" in result.stdout
