"""A founded community with the cast, closed when its test ends."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.time_bank import TimeBank
from tests.cast import clock, counting_ids, founded
from tests.providing import PostgreSQL


@pytest.fixture(scope="session")
def founded_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A founded community to copy for each test, which is quicker than founding one each time."""
    folder = tmp_path_factory.mktemp("founded")
    founded(folder).close()
    return folder


@pytest.fixture(scope="session")
def founded_database(postgresql: PostgreSQL) -> Iterator[str]:
    """The same in PostgreSQL."""
    with postgresql.fresh_database() as url:
        founded(url).close()
        yield url


@pytest.fixture
def bank(founded_folder: Path, tmp_path: Path) -> Iterator[TimeBank]:
    """A founded community in a data folder of its own."""
    folder = shutil.copytree(founded_folder, tmp_path / "elm-street")
    with TimeBank.open(folder, clock=clock, ids=counting_ids()) as bank:
        yield bank


@pytest.fixture(params=["sqlite", "postgresql"])
def each_bank(request: pytest.FixtureRequest) -> Iterator[TimeBank]:
    """A founded community on SQLite and on PostgreSQL: a test that uses it runs on both."""
    if request.param == "sqlite":
        yield request.getfixturevalue("bank")
    else:
        like = request.getfixturevalue("founded_database")
        with (
            request.getfixturevalue("postgresql").fresh_database(like) as url,
            TimeBank.open(url, clock=clock, ids=counting_ids()) as bank,
        ):
            yield bank
