"""Inviting and welcoming members, giving them roles, and leaving."""

from collections.abc import Sequence
from datetime import date
from typing import Self

import msgspec

from ledger import refusals
from ledger.catalogue import Fact
from ledger.erasure.facts import ErasureAsked, ErasureWithdrawn, PersonalDataErased
from ledger.identifiers import HOST, MemberId
from ledger.members.facts import (
    Audience,
    MemberInvited,
    MemberLeft,
    MemberWelcomed,
    Role,
    RoleGiven,
    RoleWithdrawn,
    VisibilityChosen,
)


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A member in their current state."""

    id: MemberId
    is_invited: bool = False
    is_welcomed: bool = False
    has_left: bool = False
    roles: frozenset[Role] = frozenset()
    sees: Audience = "nobody"
    erasure_asked_by: MemberId | None = None
    is_erased: bool = False

    @property
    def is_active(self) -> bool:
        """Whether they have been welcomed and have not left."""
        return self.is_welcomed and not self.has_left

    @property
    def is_coordinator(self) -> bool:
        """Whether they are a coordinator. The host can do what a coordinator can."""
        return self.id == HOST or (self.is_active and "coordinator" in self.roles)

    @property
    def is_auditor(self) -> bool:
        """Whether they are an auditor."""
        return self.is_active and "auditor" in self.roles

    def after(self, fact: Fact) -> Self:
        """The member once this fact has happened."""
        match fact:
            case MemberInvited():
                return msgspec.structs.replace(self, is_invited=True)
            case MemberWelcomed():
                return msgspec.structs.replace(self, is_welcomed=True)
            case MemberLeft():
                return msgspec.structs.replace(self, has_left=True, roles=frozenset[Role](), sees="nobody")
            case RoleGiven():
                return msgspec.structs.replace(self, roles=self.roles | {fact.role})
            case RoleWithdrawn():
                return msgspec.structs.replace(self, roles=self.roles - {fact.role})
            case VisibilityChosen():
                return msgspec.structs.replace(self, sees=fact.sees)
            case ErasureAsked():
                return msgspec.structs.replace(self, erasure_asked_by=fact.asked_by)
            case ErasureWithdrawn():
                return msgspec.structs.replace(self, erasure_asked_by=None)
            case PersonalDataErased():
                return msgspec.structs.replace(self, erasure_asked_by=None, is_erased=True)
            case _:
                return self


class Coordinators(msgspec.Struct, frozen=True):
    """The current coordinators."""

    ids: frozenset[MemberId] = frozenset()

    def are_only(self, member: MemberId) -> bool:
        """Whether this member is the only coordinator."""
        return self.ids == frozenset((member,))

    def after(self, fact: Fact) -> Self:
        """The coordinators once this fact has happened."""
        match fact:
            case RoleGiven(role="coordinator"):
                return msgspec.structs.replace(self, ids=self.ids | {fact.member})
            case RoleWithdrawn(role="coordinator") | MemberLeft():
                return msgspec.structs.replace(self, ids=self.ids - {fact.member})
            case _:
                return self


def must_coordinate(by: Member) -> None:
    """Raise unless they are a coordinator or the host."""
    if not by.is_coordinator:
        raise refusals.OnlyCoordinators


def must_be_self_or_coordinator(member: Member, by: Member) -> None:
    """Raise unless it is the member's own doing, or a coordinator's."""
    if by.id != member.id:
        must_coordinate(by)


def must_be_active(member: Member) -> None:
    """Raise if they are unknown, have not been welcomed, or have left."""
    if not member.is_invited:
        raise refusals.UnknownMember(member=member.id)
    if not member.is_active:
        raise refusals.NotActive(member=member.id)


def invite(member: Member, *, by: Member) -> Sequence[Fact]:
    """A coordinator invites someone."""
    must_coordinate(by)
    if member.is_invited:
        raise refusals.AlreadyInvited
    return [MemberInvited(member=member.id)]


def welcome(member: Member, *, by: Member) -> Sequence[Fact]:
    """A coordinator welcomes an invited person, who becomes a member."""
    must_coordinate(by)
    if not member.is_invited:
        raise refusals.UnknownMember(member=member.id)
    if member.has_left:
        raise refusals.AlreadyLeft
    if member.is_welcomed:
        raise refusals.AlreadyWelcomed
    return [MemberWelcomed(member=member.id)]


def leave(member: Member, coordinators: Coordinators, *, by: Member) -> Sequence[Fact]:
    """A member leaves, or a coordinator removes them. The last coordinator cannot leave."""
    must_be_self_or_coordinator(member, by)
    if not member.is_invited:
        raise refusals.UnknownMember(member=member.id)
    if member.has_left:
        raise refusals.AlreadyLeft
    if coordinators.are_only(member.id):
        raise refusals.LastCoordinator
    return [MemberLeft(member=member.id)]


def give_role(member: Member, role: Role, *, by: Member) -> Sequence[Fact]:
    """A coordinator or the host gives a member a role."""
    must_coordinate(by)
    must_be_active(member)
    if role in member.roles:
        raise refusals.AlreadyHasRole
    return [RoleGiven(member=member.id, role=role)]


def withdraw_role(member: Member, role: Role, coordinators: Coordinators, *, by: Member) -> Sequence[Fact]:
    """A coordinator or the host takes a role from a member, but not from the last coordinator."""
    must_coordinate(by)
    if role not in member.roles:
        raise refusals.RoleNotHeld
    if role == "coordinator" and coordinators.are_only(member.id):
        raise refusals.LastCoordinator
    return [RoleWithdrawn(member=member.id, role=role)]


def choose_visibility(member: Member, sees: Audience, *, by: Member) -> Sequence[Fact]:
    """A member chooses who can see whom they help. Nobody can choose for them. No fact if nothing changes."""
    if by.id != member.id:
        raise refusals.OnlyTheMemberChooses
    must_be_active(member)
    if sees == member.sees:
        return []
    return [VisibilityChosen(member=member.id, sees=sees)]


def must_be_loggable(given_on: date, *, today: date, by: Member) -> None:
    """Raise if the day is in the future, or more than a year ago and not logged by a coordinator.

    `by` is the person who types it, even if they type it for a member.
    """
    if given_on > today:
        raise refusals.DayInFuture
    if given_on < _a_year_before(today) and not by.is_coordinator:
        raise refusals.DayTooLongAgo


def _a_year_before(day: date) -> date:
    # 29 February has no counterpart in the year before.
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
