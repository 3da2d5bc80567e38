"""Who belongs, who may act, and who is entrusted with what."""

from collections.abc import Sequence
from datetime import date
from typing import Self

import msgspec

from ledger.catalogue import Fact
from ledger.erasure.facts import ErasureAsked, ErasureWithdrawn, PersonalDataErased
from ledger.identifiers import HOST, MemberId
from ledger.members.facts import (
    Circle,
    MemberInvited,
    MemberLeft,
    MemberWelcomed,
    Role,
    RoleGiven,
    RoleWithdrawn,
    VisibilityChosen,
)
from ledger.refusals import (
    AlreadyInvited,
    AlreadyLeft,
    AlreadyWelcomed,
    DayToCome,
    DayTooLongAgo,
    LastCoordinator,
    OnlyCoordinators,
    OnlyTheyChoose,
    RoleHeldAlready,
    RoleNotHeld,
    TakesNoPart,
    UnknownMember,
)


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody stands with the community."""

    id: MemberId
    is_invited: bool = False
    is_welcomed: bool = False
    has_left: bool = False
    roles: frozenset[Role] = frozenset()
    sees: Circle = "nobody"
    erasure_asked_by: MemberId | None = None
    is_erased: bool = False

    @property
    def is_active(self) -> bool:
        """Whether they take part: welcomed, and not gone."""
        return self.is_welcomed and not self.has_left

    @property
    def coordinates(self) -> bool:
        """Whether they act as coordinator. The host at the server's command line may do what a coordinator may."""
        return self.id == HOST or (self.is_active and "coordinator" in self.roles)

    @property
    def audits(self) -> bool:
        """Whether they act as auditor."""
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
    """Everybody who coordinates at the moment."""

    ids: frozenset[MemberId] = frozenset()

    def are_only(self, member: MemberId) -> bool:
        """Whether nobody else coordinates."""
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
    """Refuses everybody but a coordinator or the host."""
    if not by.coordinates:
        raise OnlyCoordinators


def must_take_part(member: Member) -> None:
    """Refuses people who are unknown, not welcomed yet, or gone."""
    if not member.is_invited:
        raise UnknownMember(member=member.id)
    if not member.is_active:
        raise TakesNoPart(member=member.id)


def invite(member: Member, *, by: Member) -> Sequence[Fact]:
    """A coordinator opens a place for somebody."""
    must_coordinate(by)
    if member.is_invited:
        raise AlreadyInvited
    return [MemberInvited(member=member.id)]


def welcome(member: Member, *, by: Member) -> Sequence[Fact]:
    """A coordinator welcomes an invited person; from now on they take part."""
    must_coordinate(by)
    if not member.is_invited:
        raise UnknownMember(member=member.id)
    if member.has_left:
        raise AlreadyLeft
    if member.is_welcomed:
        raise AlreadyWelcomed
    return [MemberWelcomed(member=member.id)]


def leave(member: Member, coordinators: Coordinators, *, by: Member) -> Sequence[Fact]:
    """A member leaves by their own word or a coordinator's. The last coordinator cannot go."""
    if by.id != member.id:
        must_coordinate(by)
    if not member.is_invited:
        raise UnknownMember(member=member.id)
    if member.has_left:
        raise AlreadyLeft
    if coordinators.are_only(member.id):
        raise LastCoordinator
    return [MemberLeft(member=member.id)]


def give_role(member: Member, role: Role, *, by: Member) -> Sequence[Fact]:
    """A coordinator, or the host, entrusts a member with a role."""
    must_coordinate(by)
    must_take_part(member)
    if role in member.roles:
        raise RoleHeldAlready
    return [RoleGiven(member=member.id, role=role)]


def withdraw_role(member: Member, role: Role, coordinators: Coordinators, *, by: Member) -> Sequence[Fact]:
    """A coordinator, or the host, takes a role back; never the last coordinator's."""
    must_coordinate(by)
    if role not in member.roles:
        raise RoleNotHeld
    if role == "coordinator" and coordinators.are_only(member.id):
        raise LastCoordinator
    return [RoleWithdrawn(member=member.id, role=role)]


def choose_visibility(member: Member, sees: Circle, *, by: Member) -> Sequence[Fact]:
    """A member says who may see whom they help; nobody else can say it for them. Quiet when it is so already."""
    if by.id != member.id:
        raise OnlyTheyChoose
    must_take_part(member)
    if sees == member.sees:
        return []
    return [VisibilityChosen(member=member.id, sees=sees)]


def must_be_a_day_to_log(given_on: date, *, today: date, by: Member) -> None:
    """Refuses days to come, and days more than a year back unless a coordinator logs them (design §5).

    `by` is whoever types it, also when they pass on the word of somebody else.
    """
    if given_on > today:
        raise DayToCome
    if given_on < _a_year_before(today) and not by.coordinates:
        raise DayTooLongAgo


def _a_year_before(day: date) -> date:
    # Leap days have no namesake in the year before; any other day has.
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
