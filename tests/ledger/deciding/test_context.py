"""The cache of states: lost, old or damaged, it changes no decision."""

import sqlite3

import pytest

from ledger.deciding import context
from ledger.deciding.snapshots import wrong_snapshots
from ledger.exchanges.commands import ReportExchange
from ledger.refusals import BeyondDebitLimit
from ledger.time_bank import TimeBank
from tests.cast import ANA, BO, RUTH, TODAY, help_of, minutes_of, reopened


@pytest.fixture(autouse=True)
def snapshots_after_three_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Save snapshots after three entries."""
    monkeypatch.setattr(context, "_ENTRIES_BEFORE_SNAPSHOT", 3)


def five_hours(bank: TimeBank) -> None:
    """Bo receives five hours, one by one."""
    for _ in range(5):
        bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=BO)


def test_only_entries_after_the_snapshot_are_read(each_bank: TimeBank) -> None:
    five_hours(each_bank)
    with reopened(each_bank) as cold:
        assert minutes_of(cold, BO) == -300
        cold.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=BO)

    tag = f"account:{BO}"
    position, _ = each_bank.log.load_snapshots([tag])[tag]
    assert 0 < position < each_bank.log.head()
    with reopened(each_bank) as colder:
        assert minutes_of(colder, BO) == -360


@pytest.mark.parametrize(
    "snapshot", [b'0{"id":"m-bo","received":1}', b"1{", b""], ids=["other version", "damaged", "empty"]
)
def test_an_unreadable_snapshot_is_ignored(bank: TimeBank, snapshot: bytes) -> None:
    five_hours(bank)
    change_snapshots(bank, "INSERT INTO known VALUES (?, ?, ?)", f"account:{BO}", bank.log.head(), snapshot)

    with reopened(bank) as cold:
        assert minutes_of(cold, BO) == -300


def test_deleted_snapshots_change_nothing(bank: TimeBank) -> None:
    five_hours(bank)
    with reopened(bank) as cold:
        assert minutes_of(cold, BO) == -300
    change_snapshots(bank, "DELETE FROM known")

    with reopened(bank) as colder:
        assert minutes_of(colder, BO) == -300
        assert minutes_of(colder, ANA) == 300


def test_a_wrong_snapshot_is_found_and_can_be_deleted(each_bank: TimeBank) -> None:
    log = each_bank.log
    five_hours(each_bank)
    with reopened(each_bank) as cold:
        assert minutes_of(cold, BO) == -300 and minutes_of(cold, ANA) == 300
        cold.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=BO)
    assert set(log.snapshots()) == {f"account:{ANA}", f"account:{BO}"} and wrong_snapshots(log) == []

    position, state = log.snapshots()[f"account:{BO}"]
    forged = state.replace(b"300", b"30")
    assert forged != state
    log.forget_snapshots()
    log.save_snapshots(
        [(f"account:{BO}", position, forged), (f"account:{RUTH}", log.head() + 5, state), ("x", 1, b"1{")]
    )
    each_bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=BO)

    assert wrong_snapshots(log) == [BO, RUTH]
    log.forget_snapshots()
    assert log.snapshots() == {} and wrong_snapshots(log) == []
    with reopened(each_bank) as colder:
        assert minutes_of(colder, BO) == -420


def test_decisions_are_the_same_without_a_cache(bank: TimeBank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "_MOST_STATES", 1)
    bank.do(ReportExchange(legs=(help_of(minutes=1180),), given_on=TODAY), by=BO)

    for minutes in (15, 5):
        bank.do(ReportExchange(legs=(help_of(minutes=minutes),), given_on=TODAY), by=BO)
    with pytest.raises(BeyondDebitLimit):
        bank.do(ReportExchange(legs=(help_of(minutes=1),), given_on=TODAY), by=BO)

    assert minutes_of(bank, BO) == -1200


def test_an_account_without_entries_is_at_zero(bank: TimeBank) -> None:
    assert minutes_of(bank, ANA) == 0


def change_snapshots(bank: TimeBank, sql: str, *arguments: object) -> None:
    """Change the snapshots in the database directly."""
    connection = sqlite3.connect(bank.place.path / "log.db")
    with connection:
        connection.execute(sql, arguments)
    connection.close()
