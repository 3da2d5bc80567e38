"""Commands that change the agreements."""

import pytest
from msgspec.structs import replace

from ledger.agreements.commands import AgreeOnCategories, AgreeOnConfirmation, AgreeOnLimits, AgreeOnThresholds
from ledger.agreements.facts import Category
from ledger.agreements.rules import DEFAULT_CATEGORIES, DEFAULT_THRESHOLDS
from ledger.exchanges.commands import ConfirmExchange, ReportExchange
from ledger.exchanges.facts import ExchangeReported
from ledger.identifiers import CategoryKey
from ledger.refusals import BeyondDebitLimit, OnlyCoordinators, UnknownCategory
from ledger.time_bank import TimeBank
from tests.cast import ANA, BO, CHIDI, TODAY, help_of, reopened


def test_new_limits_apply_to_everyone_from_now_on(each_bank: TimeBank) -> None:
    with reopened(each_bank) as elsewhere:
        assert elsewhere.agreements.debit_limit_minutes == -1200
        each_bank.do(AgreeOnLimits(debit_limit_minutes=-60, upper_limit_minutes=None), by=CHIDI)

        with pytest.raises(BeyondDebitLimit):
            elsewhere.do(ReportExchange(legs=(help_of(minutes=61),), given_on=TODAY), by=BO)
    assert each_bank.agreements.debit_limit_minutes == -60


def test_both_parties_have_to_agree_once_that_is_agreed(bank: TimeBank) -> None:
    bank.do(AgreeOnConfirmation(words_needed="both"), by=CHIDI)

    exchange = bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=BO).fact(ExchangeReported).exchange

    assert bank.exchange(exchange).awaiting == (ANA,)


def test_an_exchange_under_an_old_kind_of_help_can_still_be_confirmed(bank: TimeBank) -> None:
    exchange = bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=ANA).fact(ExchangeReported).exchange
    bank.do(
        AgreeOnCategories(
            categories=tuple(Category(key=key, label=label) for key, label in [(CategoryKey("bees"), "Bees")])
        ),
        by=CHIDI,
    )

    with pytest.raises(UnknownCategory):
        bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=ANA)
    bank.do(ConfirmExchange(exchange=exchange), by=BO)

    assert bank.exchange(exchange).state == "settled"


def test_agreeing_to_what_is_already_in_force_records_nothing(bank: TimeBank) -> None:
    head = bank.log.head()

    assert bank.do(AgreeOnLimits(debit_limit_minutes=-1200, upper_limit_minutes=None), by=CHIDI).facts == ()
    assert bank.do(AgreeOnConfirmation(words_needed="receiver"), by=CHIDI).facts == ()
    kinds = [(kind.key, kind.label) for kind in DEFAULT_CATEGORIES]
    assert (
        bank.do(
            AgreeOnCategories(categories=tuple(Category(key=key, label=label) for key, label in kinds)), by=CHIDI
        ).facts
        == ()
    )
    assert bank.do(AgreeOnThresholds(thresholds=DEFAULT_THRESHOLDS), by=CHIDI).facts == ()
    assert bank.log.head() == head


def test_members_cannot_change_the_agreements(bank: TimeBank) -> None:
    with pytest.raises(OnlyCoordinators):
        bank.do(AgreeOnLimits(debit_limit_minutes=0, upper_limit_minutes=None), by=ANA)


def test_the_thresholds_are_agreed_and_recorded(each_bank: TimeBank) -> None:
    wanted = replace(DEFAULT_THRESHOLDS, day_minutes=720)

    each_bank.do(AgreeOnThresholds(thresholds=wanted), by=CHIDI)

    assert each_bank.agreements.thresholds == wanted
    with reopened(each_bank) as elsewhere:
        assert elsewhere.agreements.thresholds == wanted
