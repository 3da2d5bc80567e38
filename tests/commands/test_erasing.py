"""`hours erase` and `hours sweep`."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from ledger.log.entry import decode
from ledger.personal_data.store import PERSONAL_TEXTS, PersonalText
from ledger.time_bank import TimeBank
from tests.commands.conftest import Run


def test_erasing_says_what_goes_and_what_stays(founded: Run, neighbours: None) -> None:
    result = founded("erase", "Anahit", "--yes")

    assert result.exit_code == 0, result.output
    assert "1 name" in result.stderr and "What stays: every entry they are part of" in result.stderr
    assert "is now a former member" in result.stderr
    assert "Anahit" not in founded("balances").output
    assert "a former member" in founded("balances").output


def test_nothing_is_erased_without_confirmation(founded: Run, neighbours: None) -> None:
    assert founded("erase", "Anahit").exit_code == 1, "nobody answered"
    assert "Anahit" in founded("balances").output


def test_erasing_twice_changes_nothing(founded: Run, neighbours: None, database_url: str) -> None:
    with TimeBank.open(database_url) as bank:
        (bo,) = {person.subject for person in bank.people.named("Bo")}
    founded("erase", "Bo", "--yes")

    again = founded("erase", bo, "--yes")

    assert (again.exit_code, again.stderr) == (
        0,
        f"{bo} has already been erased. Nothing here identifies them any more.\n",
    )


def test_without_a_request_only_former_members_can_be_erased(founded: Run, neighbours: None) -> None:
    result = founded("erase", "Bo", "--yes", "--no-longer-needed")

    assert result.exit_code == 1
    assert "There is no request for this at the moment." in result.stderr


def test_the_last_coordinator_cannot_be_erased(founded: Run) -> None:
    result = founded("erase", "Chidi", "--yes")

    assert result.exit_code == 1
    assert "Make someone else a coordinator first." in result.stderr


def test_names_and_notes_without_an_entry_are_deleted(founded: Run, neighbours: None, database_url: str) -> None:
    with TimeBank.open(database_url) as bank:
        bank.people.seal([PersonalText("m-nobody", "name", "Nobody")])
        with bank.people.engine.begin() as connection:
            connection.execute(
                sa.update(PERSONAL_TEXTS).where(PERSONAL_TEXTS.c.subject == "m-nobody").values(kept_at=1)
            )

    assert founded("sweep").stderr == "1 name or note deleted that belonged to no entry.\n"
    assert founded("sweep").stderr == "Nothing to delete: every name and note belongs to an entry.\n"


def test_importing_again_does_not_bring_back_an_erased_person(
    founded: Run, neighbours: None, write: Callable[..., Path], database_url: str
) -> None:
    founded("erase", "Anahit", "--yes")

    again = founded("import", write("date,giver,receiver,minutes,category,kind\n2026-03-28,Anahit,Bo,90,garden,help\n"))

    assert again.exit_code == 0, again.output
    assert "Anahit" not in founded("balances").output
    with TimeBank.open(database_url) as bank:
        assert bank.people.named("Anahit") == []


def test_identifiers_of_an_import_cannot_be_derived_from_names(
    founded: Run, neighbours: None, run_in: Run, write: Callable[..., Path], database_url: str, tmp_path: Path
) -> None:
    """Otherwise anyone with a bundle could check guessed names against its entries."""
    elsewhere = run_in(
        "import", write("date,giver,receiver,minutes,category,kind\n2026-03-28,Anahit,Bo,90,garden,help\n")
    )
    assert elsewhere.exit_code == 0, elsewhere.output

    here, there = commands_of(database_url), commands_of(f"sqlite:///{tmp_path / 'community'}")

    assert here and there and here.isdisjoint(there)


def commands_of(url: str) -> set[str]:
    with TimeBank.open(url) as bank:
        commands = {decode(data).cmd for _, data in bank.log.scan()}
    return {command for command in commands if command.startswith("import:")}


def test_restoring_an_older_backup_erases_its_names_again(
    founded: Run,
    neighbours: None,
    write: Callable[..., Path],
    run_in: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The bundle knows of the erasure, the backup does not: what comes back never shows the name again."""
    monkeypatch.setenv("HOURS_SEAL", str(tmp_path / "seals"))
    backup, bundle = tmp_path / "backup.zip", tmp_path / "bundle"
    assert founded("backup", backup).exit_code == 0
    founded("erase", "Anahit", "--yes")
    assert founded("bundle", bundle).exit_code == 0

    restored = run_in("restore", bundle, "--words", backup)

    assert restored.exit_code == 0, restored.output
    balances = run_in("balances").output
    assert "Anahit" not in balances and " Bo " in balances
    files = b"".join(file.read_bytes() for file in (tmp_path / "community").rglob("*") if file.is_file())
    assert b"anahit" not in files.lower()
    again = run_in("import", write("date,giver,receiver,minutes,category,kind\n2026-03-28,Anahit,Bo,90,garden,help\n"))
    assert "New: 0. Already imported: 1." in again.output and "Anahit" not in run_in("balances").output, (
        "what was imported there is known here"
    )
