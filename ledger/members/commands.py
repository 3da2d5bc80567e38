"""Commands about members: invite, welcome, leave, roles, and who sees whom one helps."""

import re
from collections.abc import Sequence

from ledger import tags as subjects
from ledger.catalogue import Fact
from ledger.deciding.context import Known
from ledger.deciding.requests import Command, Request, Sealed, WithWords, words_of
from ledger.identifiers import MemberId
from ledger.log.store import Conflict
from ledger.members import rules
from ledger.members.facts import Circle, Role
from ledger.personal_data.store import Words
from ledger.refusals import AddressTaken, NoAddress, NoName, must_be_text

LONGEST_NAME = 100

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


class InviteMember(Command):
    """Invite someone, and welcome them at once if wanted. A name is required; e-mail and phone are for reaching them."""

    stored_name = "invite-member"

    name: Sealed
    email: Sealed = ""
    phone: Sealed = ""
    and_welcome: bool = False

    def decide(self, request: Request, known: Known) -> Sequence[Fact | WithWords]:
        by = known.member(request.caller.by)
        member = MemberId(f"m-{request.new_id}")
        invited = known.member(member)
        facts = list(rules.invite(invited, by=by))
        if self.and_welcome:
            facts += rules.welcome(invited.after(facts[0]), by=by)
        words = contacts(known, member, name=self.name, email=self.email, phone=self.phone)
        return [WithWords(facts[0], words), *facts[1:]]


class _AboutMember(Command):
    member: MemberId

    def tags(self) -> Sequence[str]:
        return (subjects.member(self.member),)


class WelcomeMember(_AboutMember):
    """Welcome an invited person: from now on they take part."""

    stored_name = "welcome-member"

    def decide(self, request: Request, known: Known) -> Sequence[Fact]:
        return rules.welcome(known.member(self.member), by=known.member(request.caller.by))


class LeaveCommunity(_AboutMember):
    """A member leaves, or a coordinator removes them."""

    stored_name = "leave"

    def decide(self, request: Request, known: Known) -> Sequence[Fact]:
        return rules.leave(known.member(self.member), known.coordinators, by=known.member(request.caller.by))


class GiveRole(_AboutMember):
    """Make a member a coordinator or an auditor."""

    stored_name = "give-role"

    role: Role

    def decide(self, request: Request, known: Known) -> Sequence[Fact]:
        return rules.give_role(known.member(self.member), self.role, by=known.member(request.caller.by))


class WithdrawRole(_AboutMember):
    """Take a role from a member."""

    stored_name = "withdraw-role"

    role: Role

    def decide(self, request: Request, known: Known) -> Sequence[Fact]:
        by = known.member(request.caller.by)
        return rules.withdraw_role(known.member(self.member), self.role, known.coordinators, by=by)


class ChooseVisibility(_AboutMember):
    """Choose who may see whom one helps. Records nothing if that is the choice already."""

    stored_name = "choose-visibility"

    sees: Circle

    def decide(self, request: Request, known: Known) -> Sequence[Fact]:
        return rules.choose_visibility(known.member(self.member), self.sees, by=known.member(request.caller.by))


def contacts(known: Known, member: MemberId, *, name: str, email: str = "", phone: str = "") -> tuple[Words, ...]:
    """The words to seal for a person: a name, an e-mail address that nobody else has, and a phone number."""
    if not name.strip():
        raise NoName
    for field, text in (("name", name), ("email", email), ("phone", phone)):
        must_be_text(field, text, limit=LONGEST_NAME)
    if email.strip():
        _must_be_free(known, email.strip())
    return (
        *words_of(member, "name", " ".join(name.split())),
        *words_of(member, "email", email),
        *words_of(member, "phone", phone),
    )


def _must_be_free(known: Known, email: str) -> None:
    if _ADDRESS.fullmatch(email) is None:
        raise NoAddress
    holder = known.people.member_with_address(email)
    if holder is None:
        return
    if known.member(holder).is_invited:
        raise AddressTaken
    if not known.people.forget_orphan_address(email):
        raise Conflict  # its invitation is on the way to the log: look again in a moment
