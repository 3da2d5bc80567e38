"""Rebuilding beside the live tables and swapping them; checking without changing them."""

import signal
import subprocess
import sys
import threading

import pytest
import sqlalchemy as sa

from ledger.exchanges.commands import ReportExchange
from ledger.identifiers import AccountId
from ledger.log.places import Place
from projections.engine import rebuild
from projections.engine.rebuild import SUFFIX
from projections.views import Views
from tests.bench import logs
from tests.cast import ANA, BO, TODAY, help_of
from tests.projections.elm_street import ElmStreet, tables

OF_ANA = AccountId(ANA)


def change_directly(street: ElmStreet, order: str) -> None:
    with street.views._engine.begin() as connection:
        assert connection.execute(sa.text(order)).rowcount == 1


def names_of_tables(street: ElmStreet) -> set[str]:
    return set(sa.inspect(street.views._engine).get_table_names())


def test_a_rebuild_gives_the_same_rows_again(street: ElmStreet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuild, "BATCH", 7)
    street.lively()
    before, names, as_of = tables(street.views), names_of_tables(street), street.views.as_of()

    street.views.rebuild()
    street.views.rebuild()

    assert tables(street.views) == before
    assert names_of_tables(street) == names
    assert street.views.as_of() == as_of


def test_one_log_gives_equal_rows_on_both_databases(small_street: ElmStreet, postgresql_url: str) -> None:
    small_street.lively()
    before = tables(small_street.views)

    with Views(Place(postgresql_url).views_engine(), small_street.bank.log) as views:
        views._projector.prepare()
        on_postgresql = tables(views)

    assert on_postgresql == before
    assert [name for name, rows in before.items() if not rows] == [], "every table has rows to compare"


@pytest.mark.parametrize("seed", [1, 2])
def test_small_batches_and_one_large_batch_give_the_same_rows(small_street: ElmStreet, seed: int) -> None:
    made = list(logs.rows(200, seed=seed))
    for begin in range(0, len(made), 7):
        logs.fill(small_street.bank.log, iter(made[begin : begin + 7]))
        small_street.views.catch_up()
    before = tables(small_street.views)

    small_street.views.rebuild()

    assert tables(small_street.views) == before
    assert len(before["statement_lines"]) > 50


def test_applying_entry_by_entry_gives_the_same_rows_as_a_replay(street: ElmStreet) -> None:
    street.lively()

    assert street.views.check() == []


def test_a_rebuild_corrects_rows_that_were_changed_directly(street: ElmStreet) -> None:
    street.helped(minutes=60)
    change_directly(street, f"UPDATE tallies SET given = 600 WHERE account = '{ANA}'")

    street.views.rebuild()

    assert street.views.balances.of(OF_ANA).given == 60


def test_a_check_names_the_changed_rows_and_changes_none(street: ElmStreet) -> None:
    street.helped(minutes=60)
    change_directly(street, f"UPDATE tallies SET given = 600 WHERE account = '{ANA}'")
    change_directly(street, f"DELETE FROM members WHERE id = '{BO}'")
    change_directly(street, "INSERT INTO groups VALUES ('g-nowhere', '', '', 0)")

    found = street.views.check()

    assert sorted(str(one) for one in found) == [
        "groups g-nowhere: not in the log",
        f"members {BO}: missing",
        f"tallies {ANA}: given is 600, not 60",
    ]
    assert {(one.model, one.table, one.key) for one in found} >= {("balances", "tallies", (ANA,))}
    assert street.views.balances.of(OF_ANA).given == 600
    assert not [name for name in names_of_tables(street) if name.endswith(SUFFIX)]


@pytest.mark.parametrize(
    "order", ["UPDATE statement_lines SET given = 6 WHERE given = 60", "DELETE FROM journal_lines WHERE number = 3"]
)
def test_a_check_finds_changes_in_tables_with_and_without_a_key(street: ElmStreet, order: str) -> None:
    street.helped(minutes=60)
    change_directly(street, order)

    assert len(street.views.check()) == 1


