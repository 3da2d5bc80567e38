"""Rebuilding beside the live tables and swapping; comparing without touching."""

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


def changed_behind_its_back(street: ElmStreet, order: str) -> None:
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
def test_a_log_taken_in_a_few_entries_at_a_time_and_all_at_once_gives_the_same_rows(
    small_street: ElmStreet, seed: int
) -> None:
    made = list(logs.rows(200, seed=seed))
    for begin in range(0, len(made), 7):
        logs.fill(small_street.bank.log, iter(made[begin : begin + 7]))
        small_street.views.catch_up()
    before = tables(small_street.views)

    small_street.views.rebuild()

    assert tables(small_street.views) == before
    assert len(before["statement_lines"]) > 50


def test_entry_by_entry_gives_the_same_rows_as_all_at_once(street: ElmStreet) -> None:
    street.lively()

    assert street.views.check() == []


def test_a_rebuild_mends_what_was_changed_behind_its_back(street: ElmStreet) -> None:
    street.helped(minutes=60)
    changed_behind_its_back(street, f"UPDATE tallies SET given = 600 WHERE account = '{ANA}'")

    street.views.rebuild()

    assert street.views.balances.of(OF_ANA).given == 60


def test_a_check_names_the_row_that_was_changed_and_changes_none(street: ElmStreet) -> None:
    street.helped(minutes=60)
    changed_behind_its_back(street, f"UPDATE tallies SET given = 600 WHERE account = '{ANA}'")
    changed_behind_its_back(street, f"DELETE FROM members WHERE id = '{BO}'")
    changed_behind_its_back(street, "INSERT INTO groups VALUES ('g-nowhere', '', '', 0)")

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
def test_a_check_sees_every_kind_of_table(street: ElmStreet, order: str) -> None:
    street.helped(minutes=60)
    changed_behind_its_back(street, order)

    assert len(street.views.check()) == 1


def test_progress_is_told_up_to_the_last_entry(street: ElmStreet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuild, "BATCH", 5)
    street.lively()
    told: list[tuple[int, int]] = []

    street.views.rebuild(lambda done, total: told.append((done, total)))

    head = street.bank.log.head()
    assert told == sorted(told)
    assert len(told) > 3
    assert told[-1] == (head, head)


def test_live_entries_are_read_and_written_while_a_rebuild_goes_on(
    street: ElmStreet, monkeypatch: pytest.MonkeyPatch
) -> None:
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


def test_pages_are_read_in_other_threads_while_tables_are_swapped(street: ElmStreet) -> None:
    street.lively()
    expected = street.views.balances.of(OF_ANA), street.views.statements.page(OF_ANA)
    swapping, wrong = threading.Event(), list[object]()

    def read() -> None:
        try:
            while not swapping.is_set():
                found = street.views.balances.of(OF_ANA), street.views.statements.page(OF_ANA)
                if found != expected:
                    wrong.append(found)
        except BaseException as fault:  # noqa: BLE001 - told below, by the thread that can fail the test
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


def test_a_rebuild_that_was_broken_off_leaves_the_live_tables_and_the_next_one_succeeds(
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


def test_what_comes_between_the_replay_and_the_swap_is_not_lost(
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


def test_a_rebuild_that_was_killed_leaves_the_live_tables_and_the_next_one_succeeds(
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
from projections import rebuild
from projections.views import Views

rebuild.BATCH = 7
with TimeBank.open(sys.argv[1]) as bank, Views.open(bank.place, bank.log) as views:
    views.rebuild(lambda done, total: os.kill(os.getpid(), signal.SIGKILL))
"""
