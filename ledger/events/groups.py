"""Circles of neighbours: a street, a garden, a choir. The group's name is sealed."""

from ledger.events.fact import Fact
from ledger.identifiers import GroupId, MemberId


class GroupFormed(Fact, frozen=True, kw_only=True):
    """A coordinator formed a group."""

    group: GroupId


class GroupJoined(Fact, frozen=True, kw_only=True):
    """A member belongs to a group; what they give and receive from now on counts in its history."""

    group: GroupId
    member: MemberId


class GroupLeft(Fact, frozen=True, kw_only=True):
    """A member belongs to a group no longer."""

    group: GroupId
    member: MemberId
