"""Who may ask to be forgotten, and who confirms it."""

import pytest

from ledger.erasure.facts import ErasedKind, ErasureAsked, ErasureWithdrawn, PersonalDataErased
from ledger.erasure.rules import ask, erase, withdraw
from ledger.identifiers import HOST
from ledger.members.facts import MemberLeft
from ledger.members.rules import Coordinators, Member
from ledger.refusals import (
    AlreadyErased,
    ErasureAlreadyAsked,
    LastCoordinator,
    NoErasureAsked,
    OnlyCoordinators,
    SomeoneElseConfirms,
    UnknownMember,
)
from tests.cast import ANA, BO, CHIDI, RUTH, after, gone, host, invited, member, stranger

CHIDI_ALONE = Coordinators(frozenset({CHIDI}))
KEPT: tuple[ErasedKind, ...] = ("name", "contacts", "words")


def asking(who: Member) -> Member:
    return after(who, [ErasureAsked(member=who.id, asked_by=who.id)])


def erased(who: Member) -> Member:
    return after(asking(who), erase(asking(who), CHIDI_ALONE, by=member(CHIDI), fields=KEPT))


def test_a_member_asks_for_themselves() -> None:
    assert ask(member(ANA), CHIDI_ALONE, by=member(ANA)) == [ErasureAsked(member=ANA, asked_by=ANA)]


@pytest.mark.parametrize("by", [member(CHIDI), host()], ids=["a coordinator", "the host"])
@pytest.mark.parametrize("who", [member(ANA), gone(ANA), invited(ANA)], ids=["takes part", "left", "invited"])
def test_a_coordinator_passes_on_the_word_of_somebody(who: Member, by: Member) -> None:
    assert ask(who, CHIDI_ALONE, by=by) == [ErasureAsked(member=ANA, asked_by=by.id)]


@pytest.mark.parametrize("by", [member(BO), member(RUTH), gone(CHIDI)], ids=["Bo", "Ruth", "Chidi, who left"])
def test_nobody_else_has_a_say_in_it(by: Member) -> None:
    with pytest.raises(OnlyCoordinators):
        ask(member(ANA), CHIDI_ALONE, by=by)
    with pytest.raises(OnlyCoordinators):
        withdraw(asking(member(ANA)), by=by)
    with pytest.raises(OnlyCoordinators):
        erase(asking(member(ANA)), CHIDI_ALONE, by=by, fields=KEPT)


def test_one_wish_waits_once() -> None:
    with pytest.raises(ErasureAlreadyAsked):
        ask(asking(member(ANA)), CHIDI_ALONE, by=member(CHIDI))


@pytest.mark.parametrize("by", [member(ANA), member(CHIDI), host()], ids=["Ana", "Chidi", "the host"])
def test_they_may_think_better_of_it(by: Member) -> None:
    facts = withdraw(asking(member(ANA)), by=by)

    assert facts == [ErasureWithdrawn(member=ANA, withdrawn_by=by.id)]
    assert after(asking(member(ANA)), facts) == member(ANA)


def test_what_nobody_asked_for_is_neither_withdrawn_nor_done() -> None:
    with pytest.raises(NoErasureAsked):
        withdraw(member(ANA), by=member(ANA))
    with pytest.raises(NoErasureAsked):
        erase(member(ANA), CHIDI_ALONE, by=member(CHIDI), fields=KEPT)


def test_whoever_still_takes_part_leaves_by_it() -> None:
    facts = erase(asking(member(ANA)), CHIDI_ALONE, by=member(CHIDI), fields=KEPT)

    fact = PersonalDataErased(
        member=ANA, fields=("contacts", "name", "words"), ground="asked", asked_by=ANA, confirmed_by=CHIDI
    )
    assert facts == [MemberLeft(member=ANA), fact]
    assert (erased(member(ANA)).has_left, erased(member(ANA)).is_erased) == (True, True)


def test_whoever_has_left_does_not_leave_again() -> None:
    (fact,) = erase(asking(gone(ANA)), CHIDI_ALONE, by=host(), fields=())

    assert fact == PersonalDataErased(member=ANA, fields=(), ground="asked", asked_by=ANA, confirmed_by=HOST)


def test_a_coordinator_tidies_up_after_somebody_who_left_and_the_log_says_why() -> None:
    (fact,) = erase(gone(ANA), CHIDI_ALONE, by=member(CHIDI), fields=("name",))

    assert isinstance(fact, PersonalDataErased)
    assert (fact.ground, fact.asked_by, fact.confirmed_by) == ("no-longer-needed", CHIDI, CHIDI)


def test_nobody_confirms_their_own() -> None:
    two = Coordinators(frozenset({CHIDI, BO}))

    with pytest.raises(SomeoneElseConfirms):
        erase(asking(member(CHIDI)), two, by=asking(member(CHIDI)), fields=KEPT)


def test_the_last_coordinator_can_neither_ask_nor_be_erased() -> None:
    with pytest.raises(LastCoordinator):
        ask(member(CHIDI), CHIDI_ALONE, by=member(CHIDI))
    with pytest.raises(LastCoordinator):
        erase(asking(member(CHIDI)), CHIDI_ALONE, by=host(), fields=KEPT)


def test_what_is_gone_cannot_go_again() -> None:
    with pytest.raises(AlreadyErased):
        ask(erased(member(ANA)), CHIDI_ALONE, by=member(CHIDI))
    with pytest.raises(AlreadyErased):
        withdraw(erased(member(ANA)), by=member(CHIDI))
    with pytest.raises(AlreadyErased):
        erase(erased(member(ANA)), CHIDI_ALONE, by=member(CHIDI), fields=KEPT)


def test_a_stranger_cannot_be_forgotten() -> None:
    with pytest.raises(UnknownMember):
        ask(stranger(ANA), CHIDI_ALONE, by=member(CHIDI))
    with pytest.raises(UnknownMember):
        erase(stranger(ANA), CHIDI_ALONE, by=member(CHIDI), fields=KEPT)
