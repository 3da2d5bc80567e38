"""`hours import`, as a host types it."""

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.conftest import Run

HEADINGS = "date,giver,receiver,hours,category,note,reference\n"
GOOD = HEADINGS + "2026-03-28,Ana,Bo,1.5,garden,Dug the bed,1\n2026-03-29,Bo,Ana,0:45,Felling trees,,2\n"


def test_importing_a_file_twice_adds_nothing(founded: Run, write: Callable[..., Path]) -> None:
    first = founded("import", write(GOOD))
    again = founded("import", write(GOOD))

    assert first.exit_code == 0, first.output
    assert "Rows: 2. New: 2. Already imported: 0. Bad: 0." in first.stdout
    assert "People new: 2. Kinds of help new: 1." in first.stdout
    assert "Felling trees" in first.stderr
    assert (again.exit_code, again.stdout.splitlines()[0]) == (0, "Rows: 2. New: 0. Already imported: 2. Bad: 0.")
    assert "1:30" in founded("balances").stdout


def test_a_file_from_another_program_founds_a_community(run: Run, write: Callable[..., Path]) -> None:
    text = "seq,date,kind,helper,helped\n1,2005-05-21,endorse,p0001,p0002\n2,2026-08-09,co-work,p0002,p0003\n"
    file = write(gzip.compress(text.encode()), "log.csv.gz")
    columns = "date=date,giver=helper,receiver=helped,category=kind,reference=seq"

    result = run("import", file, "--as", "gift", "--columns", columns, "--name", "Old friends")

    assert result.exit_code == 0, result.output
    assert "New: 2." in result.stdout and "People new: 3." in result.stdout
    assert "“Old friends” was started, without a coordinator" in result.stderr
    assert "role give MEMBER coordinator" in result.stderr
    assert run("role", "give", "p0001", "coordinator").exit_code == 0
    assert "New: 0. Already imported: 2." in run("import", file, "--as", "gift", "--columns", columns).stdout
    assert run("replay").exit_code == 0


def test_a_dry_run_creates_no_folder(run_in: Run, write: Callable[..., Path], tmp_path: Path) -> None:
    result = run_in("import", write(GOOD), "--dry-run")

    assert result.exit_code == 0, result.output
    assert "New (would be): 2." in result.stdout
    assert not (tmp_path / "community").exists()


def test_a_dry_run_writes_nothing_into_a_community(founded: Run, write: Callable[..., Path]) -> None:
    before = founded("balances", "--format", "csv")

    founded("import", write(GOOD), "--dry-run")

    after = founded("balances", "--format", "csv")
    assert (after.stdout, after.stderr) == (before.stdout, before.stderr)


def test_a_dry_run_warns_of_new_kinds_because_they_stay_in_the_log_for_ever(
    founded: Run, write: Callable[..., Path]
) -> None:
    result = founded("import", write(HEADINGS + "2026-03-28,Ana,Bo,1,Driving Zoe to dialysis,,1\n"), "--dry-run")

    assert "Driving Zoe to dialysis" in result.stderr and "log" in result.stderr
    assert "Driving" not in founded("import", write(HEADINGS + "2026-03-28,Ana,Bo,1,garden,,1\n"), "--dry-run").stderr


def test_a_file_without_rows_founds_nothing(run_in: Run, write: Callable[..., Path], tmp_path: Path) -> None:
    run_in("import", write(""))
    run_in("import", write(GOOD + "2026-03-28,Ana,Bo,many,garden,,5\n"))

    assert not (tmp_path / "community").exists()


def test_bad_rows_are_reported_by_line_and_nothing_is_recorded(founded: Run, write: Callable[..., Path]) -> None:
    bad = "2999-01-01,Ana,Bo,1,garden,,3\n2026-03-28,Ana,Ana,1,garden,,4\n2026-03-28,Ana,Bo,many,garden,,5\n,,,,,,\n"

    result = founded("import", write(GOOD + bad))

    assert result.exit_code == 1
    assert "line 4: That day is in the future. Choose today or an earlier day." in result.stderr
    assert "line 5: Choose someone else. You cannot exchange hours with yourself." in result.stderr
    assert "line 6: “many” is not a number of hours or minutes." in result.stderr
    assert "Error: Nothing was recorded, because 3 rows cannot be imported." in result.stderr
    assert founded("role", "give", "Ana", "auditor").exit_code == 1


