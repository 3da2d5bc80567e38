"""Rules for members and roles."""

from datetime import timedelta

import pytest

from ledger.members.facts import (
    CoordinatorRemovalAsked,
    MemberInvited,
    MemberLeft,
    MemberWelcomed,
    RoleGiven,
    RoleWithdrawn,
    VisibilityChosen,
)
from ledger.members.rules import (
    Coordinators,
    Member,
    choose_visibility,
    give_role,
    invite,
    leave,
    must_be_active,
    welcome,
    withdraw_role,
)
from ledger.refusals import (
    AlreadyHasRole,
    AlreadyInvited,
    AlreadyLeft,
    AlreadyWelcomed,
    CoordinatorRoleFirst,
    LastCoordinator,
    NotActive,
    OnlyCoordinators,
    OnlyTheMemberChooses,
    RoleNotHeld,
    SecondPersonNeeded,
    UnknownMember,
)
from tests.cast import ANA, BO, CHIDI, LONG_AGO, NOW, RUTH, after, coordinators, gone, host, invited, member, stranger

ONLY_CHIDI = coordinators(CHIDI)
CHIDI_AND_ANA = coordinators(CHIDI, ANA)


@pytest.mark.parametrize("who", [member(CHIDI), host()], ids=["coordinator", "host"])
def test_a_coordinator_or_the_host_invites_and_welcomes(who: Member) -> None:
    assert invite(stranger(BO), by=who) == [MemberInvited(member=BO)]
    assert welcome(invited(BO), by=who) == [MemberWelcomed(member=BO)]


@pytest.mark.parametrize("who", [member(ANA), member(RUTH), gone(CHIDI), stranger(CHIDI)])
def test_nobody_else_can_invite_or_welcome(who: Member) -> None:
    with pytest.raises(OnlyCoordinators):
        invite(stranger(BO), by=who)
    with pytest.raises(OnlyCoordinators):
        welcome(invited(BO), by=who)


@pytest.mark.parametrize("who", [invited(BO), member(BO), gone(BO)])
def test_a_person_is_invited_once(who: Member) -> None:
    with pytest.raises(AlreadyInvited):
        invite(who, by=member(CHIDI))


def test_only_invited_people_are_welcomed_once_and_not_after_leaving() -> None:
    with pytest.raises(UnknownMember):
        welcome(stranger(BO), by=member(CHIDI))
    with pytest.raises(AlreadyWelcomed):
        welcome(member(BO), by=member(CHIDI))
    with pytest.raises(AlreadyLeft):
        welcome(gone(BO), by=member(CHIDI))


def test_only_a_welcomed_member_who_has_not_left_is_active() -> None:
    must_be_active(member(BO))

    with pytest.raises(UnknownMember):
        must_be_active(stranger(BO))
    for who in (invited(BO), gone(BO)):
        with pytest.raises(NotActive):
            must_be_active(who)


@pytest.mark.parametrize("by", [member(BO), member(CHIDI), host()], ids=["their own word", "coordinator", "host"])
def test_the_member_or_a_coordinator_can_make_them_leave(by: Member) -> None:
    assert leave(member(BO), ONLY_CHIDI, by=by) == [MemberLeft(member=BO)]


def test_other_members_cannot_remove_someone() -> None:
    with pytest.raises(OnlyCoordinators):
        leave(member(BO), ONLY_CHIDI, by=member(ANA))


def test_only_someone_who_has_not_left_can_leave() -> None:
    with pytest.raises(UnknownMember):
        leave(stranger(BO), ONLY_CHIDI, by=member(CHIDI))
    with pytest.raises(AlreadyLeft):
        leave(gone(BO), ONLY_CHIDI, by=member(CHIDI))


@pytest.mark.parametrize("by", [member(CHIDI), host()], ids=["their own word", "host"])
def test_the_last_coordinator_cannot_leave(by: Member) -> None:
    with pytest.raises(LastCoordinator):
        leave(member(CHIDI), ONLY_CHIDI, by=by)
    with pytest.raises(LastCoordinator):
        withdraw_role(member(CHIDI), "coordinator", ONLY_CHIDI, by=by, now=NOW)


def test_one_of_two_coordinators_can_leave() -> None:
    assert leave(member(CHIDI), CHIDI_AND_ANA, by=member(CHIDI)) == [MemberLeft(member=CHIDI)]
    assert withdraw_role(member(CHIDI), "coordinator", CHIDI_AND_ANA, by=member(CHIDI), now=NOW) == [
        RoleWithdrawn(member=CHIDI, role="coordinator")
    ]


def test_a_coordinator_cannot_remove_another_alone() -> None:
    """One coordinator, freshly made, could remove the founder."""
    three = coordinators(CHIDI, ANA, BO)
    chidi, ana, bo = (member(who, "coordinator") for who in (CHIDI, ANA, BO))

    requested = withdraw_role(chidi, "coordinator", three, by=ana, now=NOW)
    asked = chidi.after(requested[0], NOW)

    assert requested == [CoordinatorRemovalAsked(member=CHIDI, asked_by=ANA)] and asked.is_coordinator
    with pytest.raises(SecondPersonNeeded):
        withdraw_role(asked, "coordinator", three, by=ana, now=NOW)
    with pytest.raises(CoordinatorRoleFirst):
        leave(asked, three, by=ana)
    for second in (bo, asked, host()):
        removed = withdraw_role(asked, "coordinator", three, by=second, now=NOW)
        assert removed == [RoleWithdrawn(member=CHIDI, role="coordinator")]


