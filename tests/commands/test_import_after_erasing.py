"""Somebody who was imported and then erased cannot be found again by name: not in the files, not by importing, not by anything."""

import json
import sqlite3
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ledger.identifiers import HOST, AccountId, MemberId
from ledger.log.entry import decode
from ledger.members.facts import MemberInvited
from ledger.personal_data.imported import person_key, remember_people
from ledger.personal_data.store import IMPORTED, PERSONAL_TEXTS, RANDOM
from ledger.replay import replay
from ledger.time_bank import TimeBank
from tests.commands.conftest import Run, calling
from tests.compatibility.test_from_0_1 import OLD

HEADINGS = "date,giver,receiver,minutes,category,note,reference,kind\n"
FILE = HEADINGS + (
    "2026-03-01,Amina Yusuf,Bo Lind,90,garden,Dug the bed,1,help\n"
    "2026-03-02,Bo Lind,Amina Yusuf,60,food,,2,help\n"
    "2026-03-03,Amina Yusuf,Bo Lind,30,garden,,,help\n"
    "2026-03-03,Amina Yusuf,Bo Lind,30,garden,,,help\n"
    "2026-03-04,Bo Lind,Eve Adler,45,garden,,3,help\n"
    "2026-03-05,Eve Adler,Bo Lind,0,food,,,gift\n"
)
GUESSES = ("Amina Yusuf", "AMINA  yusuf", "Zoë Quist", "zoe@example.org")


@pytest.fixture
def imported(founded: Run, write: Callable[..., Path]) -> Run:
    """A community into which the file was imported."""
    assert founded("import", write(FILE)).exit_code == 0
    return founded


@pytest.fixture
def erased(imported: Run) -> Run:
    """The same, where Amina Yusuf was erased."""
    assert imported("erase", "Amina Yusuf", "--yes").exit_code == 0
    return imported


def answer(run: Run, file: Path, *options: str) -> dict[str, Any]:
    return json.loads(run("import", file, "--format", "json", *options).stdout)


def rows_about(url: str, *fields: str) -> list[tuple[str, str]]:
    with TimeBank.open(url) as bank, bank.people.engine.connect() as connection:
        query = sa.select(PERSONAL_TEXTS.c.subject, PERSONAL_TEXTS.c.value)
        return [(row.subject, row.value) for row in connection.execute(query.where(PERSONAL_TEXTS.c.field.in_(fields)))]


def test_importing_the_same_file_again_adds_nothing(imported: Run, write: Callable[..., Path]) -> None:
    again = answer(imported, write(FILE))

    assert (again["already_there"], again["recorded"], again["people_new"]) == (6, 0, 0)


def test_nothing_that_a_name_could_be_tried_against_is_left(erased: Run, database_url: str) -> None:
    with TimeBank.open(database_url) as bank:
        entries = [decode(data) for _, data in bank.log.scan()]
        known = {AccountId(HOST), *(AccountId(row.subject) for row in bank.people.named())}
    invited = {entry.data.member for entry in entries if isinstance(entry.data, MemberInvited)}
    (gone,) = invited - {MemberId(each) for each in known}

    about = rows_about(database_url, IMPORTED, RANDOM)

    assert gone not in {subject for subject, _ in about}
    assert person_key("Amina Yusuf") not in {value for _, value in about}
    assert {subject for subject, _ in about} <= known, "every secret is that of somebody who is here"


@pytest.mark.parametrize("day", ["2026-03-01", "2026-03-09"])
def test_a_dry_run_answers_every_name_that_nobody_has_in_the_same_way(
    erased: Run, write: Callable[..., Path], day: str
) -> None:
    answers = [
        answer(erased, write(HEADINGS + f"{day},{name},Bo Lind,90,garden,Dug the bed,1,help\n"), "--dry-run")
        for name in GUESSES
    ]

    assert answers == [answers[0]] * len(GUESSES)


def test_the_file_with_an_erased_person_adds_nothing_and_brings_nobody_back(
    erased: Run, write: Callable[..., Path], database_url: str
) -> None:
    again = answer(erased, write(FILE))

    assert (again["already_there"], again["recorded"], again["people_new"], again["bad"]) == (6, 0, 0, 0)
    with TimeBank.open(database_url) as bank:
        assert bank.people.named("Amina") == []
        assert replay(bank.log).given == 90 + 60 + 30 + 30 + 45


def test_a_namesake_of_an_erased_person_can_be_imported(
    erased: Run, write: Callable[..., Path], database_url: str
) -> None:
    file = write(HEADINGS + "2026-04-01,Amina Yusuf,Bo Lind,15,garden,,9,help\n")

    first, again = answer(erased, file), answer(erased, file)

    assert (first["recorded"], first["people_new"]) == (1, 1)
    assert (again["already_there"], again["people_new"]) == (1, 0)
    with TimeBank.open(database_url) as bank:
        (namesake,) = bank.people.named("Amina")
        assert replay(bank.log).accounts[AccountId(namesake.subject)].given == 15


def test_someone_whom_a_killed_import_did_not_invite_is_swept_or_invited_once(
    founded: Run, write: Callable[..., Path], database_url: str
) -> None:
    with TimeBank.open(database_url) as bank:
        chosen = remember_people(bank.people, ["amina yusuf", "zoe quist"], bank.handler.ids)
        with bank.people.engine.begin() as connection:
            connection.execute(sa.update(PERSONAL_TEXTS).values(kept_at=1))

    assert answer(founded, write(FILE))["people_new"] == 3
    founded("sweep")

    with TimeBank.open(database_url) as bank:
        assert bank.people.of(chosen["amina yusuf"], "name") == ["Amina Yusuf"]
    assert "zoe quist" not in {value for _, value in rows_about(database_url, IMPORTED)}


# Folders of the version before


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A data folder of release 0.1, into which a file was imported."""
    with tarfile.open(OLD / "community.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path / "data"


def test_the_secret_of_older_imports_is_deleted_from_the_file(old: Path) -> None:
    with sqlite3.connect(old / "people.db") as connection:
        (secret,) = connection.execute("SELECT value FROM words WHERE subject = 'import'").fetchone()
    connection.close()
    assert secret.encode() in (old / "people.db").read_bytes()

    calling(f"sqlite:///{old}")("replay")

    assert not any(secret.encode() in file.read_bytes() for file in old.iterdir())
    assert {value for _, value in rows_about(f"sqlite:///{old}", IMPORTED)} >= {"tomas vidal"}


def test_rows_of_older_imports_are_recognised_also_those_with_someone_erased_since(old: Path) -> None:
    run = calling(f"sqlite:///{old}")
    before = answer(run, OLD / "import.csv")
    assert run("erase", "Tomás Vidal", "--yes").exit_code == 0

    after = answer(run, OLD / "import.csv")

    assert [(each["already_there"], each["recorded"], each["bad"]) for each in (before, after)] == [(4, 0, 0)] * 2
    assert after["people_new"] == 0
