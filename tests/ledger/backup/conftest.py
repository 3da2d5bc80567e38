"""A community with a bit of everything in its log, its backup, and restoring it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from ledger.backup.file import Manifest
from ledger.backup.restoring import Restored, checked, restore
from ledger.backup.writing import write_backup
from ledger.exchanges.commands import ReportExchange
from ledger.log.places import Place
from ledger.personal_data.store import PERSONAL_TEXTS
from ledger.seal.verifying.segments import Progress
from ledger.time_bank import TimeBank
from tests.cast import BO, NOW, TODAY, clock, counting_ids, founded, help_of
from tests.ledger.seal.conftest import live_a_little
from tests.providing import PostgreSQL


def live(bank: TimeBank) -> None:
    """Help, gifts, corrections and notes; at the end Ana has given more than she received."""
    live_a_little(bank)
    bank.do(ReportExchange(legs=(help_of(minutes=45),), given_on=TODAY), by=BO)


def backed_up(bank: TimeBank, path: Path, *, replace: bool = False) -> Manifest:
    """Back up a community."""
    return write_backup(bank.log, bank.people.engine, path, now=NOW, made_by="a test", replace=replace)


def put_back(
    path: Path, url: str, seals: Path, *, words: Path | None = None, replace: bool = False, behind: bool = False
) -> Restored:
    """Restore as `hours restore` does, without output."""
    with checked(path, seals, words=words, behind=behind, progress=silent) as found:
        return restore(found.source, Place(url), now=datetime.now(UTC), replace=replace, progress=silent)


def silent(doing: str) -> Progress:
    """Ignore progress."""
    assert doing
    return lambda done, of: None


def everything_in(bank: TimeBank) -> tuple[list[tuple[str, bytes, list[str]]], list[tuple[object, ...]]]:
    """All entries with their tags, and all personal data, without positions."""
    entries = [(each.type, each.data, sorted(each.tags)) for each in bank.log.from_position(0, limit=100_000)]
    with bank.people.engine.connect() as connection:
        words = connection.execute(sa.select(PERSONAL_TEXTS).order_by(PERSONAL_TEXTS.c.commitment)).fetchall()
    return entries, [tuple(row) for row in words]


def again(url: str) -> TimeBank:
    """Open the community at this place."""
    return TimeBank.open(url, clock=clock, ids=counting_ids(700))


@pytest.fixture(scope="session")
def lively_backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup for all tests. Do not change it."""
    folder = tmp_path_factory.mktemp("backed-up")
    with founded(folder / "data") as bank:
        live(bank)
        backed_up(bank, folder / "backup.zip")
    return folder / "backup.zip"


@pytest.fixture
def lively(each_bank: TimeBank) -> TimeBank:
    """A community on either database with help, gifts, corrections and notes."""
    live(each_bank)
    return each_bank


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty place on either database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'elsewhere'}"
    else:
        yield request.getfixturevalue("another_database")


@pytest.fixture
def another_database(postgresql: PostgreSQL) -> Iterator[str]:
    """A second database of the same server."""
    with postgresql.fresh_database() as url:
        yield url
