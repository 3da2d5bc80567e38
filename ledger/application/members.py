"""Inviting, welcoming, entrusting, choosing who sees whom one helps, and letting go."""

import re
from collections.abc import Callable, Sequence

from ledger import subjects
from ledger.application.commands import Answer, Command, Order, Worded, words_of
from ledger.application.desk import Desk
from ledger.application.known import Known
from ledger.catalogue import Fact
from ledger.domain import members as rules
from ledger.domain.members import Member
from ledger.domain.words import must_be_text
from ledger.events.members import Circle, MemberInvited, Role
from ledger.identifiers import HOST, MemberId
from ledger.log.people import People, Words
from ledger.log.store import Conflict
from ledger.refusals import AddressTaken, NoAddress, NoName

LONGEST_NAME = 100

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


class Members:
    """What anybody may ask of the ledger about members."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def invite(self, name: str, *, command: Command, email: str = "", phone: str = "") -> tuple[MemberId, Answer]:
        """A coordinator opens a place for somebody. The name is needed; e-mail and phone are for reaching them."""
        answer = self._desk.carry_out(self.to_invite(name, command=command, email=email, phone=phone))
        (invited,) = (fact for fact in answer.facts if isinstance(fact, MemberInvited))
        return invited.member, answer

    def to_invite(
        self, name: str, *, command: Command, email: str = "", phone: str = "", and_welcome: bool = False
    ) -> Order:
        """The order to invite, and to welcome in the same breath when wanted; for batches."""
        member = MemberId(f"m-{self._desk.ids()}")

        def rule(known: Known) -> Sequence[Fact | Worded]:
            by = known.member(command.by)
            invited = known.member(member)
            facts = list(rules.invite(invited, by=by))
            if and_welcome:
                facts += rules.welcome(invited.after(facts[0]), by=by)
            return [
                Worded(facts[0], contacts(self._desk.people, known, member, name=name, email=email, phone=phone)),
                *facts[1:],
            ]

        return Order(
            command=command,
            wish="invite-member",
            asked={"and_welcome": and_welcome},
            rule=rule,
            reads=(subjects.AGREEMENTS, subjects.member(member), *_actor(command)),
            words={"name": name, "email": email, "phone": phone},
        )

    def welcome(self, member: MemberId, *, command: Command) -> Answer:
        """A coordinator welcomes an invited person."""
        return self._about(member, command, "welcome-member", lambda known, found, by: rules.welcome(found, by=by))

    def leave(self, member: MemberId, *, command: Command) -> Answer:
        """A member leaves, by their own word or a coordinator's."""
        return self._about(
            member, command, "leave", lambda known, found, by: rules.leave(found, known.coordinators, by=by)
        )

    def give_role(self, member: MemberId, role: Role, *, command: Command) -> Answer:
        """A coordinator, or the host, entrusts a member with a role."""
        return self._about(
            member, command, "give-role", lambda known, found, by: rules.give_role(found, role, by=by), role=role
        )

    def withdraw_role(self, member: MemberId, role: Role, *, command: Command) -> Answer:
        """A coordinator, or the host, takes a role back."""
        return self._about(
            member,
            command,
            "withdraw-role",
            lambda known, found, by: rules.withdraw_role(found, role, known.coordinators, by=by),
            role=role,
        )

    def choose_visibility(self, member: MemberId, sees: Circle, *, command: Command) -> Answer:
        """A member says who may see whom they help. Nothing is recorded when it is so already."""
        return self._about(
            member,
            command,
            "choose-visibility",
            lambda known, found, by: rules.choose_visibility(found, sees, by=by),
            sees=sees,
        )

    def standing(self, member: MemberId) -> Member:
        """How somebody stands with the community at this instant."""
        return self._desk.know([subjects.member(member)]).member(member)

    def _about(
        self,
        member: MemberId,
        command: Command,
        wish: str,
        rule: Callable[[Known, Member, Member], Sequence[Fact]],
        **asked: object,
    ) -> Answer:
        def decide(known: Known) -> Sequence[Fact]:
            return rule(known, known.member(member), known.member(command.by))

        return self._desk.carry_out(
            Order(
                command=command,
                wish=wish,
                asked={"member": member, **asked},
                rule=decide,
                reads=(subjects.member(member), *_actor(command)),
            )
        )


def contacts(
    people: People, known: Known, member: MemberId, *, name: str, email: str = "", phone: str = ""
) -> tuple[Words, ...]:
    """The words to seal for a person: a name, and an e-mail address that nobody else has, and a telephone number."""
    if not name.strip():
        raise NoName
    for field, text in (("name", name), ("email", email), ("phone", phone)):
        must_be_text(field, text, limit=LONGEST_NAME)
    if email.strip():
        _must_be_free(people, known, email.strip())
    return (
        *words_of(member, "name", " ".join(name.split())),
        *words_of(member, "email", email),
        *words_of(member, "phone", phone),
    )


def _must_be_free(people: People, known: Known, email: str) -> None:
    if _ADDRESS.fullmatch(email) is None:
        raise NoAddress
    holder = people.member_with_address(email)
    if holder is None:
        return
    if known.member(holder).is_invited:
        raise AddressTaken
    if not people.forget_orphan_address(email):
        raise Conflict  # its invitation is on the way to the log: look again in a moment


def _actor(command: Command) -> tuple[str, ...]:
    return () if command.by == HOST else (subjects.member(command.by),)
