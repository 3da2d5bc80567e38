"""Forming groups, joining and leaving them."""

from collections.abc import Sequence
from typing import Self

import msgspec

from ledger.catalogue import Fact
from ledger.groups.facts import GroupFormed, GroupJoined, GroupLeft
from ledger.identifiers import GroupId, MemberId
from ledger.members.rules import Member, must_coordinate, must_take_part
from ledger.refusals import BelongsAlready, BelongsNot, OnlyCoordinators, UnknownGroup


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A group itself; who belongs to it is asked person by person."""

    id: GroupId
    is_formed: bool = False

    def after(self, fact: Fact) -> Self:
        """The group once this fact has happened."""
        match fact:
            case GroupFormed():
                return msgspec.structs.replace(self, is_formed=True)
            case _:
                return self


class Belonging(msgspec.Struct, frozen=True, kw_only=True):
    """Whether one person belongs to one group."""

    group: GroupId
    member: MemberId
    belongs: bool = False

    def after(self, fact: Fact) -> Self:
        """The belonging once this fact has happened."""
        match fact:
            case GroupJoined():
                return msgspec.structs.replace(self, belongs=True)
            case GroupLeft():
                return msgspec.structs.replace(self, belongs=False)
            case _:
                return self


def form(group: Group, *, by: Member) -> Sequence[Fact]:
    """A coordinator forms a group."""
    must_coordinate(by)
    assert not group.is_formed, "a new group has a new identifier"
    return [GroupFormed(group=group.id)]


def join(group: Group, belonging: Belonging, member: Member, *, by: Member) -> Sequence[Fact]:
    """A member joins by their own word or a coordinator's."""
    _must_be_theirs(member, by)
    if not group.is_formed:
        raise UnknownGroup
    must_take_part(member)
    if belonging.belongs:
        raise BelongsAlready
    return [GroupJoined(group=group.id, member=member.id)]


def leave(group: Group, belonging: Belonging, member: Member, *, by: Member) -> Sequence[Fact]:
    """A member leaves a group by their own word or a coordinator's."""
    _must_be_theirs(member, by)
    if not group.is_formed:
        raise UnknownGroup
    if not belonging.belongs:
        raise BelongsNot
    return [GroupLeft(group=group.id, member=member.id)]


def _must_be_theirs(member: Member, by: Member) -> None:
    if by.id != member.id and not by.coordinates:
        raise OnlyCoordinators
