"""Nobody else on the host's machine can read a community's files, whatever they were created with."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.seal.witnessing.witness import Witness
from tests.commands.conftest import Run


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """Let new files be readable by everyone, as on most machines."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def riverside(run_in: Run, tmp_path: Path) -> Path:
    """The data folder of a community that was just founded."""
    run_in("found", "--name", "Riverside", "--timezone", "UTC", "--coordinator", "Chidi")
    return tmp_path / "community"


def open_to_others(*folders: Path) -> list[str]:
    """The folders, and what is in them, that someone else has any permission for."""
    found = [each for folder in folders for each in (folder, *folder.rglob("*"))]
    return [str(each) for each in found if each.stat().st_mode & 0o077]


def reopen(folder: Path) -> None:
    """Give everyone permission to read, as an earlier version did."""
    for each in (folder, *folder.rglob("*")):
        each.chmod(0o755 if each.is_dir() else 0o644)


def test_a_new_community_is_readable_by_its_owner_alone(riverside: Path) -> None:
    assert open_to_others(riverside) == []


def test_the_files_beside_an_open_database_are_private_too(riverside: Path, run_in: Run) -> None:
    reading = "import sys; from pathlib import Path; from ledger.time_bank import TimeBank; from ledger.personal_data.imported import make_secrets\n"
    reading += "with TimeBank.open(Path(sys.argv[1])) as bank: make_secrets(bank.people, ['m-x']); print('open', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", reading, str(riverside)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as opened:
        assert opened.stdout and opened.stdout.readline() == "open\n"
        names = {path.name for path in riverside.iterdir()}
        found = open_to_others(riverside)
        run_in("rebuild")
        opened.communicate("\n")

    assert {"log.db-wal", "people.db-wal", "people.db-shm"} <= names
    assert found == open_to_others(riverside) == []


@pytest.mark.parametrize("command", [["stats"], ["balances"], ["sweep"], ["figures"]])
def test_opening_a_community_of_an_earlier_version_closes_it_to_others(
    command: list[str], riverside: Path, run_in: Run
) -> None:
    run_in("rebuild")
    reopen(riverside)

    assert run_in(*command).exit_code == 0

    assert open_to_others(riverside) == []
    assert riverside.stat().st_mode & 0o777 == 0o700
    assert (riverside / "log.db").stat().st_mode & 0o777 == 0o600


def test_a_restored_community_and_the_one_set_aside_are_private(riverside: Path, run_in: Run, tmp_path: Path) -> None:
    run_in("backup", tmp_path / "monday.zip")
    reopen(riverside)

    assert run_in("restore", tmp_path / "monday.zip", "--replace").exit_code == 0

    (aside,) = tmp_path.glob("community.set-aside-*")
    assert open_to_others(riverside, aside) == []
    assert (tmp_path / "monday.zip").stat().st_mode & 0o777 == 0o600


def test_keys_are_closed_to_others_when_they_are_used(
    riverside: Path, run_in: Run, place: Path, tmp_path: Path
) -> None:
    run_in("seal")
    Witness(tmp_path / "witness", "library.example.org")
    reopen(place)
    reopen(tmp_path / "witness")

    run_in("seal")
    Witness(tmp_path / "witness")

    assert not [each for folder in (place, tmp_path / "witness") for each in open_to_others(*folder.rglob("key.pem"))]


def test_the_doctor_says_what_others_could_read_and_closes_it(riverside: Path, run_in: Run, place: Path) -> None:
    run_in("seal")
    assert run_in("doctor").exit_code == 0
    reopen(riverside)
    next(place.rglob("key.pem")).chmod(0o644)

    said = json.loads(run_in("doctor", "--format", "json").stdout)

    (found,) = [line for line in said if line["looked_at"] == "permissions"]
    assert found["state"] == "problem"
    for each in (riverside, riverside / "log.db", riverside / "people.db", next(place.rglob("key.pem"))):
        assert str(each) in found["found"]
    assert run_in("doctor").exit_code == 0


def test_the_doctor_names_files_that_it_cannot_close(riverside: Path, run_in: Run) -> None:
    riverside.chmod(0o1777)  # shared with everyone on purpose, like /tmp: not ours to close

    said = json.loads(run_in("doctor", "--format", "json").stdout)

    assert [line["found"] for line in said if line["looked_at"] == "permissions" and line["state"] == "problem"]
    assert riverside.stat().st_mode & 0o7777 == 0o1777
