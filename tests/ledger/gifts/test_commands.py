"""Commands about gifts: recording them, and withdrawing those recorded by mistake."""

import pytest

from ledger.gifts.commands import RecordGift, WithdrawGift
from ledger.gifts.facts import GiftRecorded
from ledger.groups.commands import FormGroup
from ledger.groups.facts import GroupFormed
from ledger.identifiers import COMMUNITY, AccountId, GiftId
from ledger.log.entry import decode
from ledger.refusals import (
    AlreadyWithdrawn,
    NotTheirGift,
    OnlyCoordinators,
    PartyCannotDecide,
    ReasonNeeded,
    UnknownGift,
    UnknownGroup,
)
from ledger.time_bank import TimeBank
from tests.cast import ANA, BO, CHIDI, GARDEN, GARDENING, RUTH, TODAY, caller, minutes_of, replayed


def test_gifts_to_a_member_a_group_and_everyone_count_and_change_no_balance(bank: TimeBank) -> None:
    garden = bank.do(FormGroup(name="Garden"), by=CHIDI).fact(GroupFormed).group

    for receiver in (AccountId(BO), AccountId(garden), COMMUNITY):
        gift = (
            bank.do(RecordGift(giver=ANA, receiver=receiver, category=GARDENING, given_on=TODAY, note="Seeds"), by=ANA)
            .fact(GiftRecorded)
            .gift
        )
        assert bank.gift(gift).receiver == receiver

    assert replayed(bank.log) == {}
    assert minutes_of(bank, ANA) == 0


def test_a_gift_is_withdrawn_once_with_a_reason(each_bank: TimeBank) -> None:
    gift = (
        each_bank.do(RecordGift(giver=ANA, receiver=COMMUNITY, category=GARDENING, given_on=TODAY), by=ANA)
        .fact(GiftRecorded)
        .gift
    )
    with pytest.raises(ReasonNeeded):
        each_bank.do(WithdrawGift(gift=gift, reason=" "), by=ANA)

    each_bank.do(WithdrawGift(gift=gift, reason="Typed twice"), by=caller(ANA, "take-it-back"))

    assert each_bank.gift(gift).state == "withdrawn"
    (entry,) = [decode(stored.data) for stored in each_bank.log.read({"command:take-it-back": 0})[0]]
    assert each_bank.people.words(entry.sealed.values()) == {entry.sealed["reason"]: "Typed twice"}
    with pytest.raises(AlreadyWithdrawn):
        each_bank.do(WithdrawGift(gift=gift, reason="Again"), by=ANA)


def test_only_people_involved_can_withdraw_a_gift(bank: TimeBank) -> None:
    gift = (
        bank.do(RecordGift(giver=ANA, receiver=AccountId(BO), category=GARDENING, given_on=TODAY), by=ANA)
        .fact(GiftRecorded)
        .gift
    )

    with pytest.raises(NotTheirGift):
        bank.do(WithdrawGift(gift=gift, reason="Mine"), by=RUTH)
    with pytest.raises(UnknownGift):
        bank.do(WithdrawGift(gift=GiftId("f-nothing"), reason="Mine"), by=CHIDI)
    with pytest.raises(UnknownGift):
        bank.gift(GiftId("f-nothing"))


def test_a_gift_to_an_unknown_group_is_refused(bank: TimeBank) -> None:
    with pytest.raises(UnknownGroup):
        bank.do(RecordGift(giver=ANA, receiver=AccountId(GARDEN), category=GARDENING, given_on=TODAY), by=ANA)


def test_a_gift_can_be_previewed(bank: TimeBank) -> None:
    head = bank.log.head()

    assert len(bank.preview(RecordGift(giver=ANA, receiver=COMMUNITY, category=GARDENING, given_on=TODAY), by=ANA)) == 1
    assert bank.log.head() == head


def test_a_coordinator_can_record_a_gift_for_the_giver_but_not_one_of_their_own(bank: TimeBank) -> None:
    gift = (
        bank.do(
            RecordGift(giver=ANA, receiver=COMMUNITY, category=GARDENING, given_on=TODAY),
            by=caller(CHIDI, on_behalf=ANA),
        )
        .fact(GiftRecorded)
        .gift
    )

    assert bank.gift(gift).recorded_by == ANA
    with pytest.raises(PartyCannotDecide):
        bank.do(
            RecordGift(giver=ANA, receiver=AccountId(CHIDI), category=GARDENING, given_on=TODAY),
            by=caller(CHIDI, on_behalf=ANA),
        )
    with pytest.raises(OnlyCoordinators):
        bank.do(
            RecordGift(giver=ANA, receiver=COMMUNITY, category=GARDENING, given_on=TODAY), by=caller(BO, on_behalf=ANA)
        )
