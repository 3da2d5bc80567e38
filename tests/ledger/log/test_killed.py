"""A killed process or a power cut loses nothing that was acknowledged, and leaves nothing half done."""

import random
import shutil
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from ledger.log.opening import open_log
from ledger.log.sqlite_recorder import SQLiteDCBRecorder
from ledger.log.store import Log
from tests.ledger.log.programs import acknowledged, appending


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_killing_the_writer_loses_nothing_that_was_acknowledged(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    rounds = 15 if database == "sqlite" else 5
    url = f"sqlite:///{tmp_path}/log.db" if database == "sqlite" else request.getfixturevalue("postgresql_url")
    chance = _chance()
    promised: dict[str, int] = {}

    for round_ in range(rounds):
        process = appending(url, f"round{round_}", 100_000)
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(chance.uniform(0.0, 0.15))
        process.kill()
        promised |= acknowledged(first + process.communicate()[0])

    log = open_log(url, create=False)
    kept = [(data.decode(), position) for position, data in log.scan()]
    assert len(kept) == len(dict(kept)), "an entry was recorded twice"
    assert promised.items() <= dict(kept).items(), "an acknowledged entry is lost"
    assert len(promised) >= rounds
    _check_tags(log, kept)
    log.close()
    if database == "sqlite":
        assert [position for _, position in kept] == list(range(1, len(kept) + 1))
        assert _sound(tmp_path / "log.db")


def test_a_power_cut_at_any_byte_leaves_the_beginning_of_the_log(tmp_path: Path) -> None:
    log = Log(SQLiteDCBRecorder(tmp_path / "log.db"))
    for number in range(40):
        log.append([("given", b"%d" % number, (f"n:{number}", "account:ana"))], unless=("nobody",), after=0)
    # Copied by another program: closing the file in this one would release SQLite's locks.
    whole = tmp_path / "whole"
    whole.mkdir()
    subprocess.run(["cp", tmp_path / "log.db", tmp_path / "log.db-wal", whole], check=True)
    chance = _chance()
    written = (whole / "log.db-wal").stat().st_size

    for cut in [written, 0, *(chance.randrange(written) for _ in range(20))]:
        folder = tmp_path / f"cut-{cut}"
        shutil.copytree(whole, folder)
        with (folder / "log.db-wal").open("r+b") as wal:
            wal.truncate(cut)
        if not _is_a_log(folder / "log.db"):
            continue  # cut before the tables were created, so nothing was acknowledged yet
        after_the_cut = Log(SQLiteDCBRecorder(folder / "log.db", create=False))
        kept = list(after_the_cut.scan())
        assert kept == [(number + 1, b"%d" % number) for number in range(len(kept))]
        assert len(after_the_cut.read({"account:ana": 0})[0]) == len(kept)
        assert len(kept) == 40 or cut < written, "what was acknowledged is in the files"
        assert after_the_cut.append([("given", b"next", ())], unless=(), after=0) == len(kept) + 1
        after_the_cut.close()
        assert _sound(folder / "log.db")
    log.close()


def _chance() -> random.Random:
    seed = random.randrange(10**6)
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    return random.Random(seed)


def _check_tags(log: Log, kept: list[tuple[str, int]]) -> None:
    for name, position in random.Random(1).sample(kept, 20):
        assert [entry.position for entry in log.read({name: 0})[0]] == [position]


def _is_a_log(path: Path) -> bool:
    connection = sqlite3.connect(path)
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    connection.close()
    return tables > 0


def _sound(path: Path) -> bool:
    connection = sqlite3.connect(path)
    answers = (
        connection.execute("PRAGMA integrity_check").fetchall(),
        connection.execute("PRAGMA foreign_key_check").fetchall(),
    )
    connection.close()
    return answers == ([("ok",)], [])
