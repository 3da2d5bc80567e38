"""Commands about gifts: record one, and withdraw one that was logged by mistake."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from ledger import tags
from ledger.catalogue import Fact
from ledger.deciding.context import DecisionContext
from ledger.deciding.requests import Caller, Command, Request, Sealed, SealedFact, must_give_a_reason
from ledger.gifts import rules
from ledger.groups.rules import Group
from ledger.identifiers import COMMUNITY, AccountId, CategoryKey, ExchangeId, GiftId, GroupId, MemberId, is_group
from ledger.members.rules import Member


class RecordGift(Command):
    """Record a gift to a member, a group or the whole community. It counts, and changes nobody's hours."""

    stored_name = "record-gift"
    creates = "gift:f-"

    giver: MemberId
    receiver: AccountId
    category: CategoryKey
    given_on: date
    note: Sealed = ""

    def tags(self) -> Sequence[str]:
        receiver = tags.group(self.receiver) if is_group(self.receiver) else tags.member(self.receiver)
        return (tags.member(self.giver), *([] if self.receiver == COMMUNITY else [receiver]))

    def decide(self, request: Request, context: DecisionContext) -> Sequence[SealedFact]:
        gift = GiftId(f"f-{request.new_id}")
        (fact,) = rules.record(
            gift,
            giver=context.member(self.giver),
            receiver=_receiver(context, self.receiver),
            category=self.category,
            given_on=self.given_on,
            by=context.speaker(request.caller, frozenset((self.giver, self.receiver))),
            agreements=context.agreements,
            today=context.today,
            typed_by=context.member(request.caller.by),
        )
        context.gift(gift)  # a random identifier that is in use is a conflict, not a second gift
        return [SealedFact(fact, request.sealing("note", self.note))]


class WithdrawGift(Command):
    """Withdraw a gift that was logged by mistake, with a reason. It no longer counts."""

    stored_name = "withdraw-gift"

    gift: GiftId
    reason: Sealed

    def tags(self) -> Sequence[str]:
        return (tags.gift(self.gift),)

    def decide(self, request: Request, context: DecisionContext) -> Sequence[SealedFact]:
        found = context.gift(self.gift)
        parties = frozenset[str]((found.giver, found.receiver))
        (fact,) = rules.withdraw(found, by=context.speaker(request.caller, parties))
        must_give_a_reason(self.reason)
        return [SealedFact(fact, request.sealing("reason", self.reason))]


def _receiver(context: DecisionContext, receiver: AccountId) -> Member | Group | None:
    if receiver == COMMUNITY:
        return None
    if is_group(receiver):
        return context.group(GroupId(receiver))
    return context.member(MemberId(receiver))


class _AboutThanks(Command):
    """What is said about thanks for an exchange or a gift: exactly one of the two is named."""

    exchange: ExchangeId | None = None
    gift: GiftId | None = None
    may_be_shown: bool = False

    def tags(self) -> Sequence[str]:
        return (tags.exchange(self.exchange),) if self.exchange else (tags.gift(self.gift or ""),)

    def found(self, caller: Caller, context: DecisionContext) -> dict[str, Any]:
        """What the rules ask for: the exchange or gift, who decides, and whether a gift to many was for them too."""
        if self.exchange:
            exchange = context.exchange(self.exchange)
            return {"item": exchange, "by": context.speaker(caller, exchange.parties), "is_for_them": False}
        gift = context.gift(self.gift or GiftId(""))
        by = context.speaker(caller, frozenset({AccountId(gift.giver), gift.receiver}))
        belongs = is_group(gift.receiver) and context.membership(GroupId(gift.receiver), by.id).is_member
        return {"item": gift, "by": by, "is_for_them": belongs or gift.receiver == COMMUNITY}


class GiveThanks(_AboutThanks):
    """Thank the giver of help or a gift, with or without a message. Thanking again replaces the earlier message."""

    stored_name = "give-thanks"

    thanks: Sealed = ""

    def decide(self, request: Request, context: DecisionContext) -> Sequence[SealedFact]:
        given = rules.thank(**self.found(request.caller, context), may_be_shown=self.may_be_shown)
        return [SealedFact(fact, request.sealing("thanks", self.thanks)) for fact in given]


class ChooseThanksSharing(_AboutThanks):
    """Decide whether others may read the thanks for an exchange or a gift."""

    stored_name = "choose-thanks-sharing"

    def decide(self, request: Request, context: DecisionContext) -> Sequence[Fact]:
        return rules.choose_thanks_sharing(**self.found(request.caller, context), may_be_shown=self.may_be_shown)
