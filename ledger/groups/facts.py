"""Circles of neighbours: a street, a garden, a choir. The group's name is sealed."""

from ledger import tags
from ledger.catalogue import Fact, Tags, recorded
from ledger.identifiers import GroupId, MemberId


@recorded("group-formed", version=1)
class GroupFormed(Fact, frozen=True, kw_only=True):
    """A coordinator formed a group."""

    group: GroupId

    @property
    def tags(self) -> Tags:
        return (tags.group(self.group),)


@recorded("group-joined", version=1)
class GroupJoined(Fact, frozen=True, kw_only=True):
    """A member belongs to a group; what they give and receive from now on counts in its history."""

    group: GroupId
    member: MemberId

    @property
    def tags(self) -> Tags:
        return (tags.belonging(self.group, self.member),)


@recorded("group-left", version=1)
class GroupLeft(Fact, frozen=True, kw_only=True):
    """A member belongs to a group no longer."""

    group: GroupId
    member: MemberId

    @property
    def tags(self) -> Tags:
        return (tags.belonging(self.group, self.member),)
