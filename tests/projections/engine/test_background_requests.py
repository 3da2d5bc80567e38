"""What is asked for on a page waits for another process: one of each kind, and not again and again."""

from datetime import timedelta

from projections.engine.background import BETWEEN_TWO, GIVEN_UP_AFTER
from tests.cast import NOW
from tests.projections.elm_street import ElmStreet


def test_what_is_asked_for_waits_until_it_is_done(street: ElmStreet) -> None:
    wishes = street.views.wishes
    assert wishes.ask("replay", 0, "", NOW) == "taken"
    assert wishes.ask("statistics", 7, "", NOW + timedelta(seconds=1)) == "taken"

    first, second = wishes.waiting()
    wishes.finish(first)
    wishes.finish(second, "the log is locked")

    assert [(wish.what, wish.number) for wish in (first, second)] == [("replay", 0), ("statistics", 7)]
    assert wishes.waiting() == []
    assert [wishes.latest("replay").state, wishes.latest("statistics").state] == ["done", "the log is locked"]  # pyright: ignore[reportOptionalMemberAccess]


def test_another_of_its_kind_does_not_push_it_away_and_the_same_is_no_other(street: ElmStreet) -> None:
    wishes = street.views.wishes
    wishes.ask("replay", 0, "", NOW)

    assert wishes.ask("replay", 0, "", NOW + BETWEEN_TWO) == "taken"
    assert wishes.ask("replay", 9, "", NOW + BETWEEN_TWO) == "busy"
    assert [wish.at for wish in wishes.waiting()] == ["2026-03-14T10:30:00.000000Z"]


def test_nobody_asks_again_and_again(street: ElmStreet) -> None:
    wishes = street.views.wishes
    wishes.ask("replay", 0, "", NOW)
    wishes.finish(wishes.waiting()[0])

    assert wishes.ask("replay", 0, "", NOW + BETWEEN_TWO / 2) == "too soon"
    assert wishes.ask("replay", 0, "", NOW + BETWEEN_TWO) == "taken"


def test_a_wish_that_no_process_came_for_keeps_nobody_else_waiting(street: ElmStreet) -> None:
    wishes = street.views.wishes
    wishes.ask("replay", 9, "", NOW)

    assert wishes.ask("replay", 0, "", NOW + GIVEN_UP_AFTER) == "taken"
    assert [wish.number for wish in wishes.waiting()] == [0]


def test_one_process_carries_wishes_out(street: ElmStreet) -> None:
    with street.views.wishes.alone() as first, street.views.wishes.alone() as second:
        assert (first, second) == (True, False)
