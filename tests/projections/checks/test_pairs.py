"""About equal help between two people, or in a circle of three."""

import pytest

from projections.checks.rules import back_and_forth, circles
from tests.cast import ANA, BO, CHIDI, RUTH
from tests.projections.checks.acts import AGREED, act


@pytest.mark.parametrize(("days", "found"), [(14, 1), (15, 0)])
def test_help_given_back_within_fourteen_days_is_listed(days: int, found: int) -> None:
    acts = [act(ANA, BO), act(BO, ANA, day=days)]

    assert len(list(back_and_forth(acts, AGREED))) == found


@pytest.mark.parametrize(("minutes", "found"), [(90, 1), (89, 0)])
def test_lengths_are_about_equal_up_to_a_tenth(minutes: int, found: int) -> None:
    acts = [act(ANA, BO, 100), act(BO, ANA, minutes, day=1)]

    assert len(list(back_and_forth(acts, AGREED))) == found


def test_help_given_back_names_both_people_and_both_entries() -> None:
    there, back = act(ANA, BO), act(BO, ANA, day=3)

    (one,) = back_and_forth([there, back], AGREED)

    assert (one.people, one.entries, one.measured) == ((ANA, BO), (there.number, back.number), 3)


def test_each_act_is_matched_once() -> None:
    acts = [act(ANA, BO), act(BO, ANA, day=1), act(BO, ANA, day=2)]

    assert len(list(back_and_forth(acts, AGREED))) == 1


def test_the_day_of_help_decides_and_not_the_order_of_entries() -> None:
    acts = [act(BO, ANA, day=2), act(ANA, BO, day=1)]

    assert [one.people for one in back_and_forth(acts, AGREED)] == [(ANA, BO)]


def test_the_two_legs_of_a_skill_exchange_are_no_anomaly() -> None:
    acts = [act(ANA, BO, exchange="x-skills"), act(BO, ANA, exchange="x-skills")]

    assert list(back_and_forth(acts, AGREED)) == []


def test_help_given_back_by_others_is_no_anomaly() -> None:
    assert list(back_and_forth([act(ANA, BO), act(BO, RUTH), act(RUTH, ANA)], AGREED)) == []


@pytest.mark.parametrize(("days", "found"), [(14, 1), (15, 0)])
def test_a_circle_closes_within_fourteen_days(days: int, found: int) -> None:
    acts = [act(ANA, BO), act(BO, CHIDI, day=5), act(CHIDI, ANA, day=days)]

    assert len(list(circles(acts, AGREED))) == found


@pytest.mark.parametrize(("minutes", "found"), [(90, 1), (89, 0)])
def test_the_shortest_of_a_circle_is_within_a_tenth_of_the_longest(minutes: int, found: int) -> None:
    acts = [act(ANA, BO, 100), act(BO, CHIDI, 95), act(CHIDI, ANA, minutes)]

    assert len(list(circles(acts, AGREED))) == found


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0), (2, 1, 0), (0, 2, 1), (1, 0, 2)])
def test_a_circle_is_found_whichever_act_came_first(order: tuple[int, int, int]) -> None:
    pairs = ((ANA, BO), (BO, CHIDI), (CHIDI, ANA))
    acts = [act(*pairs[place], day=day) for day, place in enumerate(order)]

    (one,) = circles(acts, AGREED)

    assert set(one.people) == {ANA, BO, CHIDI}
    assert one.entries == tuple(sorted(each.number for each in acts))


def test_a_circle_is_listed_once() -> None:
    acts = [act(ANA, BO), act(BO, CHIDI), act(CHIDI, ANA), act(CHIDI, ANA, day=1)]

    assert len(list(circles(acts, AGREED))) == 1


def test_two_people_and_a_third_do_not_make_a_circle() -> None:
    assert list(circles([act(ANA, BO), act(BO, ANA), act(BO, CHIDI)], AGREED)) == []
