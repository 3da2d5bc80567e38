"""Commands about gifts: record one, and withdraw one that was logged by mistake."""

from collections.abc import Sequence
from datetime import date

from ledger import tags as subjects
from ledger.deciding.context import Known
from ledger.deciding.requests import Command, Request, Sealed, WithWords, must_give_a_reason
from ledger.gifts import rules
from ledger.groups.rules import Group
from ledger.identifiers import COMMUNITY, AccountId, CategoryKey, GiftId, GroupId, MemberId, is_group
from ledger.members.rules import Member


class RecordGift(Command):
    """Record a gift to a member, a group or the whole community. It counts, and moves no balance."""

    stored_name = "record-gift"

    giver: MemberId
    receiver: AccountId
    category: CategoryKey
    given_on: date
    note: Sealed = ""

    def tags(self) -> Sequence[str]:
        receiver = subjects.group(self.receiver) if is_group(self.receiver) else subjects.member(self.receiver)
        return (subjects.member(self.giver), *([] if self.receiver == COMMUNITY else [receiver]))

    def decide(self, request: Request, known: Known) -> Sequence[WithWords]:
        gift = GiftId(f"f-{request.new_id}")
        (fact,) = rules.record(
            gift,
            giver=known.member(self.giver),
            receiver=_receiver(known, self.receiver),
            category=self.category,
            given_on=self.given_on,
            by=known.speaker(request.caller, frozenset((self.giver, self.receiver))),
            agreements=known.agreements,
            today=known.today,
            typed_by=known.member(request.caller.by),
        )
        known.gift(gift)  # an identifier drawn twice is a conflict, not a second gift
        return [WithWords(fact, request.sealing("note", self.note))]


class WithdrawGift(Command):
    """Withdraw a gift that was logged by mistake, with a reason. It no longer counts."""

    stored_name = "withdraw-gift"

    gift: GiftId
    reason: Sealed

    def tags(self) -> Sequence[str]:
        return (subjects.gift(self.gift),)

    def decide(self, request: Request, known: Known) -> Sequence[WithWords]:
        found = known.gift(self.gift)
        parties = frozenset[str]((found.giver, found.receiver))
        (fact,) = rules.withdraw(found, by=known.speaker(request.caller, parties))
        must_give_a_reason(self.reason)
        return [WithWords(fact, request.sealing("reason", self.reason))]


def _receiver(known: Known, receiver: AccountId) -> Member | Group | None:
    if receiver == COMMUNITY:
        return None
    if is_group(receiver):
        return known.group(GroupId(receiver))
    return known.member(MemberId(receiver))
