"""Rules for gifts."""

from collections.abc import Callable
from datetime import date

import pytest

from ledger.agreements.rules import Agreements
from ledger.catalogue import Fact
from ledger.gifts.facts import GiftRecorded, GiftWithdrawn
from ledger.gifts.rules import Gift, record, withdraw
from ledger.groups.rules import Group
from ledger.identifiers import COMMUNITY, AccountId, CategoryKey, MemberId
from ledger.members.rules import Member
from ledger.refusals import (
    AlreadyWithdrawn,
    DayInFuture,
    DayTooLongAgo,
    NotActive,
    NotAParty,
    NotFounded,
    NotTheirGift,
    NotWithYourself,
    UnknownCategory,
    UnknownGift,
    UnknownGroup,
    UnknownMember,
)
from tests.cast import (
    AGREEMENTS,
    ANA,
    BO,
    CHIDI,
    GARDEN,
    GARDENING,
    GIFT,
    RUTH,
    TODAY,
    after,
    garden,
    given_gift,
    gone,
    host,
    invited,
    member,
    stranger,
)


def recorded(
    receiver: Member | Group | None,
    *,
    giver: Member | None = None,
    by: Member | None = None,
    category: str = GARDENING,
    on: date = TODAY,
    agreements: Agreements = AGREEMENTS,
) -> Fact:
    """Return the facts of recording a gift by Ana."""
    (fact,) = record(
        GIFT,
        giver=giver or member(ANA),
        receiver=receiver,
        category=CategoryKey(category),
        given_on=on,
        by=by or member(ANA),
        agreements=agreements,
        today=TODAY,
    )
    return fact


@pytest.mark.parametrize(
    ("receiver", "account"),
    [(member(BO), BO), (garden(), GARDEN), (None, COMMUNITY)],
    ids=["a member", "a group", "the whole community"],
)
def test_a_gift_is_for_a_member_a_group_or_everyone(receiver: Member | Group | None, account: str) -> None:
    assert recorded(receiver) == GiftRecorded(
        gift=GIFT, giver=ANA, receiver=AccountId(account), category=GARDENING, given_on=TODAY, recorded_by=ANA
    )


def test_a_gift_changes_no_balance() -> None:
    assert recorded(member(BO)).postings == ()


@pytest.mark.parametrize("who", [member(BO), member(CHIDI), host()], ids=["receiver", "coordinator", "host"])
def test_the_receiver_or_a_coordinator_can_record_a_gift(who: Member) -> None:
    fact = recorded(member(BO), by=who)

    assert isinstance(fact, GiftRecorded)
    assert fact.recorded_by == who.id


@pytest.mark.parametrize("receiver", [member(BO), garden(), None])
def test_someone_not_involved_cannot_record_a_gift(receiver: Member | Group | None) -> None:
    with pytest.raises(NotAParty):
        recorded(receiver, by=member(RUTH))


def test_nobody_can_give_to_themselves() -> None:
    with pytest.raises(NotWithYourself):
        recorded(member(ANA))


def test_a_gift_to_a_group_that_was_never_formed_is_refused() -> None:
    with pytest.raises(UnknownGroup):
        recorded(Group(id=GARDEN))


@pytest.mark.parametrize("who", [gone, invited])
def test_people_who_are_not_active_neither_give_nor_receive(who: Callable[[MemberId], Member]) -> None:
    with pytest.raises(NotActive):
        recorded(None, giver=who(ANA))
    with pytest.raises(NotActive):
        recorded(who(BO))


def test_a_gift_to_an_unknown_person_is_refused() -> None:
    with pytest.raises(UnknownMember):
        recorded(stranger(BO))


def test_a_gift_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UnknownCategory):
        recorded(None, category="flying")


def test_gifts_follow_the_same_rules_about_days_as_exchanges() -> None:
    with pytest.raises(DayInFuture):
        recorded(None, on=date(2026, 3, 15))
    with pytest.raises(DayTooLongAgo):
        recorded(None, on=date(2025, 3, 13))

    assert recorded(None, on=date(2025, 3, 13), by=member(CHIDI))


def test_no_gift_can_be_recorded_before_the_founding() -> None:
    with pytest.raises(NotFounded):
        recorded(None, agreements=Agreements())


@pytest.mark.parametrize(
    "who", [member(ANA), member(BO), member(CHIDI), host()], ids=["giver", "receiver", "coordinator", "host"]
)
def test_the_people_involved_or_a_coordinator_can_withdraw_a_gift(who: Member) -> None:
    assert withdraw(given_gift(receiver=member(BO)), by=who) == [
        GiftWithdrawn(
            gift=GIFT, giver=ANA, receiver=AccountId(BO), category=GARDENING, given_on=TODAY, withdrawn_by=who.id
        )
    ]


def test_someone_not_involved_cannot_withdraw_a_gift() -> None:
    with pytest.raises(NotTheirGift):
        withdraw(given_gift(receiver=member(BO)), by=member(RUTH))


def test_someone_who_has_left_cannot_withdraw_a_gift() -> None:
    with pytest.raises(NotActive):
        withdraw(given_gift(), by=gone(ANA))


def test_a_gift_is_withdrawn_once() -> None:
    gift = given_gift()

    with pytest.raises(AlreadyWithdrawn):
        withdraw(after(gift, withdraw(gift, by=member(ANA))), by=member(ANA))


def test_an_unknown_gift_cannot_be_withdrawn() -> None:
    with pytest.raises(UnknownGift):
        withdraw(Gift(id=GIFT), by=member(CHIDI))
