"""Fixtures for tests of the command line: calling `hours` as a host would, and a community to call it on."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger.log.places import Place
from tests.providing import PostgreSQL
from web.commands.main import hours

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for seals of every test here, so that no test touches the seals of the person who runs it."""
    monkeypatch.setenv("HOURS_SEAL", str(tmp_path / "seals"))
    return tmp_path / "seals"


Original = Callable[[str, str], str]


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory, postgresql: PostgreSQL) -> Iterator[Original]:
    """The URL of the community of `founded` or `neighbours` on a database. It is made once, and each test copies it."""
    with ExitStack() as stack:

        @cache
        def made(fixture: str, database: str) -> str:
            folder = tmp_path_factory.mktemp(fixture)
            if database == "sqlite":
                url = f"sqlite:///{folder / 'data'}"
            else:
                url = stack.enter_context(postgresql.fresh_database())
            run = calling(url)
            succeed(run, "found", "--name", "Riverside", "--timezone", "Europe/London", "--coordinator", "Chidi")
            if fixture == "neighbours":
                (folder / "help.csv").write_text(GIVEN)
                succeed(run, "import", folder / "help.csv")
            return url

        yield made


GIVEN = """date,giver,receiver,minutes,category,kind
2026-03-27,Anahit,Ana Lucía,0,food,gift
2026-03-28,Anahit,Bo,90,garden,help
2026-03-30,Bo,Anahit,30,food,
"""


def calling(url: str) -> Run:
    return lambda *words: CliRunner().invoke(hours, ["--database", url, *map(str, words)])


def succeed(run: Run, *words: object) -> None:
    result = run(*words)
    assert result.exit_code == 0, result.output


@pytest.fixture
def copied(request: pytest.FixtureRequest, original: Original) -> Callable[[str], str]:
    """The community that this test starts with on a database, or nothing."""
    fixture = next((name for name in ("neighbours", "founded") if name in request.fixturenames), "")
    return lambda database: original(fixture, database) if fixture else ""


@pytest.fixture
def sqlite_url(copied: Callable[[str], str], sqlite_url: str) -> str:
    """A data folder for this test, with the community that it asks for."""
    if like := copied("sqlite"):
        shutil.copytree(Place(like).path, Place(sqlite_url).path, dirs_exist_ok=True)
    return sqlite_url


@pytest.fixture
def postgresql_url(copied: Callable[[str], str], postgresql: PostgreSQL) -> Iterator[str]:
    """A database for this test, with the community that it asks for."""
    with postgresql.fresh_database(copied("postgresql")) as url:
        yield url


@pytest.fixture
def run(database_url: str) -> Run:
    """Run `hours` on both databases, each in a place for this test alone."""
    return calling(database_url)


@pytest.fixture
def run_in(tmp_path: Path) -> Run:
    """Run `hours` on a data folder that does not exist yet: tmp_path / "community"."""
    folder = tmp_path / "community"
    return lambda *words: CliRunner().invoke(hours, ["--data", str(folder), *map(str, words)])


@pytest.fixture
def founded(run: Run) -> Run:
    """A community with Chidi as coordinator."""
    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file to import."""

    def written(text: str | bytes, name: str = "help.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return written


@pytest.fixture
def neighbours(founded: Run) -> None:
    """Anahit and Ana Lucía have given each other something; Bo has received an hour and a half from Anahit."""
