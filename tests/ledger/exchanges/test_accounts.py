"""The limits of accounts."""

import re

import pytest

from ledger.agreements.rules import Agreements
from ledger.exchanges.accounts import Account, keep_within_limits
from ledger.exchanges.facts import ExchangeReversed, ExchangeSettled, Leg
from ledger.identifiers import HOST, AccountId, MemberId
from ledger.refusals import BeyondDebitLimit, BeyondTheirDebitLimit, BeyondTheirUpperLimit, BeyondUpperLimit
from tests.cast import AGREEMENTS, ANA, BO, CHIDI, EXCHANGE, RUTH, TODAY, after, balances, help_of, skills

LIMITED = Agreements(origin="here", debit_limit_minutes=-120, upper_limit_minutes=120)


def check_limits(*legs: Leg, agreements: Agreements = AGREEMENTS, reader: MemberId = BO, **balance: int) -> None:
    """Check these legs against the limits, with these balances of Ana and Bo. Bo reads the refusal."""
    accounts = balances({MemberId(f"m-{who}"): minutes for who, minutes in balance.items()})
    keep_within_limits(legs, accounts, agreements, reader=reader)


def test_a_newcomer_can_receive_twenty_hours_before_giving_any() -> None:
    check_limits(help_of(minutes=1200))

    with pytest.raises(BeyondDebitLimit) as refusal:
        check_limits(help_of(minutes=1201))

    assert refusal.value.details == {"open_minutes": 1200, "account": BO}


def test_a_limit_that_was_never_set_is_the_default_and_never_unlimited() -> None:
    with pytest.raises(BeyondDebitLimit):
        check_limits(help_of(minutes=1201), agreements=Agreements())


def test_a_refusal_says_how_many_minutes_are_still_open() -> None:
    with pytest.raises(BeyondDebitLimit) as refusal:
        check_limits(help_of(minutes=60), bo=-1170)

    assert refusal.value.details["open_minutes"] == 30
    assert "30 min can still be received" in str(refusal.value)


def test_beyond_the_limit_zero_minutes_are_open() -> None:
    with pytest.raises(BeyondDebitLimit) as refusal:
        check_limits(help_of(minutes=1), bo=-1500)

    assert refusal.value.details["open_minutes"] == 0


def test_someone_beyond_the_limit_can_give() -> None:
    check_limits(help_of(BO, ANA, 600), bo=-1500)


def test_there_is_no_upper_limit_until_one_is_agreed() -> None:
    check_limits(help_of(minutes=1200), ana=1_000_000)


def test_an_upper_limit_stops_the_giver_and_says_what_is_open() -> None:
    check_limits(help_of(minutes=60), agreements=LIMITED, ana=60)

    with pytest.raises(BeyondUpperLimit) as refusal:
        check_limits(help_of(minutes=61), agreements=LIMITED, reader=ANA, ana=60)

    assert refusal.value.details == {"open_minutes": 60, "account": ANA}


def test_someone_above_the_upper_limit_can_receive_but_not_give() -> None:
    check_limits(help_of(BO, ANA, 60), agreements=LIMITED, ana=500)

    with pytest.raises(BeyondUpperLimit) as refusal:
        check_limits(help_of(ANA, BO, 1), agreements=LIMITED, reader=ANA, ana=500)

    assert refusal.value.details["open_minutes"] == 0


def test_a_skill_exchange_counts_net() -> None:
    # Ana gives 60 and receives 120, so the net change is an hour from Bo to Ana.
    check_limits(*skills(minutes=60, back=120), ana=-1140)
    check_limits(*skills(minutes=1440, back=1440), ana=-5000, bo=-5000)

    with pytest.raises(BeyondDebitLimit) as refusal:
        check_limits(*skills(minutes=60, back=120), reader=ANA, ana=-1141)

    assert refusal.value.details == {"open_minutes": 59, "account": ANA}


@pytest.mark.parametrize("reader", [BO, CHIDI, HOST])
def test_only_the_owner_of_an_account_reads_how_near_it_is_to_the_upper_limit(reader: MemberId) -> None:
    with pytest.raises(BeyondTheirUpperLimit) as refusal:
        check_limits(help_of(minutes=61), agreements=LIMITED, reader=reader, ana=60)

    assert refusal.value.details == {"account": ANA}
    assert not re.search(r"\d", str(refusal.value))


@pytest.mark.parametrize("reader", [ANA, CHIDI, HOST])
def test_only_the_owner_of_an_account_reads_how_near_it_is_to_the_debit_limit(reader: MemberId) -> None:
    with pytest.raises(BeyondTheirDebitLimit) as refusal:
        check_limits(help_of(minutes=61), agreements=LIMITED, reader=reader, bo=-60)

    assert refusal.value.details == {"account": BO}
    assert not re.search(r"\d", str(refusal.value))


def test_given_and_received_are_counted_separately_and_undone_by_a_reversal() -> None:
    settled = ExchangeSettled(exchange=EXCHANGE, legs=skills(60, 120), given_on=TODAY)
    reversed_ = ExchangeReversed(exchange=EXCHANGE, legs=settled.legs, given_on=TODAY, asked_by=ANA, approved_by=BO)
    account = Account(id=AccountId(ANA))

    once = after(account, [settled])

    assert (once.given, once.received, once.balance) == (60, 120, -60)
    assert after(once, [reversed_]) == account


def test_postings_on_other_accounts_change_nothing() -> None:
    settled = ExchangeSettled(exchange=EXCHANGE, legs=(help_of(CHIDI, RUTH),), given_on=TODAY)

    assert after(Account(id=AccountId(ANA)), [settled]) == Account(id=AccountId(ANA))


def test_what_can_still_be_received_is_in_minutes() -> None:
    assert Account(id=AccountId(BO)).open_to_receive(AGREEMENTS) == 1200
    assert Account(id=AccountId(BO), received=1190).open_to_receive(AGREEMENTS) == 10
    assert Account(id=AccountId(BO), received=1300).open_to_receive(AGREEMENTS) == 0