def test_a_request_to_remove_a_coordinator_lapses() -> None:
    three = coordinators(CHIDI, ANA, BO)
    asked = member(CHIDI).after(CoordinatorRemovalAsked(member=CHIDI, asked_by=ANA), NOW)

    later = withdraw_role(asked, "coordinator", three, by=member(BO, "coordinator"), now=NOW + timedelta(days=31))

    assert later == [CoordinatorRemovalAsked(member=CHIDI, asked_by=BO)]


def test_someone_made_a_coordinator_for_the_purpose_is_no_second_person() -> None:
    two_and_a_new_one = CHIDI_AND_ANA.after(RoleGiven(member=BO, role="coordinator"), NOW - timedelta(days=1))
    asked = member(CHIDI).after(CoordinatorRemovalAsked(member=CHIDI, asked_by=ANA), NOW)

    with pytest.raises(SecondPersonNeeded):
        withdraw_role(asked, "coordinator", two_and_a_new_one, by=member(BO, "coordinator"), now=NOW)


def test_someone_who_leaves_loses_their_roles() -> None:
    who = gone(CHIDI)

    assert not who.is_coordinator
    assert not who.roles
    assert after(member(RUTH), [MemberLeft(member=RUTH)]).is_auditor is False


def test_a_coordinator_or_the_host_gives_roles() -> None:
    assert give_role(member(BO), "auditor", by=member(CHIDI)) == [RoleGiven(member=BO, role="auditor")]
    assert give_role(member(BO), "coordinator", by=host()) == [RoleGiven(member=BO, role="coordinator")]


def test_only_coordinators_can_give_roles() -> None:
    with pytest.raises(OnlyCoordinators):
        give_role(member(ANA), "coordinator", by=member(ANA))
    with pytest.raises(OnlyCoordinators):
        withdraw_role(member(CHIDI), "coordinator", CHIDI_AND_ANA, by=member(RUTH), now=NOW)


def test_a_role_is_given_once_and_only_to_active_members() -> None:
    with pytest.raises(UnknownMember):
        give_role(stranger(BO), "auditor", by=member(CHIDI))
    with pytest.raises(NotActive):
        give_role(gone(BO), "auditor", by=member(CHIDI))
    with pytest.raises(AlreadyHasRole):
        give_role(member(RUTH), "auditor", by=member(CHIDI))


def test_only_a_role_that_a_member_has_can_be_withdrawn() -> None:
    assert withdraw_role(member(RUTH), "auditor", ONLY_CHIDI, by=member(CHIDI), now=NOW) == [
        RoleWithdrawn(member=RUTH, role="auditor")
    ]
    with pytest.raises(RoleNotHeld):
        withdraw_role(member(BO), "auditor", ONLY_CHIDI, by=member(CHIDI), now=NOW)


def test_the_coordinators_are_members_with_that_role_who_have_not_left() -> None:
    found = Coordinators()
    for fact in (
        RoleGiven(member=CHIDI, role="coordinator"),
        RoleGiven(member=ANA, role="coordinator"),
        RoleGiven(member=RUTH, role="auditor"),
        RoleWithdrawn(member=ANA, role="coordinator"),
        RoleWithdrawn(member=RUTH, role="auditor"),
        RoleGiven(member=BO, role="coordinator"),
        MemberLeft(member=BO),
    ):
        found = found.after(fact, LONG_AGO)

    assert found == ONLY_CHIDI


def test_nobody_sees_whom_a_member_helps_until_they_choose_so() -> None:
    assert member(BO).sees == "nobody"

    chosen = choose_visibility(member(BO), "groups", by=member(BO))

    assert chosen == [VisibilityChosen(member=BO, sees="groups")]
    assert after(member(BO), chosen).sees == "groups"
    assert choose_visibility(after(member(BO), chosen), "groups", by=member(BO)) == [], "it is so already"


@pytest.mark.parametrize("by", [member(CHIDI), member(ANA), host()], ids=["coordinator", "neighbour", "host"])
def test_nobody_can_choose_visibility_for_a_member(by: Member) -> None:
    for sees in ("nobody", "coordinators", "groups"):
        with pytest.raises(OnlyTheMemberChooses):
            choose_visibility(member(BO), sees, by=by)


def test_only_active_members_choose_visibility_and_leaving_resets_it() -> None:
    for who in (invited(BO), gone(BO)):
        with pytest.raises(NotActive):
            choose_visibility(who, "groups", by=who)

    assert after(member(BO), [VisibilityChosen(member=BO, sees="groups"), MemberLeft(member=BO)]).sees == "nobody"
