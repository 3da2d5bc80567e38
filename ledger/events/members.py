"""Who belongs, and in which role. Names and contacts are sealed, never here."""

from typing import Literal

from ledger.events.fact import Fact
from ledger.identifiers import MemberId

Role = Literal["coordinator", "auditor"]
Circle = Literal["nobody", "coordinators", "groups"]
"""Who sees whom somebody helps, beside the two: each circle holds those before it."""


class MemberInvited(Fact, frozen=True, kw_only=True):
    """A coordinator opened a place for somebody; they take part once they are welcomed."""

    member: MemberId


class MemberWelcomed(Fact, frozen=True, kw_only=True):
    """The invited person takes part from now on, with an account that starts at zero."""

    member: MemberId


class MemberLeft(Fact, frozen=True, kw_only=True):
    """A member takes part no longer. Their hours stay in the book, for others' sake."""

    member: MemberId


class RoleGiven(Fact, frozen=True, kw_only=True):
    """A member is entrusted with a role."""

    member: MemberId
    role: Role


class RoleWithdrawn(Fact, frozen=True, kw_only=True):
    """A member holds a role no longer."""

    member: MemberId
    role: Role


class VisibilityChosen(Fact, frozen=True, kw_only=True):
    """A member says who may see whom they help and who helps them: for the past and the future, until they say otherwise."""

    member: MemberId
    sees: Circle
