"""Gifts: recorded, and taken back when they were logged by mistake."""

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


def test_gifts_to_a_member_a_group_and_everybody_are_counted_and_move_no_balance(bank: TimeBank) -> None:
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


def test_a_gift_is_taken_back_once_with_a_word_of_why(each_bank: TimeBank) -> None:
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


def test_a_gift_is_taken_back_by_its_own_people(bank: TimeBank) -> None:
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


def test_what_a_gift_would_record_is_shown_without_recording_it(bank: TimeBank) -> None:
    head = bank.log.head()

    assert len(bank.preview(RecordGift(giver=ANA, receiver=COMMUNITY, category=GARDENING, given_on=TODAY), by=ANA)) == 1
    assert bank.log.head() == head


def test_a_coordinator_passes_on_a_givers_word_but_not_about_their_own_gifts(bank: TimeBank) -> None:
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
