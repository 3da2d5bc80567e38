"""Who belongs, and in which role. Names and contacts are sealed, never here."""

from typing import Literal

from ledger import tags
from ledger.catalogue import Fact, Tags, recorded
from ledger.identifiers import MemberId

Role = Literal["coordinator", "auditor"]
Circle = Literal["nobody", "coordinators", "groups"]
"""Who sees whom somebody helps, beside the two: each circle holds those before it."""


@recorded("member-invited", version=1)
class MemberInvited(Fact, frozen=True, kw_only=True):
    """A coordinator opened a place for somebody; they take part once they are welcomed."""

    member: MemberId

    @property
    def tags(self) -> Tags:
        return (tags.member(self.member),)


@recorded("member-welcomed", version=1)
class MemberWelcomed(Fact, frozen=True, kw_only=True):
    """The invited person takes part from now on, with an account that starts at zero."""

    member: MemberId

    @property
    def tags(self) -> Tags:
        return (tags.member(self.member),)


@recorded("member-left", version=1)
class MemberLeft(Fact, frozen=True, kw_only=True):
    """A member takes part no longer. Their hours stay in the book, for others' sake."""

    member: MemberId

    @property
    def tags(self) -> Tags:
        return (tags.member(self.member), tags.COORDINATORS)


@recorded("role-given", version=1, view="roles")
class RoleGiven(Fact, frozen=True, kw_only=True):
    """A member is entrusted with a role."""

    member: MemberId
    role: Role

    @property
    def tags(self) -> Tags:
        return (tags.member(self.member), tags.COORDINATORS)


@recorded("role-withdrawn", version=1, view="roles")
class RoleWithdrawn(Fact, frozen=True, kw_only=True):
    """A member holds a role no longer."""

    member: MemberId
    role: Role

    @property
    def tags(self) -> Tags:
        return (tags.member(self.member), tags.COORDINATORS)


@recorded("visibility-chosen", version=1, view="visibility")
class VisibilityChosen(Fact, frozen=True, kw_only=True):
    """A member says who may see whom they help and who helps them: for the past and the future, until they say otherwise."""

    member: MemberId
    sees: Circle

    @property
    def tags(self) -> Tags:
        return (tags.member(self.member),)
