"""`hours doctor` finds what a host can have wrong, and says what to do."""

import json
import shutil
import socket
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from ledger.identifiers import HOST
from ledger.members.commands import InviteMember
from ledger.time_bank import TimeBank
from tests.commands.conftest import Run


@pytest.fixture(autouse=True)
def seals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for seals of every test here, so that no test touches the seals of the person who runs it."""
    monkeypatch.setenv("HOURS_SEAL", str(tmp_path / "seals"))
    return tmp_path / "seals"


@pytest.fixture
def healthy(run_in: Run) -> Run:
    assert run_in("found", "--name", "Riverside", "--timezone", "UTC", "--coordinator", "Chidi").exit_code == 0
    return run_in


def problems(run: Run, *words: str) -> dict[str, str]:
    said = json.loads(run("doctor", "--format", "json", *words).stdout)
    return {line["looked_at"]: line["found"] for line in said if line["state"] == "problem"}


def test_a_healthy_community_has_no_problems(healthy: Run) -> None:
    result = healthy("doctor", "--all")

    assert result.exit_code == 0, result.output
    assert all(line.startswith("ok ") for line in result.stdout.splitlines())
    for looked_at in ("version", "folder", "disk", "log", "clock", "seal", "read models", "people", "mail", "address"):
        assert f" {looked_at}: " in result.stdout


def test_the_doctor_runs_the_same_checks_on_both_databases(founded: Run) -> None:
    result = founded("doctor")

    assert result.exit_code == 0, result.output
    assert " people: 1 name match the log; 1 coordinator" in result.stdout


def test_a_place_without_a_community_is_a_problem(run_in: Run, tmp_path: Path) -> None:
    assert "There is no community" in problems(run_in)["community"]
    assert not (tmp_path / "community").exists()


def test_a_log_restored_from_an_old_backup_is_reported_with_its_missing_entries(healthy: Run, tmp_path: Path) -> None:
    assert "nothing has been sealed here yet" in healthy("doctor").stdout
    healthy("seal")
    healthy("backup", tmp_path / "old.zip")
    healthy("role", "give", "Chidi", "auditor")
    assert "the log contains all" in healthy("doctor").stdout and ", and 1 since" in healthy("doctor").stdout
    healthy("seal")
    assert "and 0 since" in healthy("doctor").stdout
    shutil.rmtree(tmp_path / "community")
    assert healthy("restore", tmp_path / "old.zip", "--behind").exit_code == 0

    said = problems(healthy)["seal"]

    assert "are missing" in said or "is missing" in said


def test_a_seal_without_its_last_note_is_found(healthy: Run, seals: Path) -> None:
    healthy("seal")
    next(seals.glob("*/latest")).unlink()

    assert "cannot be read" in problems(healthy)["seal"]


def test_a_changed_name_is_found(healthy: Run, tmp_path: Path) -> None:
    people = sqlite3.connect(tmp_path / "community" / "people.db")
    with people:
        people.execute("UPDATE words SET value = 'Chido', folded = 'chido' WHERE field = 'name'")
    people.close()

    assert "was changed" in problems(healthy)["people"]


def test_bytes_left_by_an_erasure_are_found_and_swept(
    healthy: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.log.places.BUSY_SECONDS", 0.05)
    with TimeBank.open(tmp_path / "community") as bank:
        bank.do(InviteMember(name="Lou"), by=HOST)
    reader = sqlite3.connect(tmp_path / "community" / "people.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM words").fetchall()

    assert "Run hours sweep again in a while" in healthy("erase", "Lou", "--yes").stderr
    assert "deleted bytes may remain in the files" in problems(healthy)["people"]

    reader.close()
    healthy("sweep")
    assert "people" not in problems(healthy)


def test_a_clock_behind_the_log_is_found(healthy: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.commands.clock_checks.CLOCK_MAY_BE_OFF", timedelta(days=-1))

    assert "the last entry was recorded at" in problems(healthy)["clock"]


def test_a_disk_that_is_nearly_full_is_found(healthy: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.commands.machine_checks.LEAST_FREE_BYTES", 2**80)

    assert "disk" in problems(healthy)


def test_a_mail_server_that_does_not_answer_is_found(healthy: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("HOURS_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("HOURS_SMTP_PORT", str(port))
        monkeypatch.setenv("HOURS_SMTP_FROM", "hours@example.org")
        assert "mail" not in problems(healthy)

    assert "cannot be reached" in problems(healthy)["mail"]


def test_invalid_settings_and_an_unencrypted_address_are_found(healthy: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOURS_BASE_URL", "http://hours.example.org")
    assert "not encrypted" in problems(healthy)["address"]

    monkeypatch.setenv("HOURS_SMTP_PORT", "many")
    assert "settings" in problems(healthy)


def test_a_community_without_a_coordinator_is_a_problem(run_in: Run, tmp_path: Path) -> None:
    file = tmp_path / "gifts.csv"
    file.write_text("date,giver,receiver\n2026-01-01,Ana,Bo\n")
    run_in("import", file, "--as", "gift")

    assert problems(run_in) == {"people": "there is no coordinator."}


def test_an_entry_of_another_log_is_found(healthy: Run, tmp_path: Path) -> None:
    log = sqlite3.connect(tmp_path / "community" / "log.db")
    with log:
        log.execute(
            "INSERT INTO entries (type, tags, data) "
            "SELECT type, '[]', CAST(replace(CAST(data AS TEXT), 'localhost/riverside/1', 'elsewhere/elm/1') AS BLOB) "
            "FROM entries WHERE type = 'limits-agreed'"
        )
    log.close()

    assert "belongs to elsewhere/elm/1" in problems(healthy)["log"]
