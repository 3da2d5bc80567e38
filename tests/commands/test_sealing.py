"""`hours seal`, `receipt`, `bundle` and `verify`: what a host, a member and an auditor type."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from ledger.exchanges.facts import ExchangeSettled
from ledger.log.opening import open_log
from ledger.log.places import Place
from ledger.seal.verifying.note import parse_note
from tests.cast import facts_in
from tests.commands.conftest import Run
from web.commands.main import hours

pytestmark = pytest.mark.usefixtures("neighbours")


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """SQLite, unless a test asks for both: what the signer does on PostgreSQL is tested beside it."""
    return request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_url")


ON_BOTH = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


def exchange_in(url: str) -> str:
    """The identifier of an exchange that counts."""
    log = open_log(Place(url).log_url)
    settled = [fact.exchange for fact in facts_in(log) if isinstance(fact, ExchangeSettled)]
    log.close()
    return settled[0]


def test_a_seal_sheet_shows_the_size_and_the_root_in_groups_of_four(founded: Run) -> None:
    first, second = founded("seal"), founded("seal")

    assert first.exit_code == 0, first.output
    assert "A new key was made" in first.stderr and "new key" not in second.stderr
    root = next(line for line in first.stdout.splitlines() if line.startswith("root"))
    assert [len(group) for group in root.split()[1:]] == [4] * 16
    assert first.stdout == second.stdout and "localhost/riverside/1+" in first.stdout


def test_a_seal_sheet_shows_the_previous_seal(founded: Run) -> None:
    founded("seal", "--at-entry", "3")
    sheet = founded("seal").stdout

    assert "Previous seal\n\nentries  3\n" in sheet


def test_the_signed_note_can_be_kept_and_compared_later(founded: Run, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text(founded("seal", "--at-entry", "4", "--note").stdout)

    assert parse_note(kept.read_bytes()).text.split("\n")[1] == "4"
    assert founded("bundle", tmp_path / "bundle").exit_code == 0
    checked = founded("verify", "bundle", tmp_path / "bundle", "--known", kept)
    assert checked.exit_code == 0 and "the first 4 entries are the ones it seals" in checked.stdout


def test_a_receipt_in_a_file_can_be_checked_with_the_key(
    founded: Run, database_url: str, tmp_path: Path, place: Path
) -> None:
    file, keys = tmp_path / "hour.tlog-proof", place / "localhost_riverside_1" / "vkeys.txt"
    given = founded("receipt", exchange_in(database_url))
    file.write_bytes(given.stdout_bytes)

    assert given.exit_code == 0 and "exchange-settled" in given.stderr
    assert founded("verify", "receipt", file, "--key", keys).exit_code == 0
    assert founded("verify", "receipt", file).exit_code == 0, "the key of this machine's own seal"
    elsewhere = CliRunner().invoke(hours, ["verify", "receipt", str(file)], env={"HOURS_SEAL": str(tmp_path / "none")})
    assert elsewhere.exit_code == 3, "nobody's key"
    file.write_bytes(given.stdout_bytes.replace(b"index ", b"index 1"))
    assert founded("verify", "receipt", file).exit_code == 1


@pytest.mark.parametrize(
    "what", ["0", "99999", "x-000000000000", "f-000000000000", "m-000000000000", "Bo", "--", "9" * 40]
)
def test_there_is_no_receipt_for_an_entry_that_does_not_exist(founded: Run, what: str) -> None:
    refused = founded("receipt", "--", what)

    assert refused.exit_code in (1, 2) and not refused.stdout and "Traceback" not in refused.stderr


def test_a_bundle_needs_a_new_or_empty_folder(founded: Run, tmp_path: Path) -> None:
    assert founded("bundle", tmp_path / "bundle", "--at-entry", "5").exit_code == 0
    again = founded("bundle", tmp_path / "bundle")

    assert again.exit_code == 1 and "already exists" in again.stderr
    assert founded("verify", "bundle", tmp_path / "bundle").exit_code == 0
    assert founded("verify", "bundle", tmp_path / "nowhere").exit_code == 3
    assert founded("verify", "bundle", tmp_path / "bundle", "--key", tmp_path / "nowhere").exit_code == 2
    assert founded("seal", "--at-entry", "1000").exit_code == 1


def test_a_seal_inside_the_data_folder_causes_a_warning(run_in: Run, tmp_path: Path) -> None:
    run_in("found", "--name", "Elm", "--timezone", "UTC", "--coordinator", "Chidi")
    warned = run_in("seal", "--seal", tmp_path / "community" / "seal")

    assert warned.exit_code == 0 and "inside the data folder" in warned.stderr
    assert "inside the data folder" not in run_in("seal").stderr


@ON_BOTH
def test_a_log_that_was_emptied_by_hand_is_not_sealed(founded: Run, database_url: str, place: Path) -> None:
    founded("seal")
    before = sorted((place / "localhost_riverside_1" / "checkpoints").iterdir())
    unguard_and_cut(database_url)

    refused = founded("seal")

    assert refused.exit_code == 1 and "are missing" in refused.stderr and "Nothing was signed" in refused.stderr
    assert sorted((place / "localhost_riverside_1" / "checkpoints").iterdir()) == before


def unguard_and_cut(url: str) -> None:
    if url.startswith("sqlite"):
        engine = sa.create_engine(f"{url}/log.db")
        orders = [
            "DROP TRIGGER entries_are_never_deleted",
            "DROP TRIGGER tags_are_never_deleted",
            "DELETE FROM entries WHERE position > 9",
        ]
    else:
        engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        orders = [
            "ALTER TABLE log.dcb_events_tt_main DISABLE TRIGGER ALL",
            "ALTER TABLE log.dcb_events_tt_tag DISABLE TRIGGER ALL",
            "DELETE FROM log.dcb_events_tt_tag WHERE main_id > 9",
            "DELETE FROM log.dcb_events_tt_main WHERE id > 9",
        ]
    with engine.begin() as connection:
        for order in orders:
            connection.exec_driver_sql(order)
    engine.dispose()


def test_a_bundle_is_the_same_in_every_time_zone_language_and_process(
    founded: Run, database_url: str, tmp_path: Path
) -> None:
    elsewhere = {"TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "1", "PYTHONUTF8": "0"}
    here = {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "2"}
    for name, environment in (("here", here), ("elsewhere", elsewhere)):
        words = ["-m", "web.commands.main", "--database", database_url, "bundle", str(tmp_path / name)]
        subprocess.run([sys.executable, *words], env=os.environ | environment, check=True, capture_output=True)

    assert files_of(tmp_path / "here") == files_of(tmp_path / "elsewhere") != {}


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@ON_BOTH
def test_each_day_is_sealed_automatically_after_the_first_seal(founded: Run, place: Path) -> None:
    before = founded("daily")
    founded("seal", "--at-entry", "3")
    first, second = founded("daily"), founded("daily")

    assert before.exit_code == first.exit_code == 0, first.output
    assert "seal: not sealed yet; the host makes the first seal: hours seal" in before.stderr
    assert "the seal covers" in first.stderr and "seal: already sealed today" in second.stderr
    assert [line.split()[2] for line in (next(place.iterdir()) / "dates").read_text().splitlines()][-1] == "day"


def test_the_daily_seal_fails_if_sealed_entries_are_missing(founded: Run, database_url: str, place: Path) -> None:
    founded("seal")
    engine = sa.create_engine(f"sqlite:///{Place(database_url).path / 'log.db'}")
    with engine.begin() as connection:
        for (trigger,) in connection.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.execute(sa.text(f"DROP TRIGGER {trigger}"))
        connection.execute(sa.text("DELETE FROM entries WHERE position = (SELECT max(position) FROM entries)"))
    engine.dispose()

    result = founded("daily")

    assert result.exit_code == 1 and "are missing" in result.stderr and "seal" in result.stderr
