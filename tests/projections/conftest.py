"""What tests of read models may ask for: a founded community that is made once on each database, and then copied."""

import shutil
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

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
        with on_postgresql(request.getfixturevalue("postgresql"), database) as street:
            yield street


@contextmanager
def on_sqlite(founded: Path, tmp_path: Path) -> Generator[ElmStreet]:
    street = ElmStreet.opened(f"sqlite:///{shutil.copytree(founded, tmp_path / 'elm-street')}")
    yield street
    street.close()


@contextmanager
def on_postgresql(server: PostgreSQL, founded: str) -> Generator[ElmStreet]:
    name, template = f"hours_{uuid.uuid4().hex[:12]}", conninfo_to_dict(founded)["dbname"]
    copied = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(str(template)))
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(copied)
        street = ElmStreet.opened(server.url(name))
        yield street
        street.close()
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
