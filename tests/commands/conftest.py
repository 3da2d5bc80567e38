"""What tests of the command line ask for: calling `hours` as a host would, and a community to call it on."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from web.commands.main import hours

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where seals are kept, for every test here: never among those of whoever runs the tests."""
    monkeypatch.setenv("HOURS_SEAL", str(tmp_path / "seals"))
    return tmp_path / "seals"


@pytest.fixture
def run(database_url: str) -> Run:
    """Calls `hours` on this test's own place, on both databases."""
    return lambda *words: CliRunner().invoke(hours, ["--database", database_url, *map(str, words)])


@pytest.fixture
def run_in(tmp_path: Path) -> Run:
    """Calls `hours` on a data folder that is not there yet: tmp_path / "community"."""
    folder = tmp_path / "community"
    return lambda *words: CliRunner().invoke(hours, ["--data", str(folder), *map(str, words)])


@pytest.fixture
def founded(run: Run) -> Run:
    """A community with Chidi as coordinator."""
    result = run("found", "--name", "Riverside", "--timezone", "Europe/London", "--coordinator", "Chidi")
    assert result.exit_code == 0, result.output
    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file to import."""

    def written(text: str | bytes, name: str = "help.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return written


@pytest.fixture
def neighbours(founded: Run, write: Callable[..., Path]) -> None:
    """Anahit and Ana Lucía have given each other something; Bo has received an hour and a half from Anahit."""
    text = "date,giver,receiver,minutes,category,kind\n2026-03-27,Anahit,Ana Lucía,0,food,gift\n"
    result = founded("import", write(text + "2026-03-28,Anahit,Bo,90,garden,help\n2026-03-30,Bo,Anahit,30,food,\n"))
    assert result.exit_code == 0, result.output
