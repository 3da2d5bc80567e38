"""Looking at a whole book: from the entries to what is worth a look, on both databases, and what is kept of it."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from ledger.agreements.commands import AgreeOnLimits, AgreeOnThresholds
from ledger.agreements.rules import DEFAULT_THRESHOLDS
from ledger.exchanges.commands import ConfirmExchange, ReportExchange
from ledger.exchanges.facts import ExchangeReported
from ledger.identifiers import AccountId
from ledger.refusals import NoSuchEntry
from projections.checks import anomalies as kept
from projections.checks.anomalies import exceptions, look
from projections.checks.log_reading import RULES, UNITS, Anomaly, noted, read_book
from tests.cast import ANA, BO, CHIDI, NOW, TODAY, caller, help_of, skills
from tests.projections.elm_street import ElmStreet


def found(street: ElmStreet, rule: str = "") -> list[Anomaly]:
    """What the rules find in the log of the street, or one of them."""
    return [one for one in exceptions(read_book(street.bank.log)) if not rule or one.rule == rule]


def looked(street: ElmStreet) -> kept.Looked:
    return look(street.bank.log, street.views._engine)


def test_a_quiet_street_has_nothing_to_look_at(street: ElmStreet) -> None:
    street.helped(ANA, BO, 45)

    assert found(street) == []


def test_a_coordinator_who_typed_for_both_is_told_with_report_and_settlement(street: ElmStreet) -> None:
    street.helped(ANA, BO, by=CHIDI)
    settled = street.views.catch_up().number

    (one,) = found(street, "both-sides")

    assert (one.people, one.entries) == ((CHIDI, ANA, BO), (settled - 1, settled))


def test_speaking_for_one_while_the_other_spoke_is_nothing_to_look_at(street: ElmStreet) -> None:
    waiting = street.helped(by=ANA)
    street.bank.do(ConfirmExchange(exchange=waiting), by=caller(CHIDI, on_behalf=BO))
    street.bank.do(ReportExchange(legs=(help_of(minutes=30),), given_on=TODAY), by=caller(CHIDI, on_behalf=BO))

    assert found(street, "both-sides") == []


def test_typing_the_words_of_both_one_after_the_other_is_worth_a_look(street: ElmStreet) -> None:
    exchange = (
        street.bank.do(ReportExchange(legs=skills(), given_on=TODAY), by=caller(CHIDI, on_behalf=ANA))
        .fact(ExchangeReported)
        .exchange
    )
    street.bank.do(ConfirmExchange(exchange=exchange), by=caller(CHIDI, on_behalf=BO))

    assert [one.people for one in found(street, "both-sides")] == [(CHIDI, ANA, BO)]


def test_what_an_import_brought_is_typed_by_one_by_its_nature(street: ElmStreet) -> None:
    for _ in range(12):
        street.bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=caller(CHIDI, via="import"))

    assert [one.rule for one in found(street)] == []


def test_what_was_taken_back_is_no_longer_worth_a_look(street: ElmStreet) -> None:
    street.helped(ANA, BO, 45)
    back = street.helped(BO, ANA, 45)
    assert len(found(street, "back-and-forth")) == 1

    street.took_back(back, asked_by=BO)

    assert found(street, "back-and-forth") == []


def test_what_was_agreed_upon_decides(street: ElmStreet) -> None:
    street.helped(ANA, BO, 45, on=TODAY - timedelta(days=9))
    street.helped(BO, ANA, 45)
    street.bank.do(AgreeOnThresholds(thresholds=replace(DEFAULT_THRESHOLDS, near_days=8)), by=CHIDI)

    assert found(street, "back-and-forth") == []
    assert len(exceptions(read_book(street.bank.log), DEFAULT_THRESHOLDS)) == 1


def test_a_limit_that_was_widened_before_it_was_used(street: ElmStreet) -> None:
    agreed = street.bank.do(AgreeOnLimits(debit_limit_minutes=-3000, upper_limit_minutes=None), by=CHIDI)
    changed = street.views.catch_up(agreed.position).number
    street.helped(ANA, BO, 1230)

    (one,) = found(street, "limit-used")

    assert (one.people, one.entries[0], one.measured) == ((BO,), changed, 1230)


def test_whoever_wakes_after_half_a_year(street: ElmStreet) -> None:
    street.helped(ANA, BO, 45)
    street.time.moment = datetime.combine(TODAY + timedelta(days=180), NOW.timetz())
    street.helped(CHIDI, BO, 45, on=TODAY + timedelta(days=180))

    assert [one.people for one in found(street, "woken")] == [(BO,)]


def test_the_book_can_be_read_up_to_an_entry(street: ElmStreet) -> None:
    street.helped(ANA, BO, 45)
    before = street.views.catch_up().number
    street.helped(BO, ANA, 45)

    assert exceptions(read_book(street.bank.log, before)) == []
    with pytest.raises(NoSuchEntry):
        read_book(street.bank.log, before + 3)


def test_what_was_found_is_kept_with_the_entry_it_was_found_at(street: ElmStreet) -> None:
    street.helped(ANA, BO, 45)
    street.helped(BO, ANA, 45)
    now = street.views.catch_up().number

    assert street.views.exceptions.looked().number == 0
    assert street.views.exceptions.is_behind(street.bank.log)
    looked(street)

    state = street.views.exceptions.looked()
    assert (state.number, state.thresholds, state.counts) == (now, DEFAULT_THRESHOLDS, {"back-and-forth": 1})
    assert [one for _, one in street.views.exceptions.of("back-and-forth")] == found(street)
    assert not street.views.exceptions.is_behind(street.bank.log)


def test_looking_again_puts_the_new_in_the_place_of_the_old(street: ElmStreet) -> None:
    street.helped(ANA, BO, 45)
    back = street.helped(BO, ANA, 45)
    looked(street)
    street.took_back(back, asked_by=BO)

    assert street.views.exceptions.is_behind(street.bank.log)
    looked(street)

    assert street.views.exceptions.of("back-and-forth") == []
    assert street.views.exceptions.looked().counts == {}


def test_when_nothing_was_added_nothing_is_read(street: ElmStreet, monkeypatch: pytest.MonkeyPatch) -> None:
    street.helped(ANA, BO, 45)
    before = looked(street)
    monkeypatch.delattr(kept, "read_book")

    assert looked(street) == before


def test_of_each_rule_no_more_is_kept_than_can_be_read(street: ElmStreet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_KEPT", 2)
    for _ in range(3):
        street.helped(ANA, BO, by=CHIDI, minutes=45)

    looked(street)

    assert [place for place, _ in street.views.exceptions.of("both-sides")] == [1, 2]
    assert street.views.exceptions.looked().counts == {"both-sides": 3}


def test_pages_of_what_was_found_follow_one_another(street: ElmStreet) -> None:
    for _ in range(3):
        street.helped(ANA, BO, by=CHIDI, minutes=45)
    looked(street)

    first = street.views.exceptions.of("both-sides", limit=2)
    second = street.views.exceptions.of("both-sides", after=first[-1][0], limit=2)

    assert [one for _, one in (*first, *second)] == found(street, "both-sides")


def test_another_log_in_the_same_place_shows_nothing_of_the_old(small_street: ElmStreet) -> None:
    looked(small_street)
    with small_street.views._engine.begin() as connection:
        connection.execute(sa.text("UPDATE kept_exceptions_state SET log = 'another'"))

    assert small_street.views.exceptions.looked().number == 0


def test_of_many_entries_the_newest_are_listed() -> None:
    one = noted("round-hours", [AccountId(ANA)], range(1, 61), 60)

    assert (one.entries[0], one.number, one.others) == (11, 60, 10)


def test_every_rule_says_what_it_measures() -> None:
    assert tuple(UNITS) == RULES
