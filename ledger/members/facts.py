"""Who is a member, and in which role. Names and contacts are sealed, never part of a fact."""

from typing import Literal

from ledger import tags
from ledger.catalogue import Fact, SentenceFor, Tags, recorded, unchanged
from ledger.identifiers import MemberId
from ledger.wording import say

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

    label = say("Member invited")
    sentence = say("%(member)s was invited.")


@recorded("member-welcomed", version=1)
class MemberWelcomed(_MemberFact):
    """An invited person became a member, with an account that starts at zero."""

    label = say("Member welcomed")
    sentence = say("%(member)s was welcomed as a member.")


@recorded("member-left", version=2, upcasters={1: unchanged})
class MemberLeft(_CoordinatorFact):
    """A member left. Their hours stay on record, because other people's hours depend on them.

    Since version 2, only they themselves or the host end the membership of a coordinator.
    """

    label = say("Member left")
    sentence = say("%(member)s left. Their hours stay on record.")


@recorded("role-given", version=1, view="roles")
class RoleGiven(_CoordinatorFact):
    """A member was given a role."""

    label = say("Role given")
    sentence = SentenceFor(
        "role",
        {"coordinator": say("%(member)s became a coordinator."), "auditor": say("%(member)s became an auditor.")},
    )

    role: Role


@recorded("coordinator-removal-asked", version=1, view="roles", found_by=("member",))
class CoordinatorRemovalAsked(Fact):
    """A coordinator asked that another one no longer coordinates. That member, a second coordinator or the host decides."""

    label = say("Removal of a coordinator requested")
    sentence = say("%(asked_by)s asked for %(member)s to stop being a coordinator.")

    member: MemberId
    asked_by: MemberId


@recorded("role-withdrawn", version=2, view="roles", upcasters={1: unchanged})
class RoleWithdrawn(_CoordinatorFact):
    """A role was taken from a member.

    Since version 2, no coordinator alone takes that role from another: see `coordinator-removal-asked`.
    """

    label = say("Role removed")
    sentence = SentenceFor(
        "role",
        {
            "coordinator": say("%(member)s is no longer a coordinator."),
            "auditor": say("%(member)s is no longer an auditor."),
        },
    )

    role: Role


@recorded("visibility-chosen", version=1, view="visibility")
class VisibilityChosen(_MemberFact):
    """A member chose who can see whom they help and who helps them, in the past and from now on."""

    label = say("Visibility chosen")
    sentence = SentenceFor(
        "sees",
        {
            "nobody": say("%(member)s chose that only the two people involved can see who they help."),
            "coordinators": say("%(member)s chose that coordinators can also see who they help."),
            "groups": say("%(member)s chose that coordinators and members of their groups can also see who they help."),
        },
    )

    sees: Audience
