"""The catalogue: everything that can happen, by the name it is stored under.

Type names and versions are written by hand and never change: they are in every log ever kept. A fact whose
shape changes gets a new version here, an upcaster in `ledger.log.upcasting`, and a recorded sample.
"""

from ledger.events.agreements import (
    CategoriesAgreed,
    Category,
    ConfirmationAgreed,
    ExceptionsAgreed,
    LimitsAgreed,
    Thresholds,
    WordsNeeded,
)
from ledger.events.erasures import ErasureAsked, ErasureWithdrawn, Ground, Kept, PersonalDataErased
from ledger.events.exchanges import (
    ExchangeCalledOff,
    ExchangeConfirmed,
    ExchangeDeclined,
    ExchangeReported,
    ExchangeReversed,
    ExchangeSettled,
    Leg,
    ReversalAsked,
    ReversalDeclined,
)
from ledger.events.founding import CommunityFounded
from ledger.events.gifts import GiftRecorded, GiftWithdrawn
from ledger.events.groups import GroupFormed, GroupJoined, GroupLeft
from ledger.events.members import (
    Circle,
    MemberInvited,
    MemberLeft,
    MemberWelcomed,
    Role,
    RoleGiven,
    RoleWithdrawn,
    VisibilityChosen,
)

Fact = (
    CommunityFounded
    | LimitsAgreed
    | ConfirmationAgreed
    | CategoriesAgreed
    | ExceptionsAgreed
    | MemberInvited
    | MemberWelcomed
    | MemberLeft
    | RoleGiven
    | RoleWithdrawn
    | VisibilityChosen
    | GroupFormed
    | GroupJoined
    | GroupLeft
    | ExchangeReported
    | ExchangeConfirmed
    | ExchangeSettled
    | ExchangeDeclined
    | ExchangeCalledOff
    | ReversalAsked
    | ReversalDeclined
    | ExchangeReversed
    | GiftRecorded
    | GiftWithdrawn
    | ErasureAsked
    | ErasureWithdrawn
    | PersonalDataErased
)
"""Any fact. A `match` over it that ends in `assert_never` is a place that every new fact must visit."""

TYPES: dict[str, tuple[type[Fact], int]] = {
    "community-founded": (CommunityFounded, 1),
    "limits-agreed": (LimitsAgreed, 1),
    "confirmation-agreed": (ConfirmationAgreed, 1),
    "categories-agreed": (CategoriesAgreed, 1),
    "exceptions-agreed": (ExceptionsAgreed, 1),
    "member-invited": (MemberInvited, 1),
    "member-welcomed": (MemberWelcomed, 1),
    "member-left": (MemberLeft, 1),
    "role-given": (RoleGiven, 1),
    "role-withdrawn": (RoleWithdrawn, 1),
    "visibility-chosen": (VisibilityChosen, 1),
    "group-formed": (GroupFormed, 1),
    "group-joined": (GroupJoined, 1),
    "group-left": (GroupLeft, 1),
    "exchange-reported": (ExchangeReported, 1),
    "exchange-confirmed": (ExchangeConfirmed, 1),
    "exchange-settled": (ExchangeSettled, 1),
    "exchange-declined": (ExchangeDeclined, 1),
    "exchange-called-off": (ExchangeCalledOff, 1),
    "reversal-asked": (ReversalAsked, 1),
    "reversal-declined": (ReversalDeclined, 1),
    "exchange-reversed": (ExchangeReversed, 1),
    "gift-recorded": (GiftRecorded, 1),
    "gift-withdrawn": (GiftWithdrawn, 1),
    "erasure-asked": (ErasureAsked, 1),
    "erasure-withdrawn": (ErasureWithdrawn, 1),
    "personal-data-erased": (PersonalDataErased, 1),
}
"""Stored type name -> (fact, its version today)."""

__all__ = [
    "TYPES",
    "CategoriesAgreed",
    "Category",
    "Circle",
    "CommunityFounded",
    "ConfirmationAgreed",
    "ErasureAsked",
    "ErasureWithdrawn",
    "ExceptionsAgreed",
    "ExchangeCalledOff",
    "ExchangeConfirmed",
    "ExchangeDeclined",
    "ExchangeReported",
    "ExchangeReversed",
    "ExchangeSettled",
    "Fact",
    "GiftRecorded",
    "GiftWithdrawn",
    "Ground",
    "GroupFormed",
    "GroupJoined",
    "GroupLeft",
    "Kept",
    "Leg",
    "LimitsAgreed",
    "MemberInvited",
    "MemberLeft",
    "MemberWelcomed",
    "PersonalDataErased",
    "ReversalAsked",
    "ReversalDeclined",
    "Role",
    "RoleGiven",
    "RoleWithdrawn",
    "Thresholds",
    "VisibilityChosen",
    "WordsNeeded",
]
