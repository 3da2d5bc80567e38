"""Recording gifts, and withdrawing those recorded by mistake."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal, Self

import msgspec

from ledger import refusals
from ledger.agreements.rules import Agreements, must_be_founded
from ledger.catalogue import Fact
from ledger.exchanges.rules import Exchange
from ledger.gifts.facts import GiftRecorded, GiftWithdrawn, ThanksGiven, ThanksSharingChosen
from ledger.groups.rules import Group
from ledger.identifiers import COMMUNITY, AccountId, CategoryKey, GiftId, MemberId
from ledger.members.rules import Member, must_be_active, must_be_loggable


class Gift(msgspec.Struct, frozen=True, kw_only=True):
    """A gift in its current state."""

    id: GiftId
    state: Literal["unknown", "recorded", "withdrawn"] = "unknown"
    giver: MemberId = MemberId("")
    receiver: AccountId = AccountId("")
    category: CategoryKey = CategoryKey("")
    given_on: date = date.min
    recorded_by: MemberId = MemberId("")

    def after(self, fact: Fact) -> Self:
        """The gift once this fact has happened."""
        match fact:
            case GiftRecorded():
                return msgspec.structs.replace(
                    self,
                    state="recorded",
                    giver=fact.giver,
                    receiver=fact.receiver,
                    category=fact.category,
                    given_on=fact.given_on,
                    recorded_by=fact.recorded_by,
                )
            case GiftWithdrawn():
                return msgspec.structs.replace(self, state="withdrawn")
            case _:
                return self


def record(
    gift: GiftId,
    *,
    giver: Member,
    receiver: Member | Group | None,
    category: CategoryKey,
    given_on: date,
    by: Member,
    agreements: Agreements,
    today: date,
    typed_by: Member | None = None,
) -> Sequence[Fact]:
    """The giver, the receiver or a coordinator records a gift to a member, a group, or (None) the whole community.

    `typed_by` is the coordinator who types it on behalf of `by`, if someone does.
    """
    must_be_founded(agreements)
    must_be_active(giver)
    match receiver:
        case Member():
            if receiver.id == giver.id:
                raise refusals.NotWithYourself
            must_be_active(receiver)
            to = AccountId(receiver.id)
        case Group():
            if not receiver.is_formed:
                raise refusals.UnknownGroup
            to = AccountId(receiver.id)
        case None:
            to = COMMUNITY
    if by.id not in (giver.id, to) and not by.is_coordinator:
        raise refusals.NotAParty
    if category not in agreements.category_keys:
        raise refusals.UnknownCategory
    must_be_loggable(given_on, today=today, by=typed_by or by)
    return [
        GiftRecorded(gift=gift, giver=giver.id, receiver=to, category=category, given_on=given_on, recorded_by=by.id)
    ]


def withdraw(gift: Gift, *, by: Member) -> Sequence[Fact]:
    """Someone who was part of a gift, or a coordinator, withdraws it, so that it no longer counts."""
    if gift.state == "unknown":
        raise refusals.UnknownGift
    if by.id not in (gift.giver, gift.receiver, gift.recorded_by) and not by.is_coordinator:
        raise refusals.NotTheirGift
    if not by.is_coordinator:
        must_be_active(by)
    if gift.state == "withdrawn":
        raise refusals.AlreadyWithdrawn
    return [
        GiftWithdrawn(
            gift=gift.id,
            giver=gift.giver,
            receiver=gift.receiver,
            category=gift.category,
            given_on=gift.given_on,
            withdrawn_by=by.id,
        )
    ]


def thank(item: Exchange | Gift, *, by: Member, is_for_them: bool, may_be_shown: bool) -> Sequence[Fact]:
    """Thank the giver for help or a gift that counts. Thanking again replaces what was written before.

    `is_for_them` says whether a gift to a group, or to everyone, was for this member too.
    """
    givers = _must_count(item, by, is_for_them=is_for_them)
    if by.id in givers or not givers:
        raise refusals.OnlyReceiversThank
    return [ThanksGiven(to=giver, given_by=by.id, may_be_shown=may_be_shown, **_named(item)) for giver in givers]


def choose_thanks_sharing(
    item: Exchange | Gift, *, by: Member, is_for_them: bool, may_be_shown: bool
) -> Sequence[Fact]:
    """Decide whether others may read the thanks for this. Everyone decides for themselves, and can change their mind."""
    _must_count(item, by, is_for_them=is_for_them)
    return [ThanksSharingChosen(chosen_by=by.id, may_be_shown=may_be_shown, **_named(item))]


def _must_count(item: Exchange | Gift, by: Member, *, is_for_them: bool) -> list[MemberId]:
    """Whom this member can thank for it. Refuses what doesn't count, and everyone who had no part in it."""
    must_be_active(by)
    if isinstance(item, Exchange):
        if by.id not in item.parties:
            raise refusals.NotAParty
        if item.state != "settled":
            raise refusals.NotSettled
        return sorted({MemberId(leg.giver) for leg in item.legs if leg.receiver == by.id})
    if item.state == "unknown":
        raise refusals.UnknownGift
    if by.id not in (item.giver, item.receiver) and not is_for_them:
        raise refusals.NotAParty
    if item.state == "withdrawn":
        raise refusals.AlreadyWithdrawn
    return [item.giver]


def _named(item: Exchange | Gift) -> dict[str, Any]:
    return {"exchange": item.id} if isinstance(item, Exchange) else {"gift": item.id}
