"""Visibility: who can see whom a member helps, in which groups, and until they leave."""

from ledger.identifiers import MemberId
from ledger.members.commands import ChooseVisibility, LeaveCommunity
from ledger.members.facts import Audience
from tests.cast import ANA, BO, CHIDI
from tests.projections.elm_street import ElmStreet


def chose(street: ElmStreet, member: MemberId, sees: Audience) -> None:
    street.bank.do(ChooseVisibility(member=member, sees=sees), by=member)
    street.views.catch_up()


def test_nobody_is_visible_until_they_choose(small_street: ElmStreet) -> None:
    garden = small_street.formed(ANA, BO)

    assert small_street.views.visibility.of(ANA) == "nobody"
    assert small_street.views.visibility.among([garden], "coordinators") == {}
    assert small_street.views.visibility.among([], "coordinators") == {}
    assert small_street.views.visibility.everywhere("coordinators") == {}


def test_each_circle_includes_the_one_before_it(street: ElmStreet) -> None:
    garden = street.formed(ANA, BO, CHIDI)
    chose(street, ANA, "groups")
    chose(street, BO, "coordinators")

    assert (street.views.visibility.of(ANA), street.views.visibility.of(BO)) == ("groups", "coordinators")
    assert street.views.visibility.among([garden], "coordinators") == {garden: {ANA, BO}}
    assert street.views.visibility.among([garden], "groups") == {garden: {ANA}}
    assert street.views.visibility.everywhere("groups") == {garden: {ANA}}


def test_visibility_follows_members_into_groups_and_out_again(small_street: ElmStreet) -> None:
    chose(small_street, ANA, "groups")
    garden, kitchen = small_street.formed(ANA), small_street.formed(BO, name="Kitchen")
    small_street.joined(kitchen, ANA)
    small_street.left(garden, ANA)

    assert small_street.views.visibility.everywhere("groups") == {kitchen: {ANA}}
    assert small_street.views.visibility.among([garden], "groups") == {}


def test_a_new_choice_applies_straight_away_and_someone_who_leaves_is_visible_to_nobody(street: ElmStreet) -> None:
    garden = street.formed(ANA, BO)
    chose(street, ANA, "groups")
    chose(street, BO, "groups")
    chose(street, ANA, "nobody")
    assert street.views.visibility.everywhere("coordinators") == {garden: {BO}}

    street.bank.do(LeaveCommunity(member=BO), by=BO)
    street.views.catch_up()

    assert street.views.visibility.of(BO) == "nobody"
    assert street.views.visibility.everywhere("coordinators") == {}
    assert street.views.check() == [], "taken in one by one or all at once, it is the same"
