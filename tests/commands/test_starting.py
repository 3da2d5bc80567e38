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
def test_every_command_exists_and_has_help(command: str) -> None:
    result = CliRunner().invoke(hours, [command, "--help"])

    assert result.exit_code == 0, result.output
    assert result.output.startswith(f"Usage: hours {command} ")


def test_garbage_collection_is_on_after_a_command_is_loaded() -> None:
    CliRunner().invoke(hours, ["serve", "--help"])

    assert gc.isenabled()


def test_the_list_of_commands_describes_each() -> None:
    listed = CliRunner().invoke(hours, ["--help"]).output

    assert all(f"  {name} " in listed and entrance.short_help in listed for name, entrance in COMMANDS.items())


def test_the_version_is_printed() -> None:
    assert CliRunner().invoke(hours, ["--version"]).output.startswith("Common Hours ")


@pytest.mark.parametrize("words", [["--help"], ["balances", "--no-names"]])
def test_quick_commands_do_not_load_the_pages_or_the_database_toolkit(words: list[str], tmp_path: Path) -> None:
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
def test_the_server_does_not_load_large_modules_that_few_need(module: str) -> None:
    program = f"import sys, web.commands.serving, web.app; print({module!r} in sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "False"


def test_a_missing_community_is_reported_in_two_lines_and_no_folder_is_created(run_in: Run, tmp_path: Path) -> None:
    for command in (["balances"], ["statement", "Ana"], ["replay"], ["rebuild"], ["sign-in-link", "Ana"], ["serve"]):
        result = run_in(*command)

        assert result.exit_code == 1, command
        assert result.stderr.startswith("Error: There is no community in ")
        assert "hours found --help" in result.stderr.splitlines()[1]
    assert not (tmp_path / "community").exists()


def test_a_damaged_log_is_reported_without_a_stack_trace(run_in: Run, tmp_path: Path) -> None:
    folder = tmp_path / "community"
    folder.mkdir()
    (folder / "log.db").write_bytes(b"not a database" * 1000)

    for command in (["balances"], ["replay"], ["doctor"]):
        result = run_in(*command)

        assert result.exit_code == 1
        assert "Traceback" not in result.output and not isinstance(result.exception, ValueError)


def test_an_unsupported_database_is_wrong_usage() -> None:
    result = CliRunner().invoke(hours, ["--database", "mysql://host/name", "balances"])

    assert result.exit_code == 2
    assert "postgresql://" in result.stderr


def test_a_database_that_does_not_answer_is_reported_without_its_password() -> None:
    result = CliRunner().invoke(hours, ["--database", "postgresql://ana:secret@127.0.0.1:9/hours", "balances"])

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ") and "secret" not in result.output


@pytest.mark.parametrize(
    "words", [["balances", "--as-of", "monday"], ["balances", "--known-at", "now"], ["frobnicate"], ["import"]]
)
def test_wrong_usage_has_exit_code_2(run_in: Run, words: list[str]) -> None:
    assert run_in(*words).exit_code == 2


def test_the_environment_can_name_the_data_folder(tmp_path: Path) -> None:
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