def test_progress_is_reported_up_to_the_last_entry(street: ElmStreet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuild, "BATCH", 5)
    street.lively()
    reported: list[tuple[int, int]] = []

    street.views.rebuild(lambda done, total: reported.append((done, total)))

    head = street.bank.log.head()
    assert reported == sorted(reported)
    assert len(reported) > 3
    assert reported[-1] == (head, head)


def test_entries_are_written_and_read_during_a_rebuild(street: ElmStreet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuild, "BATCH", 3)
    street.helped(minutes=1)
    seen: list[int] = []

    def meanwhile(done: int, total: int) -> None:
        street.helped(minutes=1)
        seen.append(street.views.balances.of(OF_ANA).given)

    street.views.rebuild(meanwhile)

    assert seen == list(range(2, 2 + len(seen)))
    assert street.views.balances.of(OF_ANA).given == 1 + len(seen)
    assert street.views.check() == []


def test_other_threads_can_read_while_tables_are_swapped(street: ElmStreet) -> None:
    street.lively()
    expected = street.views.balances.of(OF_ANA), street.views.statements.page(OF_ANA)
    swapping, wrong = threading.Event(), list[object]()

    def read() -> None:
        try:
            while not swapping.is_set():
                found = street.views.balances.of(OF_ANA), street.views.statements.page(OF_ANA)
                if found != expected:
                    wrong.append(found)
        except BaseException as fault:  # noqa: BLE001 - asserted below, by the thread that can fail the test
            wrong.append(fault)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for _ in range(3):
        street.views.rebuild()
    swapping.set()
    for reader in readers:
        reader.join()

    assert wrong == []


def test_an_interrupted_rebuild_leaves_the_live_tables_and_the_next_one_succeeds(
    street: ElmStreet, monkeypatch: pytest.MonkeyPatch
) -> None:
    street.lively()
    before = tables(street.views)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(rebuild.Rebuild, "swap", crash)
        patched.setattr(rebuild.Rebuild, "_drop_new_tables", lambda _: None)
        with pytest.raises(KeyboardInterrupt):
            street.views.rebuild()
    leftovers = [name for name in names_of_tables(street) if name.endswith(SUFFIX)]
    street.views.rebuild()

    assert leftovers != []
    assert not [name for name in names_of_tables(street) if name.endswith(SUFFIX)]
    assert tables(street.views) == before


def test_an_entry_that_arrives_between_the_replay_and_the_swap_is_not_lost(
    street: ElmStreet, monkeypatch: pytest.MonkeyPatch
) -> None:
    swap = rebuild.Rebuild.swap

    def late(self: rebuild.Rebuild) -> None:
        street.bank.do(ReportExchange(legs=(help_of(minutes=7),), given_on=TODAY), by=BO)
        swap(self)

    monkeypatch.setattr(rebuild.Rebuild, "swap", late)
    street.views.rebuild()

    assert street.views.balances.of(OF_ANA).given == 7
    assert street.views.as_of().position == street.bank.log.head()


def test_a_killed_rebuild_leaves_the_live_tables_and_the_next_one_succeeds(
    street: ElmStreet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "BATCH", 7)
    street.lively()
    before = tables(street.views)

    killed = subprocess.run([sys.executable, "-c", KILLED, street.bank.place.url], check=False)
    leftovers = [name for name in names_of_tables(street) if name.endswith(SUFFIX)]
    while_left = tables(street.views)
    street.views.rebuild()

    assert killed.returncode == -signal.SIGKILL
    assert leftovers != []
    assert while_left == tables(street.views) == before
    assert not [name for name in names_of_tables(street) if name.endswith(SUFFIX)]


KILLED = """
import os, signal, sys
from ledger.time_bank import TimeBank
from projections.engine import rebuild
from projections.views import Views

rebuild.BATCH = 7
with TimeBank.open(sys.argv[1]) as bank, Views.open(bank.place, bank.log) as views:
    views.rebuild(lambda done, total: os.kill(os.getpid(), signal.SIGKILL))
"""
