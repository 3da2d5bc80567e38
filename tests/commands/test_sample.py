"""`hours sample`: a draw that anybody can repeat, and receipts of what was drawn."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger.log.store import Log
from ledger.seal.signing.signer import Signer
from ledger.seal.verifying.receipt import sample
from tests.cast import founded as founded_bank
from tests.commands.conftest import Run
from web.commands.opening import Location

pytestmark = pytest.mark.usefixtures("neighbours")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for seals of every test here, so that no test touches the seals of the person who runs it."""
    monkeypatch.setenv("HOURS_SEAL", str(tmp_path / "seals"))
    return tmp_path / "seals"


def drawn(founded: Run, *words: str) -> list[int]:
    result = founded("sample", "--format", "json", *words)
    assert result.exit_code == 0, result.output
    return [row["entry"] for row in json.loads(result.stdout)]


def test_the_same_seed_draws_the_same_entries_of_a_log(founded: Run) -> None:
    again = drawn(founded, "--seed", "elm", "--size", "4", "--at-entry", "12")

    assert again == drawn(founded, "--seed", "elm", "--size", "4", "--at-entry", "12") == sample("elm", 4, 1, 12)


def test_a_seed_is_made_and_printed_if_none_is_given(founded: Run) -> None:
    result = founded("sample", "--size", "3")

    seed = result.stderr.split("with the seed ")[1].strip()
    assert founded("sample", "--size", "3", "--seed", seed).stdout == result.stdout


def test_the_sample_can_be_limited_to_days_of_recording(founded: Run) -> None:
    assert drawn(founded, "--seed", "elm", "--to", "2001-01-01") == []
    assert len(drawn(founded, "--seed", "elm", "--from", "2001-01-01", "--size", "5")) == 5


def test_receipts_of_the_sample_can_be_checked(founded: Run, tmp_path: Path) -> None:
    folder = tmp_path / "receipts"

    result = founded("sample", "--seed", "elm", "--size", "2", "--receipts", str(folder))

    assert result.exit_code == 0, result.output
    slips = sorted(folder.glob("*.tlog-proof"))
    assert len(slips) == 2
    for slip in slips:
        checked = founded("verify", "receipt", str(slip), "--key", str(folder / "vkeys.txt"))
        assert checked.exit_code == 0, checked.output


def test_receipts_are_not_written_to_a_folder_with_other_files(founded: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")

    assert founded("sample", "--receipts", str(tmp_path)).exit_code == 1


def test_no_receipts_are_written_when_the_log_is_replaced_after_the_draw(
    founded: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def signing_another(location: Location, place: Path | None) -> Generator[tuple[Signer, Log]]:
        with founded_bank(tmp_path / "another") as another:
            yield Signer(tmp_path / "other-seals", another.log), another.log

    monkeypatch.setattr("web.commands.verifying.signing", signing_another)
    result = founded(
        "sample", "--seed", "elm", "--size", "2", "--at-entry", "4", "--receipts", str(tmp_path / "receipts")
    )

    assert result.exit_code == 1 and not (tmp_path / "receipts").exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--size", "0"], 2),
        (["--size", "201"], 2),
        (["--seed", "x" * 65], 2),
        (["--seed", "two\nlines"], 2),
        (["--at-entry", "99999"], 1),
    ],
)
def test_an_impossible_sample_is_refused(founded: Run, words: list[str], code: int) -> None:
    assert founded("sample", *words).exit_code == code
