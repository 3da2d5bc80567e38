"""Patterns in what one person gives or records."""

from array import array

import pytest

from projections.checks.log_reading import RequestsByPerson
from projections.checks.rules import both_sides, many_at_once, round_hours, taken_back, woken
from tests.cast import ANA, BO, CHIDI
from tests.projections.checks.acts import AGREED, act


def requests(*seconds: float) -> dict[str, RequestsByPerson]:
    """Ana's requests, at these seconds."""
    return {ANA: RequestsByPerson(array("q", range(1, len(seconds) + 1)), array("d", seconds))}


@pytest.mark.parametrize(("count", "found"), [(19, 0), (20, 1)])
def test_twenty_acts_of_whole_hours_are_worth_a_look(count: int, found: int) -> None:
    acts = [act(minutes=60 * (1 + place % 3)) for place in range(count)]

    assert len(list(round_hours(acts, AGREED))) == found


def test_a_single_odd_minute_is_enough_to_look_usual() -> None:
    assert list(round_hours([*(act() for _ in range(20)), act(minutes=61)], AGREED)) == []


def test_imported_hours_can_be_whole_hours() -> None:
    assert list(round_hours([act(imported=True) for _ in range(30)], AGREED)) == []


@pytest.mark.parametrize(("gone", "found"), [(2, 0), (3, 1)])
def test_three_acts_taken_back_are_worth_a_look(gone: int, found: int) -> None:
    acts = [act() for _ in range(3)] + [act(taken_back=10**6 + place) for place in range(gone)]

    assert [one.measured for one in taken_back(acts, AGREED)] == [50] * found


@pytest.mark.parametrize(("counting", "found"), [(13, 0), (12, 1)])
def test_a_fifth_taken_back_is_worth_a_look(counting: int, found: int) -> None:
    acts = [act() for _ in range(counting)] + [act(taken_back=10**6 + place) for place in range(3)]

    assert len(list(taken_back(acts, AGREED))) == found


@pytest.mark.parametrize(("days", "found"), [(179, 0), (180, 1)])
def test_an_account_used_again_after_half_a_year_is_listed(days: int, found: int) -> None:
    before, again = act(ANA, BO), act(CHIDI, BO, day=days)

    anomalies = list(woken([before, again], AGREED))

    assert [(one.people, one.entries) for one in anomalies] == [((BO,), (before.number, again.number))] * found


@pytest.mark.parametrize(("last", "found"), [(60.0, 0), (59.9, 1)])
def test_ten_requests_within_a_minute_are_many(last: float, found: int) -> None:
    assert len(list(many_at_once(requests(*range(9), last), AGREED))) == found


def test_nine_requests_at_once_are_not_many() -> None:
    assert list(many_at_once(requests(*[0.0] * 9), AGREED)) == []


def test_requests_at_the_same_pace_are_one_anomaly_and_later_ones_another() -> None:
    spread = [float(place) for place in range(25)] + [1000.0 + place for place in range(10)]

    assert [(one.measured, one.entries[0]) for one in many_at_once(requests(*spread), AGREED)] == [(25, 1), (10, 26)]


def test_requests_of_several_people_are_counted_separately() -> None:
    shared: dict[str, RequestsByPerson] = {
        who: RequestsByPerson(array("q", range(6)), array("d", [0.0] * 6)) for who in (ANA, BO)
    }

    assert list(many_at_once(shared, AGREED)) == []


def test_an_exchange_recorded_by_one_person_for_both_is_listed_once() -> None:
    both = [
        act(ANA, BO, recorded_alone_by=CHIDI, exchange="x-skills"),
        act(BO, ANA, recorded_alone_by=CHIDI, exchange="x-skills"),
    ]

    (one,) = both_sides([*both, act()], AGREED)

    assert one.people == (CHIDI, ANA, BO)
    assert one.entries == (both[0].reported, both[0].number)
