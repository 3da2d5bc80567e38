"""A damaged, foreign, missing or replaced file is reported plainly, and not made worse."""

import sqlite3
from pathlib import Path

import pytest

from ledger.log import sqlite_file
from ledger.log.sqlite_recorder import SQLiteDCBRecorder
from ledger.log.store import Log, LogUnavailable

GIFT = ("gift-recorded", b"{}", ("gift:1",))


@pytest.mark.parametrize(
    "garbage",
    [b"This was a shopping list. " * 400, b"\x00" * 4096, b"\x8f\x07" * 4500],
    ids=["words", "zeros", "noise"],
)
def test_a_file_that_is_not_a_database_is_reported_and_left_alone(tmp_path: Path, garbage: bytes) -> None:
    path = tmp_path / "log.db"
    path.write_bytes(garbage)

    with pytest.raises(LogUnavailable) as fault:
        Log(SQLiteDCBRecorder(path))

    assert fault.value.kind in ("damaged", "foreign")
    assert path.read_bytes() == garbage


def test_a_damaged_header_is_reported_when_opening(tmp_path: Path) -> None:
    path = _log_of(tmp_path, 50)
    with path.open("r+b") as file:
        file.write(b"\xff" * 100)

    with pytest.raises(LogUnavailable, match="restore the last backup") as fault:
        Log(SQLiteDCBRecorder(path))

    assert fault.value.kind == "damaged"


def test_damage_in_the_middle_is_reported_when_read_and_the_rest_still_works(tmp_path: Path) -> None:
    path = _log_of(tmp_path, 500)
    page = path.read_bytes().index(b"help number 250 ") // 4096
    with path.open("r+b") as file:
        file.seek(page * 4096)
        file.write(b"\xff" * 4096)
    log = Log(SQLiteDCBRecorder(path))

    with pytest.raises(LogUnavailable, match="restore the last backup") as fault:
        list(log.scan())

    assert fault.value.kind == "damaged"
    assert log.append([GIFT], unless=("gift:1",), after=0) == 501
    assert [entry.position for entry in log.read({"gift:1": 0})[0]] == [501]
    log.close()


def test_a_log_without_its_tables_is_reported_as_damaged(tmp_path: Path) -> None:
    path = _log_of(tmp_path, 3)
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE tags")
    connection.close()
    log = Log(SQLiteDCBRecorder(path))

    for use in (lambda: log.append([GIFT], unless=(), after=0), lambda: log.read({"gift:1": 0})):
        with pytest.raises(LogUnavailable) as fault:
            use()
        assert fault.value.kind == "damaged"
    log.close()


def test_a_file_that_was_moved_away_records_nothing_until_it_is_back(sqlite_log: Log, tmp_path: Path) -> None:
    sqlite_log.append([GIFT], unless=(), after=0)
    sqlite_log.head()
    away = tmp_path / "away"
    away.mkdir()
    for file in tmp_path.glob("log.db*"):
        file.rename(away / file.name)

    for use in (lambda: sqlite_log.append([GIFT], unless=(), after=0), sqlite_log.head):
        with pytest.raises(LogUnavailable, match="is missing") as fault:
            use()
        assert fault.value.kind == "missing"

    for file in away.glob("log.db*"):
        file.rename(tmp_path / file.name)
    assert sqlite_log.append([GIFT], unless=(), after=0) == 2


def test_a_restored_file_is_used_from_the_next_call_on(tmp_path: Path) -> None:
    log = Log(SQLiteDCBRecorder(tmp_path / "log.db"))
    log.append([GIFT], unless=(), after=0)
    copy = sqlite3.connect(tmp_path / "backup.db")
    source = sqlite3.connect(tmp_path / "log.db")
    source.backup(copy)
    source.close()
    copy.close()
    log.append([GIFT], unless=(), after=0)
    for file in tmp_path.glob("log.db*"):
        file.unlink()
    (tmp_path / "backup.db").rename(tmp_path / "log.db")

    assert log.append([GIFT], unless=(), after=0) == 2
    assert log.head() == 2
    assert len(list(log.scan())) == 2
    log.close()


def test_readers_notice_a_restored_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(SQLiteDCBRecorder(tmp_path / "log.db"))
    log.append([GIFT], unless=(), after=0)
    assert log.head() == 1
    for file in tmp_path.glob("log.db*"):
        file.unlink()
    Log(SQLiteDCBRecorder(tmp_path / "log.db")).close()
    monkeypatch.setattr(sqlite_file, "CHECK_SECONDS", 0.0)

    assert log.head() == 0
    log.close()


def _log_of(folder: Path, entries: int) -> Path:
    log = Log(SQLiteDCBRecorder(folder / "log.db"))
    log.append(
        [("given", b"help number %d " % number + b"." * 300, (f"n:{number}",)) for number in range(entries)],
        unless=(),
        after=0,
    )
    log.close()
    return folder / "log.db"
