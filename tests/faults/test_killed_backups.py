"""`kill -9` in the middle of a backup or a restore leaves the old or the new, never half of either."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from ledger.backup.file import check, opened
from ledger.exchanges.commands import ReportExchange
from ledger.time_bank import TimeBank
from tests.cast import BO, TODAY, founded, help_of
from tests.faults.books import ROOT
from tests.ledger.backup.conftest import again, backed_up, everything_in, put_back

ROUNDS = 9
SEED = 20_260_314


class Host:
    """Starts the same work again and again, and kills it at some moment."""

    def __init__(self, *words: str | Path) -> None:
        order = [sys.executable, "-m", "tests.faults.keeping", *map(str, words)]
        self._program = subprocess.Popen(order, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._chance = random.Random(SEED)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._program.communicate()

    def is_killed(self, *, after: int, within_seconds: float) -> None:
        """Start it again, and kill it at some moment after it was done so many times."""
        assert self._program.stdin is not None and self._program.stdout is not None
        self._program.stdin.write(b"begin\n")
        self._program.stdin.flush()
        child = int(self._program.stdout.readline())
        assert all(self._program.stdout.readline() == b"done\n" for _ in range(after))
        time.sleep(self._chance.uniform(0.0, within_seconds))
        os.kill(child, signal.SIGKILL)
        while self._program.stdout.readline() != b"ended\n":
            pass


def test_a_killed_backup_leaves_the_old_file_or_the_new(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "kept" / "backup.zip"
    file.parent.mkdir()
    sizes: list[int] = []
    with founded(database_url) as bank, Host("backup", database_url, file) as host:
        backed_up(bank, file)
        for number in range(ROUNDS):
            bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=BO)
            host.is_killed(after=number % 2, within_seconds=0.1)
            with opened(file) as backup:
                check(backup)
                sizes.append(backup.size)
        assert backed_up(bank, file, replace=True).entries >= max(sizes)

    assert sizes == sorted(sizes) and len(set(sizes)) > 1
    assert [path.name for path in file.parent.iterdir()] == ["backup.zip"]


def test_a_killed_restore_leaves_the_old_community_or_the_new(database_url: str, tmp_path: Path) -> None:
    url = database_url
    with founded(url) as bank:
        backed_up(bank, tmp_path / "one.zip")
        bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY, note="Hedge"), by=BO)
        backed_up(bank, tmp_path / "two.zip")
        two = everything_in(bank)
    put_back(tmp_path / "one.zip", url, tmp_path / "seals", replace=True)
    one = found_in(url)

    found: list[int] = []
    with Host("restore", url, tmp_path / "two.zip", tmp_path / "one.zip") as host:
        for number in range(ROUNDS):
            host.is_killed(after=number % 3, within_seconds=0.3)
            kept = found_in(url)
            assert kept in (one, two)
            found.append([one, two].index(kept))

    assert len(set(found)) == 2, "both were met"
    put_back(tmp_path / "two.zip", url, tmp_path / "seals", replace=True)
    with again(url) as bank:
        assert everything_in(bank) == two
        bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=BO)
    if url.startswith("sqlite"):
        assert not Path(url.removeprefix("sqlite:///")).with_name(".data.restoring").exists()


def found_in(url: str) -> object:
    """Read everything in the community at this place."""
    with TimeBank.open(url) as bank:
        return everything_in(bank)
