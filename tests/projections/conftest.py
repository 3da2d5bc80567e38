"""Fixtures for tests of read models: a founded community, made once on each database and then copied."""

import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.projections.elm_street import ElmStreet
from tests.providing import PostgreSQL


@pytest.fixture(scope="session")
def founded_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a founded community."""
    folder = tmp_path_factory.mktemp("elm-street") / "data"
    ElmStreet.founded(f"sqlite:///{folder}").close()
    return folder


@pytest.fixture(scope="session")
def founded_database(postgresql: PostgreSQL) -> Iterator[str]:
    """The URL of a PostgreSQL database with a founded community."""
    with postgresql.fresh_database() as url:
        ElmStreet.founded(url).close()
        yield url


@pytest.fixture
def small_street(founded_folder: Path, tmp_path: Path) -> Iterator[ElmStreet]:
    """A founded community on SQLite only, where the database makes no difference."""
    with on_sqlite(founded_folder, tmp_path) as street:
        yield street


@pytest.fixture(params=["sqlite", "postgresql"])
def street(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ElmStreet]:
    """A founded community; each test that asks for it runs on either database."""
    if request.param == "sqlite":
        with on_sqlite(request.getfixturevalue("founded_folder"), tmp_path) as street:
            yield street
    else:
        database = request.getfixturevalue("founded_database")
        with request.getfixturevalue("postgresql").fresh_database(like=database) as url:
            street = ElmStreet.opened(url)
            yield street
            street.close()


@contextmanager
def on_sqlite(founded: Path, tmp_path: Path) -> Generator[ElmStreet]:
    street = ElmStreet.opened(f"sqlite:///{shutil.copytree(founded, tmp_path / 'elm-street')}")
    yield street
    street.close()