def test_bad_rows_can_be_skipped(founded: Run, write: Callable[..., Path]) -> None:
    result = founded("import", write(GOOD + "2026-03-28,Ana,Bo,many,garden,,5\n"), "--skip-bad")

    assert result.exit_code == 0
    assert "Rows: 3. New: 2. Already imported: 0. Bad: 1." in result.stdout


def test_json_lists_every_bad_row(founded: Run, write: Callable[..., Path]) -> None:
    result = founded("import", write(GOOD + "2026-03-28,Ana,Bo,25,garden,,5\n"), "--format", "json")

    said = json.loads(result.stdout)
    assert (said["rows"], said["new"], said["recorded"]) == (3, 2, 0)
    assert said["bad_rows"] == [
        {"line": 4, "sentence": "Help on one day cannot be longer than 24 hours. Log each day separately."}
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("date,giver,hours\n2026-01-01,Ana,1\n", "No column has the heading “receiver”"),
        ("date|giver|receiver\n", "The first line does not contain headings"),
        (HEADINGS + f"2026-01-01,{'a' * 1_000_000},Bo,1,garden,,\n", "starts on line 2 cannot be read"),
        (gzip.compress(GOOD.encode())[:-20], "is a damaged gzip file"),
        ("date,giver,receiver,hours\n07/01/2026,Ana,Bo,1\n", "could be read in two ways"),
    ],
)
def test_an_unusable_file_is_reported_in_two_lines(
    founded: Run, write: Callable[..., Path], text: str | bytes, said: str
) -> None:
    result = founded("import", write(text))

    assert result.exit_code == 1
    assert said in result.stderr and "Traceback" not in result.output
    assert len(result.stderr.splitlines()) == 2


def test_an_empty_file_is_not_an_error(founded: Run, write: Callable[..., Path]) -> None:
    result = founded("import", write(""))

    assert (result.exit_code, result.stderr) == (0, "The file is empty.\n")
    assert "Rows: 0. New: 0." in result.stdout


@pytest.mark.parametrize("columns", ["helper", "giver=", "who=Ana", "giver=a,giver=b"])
def test_an_invalid_mapping_is_wrong_usage(founded: Run, write: Callable[..., Path], columns: str) -> None:
    assert founded("import", write(GOOD), "--columns", columns).exit_code == 2


def test_rows_beyond_the_limit_can_be_imported_with_a_wider_one(founded: Run, write: Callable[..., Path]) -> None:
    file = write(HEADINGS + "2026-03-28,Ana,Bo,20,garden,,1\n2026-03-29,Ana,Bo,8,garden,,2\n")

    refused = founded("import", file)
    taken = founded("import", file, "--debit-limit", "40")

    assert "line 3: " in refused.stderr and refused.exit_code == 1
    assert "--debit-limit" in refused.stderr
    assert taken.exit_code == 0 and "New: 2." in taken.stdout


def test_running_a_killed_import_again_records_nothing_twice(
    run: Run, write: Callable[..., Path], database_url: str
) -> None:
    rows = "".join(f"2026-03-28,p{number % 40},p{number % 40 + 1},1,garden,,{number}\n" for number in range(1500))
    file = write(HEADINGS + rows)
    command = [
        sys.executable,
        "-m",
        "web.commands.main",
        "--database",
        database_url,
        "import",
        str(file),
        "--as",
        "gift",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and entries_in(run) < 300:
        pass
    process.kill()
    process.wait()

    result = run("import", file, "--as", "gift", "--format", "json")

    said = json.loads(result.stdout)
    assert result.exit_code == 0, result.output
    assert said["recorded"] + said["already_there"] == 1500
    replayed = json.loads(run("replay", "--format", "json").stdout)
    assert replayed == []
    assert json.loads(run("import", file, "--as", "gift", "--format", "json").stdout)["already_there"] == 1500


def entries_in(run: Run) -> int:
    """How far the log has come; 0 while it is not there."""
    return int(run("balances", "--no-names").stderr.partition("up to entry ")[2].strip(".\n").replace(",", "") or 0)
