"""When an asynchronous PostgreSQL standby takes over, the signer treats that as a restore."""

import time
from pathlib import Path

import psycopg
import pytest

from ledger.exchanges.commands import ReportExchange
from ledger.seal.signing.folder import SealRefused
from ledger.seal.signing.signer import Signer
from ledger.time_bank import TimeBank
from tests.cast import BO, TODAY, clock, counting_ids, founded, help_of
from tests.faults.clusters import Cluster, clusters


def test_a_standby_without_some_sealed_entries_is_not_sealed_until_it_has_them(tmp_path: Path) -> None:
    with clusters(2) as (primary, standby):
        primary.founded()
        bank = founded(primary.url)
        standby.following(primary)
        signer = Signer(tmp_path, bank.log)
        size = signer.seal().checkpoint.size
        wait_until_it_has(standby, size)
        standby.stop()
        for minutes in (30, 45):
            bank.do(ReportExchange(legs=(help_of(minutes=minutes),), given_on=TODAY), by=BO)
        signer.seal()
        bank.close()
        primary.stop("immediate")

        standby.start()
        standby.promote()

        with TimeBank.open(standby.url, clock=clock, ids=counting_ids(900)) as taken_over:
            assert len(list(taken_over.log.scan())) == size, "everything it had received is there"
            signer = Signer(tmp_path, taken_over.log)
            with pytest.raises(SealRefused, match=rf"{size + 1} to {size + 4} are missing"):
                signer.seal()
            for minutes in (15, 20, 25):
                taken_over.do(ReportExchange(legs=(help_of(minutes=minutes),), given_on=TODAY), by=BO)
            with pytest.raises(SealRefused, match=rf"Entry {size + 1} has changed"):
                signer.seal()


def wait_until_it_has(standby: Cluster, entries: int) -> None:
    """Wait until the standby has so many entries."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with psycopg.connect(standby.url) as reader:
            if reader.execute("SELECT count(*) FROM log.dcb_events_tt_main").fetchone() == (entries,):
                return
        time.sleep(0.05)
    raise AssertionError("the standby did not follow")
