"""Commands about groups: form, join, leave."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from ledger import tags
from ledger.catalogue import Fact
from ledger.deciding.context import DecisionContext
from ledger.deciding.requests import Command, Request, Sealed, SealedFact, personal_texts
from ledger.groups import rules
from ledger.identifiers import GroupId, MemberId
from ledger.members.names import checked_name


class FormGroup(Command):
    """Form a group. Only coordinators can; the name is sealed."""

    stored_name = "form-group"
    creates = "group:g-"

    name: Sealed

    def decide(self, request: Request, context: DecisionContext) -> Sequence[SealedFact]:
        group = GroupId(f"g-{request.new_id}")
        (fact,) = rules.form(context.group(group), by=context.member(request.caller.by))
        return [SealedFact(fact, personal_texts(group, "name", checked_name(self.name)))]


class _AboutMembership(Command):
    rule: ClassVar[Callable[..., Sequence[Fact]]]

    group: GroupId
    member: MemberId

    def tags(self) -> Sequence[str]:
        return (tags.group(self.group), tags.membership(self.group, self.member), tags.member(self.member))

    def decide(self, request: Request, context: DecisionContext) -> Sequence[Fact]:
        membership = context.membership(self.group, self.member)
        by = context.member(request.caller.by)
        return type(self).rule(context.group(self.group), membership, context.member(self.member), by=by)


class JoinGroup(_AboutMembership):
    """Add a member to a group. Members can add themselves; a coordinator can add anyone."""

    stored_name = "join-group"
    rule = rules.join


class LeaveGroup(_AboutMembership):
    """Take a member out of a group. Members can leave themselves; a coordinator can take out anyone."""

    stored_name = "leave-group"
    rule = rules.leave
