"""How far an account may go."""

import pytest

from ledger.agreements.rules import Agreements
from ledger.exchanges.accounts import Account, keep_within_limits
from ledger.exchanges.facts import ExchangeReversed, ExchangeSettled, Leg
from ledger.identifiers import AccountId, MemberId
from ledger.refusals import BeyondDebitLimit, BeyondUpperLimit
from tests.cast import AGREEMENTS, ANA, BO, CHIDI, EXCHANGE, RUTH, TODAY, after, balances, help_of, skills

LIMITED = Agreements(origin="here", debit_limit_minutes=-120, upper_limit_minutes=120)


def kept(*legs: Leg, agreements: Agreements = AGREEMENTS, **balance: int) -> None:
    """Asks whether these legs fit, with Ana's and Bo's balances as given."""
    keep_within_limits(legs, balances({MemberId(f"m-{who}"): minutes for who, minutes in balance.items()}), agreements)


def test_a_newcomer_may_receive_twenty_hours_before_giving_any() -> None:
    kept(help_of(minutes=1200))

    with pytest.raises(BeyondDebitLimit) as refusal:
        kept(help_of(minutes=1201))

    assert refusal.value.details == {"open_minutes": 1200, "account": BO}


def test_a_limit_that_was_never_set_is_the_default_and_never_unlimited() -> None:
    with pytest.raises(BeyondDebitLimit):
        kept(help_of(minutes=1201), agreements=Agreements())


def test_a_refusal_says_how_many_minutes_are_still_open() -> None:
    with pytest.raises(BeyondDebitLimit) as refusal:
        kept(help_of(minutes=60), bo=-1170)

    assert refusal.value.details["open_minutes"] == 30
    assert "30 can still be received" in str(refusal.value)


def test_beyond_the_limit_nothing_is_open_and_not_less_than_nothing() -> None:
    with pytest.raises(BeyondDebitLimit) as refusal:
        kept(help_of(minutes=1), bo=-1500)

    assert refusal.value.details["open_minutes"] == 0


def test_whoever_is_beyond_the_limit_may_give() -> None:
    kept(help_of(BO, ANA, 600), bo=-1500)


def test_there_is_no_upper_limit_until_one_is_agreed() -> None:
    kept(help_of(minutes=1200), ana=1_000_000)


def test_an_upper_limit_stops_the_giver_and_says_what_is_open() -> None:
    kept(help_of(minutes=60), agreements=LIMITED, ana=60)

    with pytest.raises(BeyondUpperLimit) as refusal:
        kept(help_of(minutes=61), agreements=LIMITED, ana=60)

    assert refusal.value.details == {"open_minutes": 60, "account": ANA}


def test_above_the_upper_limit_receiving_is_welcome_and_giving_is_not() -> None:
    kept(help_of(BO, ANA, 60), agreements=LIMITED, ana=500)

    with pytest.raises(BeyondUpperLimit) as refusal:
        kept(help_of(ANA, BO, 1), agreements=LIMITED, ana=500)

    assert refusal.value.details["open_minutes"] == 0


def test_a_skill_exchange_counts_net() -> None:
    # Ana gives 60 and receives 120: what moves is an hour from Bo to Ana.
    kept(*skills(minutes=60, back=120), ana=-1140)
    kept(*skills(minutes=1440, back=1440), ana=-5000, bo=-5000)

    with pytest.raises(BeyondDebitLimit) as refusal:
        kept(*skills(minutes=60, back=120), ana=-1141)

    assert refusal.value.details == {"open_minutes": 59, "account": ANA}


def test_what_moves_carries_given_and_received_apart_and_a_reversal_takes_both_back() -> None:
    settled = ExchangeSettled(exchange=EXCHANGE, legs=skills(60, 120), given_on=TODAY)
    reversed_ = ExchangeReversed(exchange=EXCHANGE, legs=settled.legs, given_on=TODAY, asked_by=ANA, approved_by=BO)
    account = Account(id=AccountId(ANA))

    once = after(account, [settled])

    assert (once.given, once.received, once.balance) == (60, 120, -60)
    assert after(once, [reversed_]) == account


def test_others_movements_leave_an_account_alone() -> None:
    settled = ExchangeSettled(exchange=EXCHANGE, legs=(help_of(CHIDI, RUTH),), given_on=TODAY)

    assert after(Account(id=AccountId(ANA)), [settled]) == Account(id=AccountId(ANA))


def test_what_is_open_to_receive_is_told_in_minutes() -> None:
    assert Account(id=AccountId(BO)).open_to_receive(AGREEMENTS) == 1200
    assert Account(id=AccountId(BO), received=1190).open_to_receive(AGREEMENTS) == 10
    assert Account(id=AccountId(BO), received=1300).open_to_receive(AGREEMENTS) == 0
