"""Inviting and welcoming members, giving them roles, and leaving."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Self

import msgspec

from ledger import refusals
from ledger.catalogue import Fact
from ledger.erasure.facts import ErasureAsked, ErasureWithdrawn, PersonalDataErased
from ledger.identifiers import HOST, MemberId
from ledger.members.facts import (
    Audience,
    CoordinatorRemovalAsked,
    MemberInvited,
    MemberLeft,
    MemberWelcomed,
    Role,
    RoleGiven,
    RoleWithdrawn,
    VisibilityChosen,
)

SECOND_PERSON_SINCE = timedelta(days=7)
"""How long someone must have been a coordinator before a request, to count as the second person who confirms it.

Otherwise one coordinator could invite somebody who does not exist, make them a coordinator, and confirm in their name.
"""

REMOVAL_LAPSES = timedelta(days=30)
"""A request to remove a coordinator that nobody confirmed for this long no longer counts."""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A member in their current state. `erasure_asked_at` and `removal_asked_at` say when the open request was recorded."""

    id: MemberId
    is_invited: bool = False
    is_welcomed: bool = False
    has_left: bool = False
    roles: frozenset[Role] = frozenset()
    sees: Audience = "nobody"
    erasure_asked_by: MemberId | None = None
    erasure_asked_at: datetime | None = None
    removal_asked_by: MemberId | None = None
    removal_asked_at: datetime | None = None
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

    def after(self, fact: Fact, at: datetime | None = None) -> Self:
        """The member once this fact has happened, at this instant."""
        match fact:
            case MemberInvited():
                return msgspec.structs.replace(self, is_invited=True)
            case MemberWelcomed():
                return msgspec.structs.replace(self, is_welcomed=True)
            case MemberLeft():
                left = msgspec.structs.replace(self, has_left=True, roles=frozenset[Role](), sees="nobody")
                return msgspec.structs.replace(left, removal_asked_by=None, removal_asked_at=None)
            case RoleGiven():
                return msgspec.structs.replace(self, roles=self.roles | {fact.role})
            case RoleWithdrawn():
                return msgspec.structs.replace(
                    self, roles=self.roles - {fact.role}, removal_asked_by=None, removal_asked_at=None
                )
            case CoordinatorRemovalAsked():
                return msgspec.structs.replace(self, removal_asked_by=fact.asked_by, removal_asked_at=at)
            case VisibilityChosen():
                return msgspec.structs.replace(self, sees=fact.sees)
            case ErasureAsked():
                return msgspec.structs.replace(self, erasure_asked_by=fact.asked_by, erasure_asked_at=at)
            case ErasureWithdrawn():
                return msgspec.structs.replace(self, erasure_asked_by=None, erasure_asked_at=None)
            case PersonalDataErased():
                return msgspec.structs.replace(self, erasure_asked_by=None, erasure_asked_at=None, is_erased=True)
            case _:
                return self


class Coordinators(msgspec.Struct, frozen=True):
    """The current coordinators, and since when they are."""

    since: Mapping[MemberId, datetime | None] = msgspec.field(default_factory=dict[MemberId, datetime | None])

    def are_only(self, member: MemberId) -> bool:
        """Whether this member is the only coordinator."""
        return set(self.since) == {member}

    def second_people(self, first: MemberId, about: MemberId, asked_at: datetime) -> set[MemberId]:
        """The coordinators who can confirm what another one asked for at this time, about this member."""
        return {
            other
            for other, since in self.since.items()
            if other not in (first, about) and since is not None and since <= asked_at - SECOND_PERSON_SINCE
        }

    def after(self, fact: Fact, at: datetime | None = None) -> Self:
        """The coordinators once this fact has happened, at this instant."""
        match fact:
            case RoleGiven(role="coordinator"):
                return msgspec.structs.replace(self, since={**self.since, fact.member: at})
            case RoleWithdrawn(role="coordinator") | MemberLeft():
                left = {other: since for other, since in self.since.items() if other != fact.member}
                return msgspec.structs.replace(self, since=left)
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
    """A member leaves, or a coordinator removes them. The last coordinator cannot leave.

    Another coordinator is removed only after they stopped coordinating, which takes two people.
    """
    must_be_self_or_coordinator(member, by)
    if not member.is_invited:
        raise refusals.UnknownMember(member=member.id)
    if member.has_left:
        raise refusals.AlreadyLeft
    if coordinators.are_only(member.id):
        raise refusals.LastCoordinator
    must_not_remove_a_coordinator(member, by)
    return [MemberLeft(member=member.id)]


def give_role(member: Member, role: Role, *, by: Member) -> Sequence[Fact]:
    """A coordinator or the host gives a member a role."""
    must_coordinate(by)
    must_be_active(member)
    if role in member.roles:
        raise refusals.AlreadyHasRole
    return [RoleGiven(member=member.id, role=role)]


def withdraw_role(
    member: Member, role: Role, coordinators: Coordinators, *, by: Member, now: datetime
) -> Sequence[Fact]:
    """A coordinator or the host takes a role from a member, but not from the last coordinator.

    Nobody takes the role of another coordinator alone: the first who tries asks for it. Then the member themselves, a second
    coordinator or the host takes it.
    """
    must_coordinate(by)
    if role not in member.roles:
        raise refusals.RoleNotHeld
    if role == "coordinator" and coordinators.are_only(member.id):
        raise refusals.LastCoordinator
    if role == "coordinator" and by.id not in (member.id, HOST):
        asked_at = member.removal_asked_at
        if member.removal_asked_by is None or asked_at is None or asked_at + REMOVAL_LAPSES < now:
            return [CoordinatorRemovalAsked(member=member.id, asked_by=by.id)]
        if by.id not in coordinators.second_people(member.removal_asked_by, member.id, asked_at):
            raise refusals.SecondPersonNeeded
    return [RoleWithdrawn(member=member.id, role=role)]


def must_not_remove_a_coordinator(member: Member, by: Member) -> None:
    """Raise if a coordinator would end the membership of another one."""
    if member.is_coordinator and by.id not in (member.id, HOST):
        raise refusals.CoordinatorRoleFirst


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
