"""Groups and their members."""

from tests.cast import ANA, BO, CAST, CHIDI
from tests.projections.elm_street import ElmStreet


def test_a_group_lists_its_members(street: ElmStreet) -> None:
    garden = street.formed(ANA, BO, CHIDI)
    street.left(garden, BO)

    group = street.views.groups.of(garden)

    assert group is not None
    assert (group.members, len(group.name)) == (2, 64)
    assert [one.member for one in street.views.groups.members_of(garden).rows] == [ANA, CHIDI]
    assert street.views.groups.belongs(garden, ANA) and not street.views.groups.belongs(garden, BO)
    assert street.views.groups.of_member(ANA) == [group]
    assert street.views.groups.of_member(BO) == []


def test_someone_who_left_and_joined_again_is_listed_once(street: ElmStreet) -> None:
    garden = street.formed(ANA)
    street.left(garden, ANA)
    street.joined(garden, ANA)

    group = street.views.groups.of(garden)

    assert group is not None and group.members == 1
    assert len(street.views.groups.members_of(garden).rows) == 1


def test_groups_and_their_members_are_paged(street: ElmStreet) -> None:
    groups = [street.formed(*CAST, name=f"Circle {number}") for number in range(3)]

    first = street.views.groups.all(limit=2)
    second = street.views.groups.all(first.older or "", limit=2)
    half = street.views.groups.members_of(groups[0], limit=2)
    rest = street.views.groups.members_of(groups[0], half.older or "", limit=2)

    assert [row.id for row in (*first.rows, *second.rows)] == sorted(groups)
    assert [one.member for one in (*half.rows, *rest.rows)] == sorted(CAST)
    assert set(street.views.groups.many(groups)) == set(groups)
