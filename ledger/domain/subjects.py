"""What a fact concerns: the tags under which it is found again, and on which decisions rest."""

from typing import assert_never

from ledger.events import (
    CategoriesAgreed,
    CommunityFounded,
    ConfirmationAgreed,
    ErasureAsked,
    ErasureWithdrawn,
    ExceptionsAgreed,
    ExchangeCalledOff,
    ExchangeConfirmed,
    ExchangeDeclined,
    ExchangeReported,
    ExchangeReversed,
    ExchangeSettled,
    Fact,
    GiftRecorded,
    GiftWithdrawn,
    GroupFormed,
    GroupJoined,
    GroupLeft,
    LimitsAgreed,
    MemberInvited,
    MemberLeft,
    MemberWelcomed,
    PersonalDataErased,
    ReversalAsked,
    ReversalDeclined,
    RoleGiven,
    RoleWithdrawn,
    VisibilityChosen,
)

AGREEMENTS = "agreements"
COORDINATORS = "coordinators"
ERASURES = "erasures"
"""All erasures: what an older copy of the people store must forget once more."""


def member(identifier: str) -> str:
    """The tag of a member: invitation, welcome, roles, who sees whom they help, leaving, being forgotten."""
    return f"member:{identifier}"


def group(identifier: str) -> str:
    """The tag of a group itself. Who belongs to it is asked person by person, so that it stays flat."""
    return f"group:{identifier}"


def belonging(group_id: str, member_id: str) -> str:
    """The tag of one person's belonging to one group."""
    return f"belonging:{group_id}:{member_id}"


def account(identifier: str) -> str:
    """The tag of an account: what moved its minutes, and nothing else."""
    return f"account:{identifier}"


def exchange(identifier: str) -> str:
    """The tag of an exchange, from report to reversal."""
    return f"exchange:{identifier}"


def gift(identifier: str) -> str:
    """The tag of a gift."""
    return f"gift:{identifier}"


def command(identifier: str) -> str:
    """The tag of a command: how a repeated wish is recognised."""
    return f"command:{identifier}"


def tags_of(fact: Fact, command_id: str) -> tuple[str, ...]:
    """All the tags that an entry is kept with."""
    return (*subjects_of(fact), command(command_id))


def subjects_of(fact: Fact) -> tuple[str, ...]:
    """The tags of a fact, without the command's. Only facts that move minutes carry account tags."""
    match fact:
        case CommunityFounded() | LimitsAgreed() | ConfirmationAgreed() | CategoriesAgreed() | ExceptionsAgreed():
            return (AGREEMENTS,)
        case MemberInvited() | MemberWelcomed() | VisibilityChosen() | ErasureAsked() | ErasureWithdrawn():
            return (member(fact.member),)
        case PersonalDataErased():
            return (member(fact.member), ERASURES)
        case MemberLeft() | RoleGiven() | RoleWithdrawn():
            return (member(fact.member), COORDINATORS)
        case GroupFormed():
            return (group(fact.group),)
        case GroupJoined() | GroupLeft():
            return (belonging(fact.group, fact.member),)
        case ExchangeSettled() | ExchangeReversed():
            accounts = {account(side) for leg in fact.legs for side in (leg.giver, leg.receiver)}
            return (exchange(fact.exchange), *sorted(accounts))
        case (
            ExchangeReported()
            | ExchangeConfirmed()
            | ExchangeDeclined()
            | ExchangeCalledOff()
            | ReversalAsked()
            | ReversalDeclined()
        ):
            return (exchange(fact.exchange),)
        case GiftRecorded() | GiftWithdrawn():
            return (gift(fact.gift),)
        case _:
            assert_never(fact)
