"""Rules for erasure: who can ask, withdraw and confirm."""

from datetime import datetime, timedelta

import pytest

from ledger.erasure.facts import ErasedKind, ErasureAsked, ErasureWithdrawn, PersonalDataErased
from ledger.erasure.rules import ask, erase, withdraw
from ledger.identifiers import HOST
from ledger.members.facts import MemberLeft, RoleGiven
from ledger.members.rules import Member
from ledger.refusals import (
    AlreadyErased,
    CoordinatorRoleFirst,
    ErasureAlreadyAsked,
    ErasureWaits,
    LastCoordinator,
    NoErasureAsked,
    OnlyCoordinators,
    SecondPersonNeeded,
    SomeoneElseConfirms,
    UnknownMember,
)
from tests.cast import ANA, BO, CHIDI, NOW, RUTH, after, coordinators, gone, host, invited, member, stranger

CHIDI_ALONE = coordinators(CHIDI)
CHIDI_AND_BO = coordinators(CHIDI, BO)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
ALL_KINDS: tuple[ErasedKind, ...] = ("name", "contacts", "words")


def asking(who: Member) -> Member:
    return after(who, [ErasureAsked(member=who.id, asked_by=who.id)])


def erased(who: Member) -> Member:
    return after(asking(who), erase(asking(who), CHIDI_ALONE, by=member(CHIDI), now=NOW, fields=ALL_KINDS))


def test_a_member_can_ask_to_be_erased() -> None:
    assert ask(member(ANA), CHIDI_ALONE, by=member(ANA)) == [ErasureAsked(member=ANA, asked_by=ANA)]


@pytest.mark.parametrize("by", [member(CHIDI), host()], ids=["a coordinator", "the host"])
@pytest.mark.parametrize("who", [member(ANA), gone(ANA), invited(ANA)], ids=["takes part", "left", "invited"])
def test_a_coordinator_can_ask_for_a_member(who: Member, by: Member) -> None:
    assert ask(who, CHIDI_ALONE, by=by) == [ErasureAsked(member=ANA, asked_by=by.id)]


@pytest.mark.parametrize("by", [member(BO), member(RUTH), gone(CHIDI)], ids=["Bo", "Ruth", "Chidi, who left"])
def test_other_members_can_neither_ask_withdraw_nor_confirm(by: Member) -> None:
    with pytest.raises(OnlyCoordinators):
        ask(member(ANA), CHIDI_ALONE, by=by)
    with pytest.raises(OnlyCoordinators):
        withdraw(asking(member(ANA)), by=by)
    with pytest.raises(OnlyCoordinators):
        erase(asking(member(ANA)), CHIDI_ALONE, by=by, now=NOW, fields=ALL_KINDS)


def test_erasure_is_asked_for_once() -> None:
    with pytest.raises(ErasureAlreadyAsked):
        ask(asking(member(ANA)), CHIDI_ALONE, by=member(CHIDI))


@pytest.mark.parametrize("by", [member(ANA), member(CHIDI), host()], ids=["Ana", "Chidi", "the host"])
def test_a_request_for_erasure_can_be_withdrawn(by: Member) -> None:
    facts = withdraw(asking(member(ANA)), by=by)

    assert facts == [ErasureWithdrawn(member=ANA, withdrawn_by=by.id)]
    assert after(asking(member(ANA)), facts) == member(ANA)


def test_without_a_request_there_is_nothing_to_withdraw_or_confirm() -> None:
    with pytest.raises(NoErasureAsked):
        withdraw(member(ANA), by=member(ANA))
    with pytest.raises(NoErasureAsked):
        erase(member(ANA), CHIDI_ALONE, by=member(CHIDI), now=NOW, fields=ALL_KINDS)


def test_a_member_who_has_not_left_leaves_with_the_erasure() -> None:
    facts = erase(asking(member(ANA)), CHIDI_ALONE, by=member(CHIDI), now=NOW, fields=ALL_KINDS)

    fact = PersonalDataErased(
        member=ANA, fields=("contacts", "name", "words"), ground="asked", asked_by=ANA, confirmed_by=CHIDI
    )
    assert facts == [MemberLeft(member=ANA), fact]
    assert (erased(member(ANA)).has_left, erased(member(ANA)).is_erased) == (True, True)


def test_a_member_who_has_left_does_not_leave_again() -> None:
    (fact,) = erase(asking(gone(ANA)), CHIDI_ALONE, by=host(), now=NOW, fields=())

    assert fact == PersonalDataErased(member=ANA, fields=(), ground="asked", asked_by=ANA, confirmed_by=HOST)


