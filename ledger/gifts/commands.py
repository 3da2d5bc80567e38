"""Commands about gifts: record one, and withdraw one that was logged by mistake."""

from collections.abc import Sequence
from datetime import date

from ledger import tags
from ledger.deciding.context import DecisionContext
from ledger.deciding.requests import Command, Request, Sealed, SealedFact, must_give_a_reason
from ledger.gifts import rules
from ledger.groups.rules import Group
from ledger.identifiers import COMMUNITY, AccountId, CategoryKey, GiftId, GroupId, MemberId, is_group
from ledger.members.rules import Member


class RecordGift(Command):
    """Record a gift to a member, a group or the whole community. It counts, and changes nobody's hours."""

    stored_name = "record-gift"

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
