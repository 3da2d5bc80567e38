"""A backup is complete or absent, and holds every text of every entry in it."""

import fcntl
import zipfile
from pathlib import Path

import msgspec
import pytest

from ledger.backup.file import BackupRefused, check, opened
from ledger.exchanges.commands import ReportExchange
from ledger.log.entry import decode
from ledger.log.opening import open_log
from ledger.time_bank import TimeBank
from tests.cast import BO, TODAY, help_of
from tests.faults.books import reporting
from tests.ledger.backup.conftest import backed_up


def test_a_backup_is_one_file_readable_by_its_owner_only(lively: TimeBank, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()

    manifest = backed_up(lively, folder / "monday.zip")

    assert [path.name for path in folder.iterdir()] == ["monday.zip"]
    assert (folder / "monday.zip").stat().st_mode & 0o777 == 0o600
    assert manifest.entries == len(lively.log.from_position(0, limit=1000)) and manifest.words > 4


def test_other_programs_can_read_the_zip_and_json(lively: TimeBank, tmp_path: Path) -> None:
    backed_up(lively, tmp_path / "monday.zip")

    with zipfile.ZipFile(tmp_path / "monday.zip") as archive:
        entries = archive.read("entries.jsonl").splitlines()
        words = [msgspec.json.decode(line) for line in archive.read("words.jsonl").splitlines()]
        assert b"personal data" in archive.read("README.txt")
    assert entries == [data for _, data in lively.log.scan()]
    assert "Lawn “and” hedge" in {each["value"] for each in words}


def test_an_existing_file_stays_unless_replacing_is_allowed(lively: TimeBank, tmp_path: Path) -> None:
    first = backed_up(lively, tmp_path / "backup.zip")
    kept = (tmp_path / "backup.zip").read_bytes()
    lively.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=BO)

    with pytest.raises(BackupRefused, match="already exists"):
        backed_up(lively, tmp_path / "backup.zip")
    assert (tmp_path / "backup.zip").read_bytes() == kept
    (tmp_path / "folder").mkdir()
    with pytest.raises(BackupRefused, match="already exists"):
        backed_up(lively, tmp_path / "folder", replace=True)
    assert backed_up(lively, tmp_path / "backup.zip", replace=True).entries > first.entries


def test_an_interrupted_backup_is_deleted_and_a_running_one_is_not(lively: TimeBank, tmp_path: Path) -> None:
    unfinished = tmp_path / ".backup.zip.unfinished"
    unfinished.write_bytes(b"half of it")
    with unfinished.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(BackupRefused, match="being written at the moment"):
            backed_up(lively, tmp_path / "backup.zip")
        assert unfinished.exists()

    backed_up(lively, tmp_path / "backup.zip")

    assert not unfinished.exists()


def test_an_empty_log_is_not_backed_up(tmp_path: Path) -> None:
    with TimeBank.open(tmp_path / "empty") as bank, pytest.raises(BackupRefused, match="empty"):
        backed_up(bank, tmp_path / "backup.zip")
    assert not (tmp_path / "backup.zip").exists() and not (tmp_path / ".backup.zip.unfinished").exists()


def test_a_log_that_could_not_be_restored_is_not_backed_up_silently(bank: TimeBank, tmp_path: Path) -> None:
    log = open_log(bank.place.log_url)
    log.append([("exchange-settled", b'{"type":"nonsense"}', ("x",))], unless=(), after=0)
    number = len(log.from_position(0, limit=100))
    log.close()

    with pytest.raises(BackupRefused, match=f"Entry {number} is wrong: its envelope is incomplete"):
        backed_up(bank, tmp_path / "backup.zip")
    assert list(tmp_path.glob("*.zip*")) == []


def test_every_entry_in_a_backup_has_its_texts_while_members_write(each_bank: TimeBank, tmp_path: Path) -> None:
    programs = [reporting(each_bank.place.url, who, seed) for seed, who in enumerate(("ana", "bo"))]
    try:
        for program in programs:
            assert program.stdout is not None and program.stdout.readline() == "open\n" and program.stdout.readline()
        sizes = {backed_up(each_bank, tmp_path / f"{number}.zip").entries for number in range(3)}
    finally:
        for program in programs:
            program.kill()
            program.communicate()

    assert len(sizes) > 1
    for path in tmp_path.glob("*.zip"):
        with opened(path) as backup:
            check(backup)
            words = {msgspec.json.decode(line)["commitment"] for line in backup.personal_data()}
            with backup.entries() as entries:
                assert {each for line in entries for each in decode(line).sealed.values()} <= words
