"""Who is a member, and in which role. Names and contacts are sealed, never part of a fact."""

from typing import Literal

from ledger import tags
from ledger.catalogue import Fact, Tags, recorded
from ledger.identifiers import MemberId

Role = Literal["coordinator", "auditor"]
Audience = Literal["nobody", "coordinators", "groups"]
"""Who else can see whom a member helps. Each audience includes the ones before it."""


class _MemberFact(Fact):
    member: MemberId

    @property
    def tags(self) -> Tags:
        return (tags.member(self.member),)


class _CoordinatorFact(_MemberFact):
    @property
    def tags(self) -> Tags:
        return (tags.member(self.member), tags.COORDINATORS)


@recorded("member-invited", version=1)
class MemberInvited(_MemberFact):
    """A coordinator invited someone, who becomes a member once they are welcomed."""


@recorded("member-welcomed", version=1)
class MemberWelcomed(_MemberFact):
    """An invited person became a member, with an account that starts at zero."""


@recorded("member-left", version=1)
class MemberLeft(_CoordinatorFact):
    """A member left. Their hours stay on record, because other people's hours depend on them."""


@recorded("role-given", version=1, view="roles")
class RoleGiven(_CoordinatorFact):
    """A member was given a role."""

    role: Role


@recorded("role-withdrawn", version=1, view="roles")
class RoleWithdrawn(_CoordinatorFact):
    """A role was taken from a member."""

    role: Role


@recorded("visibility-chosen", version=1, view="visibility")
class VisibilityChosen(_MemberFact):
    """A member chose who can see whom they help and who helps them, in the past and from now on."""

    sees: Audience
