"""After `kill -9` while members log and the host seals, everything acknowledged is recorded and sealed, and sealing continues."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import psycopg
import pytest

from ledger.seal.signing.bundle_writer import write_bundle
from ledger.seal.signing.folder import SealFolder
from ledger.seal.signing.signer import Signer
from ledger.seal.verify import verify
from ledger.seal.verifying.merkle import Edge, leaf_hash
from ledger.seal.verifying.note import check_checkpoint
from ledger.time_bank import TimeBank
from tests.cast import clock, founded
from tests.faults.books import ROOT, check
from tests.ledger.seal.conftest import ORIGIN

ROUNDS = [
    ("sqlite", 4),
    ("postgresql", 4),
    pytest.param("sqlite", 12, marks=pytest.mark.long),
    pytest.param("postgresql", 8, marks=pytest.mark.long),
]
SEED = 20_261_126
CHILDREN = 2


class Host:
    """Starts the host's program again and again, and kills it at some moment."""

    def __init__(self, url: str, folder: Path) -> None:
        order = [sys.executable, "-m", "tests.faults.sealing", url, str(folder)]
        self._program = subprocess.Popen(order, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._chance = random.Random(SEED)
        self.told: dict[str, list[str]] = {"logged": [], "sealed": [], "receipt": []}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._program.communicate()

    def is_killed_after(self, done: int) -> None:
        """Wait until about so much is done, then kill all its processes at once."""
        assert self._program.stdin is not None and self._program.stdout is not None
        self._program.stdin.write(f"{CHILDREN} {self._chance.randrange(10**6)}\n")
        self._program.stdin.flush()
        children: list[int] = []
        while len(children) < CHILDREN or done > 0:
            what, _, name = self._program.stdout.readline().strip().partition(" ")
            assert what in ("child", *self.told), f"a child ended by itself: {what}"
            if what == "child":
                children.append(int(name))
            else:
                done -= 1
                self.told[what].append(name)
        time.sleep(self._chance.uniform(0.0, 0.06))
        for child in children:
            os.kill(child, signal.SIGKILL)
        for line in iter(self._program.stdout.readline, "ended\n"):
            what, _, name = line.strip().partition(" ")
            self.told[what].append(name)


@pytest.mark.parametrize(("database", "rounds"), ROUNDS)
def test_a_killed_host_seals_only_recorded_entries_and_can_continue(
    database: str, rounds: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url: str = request.getfixturevalue(f"{database}_url")
    founded(url).close()

    with Host(url, tmp_path) as host:
        for number in range(rounds):
            # The first is killed while it creates its key, or before; the others at any point.
            host.is_killed_after(3 * number)
            wait_until_gone(url)
            with TimeBank.open(url, clock=clock) as bank:
                what_was_sealed_is_in_the_book(bank, tmp_path)
                check(bank, host.told["logged"])
                what_was_told_still_proves_itself(bank, tmp_path, host, tmp_path / f"bundle-{number}")

    assert len(host.told["logged"]) >= rounds
    assert len(host.told["sealed"]) >= rounds and len(host.told["receipt"]) >= rounds


def what_was_sealed_is_in_the_book(bank: TimeBank, folder: Path) -> None:
    """Check, before anything is repaired, that the signer has nothing that is not in the database."""
    seal = SealFolder(folder / "seal", ORIGIN)
    if not seal.is_begun:
        return
    edge = Edge()
    roots = [edge.root]
    for _, data in bank.log.scan():
        edge.append(leaf_hash(data))
        roots.append(edge.root)
    for sealed in (seal.latest(), *seal.earlier(len(roots))):
        assert sealed.checkpoint.size < len(roots), "the signer is ahead of the book"
        assert sealed.checkpoint.root == roots[sealed.checkpoint.size]


def what_was_told_still_proves_itself(bank: TimeBank, folder: Path, host: Host, bundle: Path) -> None:
    """Check that the next seal continues every seal that was issued, and that every receipt is valid."""
    signer = Signer(folder / "seal", bank.log)
    latest = signer.seal()
    write_bundle(signer, bank.log, bundle)
    given = [folder / "seals" / name for name in host.told["sealed"]]
    receipts = [folder / "receipts" / name for name in host.told["receipt"]]

    verdict = verify("bundle", bundle, known=given, keys=[signer.key])
    assert verdict.code == 0, verdict.lines
    for seal in given:
        assert check_checkpoint(seal.read_bytes(), [signer.key]).checkpoint.size <= latest.checkpoint.size
    for receipt in receipts:
        assert verify("receipt", receipt, keys=[signer.key]).code == 0


def wait_until_gone(url: str) -> None:
    """Wait until the PostgreSQL server has finished the statements of a killed program, and closed its connections."""
    if url.startswith("sqlite"):
        return
    until = time.monotonic() + 30
    with psycopg.connect(url, autocommit=True) as asking:
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        while asking.execute(others).fetchone() != (0,):
            assert time.monotonic() < until, "somebody is still connected"
            time.sleep(0.01)
