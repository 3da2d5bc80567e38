"""Commands about members: invite, welcome, leave, roles, visibility."""

import re
from collections.abc import Sequence

from ledger import tags
from ledger.catalogue import Fact
from ledger.deciding.context import DecisionContext
from ledger.deciding.requests import Command, Request, Sealed, SealedFact, personal_texts
from ledger.identifiers import MemberId
from ledger.log.store import Conflict
from ledger.members import rules
from ledger.members.facts import Audience, Role
from ledger.members.names import LONGEST_NAME, checked_name
from ledger.personal_data.store import PersonalText
from ledger.refusals import AddressTaken, InvalidAddress, must_be_text

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


class InviteMember(Command):
    """Invite someone, and optionally welcome them straight away. Only the name is required."""

    stored_name = "invite-member"
    creates = "member:m-"

    name: Sealed
    email: Sealed = ""
    phone: Sealed = ""
    and_welcome: bool = False

    def decide(self, request: Request, context: DecisionContext) -> Sequence[Fact | SealedFact]:
        by = context.member(request.caller.by)
        member = MemberId(f"m-{request.new_id}")
        invited = context.member(member)
        facts = list(rules.invite(invited, by=by))
        if self.and_welcome:
            facts += rules.welcome(invited.after(facts[0]), by=by)
        texts = contacts(context, member, name=self.name, email=self.email, phone=self.phone)
        return [SealedFact(facts[0], texts), *facts[1:]]


class AboutMember(Command):
    """A command about one member."""

    member: MemberId

    def tags(self) -> Sequence[str]:
        return (tags.member(self.member),)


class WelcomeMember(AboutMember):
    """Welcome an invited person, who becomes a member."""

    stored_name = "welcome-member"

    def decide(self, request: Request, context: DecisionContext) -> Sequence[Fact]:
        return rules.welcome(context.member(self.member), by=context.member(request.caller.by))


class LeaveCommunity(AboutMember):
    """Leave the community, or remove a member as a coordinator."""

    stored_name = "leave"

    def decide(self, request: Request, context: DecisionContext) -> Sequence[Fact]:
        return rules.leave(context.member(self.member), context.coordinators, by=context.member(request.caller.by))


class GiveRole(AboutMember):
    """Make a member a coordinator or an auditor."""

    stored_name = "give-role"

    role: Role

    def decide(self, request: Request, context: DecisionContext) -> Sequence[Fact]:
        return rules.give_role(context.member(self.member), self.role, by=context.member(request.caller.by))


class WithdrawRole(AboutMember):
    """Take a role from a member. If that takes a second person, it is recorded as a request first."""

    stored_name = "withdraw-role"

    role: Role

    def decide(self, request: Request, context: DecisionContext) -> Sequence[Fact]:
        by = context.member(request.caller.by)
        member = context.member(self.member)
        return rules.withdraw_role(member, self.role, context.coordinators, by=by, now=context.now)


class ChooseVisibility(AboutMember):
    """Choose who can see whom you help. Records nothing if nothing changes."""

    stored_name = "choose-visibility"

    sees: Audience

    def decide(self, request: Request, context: DecisionContext) -> Sequence[Fact]:
        return rules.choose_visibility(context.member(self.member), self.sees, by=context.member(request.caller.by))


def contacts(
    context: DecisionContext, member: MemberId, *, name: str, email: str = "", phone: str = ""
) -> tuple[PersonalText, ...]:
    """The texts to seal for a person: a name, an email address that nobody else uses, and a phone number."""
    name = checked_name(name)
    for field, text in (("email", email), ("phone", phone)):
        must_be_text(field, text, limit=LONGEST_NAME)
    if email.strip():
        _must_be_free(context, email.strip())
    return (
        *personal_texts(member, "name", name),
        *personal_texts(member, "email", email),
        *personal_texts(member, "phone", phone),
    )


def _must_be_free(context: DecisionContext, email: str) -> None:
    if _ADDRESS.fullmatch(email) is None:
        raise InvalidAddress
    holder = context.people.member_with_address(email)
    if holder is None:
        return
    if context.member(holder).is_invited:
        raise AddressTaken
    if not context.people.forget_orphan_address(email):
        raise Conflict  # its invitation is about to be appended: try again
