"""`hours backup` and `hours restore`."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.commands.conftest import Run
from web.commands.main import hours

pytestmark = pytest.mark.usefixtures("neighbours")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for seals, for every test here."""
    monkeypatch.setenv("HOURS_SEAL", str(tmp_path / "seals"))
    return tmp_path / "seals"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Run:
    """Calls `hours` on a place where nothing is yet."""
    return lambda *words: CliRunner().invoke(hours, ["--data", str(tmp_path / "new"), *map(str, words)])


def test_a_community_can_be_backed_up_and_restored_elsewhere(founded: Run, elsewhere: Run, tmp_path: Path) -> None:
    kept = founded("backup", tmp_path / "monday.zip")
    assert kept.exit_code == 0, kept.output
    assert "checked" in kept.stderr and "personal data" in kept.stderr

    back = elsewhere("restore", tmp_path / "monday.zip")

    assert back.exit_code == 0, back.output
    assert "Everything matches." in back.stderr and "Nothing was sealed on this machine before." in back.stderr
    assert elsewhere("balances", "--format", "csv").stdout == founded("balances", "--format", "csv").stdout
    assert elsewhere("replay").exit_code == elsewhere("doctor").exit_code == 0


def test_a_backup_overwrites_another_only_with_replace(founded: Run, tmp_path: Path) -> None:
    assert founded("backup", tmp_path / "monday.zip").exit_code == 0
    refused = founded("backup", tmp_path / "monday.zip")

    assert refused.exit_code == 1 and "already exists" in refused.stderr
    assert founded("backup", tmp_path / "monday.zip", "--replace").exit_code == 0
    assert founded("backup", tmp_path / "nowhere" / "monday.zip").exit_code == 1


def test_a_restore_replaces_a_community_only_with_replace(founded: Run, tmp_path: Path) -> None:
    founded("backup", tmp_path / "monday.zip")
    refused = founded("restore", tmp_path / "monday.zip")
    assert refused.exit_code == 1 and "is a community already" in refused.stderr

    replaced = founded("restore", tmp_path / "monday.zip", "--replace")

    assert replaced.exit_code == 0, replaced.output
    assert "The community that was there before is in" in replaced.stderr
    assert founded("doctor").exit_code == founded("replay").exit_code == 0


def test_restore_with_check_restores_nothing(founded: Run, elsewhere: Run, tmp_path: Path) -> None:
    founded("backup", tmp_path / "monday.zip")

    drill = elsewhere("restore", tmp_path / "monday.zip", "--check")

    assert drill.exit_code == 0 and "Everything matches." in drill.stderr
    assert not (tmp_path / "new").exists()


def test_a_damaged_backup_is_reported_in_two_lines(elsewhere: Run, tmp_path: Path) -> None:
    (tmp_path / "monday.zip").write_bytes(b"something else")

    refused = elsewhere("restore", tmp_path / "monday.zip")

    assert refused.exit_code == 1 and len(refused.stderr.strip().splitlines()) == 2
    assert "is not a backup" in refused.stderr and not (tmp_path / "new").exists()


def test_a_backup_older_than_the_seal_says_which_entries_are_missing(
    founded: Run, elsewhere: Run, tmp_path: Path
) -> None:
    founded("backup", tmp_path / "monday.zip")
    assert founded("role", "give", "Bo", "auditor").exit_code == 0
    founded("seal")

    refused = elsewhere("restore", tmp_path / "monday.zip")
    assert refused.exit_code == 1 and "are missing" in refused.stderr and "--behind" in refused.stderr

    meant = elsewhere("restore", tmp_path / "monday.zip", "--behind")
    assert meant.exit_code == 0 and "are missing" in meant.stderr and "HOURS_SEAL" in meant.stderr
    assert elsewhere("seal").exit_code == 1, "the signer does not go along with it"


def test_a_bundle_restores_the_log_and_a_backup_the_names(founded: Run, elsewhere: Run, tmp_path: Path) -> None:
    founded("backup", tmp_path / "monday.zip")
    assert founded("role", "give", "Bo", "auditor").exit_code == 0
    founded("bundle", tmp_path / "bundle")

    nameless = elsewhere("restore", tmp_path / "bundle")
    assert nameless.exit_code == 0 and "names and notes of these entries are missing" in nameless.stderr
    assert elsewhere("replay").exit_code == 0 and "Anahit" not in elsewhere("balances").stdout

    shutil.rmtree(tmp_path / "new")
    named = elsewhere("restore", tmp_path / "bundle", "--words", tmp_path / "monday.zip")
    assert named.exit_code == 0 and "Anahit" in elsewhere("balances").stdout
    assert elsewhere("seal", "--note").stdout == founded("seal", "--note").stdout
