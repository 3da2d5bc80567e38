"""Who may ask to be forgotten, and who says that it is done (GDPR, articles 17 and 19)."""

from collections.abc import Sequence

from ledger.catalogue import Fact
from ledger.erasure.facts import ErasureAsked, ErasureWithdrawn, Kept, PersonalDataErased
from ledger.members.facts import MemberLeft
from ledger.members.rules import Coordinators, Member, must_coordinate
from ledger.refusals import (
    AlreadyErased,
    ErasureAskedAlready,
    LastCoordinator,
    NobodyAsked,
    SomebodyElseConfirms,
    UnknownMember,
)


def ask(member: Member, coordinators: Coordinators, *, by: Member) -> Sequence[Fact]:
    """A member asks for themselves, or a coordinator passes on their word. Refused to the last coordinator, who could not go."""
    if by.id != member.id:
        must_coordinate(by)
    _must_be_known(member)
    if member.erasure_asked_by is not None:
        raise ErasureAskedAlready
    if coordinators.are_only(member.id):
        raise LastCoordinator
    return [ErasureAsked(member=member.id, asked_by=by.id)]


def withdraw(member: Member, *, by: Member) -> Sequence[Fact]:
    """They think better of it. A coordinator may pass that on: whoever has left cannot come and say it."""
    if by.id != member.id:
        must_coordinate(by)
    _must_be_known(member)
    if member.erasure_asked_by is None:
        raise NobodyAsked
    return [ErasureWithdrawn(member=member.id, withdrawn_by=by.id)]


def erase(member: Member, coordinators: Coordinators, *, by: Member, fields: Sequence[Kept]) -> Sequence[Fact]:
    """A coordinator confirms, never for themselves. Whoever still takes part leaves by it.

    Unasked, only those can be erased who have left: their words are then no longer needed for what they were kept for.
    """
    must_coordinate(by)
    _must_be_known(member)
    if by.id == member.id:
        raise SomebodyElseConfirms
    if member.erasure_asked_by is None and not member.has_left:
        raise NobodyAsked
    if coordinators.are_only(member.id):
        raise LastCoordinator
    erased = PersonalDataErased(
        member=member.id,
        fields=tuple(sorted(set(fields))),
        ground="asked" if member.erasure_asked_by else "no-longer-needed",
        asked_by=member.erasure_asked_by or by.id,
        confirmed_by=by.id,
    )
    return [erased] if member.has_left else [MemberLeft(member=member.id), erased]


def _must_be_known(member: Member) -> None:
    if not member.is_invited:
        raise UnknownMember(member=member.id)
    if member.is_erased:
        raise AlreadyErased
