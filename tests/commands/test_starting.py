"""How the command line starts, and what it says when it is used wrongly."""

import gc
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.commands.conftest import Run
from web.commands.main import COMMANDS, hours
from web.commands.opening import Location


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_list_is_there_and_explains_itself(command: str) -> None:
    result = CliRunner().invoke(hours, [command, "--help"])

    assert result.exit_code == 0, result.output
    assert result.output.startswith(f"Usage: hours {command} ")


def test_garbage_is_looked_for_again_once_a_command_is_loaded() -> None:
    CliRunner().invoke(hours, ["serve", "--help"])

    assert gc.isenabled()


def test_the_list_of_commands_says_what_each_is_for() -> None:
    listed = CliRunner().invoke(hours, ["--help"]).output

    assert all(f"  {name} " in listed and entrance.short_help in listed for name, entrance in COMMANDS.items())


def test_the_version_is_told() -> None:
    assert CliRunner().invoke(hours, ["--version"]).output.startswith("Common Hours ")


@pytest.mark.parametrize("words", [["--help"], ["balances", "--no-names"]])
def test_quick_commands_load_neither_the_pages_nor_the_database_toolkit(words: list[str], tmp_path: Path) -> None:
    program = f"""
import sys
from click.testing import CliRunner
from web.commands.main import hours
CliRunner().invoke(hours, ["--data", {str(tmp_path)!r}, *{words!r}])
print(sorted({{"litestar", "sqlalchemy", "jinja2", "uvicorn", "psycopg"}} & set(sys.modules)))
"""

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "[]"


@pytest.mark.parametrize("module", ["networkx", "psycopg", "sqlalchemy.dialects.postgresql", "segno", "rich"])
def test_the_server_loads_nothing_large_that_few_need(module: str) -> None:
    program = f"import sys, web.commands.serving, web.app; print({module!r} in sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "False"


def test_a_place_where_nothing_is_gets_two_plain_lines_and_no_folder(run_in: Run, tmp_path: Path) -> None:
    for command in (["balances"], ["statement", "Ana"], ["replay"], ["rebuild"], ["sign-in-link", "Ana"], ["serve"]):
        result = run_in(*command)

        assert result.exit_code == 1, command
        assert result.stderr.startswith("Error: There is no community in ")
        assert "hours found --help" in result.stderr.splitlines()[1]
    assert not (tmp_path / "community").exists()


def test_a_damaged_log_gets_plain_lines(run_in: Run, tmp_path: Path) -> None:
    folder = tmp_path / "community"
    folder.mkdir()
    (folder / "log.db").write_bytes(b"not a database" * 1000)

    for command in (["balances"], ["replay"], ["doctor"]):
        result = run_in(*command)

        assert result.exit_code == 1
        assert "Traceback" not in result.output and not isinstance(result.exception, ValueError)


def test_a_database_of_another_kind_is_wrong_usage() -> None:
    result = CliRunner().invoke(hours, ["--database", "mysql://host/name", "balances"])

    assert result.exit_code == 2
    assert "postgresql://" in result.stderr


def test_a_database_that_does_not_answer_gets_plain_lines() -> None:
    result = CliRunner().invoke(hours, ["--database", "postgresql://ana:secret@127.0.0.1:9/hours", "balances"])

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ") and "secret" not in result.output


@pytest.mark.parametrize(
    "words", [["balances", "--as-of", "monday"], ["balances", "--known-at", "now"], ["frobnicate"], ["import"]]
)
def test_wrong_usage_ends_with_two(run_in: Run, words: list[str]) -> None:
    assert run_in(*words).exit_code == 2


def test_the_environment_may_say_where(tmp_path: Path) -> None:
    words = ["found", "--name", "Elm Street", "--timezone", "UTC", "--coordinator", "Chidi"]

    result = CliRunner().invoke(hours, words, env={"HOURS_DATA": str(tmp_path / "elm")})

    assert result.exit_code == 0 and (tmp_path / "elm" / "log.db").exists()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ana:secret@host/hours", "postgresql://ana@host/hours"),
        ("postgresql://host/hours?password=secret&sslmode=require", "postgresql://host/hours?sslmode=require"),
        ("sqlite:///here", "here"),
    ],
)
def test_a_place_is_printed_without_its_password(url: str, shown: str) -> None:
    assert Location(Path("./data"), url, is_chosen=True).shown == shown
