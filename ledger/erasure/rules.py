"""Asking for erasure, withdrawing that, and confirming it (GDPR, articles 17 and 19)."""

from collections.abc import Sequence

from ledger import refusals
from ledger.catalogue import Fact
from ledger.erasure.facts import ErasedKind, ErasureAsked, ErasureWithdrawn, PersonalDataErased
from ledger.members.facts import MemberLeft
from ledger.members.rules import Coordinators, Member, must_be_self_or_coordinator, must_coordinate


def ask(member: Member, coordinators: Coordinators, *, by: Member) -> Sequence[Fact]:
    """A member asks to be erased, or a coordinator asks for them. The last coordinator cannot, because they cannot leave."""
    must_be_self_or_coordinator(member, by)
    _must_be_known(member)
    if member.erasure_asked_by is not None:
        raise refusals.ErasureAlreadyAsked
    if coordinators.are_only(member.id):
        raise refusals.LastCoordinator
    return [ErasureAsked(member=member.id, asked_by=by.id)]


def withdraw(member: Member, *, by: Member) -> Sequence[Fact]:
    """A member withdraws the request. A coordinator can do it for them: someone who has left cannot sign in."""
    must_be_self_or_coordinator(member, by)
    _must_be_known(member)
    if member.erasure_asked_by is None:
        raise refusals.NoErasureAsked
    return [ErasureWithdrawn(member=member.id, withdrawn_by=by.id)]


def erase(member: Member, coordinators: Coordinators, *, by: Member, fields: Sequence[ErasedKind]) -> Sequence[Fact]:
    """A coordinator confirms an erasure, but not their own. A member who has not left yet leaves with it.

    Without a request, only people who have left can be erased, because their data is no longer needed.
    """
    must_coordinate(by)
    _must_be_known(member)
    if by.id == member.id:
        raise refusals.SomeoneElseConfirms
    if member.erasure_asked_by is None and not member.has_left:
        raise refusals.NoErasureAsked
    if coordinators.are_only(member.id):
        raise refusals.LastCoordinator
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
        raise refusals.UnknownMember(member=member.id)
    if member.is_erased:
        raise refusals.AlreadyErased
