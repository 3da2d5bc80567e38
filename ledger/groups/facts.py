"""Groups of neighbours: a street, a garden, a choir. The group's name is sealed."""

from ledger import tags
from ledger.catalogue import Fact, Tags, recorded
from ledger.identifiers import GroupId, MemberId
from ledger.wording import say


@recorded("group-formed", version=1, found_by=("group",))
class GroupFormed(Fact):
    """A coordinator formed a group."""

    label = say("Group started")
    sentence = say("The group %(group)s was started.")

    group: GroupId


class _MembershipFact(Fact):
    group: GroupId
    member: MemberId

    @property
    def tags(self) -> Tags:
        return (tags.membership(self.group, self.member),)


@recorded("group-joined", version=1)
class GroupJoined(_MembershipFact):
    """A member joined a group. What they give and receive from now on is part of its history."""

    label = say("Group joined")
    sentence = say("%(member)s joined %(group)s.")


@recorded("group-left", version=1)
class GroupLeft(_MembershipFact):
    """A member left a group."""

    label = say("Group left")
    sentence = say("%(member)s left %(group)s.")
