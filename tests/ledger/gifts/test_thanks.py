"""Thanks for help and for gifts: who can say them, and who decides whether others read them."""

import pytest

from ledger.erasure.commands import AskForErasure, EraseMember
from ledger.exchanges.commands import ReportExchange
from ledger.exchanges.facts import ExchangeReported
from ledger.gifts.commands import ChooseThanksSharing, GiveThanks, RecordGift, WithdrawGift
from ledger.gifts.facts import GiftRecorded, ThanksGiven, ThanksSharingChosen
from ledger.groups.commands import FormGroup, JoinGroup
from ledger.groups.facts import GroupFormed
from ledger.identifiers import COMMUNITY, AccountId, ExchangeId, GiftId, MemberId
from ledger.log.entry import decode
from ledger.refusals import AlreadyWithdrawn, NotAParty, NotSettled, OnlyReceiversThank, UnknownGift
from ledger.time_bank import TimeBank
from tests.cast import ANA, BO, CHIDI, GARDENING, RUTH, TODAY, caller, help_of, minutes_of, skills


def helped(bank: TimeBank, *, by: MemberId = BO) -> ExchangeId:
    """Ana helped Bo; it counts when Bo logged it."""
    return bank.do(ReportExchange((help_of(),), TODAY), by=by).fact(ExchangeReported).exchange


def given(bank: TimeBank, receiver: AccountId) -> GiftId:
    """Ana gave something."""
    return bank.do(RecordGift(ANA, receiver, GARDENING, TODAY), by=ANA).fact(GiftRecorded).gift


def test_the_receiver_thanks_the_giver_and_nobodys_hours_change(each_bank: TimeBank) -> None:
    exchange = helped(each_bank)

    recorded = each_bank.do(GiveThanks(exchange, thanks="You saved my roses"), by=caller(BO, "thank-ana"))

    assert recorded.facts == (ThanksGiven(to=ANA, given_by=BO, may_be_shown=False, exchange=exchange),)
    (entry,) = [decode(stored.data) for stored in each_bank.log.read({"command:thank-ana": 0})[0]]
    assert each_bank.people.words(entry.sealed.values()) == {entry.sealed["thanks"]: "You saved my roses"}
    assert minutes_of(each_bank, ANA) == 60


def test_both_thank_each_other_for_a_skill_exchange(bank: TimeBank) -> None:
    exchange = bank.do(ReportExchange(skills(), TODAY), by=CHIDI).fact(ExchangeReported).exchange

    assert bank.do(GiveThanks(exchange), by=ANA).fact(ThanksGiven).to == BO
    assert bank.do(GiveThanks(exchange, may_be_shown=True), by=BO).fact(ThanksGiven).to == ANA


def test_only_receivers_say_thank_you(bank: TimeBank) -> None:
    exchange, gift = helped(bank), given(bank, AccountId(BO))

    for item in (GiveThanks(exchange), GiveThanks(gift=gift)):
        with pytest.raises(OnlyReceiversThank):
            bank.do(item, by=ANA)
        for stranger in (CHIDI, RUTH):
            with pytest.raises(NotAParty):
                bank.do(item, by=stranger)


def test_what_does_not_count_is_not_thanked_for(bank: TimeBank) -> None:
    gift = given(bank, AccountId(BO))
    bank.do(WithdrawGift(gift, "By mistake"), by=ANA)

    with pytest.raises(NotSettled):
        bank.do(GiveThanks(helped(bank, by=ANA)), by=BO)
    with pytest.raises(AlreadyWithdrawn):
        bank.do(GiveThanks(gift=gift), by=BO)
    with pytest.raises(UnknownGift):
        bank.do(GiveThanks(gift=GiftId("f-nothing")), by=BO)


def test_members_of_a_group_and_everyone_can_thank_for_a_gift_to_all_of_them(bank: TimeBank) -> None:
    garden = bank.do(FormGroup("Garden"), by=CHIDI).fact(GroupFormed).group
    bank.do(JoinGroup(garden, BO), by=BO)
    to_the_garden, to_all = given(bank, AccountId(garden)), given(bank, COMMUNITY)

    bank.do(GiveThanks(gift=to_the_garden), by=BO)
    bank.do(GiveThanks(gift=to_all), by=RUTH)

    with pytest.raises(NotAParty):
        bank.do(GiveThanks(gift=to_the_garden), by=RUTH)
    with pytest.raises(OnlyReceiversThank):
        bank.do(GiveThanks(gift=to_all), by=ANA)


def test_each_of_the_two_decides_for_themselves_whether_others_read_it(bank: TimeBank) -> None:
    exchange = helped(bank)
    bank.do(GiveThanks(exchange, may_be_shown=True), by=BO)

    chosen = bank.do(ChooseThanksSharing(exchange, may_be_shown=True), by=ANA).fact(ThanksSharingChosen)

    assert (chosen.chosen_by, chosen.may_be_shown) == (ANA, True)
    with pytest.raises(NotAParty):
        bank.do(ChooseThanksSharing(exchange, may_be_shown=True), by=CHIDI)


@pytest.mark.parametrize("erased", [ANA, BO])
def test_erasing_either_of_the_two_deletes_what_was_written(bank: TimeBank, erased: MemberId) -> None:
    bank.do(GiveThanks(helped(bank), thanks="You saved my roses"), by=caller(BO, "thank-ana"))
    (entry,) = [decode(stored.data) for stored in bank.log.read({"command:thank-ana": 0})[0]]

    bank.do(AskForErasure(erased), by=erased)
    bank.do(EraseMember(erased), by=CHIDI)

    assert bank.people.words(entry.sealed.values()) == {}
