"""Rules for groups."""

import pytest

from ledger.groups.facts import GroupFormed, GroupJoined, GroupLeft
from ledger.groups.rules import Group, GroupMembership, form, join, leave
from ledger.members.rules import Member
from ledger.refusals import AlreadyInGroup, NotActive, NotInGroup, OnlyCoordinators, UnknownGroup, UnknownMember
from tests.cast import ANA, BO, CHIDI, GARDEN, after, garden, gone, host, invited, member, stranger

OUTSIDE = GroupMembership(group=GARDEN, member=ANA)
INSIDE = GroupMembership(group=GARDEN, member=ANA, is_member=True)


@pytest.mark.parametrize("by", [member(CHIDI), host()], ids=["coordinator", "host"])
def test_a_coordinator_forms_a_group(by: Member) -> None:
    facts = form(Group(id=GARDEN), by=by)

    assert facts == [GroupFormed(group=GARDEN)]
    assert after(Group(id=GARDEN), facts) == garden()


def test_members_cannot_form_groups() -> None:
    with pytest.raises(OnlyCoordinators):
        form(Group(id=GARDEN), by=member(ANA))


@pytest.mark.parametrize("by", [member(ANA), member(CHIDI), host()], ids=["their own word", "coordinator", "host"])
def test_the_member_or_a_coordinator_can_join_and_leave(by: Member) -> None:
    joined = join(garden(), OUTSIDE, member(ANA), by=by)
    left = leave(garden(), INSIDE, member(ANA), by=by)

    assert joined == [GroupJoined(group=GARDEN, member=ANA)]
    assert left == [GroupLeft(group=GARDEN, member=ANA)]
    assert OUTSIDE.after(joined[0]) == INSIDE
    assert INSIDE.after(left[0]) == OUTSIDE


def test_other_members_cannot_add_or_remove_someone() -> None:
    with pytest.raises(OnlyCoordinators):
        join(garden(), OUTSIDE, member(ANA), by=member(BO))
    with pytest.raises(OnlyCoordinators):
        leave(garden(), INSIDE, member(ANA), by=member(BO))


def test_a_group_that_was_never_formed_can_be_neither_joined_nor_left() -> None:
    with pytest.raises(UnknownGroup):
        join(Group(id=GARDEN), OUTSIDE, member(ANA), by=member(ANA))
    with pytest.raises(UnknownGroup):
        leave(Group(id=GARDEN), OUTSIDE, member(ANA), by=member(ANA))


def test_a_member_joins_once_and_leaves_once() -> None:
    with pytest.raises(AlreadyInGroup):
        join(garden(), INSIDE, member(ANA), by=member(ANA))
    with pytest.raises(NotInGroup):
        leave(garden(), OUTSIDE, member(ANA), by=member(ANA))


def test_only_active_members_can_join() -> None:
    for who in (gone(ANA), invited(ANA)):
        with pytest.raises(NotActive):
            join(garden(), OUTSIDE, who, by=member(CHIDI))
    with pytest.raises(UnknownMember):
        join(garden(), OUTSIDE, stranger(ANA), by=member(CHIDI))


def test_someone_who_has_left_the_community_can_be_taken_out_of_a_group() -> None:
    assert leave(garden(), INSIDE, gone(ANA), by=member(CHIDI))
