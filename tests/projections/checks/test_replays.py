"""A replay of the log agrees with the read models at every entry, or names the differences."""

import sqlite3
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from ledger.exchanges.commands import ReportExchange
from ledger.exchanges.facts import ExchangeSettled
from ledger.identifiers import ExchangeId
from ledger.refusals import NoSuchEntry
from projections.checks.replays import ALL_ACCOUNTS, CHECKS, ReplayCheck
from projections.views import Views, check_by_replay
from tests.cast import ANA, BO, NOW, TODAY, help_of, reopened
from tests.projections.elm_street import ElmStreet


def checked(street: ElmStreet, at_entry: int | None = None, *, days: int = 0) -> ReplayCheck:
    """A check so many days after the day of the tests."""
    engine = street.views._engine
    return check_by_replay(street.bank.log, engine, street.views, now=NOW + timedelta(days=days), at_entry=at_entry)


def change_directly(street: ElmStreet, statement: str) -> None:
    with street.views._engine.begin() as connection:
        assert connection.execute(sa.text(statement)).rowcount >= 1


def differences(check: ReplayCheck) -> list[tuple[str, str, str, int, int]]:
    return [(one.account, one.read_model, one.what, one.log, one.shown) for one in check.listed]


def test_unchanged_read_models_agree_with_the_log_at_every_entry(street: ElmStreet) -> None:
    street.lively()
    last = street.views.as_of().number

    whole, others = checked(street), [checked(street, number, days=1) for number in range(1, last + 1)]

    assert whole.is_sound and whole.is_whole and whole.number == last
    assert whole.given == whole.received > 0
    assert [(check.number, check.is_sound) for check in others] == [(number, True) for number in range(1, last + 1)]
    assert (others[-1].accounts, others[-1].given) == (whole.accounts, whole.given)


def test_an_entry_deleted_from_the_log_is_noticed_and_stored(small_street: ElmStreet) -> None:
    small_street.helped(minutes=60)
    last = small_street.views.as_of().number
    log = sqlite3.connect(small_street.bank.place.path / "log.db")
    log.executescript("DROP TRIGGER entries_are_never_deleted; DROP TRIGGER tags_are_never_deleted;")
    with log:
        log.execute("DELETE FROM tags WHERE position = 3")
        log.execute("DELETE FROM entries WHERE position = 3")
    log.close()

    check = checked(small_street)

    assert check.trouble == f"The log has {last - 1} entries, but {last} were shown. Entries are missing."
    assert not check.is_sound and small_street.views.replays.latest() == check


def test_a_changed_balance_is_named(street: ElmStreet) -> None:
    street.helped(minutes=60)
    change_directly(street, f"UPDATE tallies SET given = 6000 WHERE account = '{ANA}'")
    change_directly(street, "UPDATE balance_totals SET received = 0")

    check = checked(street)

    assert not check.is_sound
    assert differences(check) == [(ALL_ACCOUNTS, "balances", "received", 60, 0), (ANA, "balances", "given", 60, 6000)]


def test_a_changed_statement_is_named(street: ElmStreet) -> None:
    street.helped(minutes=60)
    street.helped(minutes=30)
    change_directly(street, f"UPDATE statement_lines SET given = 61 WHERE account = '{ANA}' AND given = 60")
    change_directly(street, f"DELETE FROM statement_lines WHERE account = '{BO}' AND received_so_far = 90")

    check = checked(street)

    assert sorted(differences(check)) == [
        (ANA, "statements", "sum of given", 90, 91),
        (BO, "statements", "received", 90, 60),
        (BO, "statements", "sum of received", 90, 60),
    ]


def test_an_account_missing_from_the_balances_is_a_difference(street: ElmStreet) -> None:
    street.helped(minutes=60)
    change_directly(street, f"DELETE FROM tallies WHERE account = '{BO}'")

    assert (BO, "balances", "received", 60, 0) in differences(checked(street))


def test_entries_recorded_during_the_check_are_no_difference(street: ElmStreet) -> None:
    street.helped(minutes=60)
    has_begun, is_over = threading.Event(), threading.Event()

    def log_on() -> None:
        with reopened(street.bank) as bank, Views.open(bank.place, bank.log) as views:
            while not is_over.is_set():
                bank.do(ReportExchange(legs=(help_of(ANA, BO),), given_on=TODAY), by=BO)
                bank.do(ReportExchange(legs=(help_of(BO, ANA),), given_on=TODAY), by=ANA)
                views.catch_up()
                has_begun.set()

    member = threading.Thread(target=log_on)
    member.start()
    assert has_begun.wait(60)
    checks = [checked(street, days=day) for day in range(12)]
    is_over.set()
    member.join()

    assert [check.is_sound for check in checks] == [True] * len(checks)
    assert checks[-1].number > checks[0].number


def test_a_log_that_does_not_add_up_to_zero_is_not_sound() -> None:
    assert not ReplayCheck("2026-03-14T10:30:00.000000Z", True, 9, 9, given=60, received=59).is_sound


def test_a_read_model_that_stopped_is_trouble(street: ElmStreet) -> None:
    street.wrote(ExchangeSettled(exchange=ExchangeId("x-of-nobody"), legs=(help_of(),), given_on=TODAY))
    street.views.catch_up()
    assert street.stopped

    check = checked(street)

    assert not check.is_sound and "stopped" in check.trouble


def test_an_entry_that_is_still_to_come_is_refused(street: ElmStreet) -> None:
    with pytest.raises(NoSuchEntry):
        checked(street, street.views.as_of().number + 1)

    assert street.views.replays.latest() is None


def test_stored_checks_survive_a_rebuild(street: ElmStreet) -> None:
    street.lively()
    first, _, of_entry, last = (
        checked(street),
        checked(street, days=1),
        checked(street, 9, days=2),
        checked(street, days=3),
    )

    street.views.rebuild()

    assert street.views.replays.latest() == last
    assert street.views.replays.history(30)[-1] == first and len(street.views.replays.history(30)) == 3
    assert street.views.replays.at_entry(9) == of_entry
    assert street.views.replays.at_entry(8) is None


def test_only_the_latest_checks_are_stored(street: ElmStreet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.checks.replays._OLDEST_STORED", _oldest_but(3))
    checks = [checked(street, days=day) for day in range(6)]

    assert street.views.replays.history(30) == checks[:2:-1]


def _oldest_but(most: int) -> sa.Select[tuple[str]]:
    return sa.select(CHECKS.c.at).order_by(CHECKS.c.at.desc()).offset(most).limit(1)


def test_checks_of_entries_that_a_restored_log_lacks_are_deleted(street: ElmStreet) -> None:
    check = checked(street)
    change_directly(street, "UPDATE kept_replays SET entry = 'of another log'")
    assert street.views.replays.latest() == check

    street.views.replays.prepare()

    assert street.views.replays.latest() is None
