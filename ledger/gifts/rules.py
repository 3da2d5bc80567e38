"""Recording gifts, and withdrawing those recorded by mistake."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, Self

import msgspec

from ledger.agreements.rules import Agreements, must_be_founded
from ledger.catalogue import Fact
from ledger.gifts.facts import GiftRecorded, GiftWithdrawn
from ledger.groups.rules import Group
from ledger.identifiers import COMMUNITY, AccountId, CategoryKey, GiftId, MemberId
from ledger.members.rules import Member, must_be_active, must_be_loggable
from ledger.refusals import (
    AlreadyWithdrawn,
    NotAParty,
    NotTheirGift,
    NotWithYourself,
    UnknownCategory,
    UnknownGift,
    UnknownGroup,
)


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
                raise NotWithYourself
            must_be_active(receiver)
            to = AccountId(receiver.id)
        case Group():
            if not receiver.is_formed:
                raise UnknownGroup
            to = AccountId(receiver.id)
        case None:
            to = COMMUNITY
    if by.id not in (giver.id, to) and not by.coordinates:
        raise NotAParty
    if category not in agreements.category_keys:
        raise UnknownCategory
    must_be_loggable(given_on, today=today, by=typed_by or by)
    return [
        GiftRecorded(gift=gift, giver=giver.id, receiver=to, category=category, given_on=given_on, recorded_by=by.id)
    ]


def withdraw(gift: Gift, *, by: Member) -> Sequence[Fact]:
    """Someone who was part of a gift, or a coordinator, withdraws it, so that it no longer counts."""
    if gift.state == "unknown":
        raise UnknownGift
    if by.id not in (gift.giver, gift.receiver, gift.recorded_by) and not by.coordinates:
        raise NotTheirGift
    if not by.coordinates:
        must_be_active(by)
    if gift.state == "withdrawn":
        raise AlreadyWithdrawn
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
