"""A power cut (a torn page, a copy of the disk at any moment, a damaged file beside the log) loses nothing acknowledged.

That a write-ahead file can be cut at any byte is tested in `tests/ledger/log/test_killed.py`.
"""

import random
import shutil
import signal
import sqlite3
from pathlib import Path

import pytest

from ledger.exchanges.commands import ReportExchange
from ledger.log.opening import open_log
from ledger.log.places import Place
from ledger.replay import replay
from tests.cast import BO, TODAY, founded, help_of
from tests.faults.books import acknowledged, reporting

SEED = 20_260_314


def entries_in(folder: Path) -> list[bytes]:
    """Return every entry of the log in this folder, after the database has recovered."""
    log = open_log(Place.folder(folder).log_url, create=False)
    found = [data for _, data in log.scan()]
    replayed = replay(log)
    log.close()
    assert replayed.given == replayed.received
    stranger = sqlite3.connect(folder / "log.db")
    assert stranger.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert stranger.execute("PRAGMA foreign_key_check").fetchall() == []
    stranger.close()
    return found


def copied(folder: Path, to: Path, *, wal: bytes) -> Path:
    """Copy the log's main file, and this much of its write-ahead file."""
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir()
    shutil.copy(folder / "log.db", to / "log.db")
    (to / "log.db-wal").write_bytes(wal)
    return to


def test_a_torn_last_page_is_ignored(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    with founded(tmp_path / "data") as bank:
        bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=BO)
        whole = [data for _, data in bank.log.scan()]
        wal = bytearray((tmp_path / "data" / "log.db-wal").read_bytes())
        for _ in range(20):
            torn = bytearray(wal)
            torn[-chance.randrange(1, 4_000)] ^= 0xFF
            found = entries_in(copied(tmp_path / "data", tmp_path / "copy", wal=bytes(torn)))
            assert found == whole[: len(found)] and len(found) < len(whole)


def test_a_copy_of_the_disk_has_everything_acknowledged_before(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'data'}"
    founded(url).close()
    program = reporting(url, "ana", SEED)
    assert program.stdout is not None and program.stdout.readline() == "open\n"
    told = ""
    for number in range(6):
        for _ in range(4):
            told += program.stdout.readline()
        # The write-ahead file is copied after the main one: what was moved meanwhile is in both, or still in this one.
        copy = tmp_path / f"copy-{number}"
        copy.mkdir()
        program.send_signal(signal.SIGSTOP)
        for name in ("log.db", "log.db-wal"):
            shutil.copy(tmp_path / "data" / name, copy / name)
        program.send_signal(signal.SIGCONT)
        kept = b"\n".join(entries_in(copy))
        assert all(f'"cmd":"{name}'.encode() in kept for name in acknowledged(told))
    program.kill()
    program.communicate()


@pytest.mark.parametrize("name", ["log.db-wal", "log.db-shm"])
def test_a_damaged_file_beside_the_log_loses_nothing(name: str, tmp_path: Path) -> None:
    with founded(tmp_path / "data") as bank:
        whole = [data for _, data in bank.log.scan()]
    (tmp_path / "data" / name).write_bytes(random.Random(SEED).randbytes(10_000))

    assert entries_in(tmp_path / "data") == whole
