"""Gifts: recorded, and taken back when they were logged by mistake."""

import pytest

from ledger.application.time_bank import TimeBank
from ledger.identifiers import COMMUNITY, AccountId, GiftId
from ledger.log.entry import decode
from ledger.refusals import (
    AlreadyWithdrawn,
    NotTheirGift,
    NotTheirsToSay,
    NoWord,
    OnlyCoordinators,
    UnknownGift,
    UnknownGroup,
)
from tests.cast import ANA, BO, CHIDI, GARDEN, GARDENING, RUTH, TODAY, command, minutes_of, replayed


def test_gifts_to_a_member_a_group_and_everybody_are_counted_and_move_no_balance(bank: TimeBank) -> None:
    garden, _ = bank.groups.form("Garden", command=command(CHIDI))

    for receiver in (AccountId(BO), AccountId(garden), COMMUNITY):
        gift, _ = bank.gifts.record(ANA, receiver, GARDENING, TODAY, command=command(ANA), note="Seeds")
        assert bank.gifts.state(gift).receiver == receiver

    assert replayed(bank.log) == {}
    assert minutes_of(bank, ANA) == 0


def test_a_gift_is_taken_back_once_with_a_word_of_why(each_bank: TimeBank) -> None:
    gift, _ = each_bank.gifts.record(ANA, COMMUNITY, GARDENING, TODAY, command=command(ANA))
    with pytest.raises(NoWord):
        each_bank.gifts.withdraw(gift, reason=" ", command=command(ANA))

    each_bank.gifts.withdraw(gift, reason="Typed twice", command=command(ANA, "take-it-back"))

    assert each_bank.gifts.state(gift).state == "withdrawn"
    (entry,) = [decode(stored.data) for stored in each_bank.log.read({"command:take-it-back": 0})[0]]
    assert each_bank.people.words(entry.sealed.values()) == {entry.sealed["reason"]: "Typed twice"}
    with pytest.raises(AlreadyWithdrawn):
        each_bank.gifts.withdraw(gift, reason="Again", command=command(ANA))


def test_a_gift_is_taken_back_by_its_own_people(bank: TimeBank) -> None:
    gift, _ = bank.gifts.record(ANA, AccountId(BO), GARDENING, TODAY, command=command(ANA))

    with pytest.raises(NotTheirGift):
        bank.gifts.withdraw(gift, reason="Mine", command=command(RUTH))
    with pytest.raises(UnknownGift):
        bank.gifts.withdraw(GiftId("f-nothing"), reason="Mine", command=command(CHIDI))
    with pytest.raises(UnknownGift):
        bank.gifts.state(GiftId("f-nothing"))


def test_a_gift_to_an_unknown_group_is_refused(bank: TimeBank) -> None:
    with pytest.raises(UnknownGroup):
        bank.gifts.record(ANA, AccountId(GARDEN), GARDENING, TODAY, command=command(ANA))


def test_what_a_gift_would_record_is_shown_without_recording_it(bank: TimeBank) -> None:
    head = bank.log.head()

    assert len(bank.gifts.would_record(ANA, COMMUNITY, GARDENING, TODAY, command=command(ANA))) == 1
    assert bank.log.head() == head


def test_a_coordinator_passes_on_a_givers_word_but_not_about_their_own_gifts(bank: TimeBank) -> None:
    gift, _ = bank.gifts.record(ANA, COMMUNITY, GARDENING, TODAY, command=command(CHIDI, on_behalf=ANA))

    assert bank.gifts.state(gift).recorded_by == ANA
    with pytest.raises(NotTheirsToSay):
        bank.gifts.record(ANA, AccountId(CHIDI), GARDENING, TODAY, command=command(CHIDI, on_behalf=ANA))
    with pytest.raises(OnlyCoordinators):
        bank.gifts.record(ANA, COMMUNITY, GARDENING, TODAY, command=command(BO, on_behalf=ANA))