def test_only_the_host_erases_someone_who_has_left_without_a_request() -> None:
    (fact,) = erase(gone(ANA), CHIDI_ALONE, by=host(), now=NOW, fields=("name",))

    assert isinstance(fact, PersonalDataErased)
    assert (fact.ground, fact.asked_by, fact.confirmed_by) == ("no-longer-needed", HOST, HOST)
    with pytest.raises(NoErasureAsked):
        erase(gone(ANA), CHIDI_ALONE, by=member(CHIDI), now=NOW, fields=("name",))


def asked_by_chidi(who: Member, at: datetime = NOW) -> Member:
    return who.after(ErasureAsked(member=who.id, asked_by=CHIDI), at)


def test_a_coordinator_cannot_erase_another_member_alone() -> None:
    """One coordinator, or a thief with a coordinator's cookie, could erase anyone for good."""
    with pytest.raises(SecondPersonNeeded):
        erase(asked_by_chidi(member(ANA)), CHIDI_AND_BO, by=member(CHIDI), now=NOW + 365 * DAY, fields=ALL_KINDS)


@pytest.mark.parametrize("by", [member(BO, "coordinator"), host()], ids=["another coordinator", "the host"])
def test_a_second_person_confirms_what_a_coordinator_asked_for(by: Member) -> None:
    *_, fact = erase(asked_by_chidi(member(ANA)), CHIDI_AND_BO, by=by, now=NOW, fields=ALL_KINDS)

    assert isinstance(fact, PersonalDataErased)
    assert (fact.ground, fact.asked_by, fact.confirmed_by) == ("asked", CHIDI, by.id)


def test_where_no_one_else_can_confirm_a_coordinator_waits_seven_days() -> None:
    asked = asked_by_chidi(member(ANA))

    with pytest.raises(ErasureWaits):
        erase(asked, CHIDI_ALONE, by=member(CHIDI), now=NOW + 7 * DAY - SECOND, fields=ALL_KINDS)
    assert erase(asked, CHIDI_ALONE, by=member(CHIDI), now=NOW + 7 * DAY, fields=ALL_KINDS)
    stopped = after(asked, withdraw(asked, by=member(ANA)))
    with pytest.raises(NoErasureAsked):
        erase(stopped, CHIDI_ALONE, by=member(CHIDI), now=NOW + 7 * DAY, fields=ALL_KINDS)


def test_someone_made_a_coordinator_for_the_purpose_is_no_second_person() -> None:
    chidi_and_new_bo = CHIDI_ALONE.after(RoleGiven(member=BO, role="coordinator"), NOW - 7 * DAY + SECOND)

    with pytest.raises(SecondPersonNeeded):
        erase(asked_by_chidi(member(ANA)), chidi_and_new_bo, by=member(BO, "coordinator"), now=NOW, fields=ALL_KINDS)
    with pytest.raises(ErasureWaits):
        erase(asked_by_chidi(member(ANA)), chidi_and_new_bo, by=member(CHIDI), now=NOW, fields=ALL_KINDS)


def test_a_coordinator_is_not_erased_by_others_unless_they_asked_for_it() -> None:
    bo = member(BO, "coordinator")
    three = coordinators(CHIDI, BO, RUTH)

    with pytest.raises(CoordinatorRoleFirst):
        erase(asked_by_chidi(bo), three, by=member(RUTH, "coordinator"), now=NOW, fields=ALL_KINDS)
    assert erase(asking(bo), three, by=member(CHIDI), now=NOW, fields=ALL_KINDS)


def test_nobody_confirms_their_own_erasure() -> None:
    with pytest.raises(SomeoneElseConfirms):
        erase(asking(member(CHIDI)), CHIDI_AND_BO, by=asking(member(CHIDI)), now=NOW, fields=ALL_KINDS)


def test_the_last_coordinator_can_neither_ask_nor_be_erased() -> None:
    with pytest.raises(LastCoordinator):
        ask(member(CHIDI), CHIDI_ALONE, by=member(CHIDI))
    with pytest.raises(LastCoordinator):
        erase(asking(member(CHIDI)), CHIDI_ALONE, by=host(), now=NOW, fields=ALL_KINDS)


def test_a_member_is_erased_once() -> None:
    with pytest.raises(AlreadyErased):
        ask(erased(member(ANA)), CHIDI_ALONE, by=member(CHIDI))
    with pytest.raises(AlreadyErased):
        withdraw(erased(member(ANA)), by=member(CHIDI))
    with pytest.raises(AlreadyErased):
        erase(erased(member(ANA)), CHIDI_ALONE, by=member(CHIDI), now=NOW, fields=ALL_KINDS)


def test_an_unknown_person_cannot_be_erased() -> None:
    with pytest.raises(UnknownMember):
        ask(stranger(ANA), CHIDI_ALONE, by=member(CHIDI))
    with pytest.raises(UnknownMember):
        erase(stranger(ANA), CHIDI_ALONE, by=member(CHIDI), now=NOW, fields=ALL_KINDS)
