"""A lot of help within a few days."""

from datetime import date

import pytest

from projections.checks.rules import before_leaving, long_days, month_ends
from tests.cast import ANA, BO, CHIDI, TODAY
from tests.projections.checks.acts import AGREED, TODAY_NUMBER, act

TO_THE_END = (date(2026, 3, 31) - TODAY).days


@pytest.mark.parametrize(("minutes", "found"), [(480, 0), (481, 1)])
def test_more_than_sixteen_hours_on_one_day_is_a_long_day(minutes: int, found: int) -> None:
    acts = [act(ANA, BO, 480), act(ANA, CHIDI, minutes)]

    assert [(one.people, one.measured, one.day) for one in long_days(acts, AGREED)] == [
        ((ANA,), 961, "2026-03-14")
    ] * found


def test_a_long_day_is_one_day_of_one_giver() -> None:
    acts = [act(ANA, BO, 900), act(ANA, BO, 900, day=1), act(CHIDI, BO, 900)]

    assert list(long_days(acts, AGREED)) == []


@pytest.mark.parametrize(("acts_at_the_end", "found"), [(4, 0), (5, 1)])
def test_five_acts_in_the_last_two_days_are_a_burst_at_the_end_of_a_month(acts_at_the_end: int, found: int) -> None:
    acts = [act(settled=TO_THE_END - place % 2) for place in range(acts_at_the_end)]

    assert [(one.people, one.day) for one in month_ends(acts, AGREED)] == [((ANA,), "2026-03-31")] * found


def test_two_days_before_the_end_is_not_the_end() -> None:
    assert list(month_ends([act(settled=TO_THE_END - 2) for _ in range(5)], AGREED)) == []


@pytest.mark.parametrize(("rest", "found"), [(5, 0), (4, 1)])
def test_someone_who_gives_as_much_all_month_has_no_burst_at_its_end(rest: int, found: int) -> None:
    acts = [act(settled=0) for _ in range(rest)] + [act(settled=TO_THE_END) for _ in range(5)]

    assert len(list(month_ends(acts, AGREED))) == found


@pytest.mark.parametrize(("count", "found"), [(4, 0), (5, 1)])
def test_five_acts_in_two_days_before_leaving_are_worth_a_look(count: int, found: int) -> None:
    acts = [act(ANA, BO, settled=-1) for _ in range(count)]
    left = [(10**6, BO, TODAY_NUMBER)]

    anomalies = list(before_leaving(acts, left, AGREED))

    assert [(one.people, one.measured, one.number) for one in anomalies] == [((BO,), 5, 10**6)] * found


@pytest.mark.parametrize(("day", "found"), [(-1, 1), (-2, 0)])
def test_before_leaving_means_the_same_day_or_the_day_before(day: int, found: int) -> None:
    acts = [act(BO, ANA, settled=day) for _ in range(5)]

    assert len(list(before_leaving(acts, [(10**6, BO, TODAY_NUMBER)], AGREED))) == found


def test_an_import_is_no_burst() -> None:
    acts = [act(settled=TO_THE_END, imported=True) for _ in range(9)]

    assert list(month_ends(acts, AGREED)) == []
    assert list(before_leaving(acts, [(10**6, BO, TODAY_NUMBER + TO_THE_END)], AGREED)) == []
