"""What the community agrees upon, through the door."""

import pytest
from msgspec.structs import replace

from ledger.application.time_bank import TimeBank
from ledger.domain.agreements import DEFAULT_CATEGORIES, DEFAULT_THRESHOLDS
from ledger.identifiers import CategoryKey
from ledger.refusals import BeyondDebitLimit, OnlyCoordinators, UnknownCategory
from tests.cast import ANA, BO, CHIDI, TODAY, command, help_of, reopened


def test_new_limits_hold_from_now_on_for_everybody(each_bank: TimeBank) -> None:
    with reopened(each_bank) as elsewhere:
        elsewhere.agreements.in_force()
        each_bank.agreements.limits(-60, None, command=command(CHIDI))

        with pytest.raises(BeyondDebitLimit):
            elsewhere.exchanges.report([help_of(minutes=61)], TODAY, command=command(BO))
    assert each_bank.agreements.in_force().debit_limit_minutes == -60


def test_both_words_hold_from_now_on(bank: TimeBank) -> None:
    bank.agreements.confirmation("both", command=command(CHIDI))

    exchange, _ = bank.exchanges.report([help_of()], TODAY, command=command(BO))

    assert bank.exchanges.state(exchange).awaiting == (ANA,)


def test_what_was_logged_under_an_old_kind_can_still_be_agreed_to(bank: TimeBank) -> None:
    exchange, _ = bank.exchanges.report([help_of()], TODAY, command=command(ANA))
    bank.agreements.categories([(CategoryKey("bees"), "Bees")], command=command(CHIDI))

    with pytest.raises(UnknownCategory):
        bank.exchanges.report([help_of()], TODAY, command=command(ANA))
    bank.exchanges.confirm(exchange, command=command(BO))

    assert bank.exchanges.state(exchange).state == "settled"


def test_agreeing_to_what_is_in_force_answers_and_records_nothing(bank: TimeBank) -> None:
    head = bank.log.head()

    assert bank.agreements.limits(-1200, None, command=command(CHIDI)).facts == ()
    assert bank.agreements.confirmation("receiver", command=command(CHIDI)).facts == ()
    kinds = [(kind.key, kind.label) for kind in DEFAULT_CATEGORIES]
    assert bank.agreements.categories(kinds, command=command(CHIDI)).facts == ()
    assert bank.agreements.exceptions(DEFAULT_THRESHOLDS, command=command(CHIDI)).facts == ()
    assert bank.log.head() == head


def test_members_agree_on_nothing_for_others(bank: TimeBank) -> None:
    with pytest.raises(OnlyCoordinators):
        bank.agreements.limits(0, None, command=command(ANA))


def test_what_is_worth_a_look_is_agreed_upon_and_on_the_record(each_bank: TimeBank) -> None:
    wanted = replace(DEFAULT_THRESHOLDS, day_minutes=720)

    each_bank.agreements.exceptions(wanted, command=command(CHIDI))

    assert each_bank.agreements.in_force().thresholds == wanted
    with reopened(each_bank) as elsewhere:
        assert elsewhere.agreements.in_force().thresholds == wanted
