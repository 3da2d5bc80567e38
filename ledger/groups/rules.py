"""Forming, joining and leaving groups."""

from collections.abc import Sequence
from typing import Self

import msgspec

from ledger import refusals
from ledger.catalogue import Fact
from ledger.groups.facts import GroupFormed, GroupJoined, GroupLeft
from ledger.identifiers import GroupId, MemberId
from ledger.members.rules import Member, must_be_active, must_be_self_or_coordinator, must_coordinate


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A group, without its members: each membership is read on its own."""

    id: GroupId
    is_formed: bool = False

    def after(self, fact: Fact) -> Self:
        """The group once this fact has happened."""
        return msgspec.structs.replace(self, is_formed=True) if isinstance(fact, GroupFormed) else self


class GroupMembership(msgspec.Struct, frozen=True, kw_only=True):
    """Whether one member is in one group."""

    group: GroupId
    member: MemberId
    is_member: bool = False

    def after(self, fact: Fact) -> Self:
        """The membership once this fact has happened."""
        match fact:
            case GroupJoined():
                return msgspec.structs.replace(self, is_member=True)
            case GroupLeft():
                return msgspec.structs.replace(self, is_member=False)
            case _:
                return self


def form(group: Group, *, by: Member) -> Sequence[Fact]:
    """A coordinator forms a group."""
    must_coordinate(by)
    assert not group.is_formed, "a new group has a new identifier"
    return [GroupFormed(group=group.id)]


def join(group: Group, membership: GroupMembership, member: Member, *, by: Member) -> Sequence[Fact]:
    """A member joins a group, or a coordinator adds them."""
    must_be_self_or_coordinator(member, by)
    if not group.is_formed:
        raise refusals.UnknownGroup
    must_be_active(member)
    if membership.is_member:
        raise refusals.AlreadyInGroup
    return [GroupJoined(group=group.id, member=member.id)]


def leave(group: Group, membership: GroupMembership, member: Member, *, by: Member) -> Sequence[Fact]:
    """A member leaves a group, or a coordinator takes them out."""
    must_be_self_or_coordinator(member, by)
    if not group.is_formed:
        raise refusals.UnknownGroup
    if not membership.is_member:
        raise refusals.NotInGroup
    return [GroupLeft(group=group.id, member=member.id)]
