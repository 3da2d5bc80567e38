"""A full, locked or read-only file is reported plainly, nothing is half done, and the next attempt works."""

import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ledger.log.sqlite_recorder import SQLiteDCBRecorder
from ledger.log.store import Conflict, Log, LogUnavailable
from tests.ledger.log.programs import ROOT

GIFT = ("gift-recorded", b"{}", ("gift:1",))
LARGE = ("gift-recorded", b"x" * 200_000, ("gift:2",))


def test_a_full_disk_records_nothing_and_works_again_when_there_is_space(
    sqlite_recorder: SQLiteDCBRecorder, sqlite_log: Log
) -> None:
    sqlite_log.append([GIFT], unless=(), after=0)
    _limit(sqlite_recorder, "max_page_count = 20")

    with pytest.raises(LogUnavailable, match="Free up space on the disk") as fault:
        sqlite_log.append([GIFT, LARGE], unless=(), after=0)

    assert (fault.value.kind, fault.value.unsure) == ("full", False)
    assert len(list(sqlite_log.scan())) == 1
    assert sqlite_log.append([GIFT, LARGE], unless=(), after=0) == 3


def test_a_full_disk_is_reported_to_every_caller_of_the_group(
    sqlite_recorder: SQLiteDCBRecorder, sqlite_log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite_recorder.file.connect

    def on_a_small_disk() -> sqlite3.Connection:
        connection = connect()
        connection.execute("PRAGMA max_page_count = 20")
        return connection

    monkeypatch.setattr(sqlite_recorder.file, "connect", on_a_small_disk)
    _limit(sqlite_recorder, "max_page_count = 20")
    kinds: list[str] = []

    def append() -> None:
        try:
            sqlite_log.append([LARGE], unless=(), after=0)
        except LogUnavailable as fault:
            kinds.append(fault.kind)

    threads = [threading.Thread(target=append) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert kinds == ["full"] * 6
    assert list(sqlite_log.scan()) == []
    monkeypatch.undo()
    assert sqlite_log.append([LARGE], unless=(), after=0) == 1


def test_a_limit_on_the_file_size_is_reported_as_a_full_disk(tmp_path: Path) -> None:
    program = f"""
import resource
from ledger.log.opening import open_log
from ledger.log.store import LogUnavailable

log = open_log("sqlite:///{tmp_path}/log.db")
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
kept = 0
try:
    while True:
        kept = log.append([("given", b"x" * 10_000, ())], unless=(), after=0)
except LogUnavailable as fault:
    print(fault.kind)
print(len(list(log.scan())) == kept)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(log.append([("given", b"x" * 10_000, ())], unless=(), after=0) == kept + 1)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.stdout.split(), done.stderr) == (["full", "True", "True"], "")


def test_a_read_only_file_can_be_read_and_refuses_appends(sqlite_recorder: SQLiteDCBRecorder, sqlite_log: Log) -> None:
    sqlite_log.append([GIFT], unless=(), after=0)
    _limit(sqlite_recorder, "query_only = ON")

    with pytest.raises(LogUnavailable, match="Give this program permission to write") as fault:
        sqlite_log.append([GIFT], unless=(), after=0)

    assert fault.value.kind == "read-only"
    assert sqlite_log.head() == 1
    assert sqlite_log.append([GIFT], unless=(), after=0) == 2


def test_a_folder_that_cannot_be_created_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(LogUnavailable, match="cannot be reached") as fault:
        Log(SQLiteDCBRecorder(tmp_path / "file" / "log.db"))

    assert fault.value.kind == "missing"


def test_while_another_program_is_writing_reads_work_and_appends_are_refused(sqlite_log: Log, tmp_path: Path) -> None:
    sqlite_log.append([GIFT], unless=(), after=0)
    other = sqlite3.connect(tmp_path / "log.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(LogUnavailable, match="Another program is writing") as fault:
        sqlite_log.append([GIFT], unless=(), after=0)

    assert (fault.value.kind, fault.value.unsure) == ("locked", False)
    assert sqlite_log.head() == 1
    assert len(sqlite_log.read({"gift:1": 0})[0]) == 1
    other.execute("ROLLBACK")
    other.close()
    assert sqlite_log.append([GIFT], unless=(), after=0) == 2


def test_an_append_waits_briefly_for_another_program(tmp_path: Path) -> None:
    log = Log(SQLiteDCBRecorder(tmp_path / "log.db", busy_seconds=5))
    other = sqlite3.connect(tmp_path / "log.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.2, other.execute, ["ROLLBACK"])
    timer.start()

    began = time.monotonic()
    assert log.append([GIFT], unless=(), after=0) == 1

    assert time.monotonic() - began >= 0.1
    timer.join()
    other.close()
    log.close()


def test_a_conflict_after_a_fault_is_reported_as_a_conflict(
    sqlite_recorder: SQLiteDCBRecorder, sqlite_log: Log
) -> None:
    sqlite_log.append([GIFT], unless=(), after=0)
    _limit(sqlite_recorder, "max_page_count = 20")
    with pytest.raises(LogUnavailable):
        sqlite_log.append([LARGE], unless=(), after=0)

    with pytest.raises(Conflict):
        sqlite_log.append([GIFT], unless=("gift:1",), after=0)


def test_an_append_succeeds_even_if_snapshots_cannot_be_saved(sqlite_log: Log, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "log.db")
    connection.execute("DROP TABLE known")
    connection.close()
    sqlite_log.save_snapshots([("account:ana", 1, b"state")])

    assert sqlite_log.append([GIFT], unless=("gift:1",), after=0) == 1
    assert sqlite_log.load_snapshots(["account:ana"]) == {}


def test_deleting_all_snapshots_changes_nothing_else(sqlite_log: Log, tmp_path: Path) -> None:
    sqlite_log.save_snapshots([("account:ana", 1, b"state")])
    sqlite_log.append([GIFT], unless=(), after=0)
    before = list(sqlite_log.scan())
    connection = sqlite3.connect(tmp_path / "log.db")
    with connection:
        assert connection.execute("DELETE FROM known").rowcount == 1
    connection.close()

    assert list(sqlite_log.scan()) == before
    assert sqlite_log.load_snapshots(["account:ana"]) == {}
    assert sqlite_log.append([GIFT], unless=(), after=0) == 2


def test_a_forked_child_opens_its_own_connections(tmp_path: Path) -> None:
    program = f"""
import os
from ledger.log.opening import open_log

log = open_log("sqlite:///{tmp_path}/log.db")
entry = ("given", b"", ())
log.append([entry], unless=(), after=0)
log.head()
child = os.fork()
for _ in range(50):
    log.append([entry], unless=(), after=0)
    log.head()
if child == 0:
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
print(log.head(), [position for position, _ in log.scan()] == list(range(1, 102)))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.stdout.split(), done.stderr) == (["101", "True"], "")


def _limit(recorder: SQLiteDCBRecorder, pragma: str) -> None:
    """Set a pragma on the current writing connection. After a fault, the next connection does not have it."""
    recorder.file.write(lambda connection: connection.execute(f"PRAGMA {pragma}"))
