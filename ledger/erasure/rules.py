"""Asking for erasure, withdrawing that, and confirming it (GDPR, articles 17 and 19)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ledger import refusals
from ledger.catalogue import Fact
from ledger.erasure.facts import ErasedKind, ErasureAsked, ErasureWithdrawn, PersonalDataErased
from ledger.identifiers import HOST, MemberId
from ledger.members.facts import MemberLeft
from ledger.members.rules import (
    Coordinators,
    Member,
    must_be_self_or_coordinator,
    must_coordinate,
    must_not_remove_a_coordinator,
)

WAITS_FOR = timedelta(days=7)
"""How long the only coordinator waits before confirming what they asked for themselves. The member can stop it."""


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


def erase(
    member: Member, coordinators: Coordinators, *, by: Member, now: datetime, fields: Sequence[ErasedKind]
) -> Sequence[Fact]:
    """A coordinator or the host confirms an erasure. A member who has not left yet leaves with it.

    It takes two people. A coordinator cannot confirm their own erasure, nor what they asked for themselves. Where no other
    coordinator could confirm it, they can after seven days, in which the member can stop it. Only the host erases without a
    request, and only people who have left: their data is no longer needed.
    """
    must_coordinate(by)
    _must_be_known(member)
    if by.id == member.id:
        raise refusals.SomeoneElseConfirms
    asked_by, asked_at = member.erasure_asked_by, member.erasure_asked_at
    if asked_by is None and not (by.id == HOST and member.has_left):
        raise refusals.NoErasureAsked
    if coordinators.are_only(member.id):
        raise refusals.LastCoordinator
    if asked_by != member.id:
        must_not_remove_a_coordinator(member, by)
        if asked_by is not None and asked_at is not None:
            _must_be_second_person(coordinators, asked_by, asked_at, about=member, by=by, now=now)
    erased = PersonalDataErased(
        member=member.id,
        fields=tuple(sorted(set(fields))),
        ground="no-longer-needed" if member.has_left and asked_by != member.id else "asked",
        asked_by=asked_by or by.id,
        confirmed_by=by.id,
    )
    return [erased] if member.has_left else [MemberLeft(member=member.id), erased]


def _must_be_second_person(
    coordinators: Coordinators, asked_by: MemberId, asked_at: datetime, *, about: Member, by: Member, now: datetime
) -> None:
    """Raise unless someone other than who asked confirms, or nobody else could for seven days."""
    others = coordinators.second_people(asked_by, about.id, asked_at)
    if by.id == HOST or by.id in others:
        return
    if others or by.id != asked_by:
        raise refusals.SecondPersonNeeded
    if now < asked_at + WAITS_FOR:
        raise refusals.ErasureWaits


def _must_be_known(member: Member) -> None:
    if not member.is_invited:
        raise refusals.UnknownMember(member=member.id)
    if member.is_erased:
        raise refusals.AlreadyErased
