"""What is given with nothing asked back."""

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
    """What recording a gift by Ana comes to."""
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
def test_a_gift_goes_to_a_member_a_group_or_everybody(receiver: Member | Group | None, account: str) -> None:
    assert recorded(receiver) == GiftRecorded(
        gift=GIFT, giver=ANA, receiver=AccountId(account), category=GARDENING, given_on=TODAY, recorded_by=ANA
    )


def test_a_gift_moves_no_balance() -> None:
    assert recorded(member(BO)).postings == ()


@pytest.mark.parametrize("who", [member(BO), member(CHIDI), host()], ids=["receiver", "coordinator", "host"])
def test_the_receiver_or_a_coordinator_logs_a_gift_too(who: Member) -> None:
    fact = recorded(member(BO), by=who)

    assert isinstance(fact, GiftRecorded)
    assert fact.recorded_by == who.id


@pytest.mark.parametrize("receiver", [member(BO), garden(), None])
def test_a_bystander_logs_no_gift(receiver: Member | Group | None) -> None:
    with pytest.raises(NotAParty):
        recorded(receiver, by=member(RUTH))


def test_nobody_gives_to_themselves() -> None:
    with pytest.raises(NotWithYourself):
        recorded(member(ANA))


def test_a_gift_to_a_group_that_was_never_formed_is_refused() -> None:
    with pytest.raises(UnknownGroup):
        recorded(Group(id=GARDEN))


@pytest.mark.parametrize("who", [gone, invited])
def test_people_who_take_no_part_neither_give_nor_are_given(who: Callable[[MemberId], Member]) -> None:
    with pytest.raises(NotActive):
        recorded(None, giver=who(ANA))
    with pytest.raises(NotActive):
        recorded(who(BO))


def test_a_gift_to_somebody_unknown_is_refused() -> None:
    with pytest.raises(UnknownMember):
        recorded(stranger(BO))


def test_a_gift_is_of_a_kind_that_was_agreed_upon() -> None:
    with pytest.raises(UnknownCategory):
        recorded(None, category="flying")


def test_the_days_of_gifts_are_those_of_exchanges() -> None:
    with pytest.raises(DayInFuture):
        recorded(None, on=date(2026, 3, 15))
    with pytest.raises(DayTooLongAgo):
        recorded(None, on=date(2025, 3, 13))

    assert recorded(None, on=date(2025, 3, 13), by=member(CHIDI))


def test_nothing_is_given_before_the_founding() -> None:
    with pytest.raises(NotFounded):
        recorded(None, agreements=Agreements())


@pytest.mark.parametrize(
    "who", [member(ANA), member(BO), member(CHIDI), host()], ids=["giver", "receiver", "coordinator", "host"]
)
def test_the_people_of_a_gift_or_a_coordinator_take_it_back(who: Member) -> None:
    assert withdraw(given_gift(receiver=member(BO)), by=who) == [
        GiftWithdrawn(
            gift=GIFT, giver=ANA, receiver=AccountId(BO), category=GARDENING, given_on=TODAY, withdrawn_by=who.id
        )
    ]


def test_a_bystander_takes_no_gift_back() -> None:
    with pytest.raises(NotTheirGift):
        withdraw(given_gift(receiver=member(BO)), by=member(RUTH))


def test_somebody_who_has_left_takes_no_gift_back() -> None:
    with pytest.raises(NotActive):
        withdraw(given_gift(), by=gone(ANA))


def test_a_gift_is_taken_back_once() -> None:
    gift = given_gift()

    with pytest.raises(AlreadyWithdrawn):
        withdraw(after(gift, withdraw(gift, by=member(ANA))), by=member(ANA))


def test_an_unknown_gift_is_not_taken_back() -> None:
    with pytest.raises(UnknownGift):
        withdraw(Gift(id=GIFT), by=member(CHIDI))
