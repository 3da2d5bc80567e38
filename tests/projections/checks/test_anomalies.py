"""Anomalies are found in a whole log, on both databases, and stored."""

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
from projections.checks import anomalies
from projections.checks.anomalies import AnomalySearch, find_anomalies, search
from projections.checks.log_reading import RULES, UNITS, Anomaly, anomaly, read_log
from tests.cast import ANA, BO, CHIDI, NOW, TODAY, caller, help_of, skills
from tests.projections.elm_street import ElmStreet


def found(street: ElmStreet, rule: str = "") -> list[Anomaly]:
    """The anomalies in the log of the street; of one rule or of all."""
    return [one for one in find_anomalies(read_log(street.bank.log)) if not rule or one.rule == rule]


def searched(street: ElmStreet) -> AnomalySearch:
    return search(street.bank.log, street.views._engine)


def test_a_quiet_street_has_no_anomalies(street: ElmStreet) -> None:
    street.helped(ANA, BO, 45)

    assert found(street) == []


def test_a_coordinator_who_logged_for_both_is_listed_with_report_and_settlement(street: ElmStreet) -> None:
    street.helped(ANA, BO, by=CHIDI)
    settled = street.views.catch_up().number

    (one,) = found(street, "both-sides")

    assert (one.people, one.entries) == ((CHIDI, ANA, BO), (settled - 1, settled))


def test_logging_for_one_party_while_the_other_agrees_is_no_anomaly(street: ElmStreet) -> None:
    waiting = street.helped(by=ANA)
    street.bank.do(ConfirmExchange(exchange=waiting), by=caller(CHIDI, on_behalf=BO))
    street.bank.do(ReportExchange(legs=(help_of(minutes=30),), given_on=TODAY), by=caller(CHIDI, on_behalf=BO))

    assert found(street, "both-sides") == []


def test_recording_both_agreements_one_after_the_other_is_worth_a_look(street: ElmStreet) -> None:
    exchange = (
        street.bank.do(ReportExchange(legs=skills(), given_on=TODAY), by=caller(CHIDI, on_behalf=ANA))
        .fact(ExchangeReported)
        .exchange
    )
    street.bank.do(ConfirmExchange(exchange=exchange), by=caller(CHIDI, on_behalf=BO))

    assert [one.people for one in found(street, "both-sides")] == [(CHIDI, ANA, BO)]


def test_imported_exchanges_are_no_anomaly(street: ElmStreet) -> None:
    for _ in range(12):
        street.bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=caller(CHIDI, via="import"))

    assert [one.rule for one in found(street)] == []


def test_an_exchange_that_was_taken_back_is_no_longer_worth_a_look(street: ElmStreet) -> None:
    street.helped(ANA, BO, 45)
    back = street.helped(BO, ANA, 45)
    assert len(found(street, "back-and-forth")) == 1

    street.took_back(back, asked_by=BO)

    assert found(street, "back-and-forth") == []


def test_the_agreed_thresholds_apply(street: ElmStreet) -> None:
    street.helped(ANA, BO, 45, on=TODAY - timedelta(days=9))
    street.helped(BO, ANA, 45)
    street.bank.do(AgreeOnThresholds(thresholds=replace(DEFAULT_THRESHOLDS, near_days=8)), by=CHIDI)

    assert found(street, "back-and-forth") == []
    assert len(find_anomalies(read_log(street.bank.log), DEFAULT_THRESHOLDS)) == 1


def test_limits_that_were_widened_before_they_were_used_are_listed(street: ElmStreet) -> None:
    agreed = street.bank.do(AgreeOnLimits(debit_limit_minutes=-3000, upper_limit_minutes=None), by=CHIDI)
    changed = street.views.catch_up(agreed.position).number
    street.helped(ANA, BO, 1230)

    (one,) = found(street, "limit-used")

    assert (one.people, one.entries[0], one.measured) == ((BO,), changed, 1230)


def test_an_account_used_again_after_half_a_year_is_listed(street: ElmStreet) -> None:
    street.helped(ANA, BO, 45)
    street.time.moment = datetime.combine(TODAY + timedelta(days=180), NOW.timetz())
    street.helped(CHIDI, BO, 45, on=TODAY + timedelta(days=180))

    assert [one.people for one in found(street, "woken")] == [(BO,)]


def test_the_log_can_be_read_up_to_an_entry(street: ElmStreet) -> None:
    street.helped(ANA, BO, 45)
    before = street.views.catch_up().number
    street.helped(BO, ANA, 45)

    assert find_anomalies(read_log(street.bank.log, before)) == []
    with pytest.raises(NoSuchEntry):
        read_log(street.bank.log, before + 3)


def test_anomalies_are_stored_with_the_entry_searched_up_to(street: ElmStreet) -> None:
    street.helped(ANA, BO, 45)
    street.helped(BO, ANA, 45)
    now = street.views.catch_up().number

    assert street.views.anomalies.last_search().number == 0
    assert street.views.anomalies.is_behind(street.bank.log)
    searched(street)

    state = street.views.anomalies.last_search()
    assert (state.number, state.thresholds, state.counts) == (now, DEFAULT_THRESHOLDS, {"back-and-forth": 1})
    assert [one for _, one in street.views.anomalies.of("back-and-forth")] == found(street)
    assert not street.views.anomalies.is_behind(street.bank.log)


def test_a_new_search_replaces_the_stored_anomalies(street: ElmStreet) -> None:
    street.helped(ANA, BO, 45)
    back = street.helped(BO, ANA, 45)
    searched(street)
    street.took_back(back, asked_by=BO)

    assert street.views.anomalies.is_behind(street.bank.log)
    searched(street)

    assert street.views.anomalies.of("back-and-forth") == []
    assert street.views.anomalies.last_search().counts == {}


def test_nothing_is_read_when_nothing_was_added(street: ElmStreet, monkeypatch: pytest.MonkeyPatch) -> None:
    street.helped(ANA, BO, 45)
    before = searched(street)
    monkeypatch.delattr(anomalies, "read_log")

    assert searched(street) == before


def test_the_number_of_stored_anomalies_of_a_rule_is_limited(
    street: ElmStreet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anomalies, "MAX_STORED", 2)
    for _ in range(3):
        street.helped(ANA, BO, by=CHIDI, minutes=45)

    searched(street)

    assert [place for place, _ in street.views.anomalies.of("both-sides")] == [1, 2]
    assert street.views.anomalies.last_search().counts == {"both-sides": 3}


def test_anomalies_are_paged_without_gaps(street: ElmStreet) -> None:
    for _ in range(3):
        street.helped(ANA, BO, by=CHIDI, minutes=45)
    searched(street)

    first = street.views.anomalies.of("both-sides", limit=2)
    second = street.views.anomalies.of("both-sides", after=first[-1][0], limit=2)

    assert [one for _, one in (*first, *second)] == found(street, "both-sides")


def test_another_log_in_the_same_place_shows_none_of_the_stored_anomalies(small_street: ElmStreet) -> None:
    searched(small_street)
    with small_street.views._engine.begin() as connection:
        connection.execute(sa.text("UPDATE kept_exceptions_state SET log = 'another'"))

    assert small_street.views.anomalies.last_search().number == 0


def test_only_the_newest_of_many_entries_are_listed() -> None:
    one = anomaly("round-hours", [AccountId(ANA)], range(1, 61), 60)

    assert (one.entries[0], one.number, one.others) == (11, 60, 10)


def test_every_rule_has_a_unit() -> None:
    assert sorted(UNITS) == sorted(RULES)
