"""Accounts close to their limits."""

import pytest

from projections.checks.log_reading import Limits
from projections.checks.rules import before_limit, limits_used, new_at_limit, steps
from tests.cast import ANA, BO, CHIDI
from tests.projections.checks.acts import AGREED, LIMITS, TODAY_NUMBER, act


def test_every_step_has_the_balances_of_its_accounts() -> None:
    first = act(ANA, BO, 60)
    second = act(BO, ANA, 20, taken_back=first.number + 5000)

    assert [(step.takes_back, dict(step.balances)) for step in steps([first, second])] == [
        (False, {ANA: 60, BO: -60}),
        (False, {ANA: 40, BO: -40}),
        (True, {ANA: 60, BO: -60}),
    ]


@pytest.mark.parametrize(("minutes", "found"), [(1079, 0), (1080, 1)])
def test_a_new_account_at_nine_tenths_of_the_debit_limit_is_listed(minutes: int, found: int) -> None:
    acts = [act(ANA, BO, 60), act(ANA, BO, minutes - 60)]

    anomalies = list(new_at_limit(acts, LIMITS, {BO: TODAY_NUMBER}, AGREED))

    assert [(one.people, one.measured) for one in anomalies] == [((BO,), 1080)] * found
    assert [len(one.entries) for one in anomalies] == [2] * found


@pytest.mark.parametrize(("day", "found"), [(13, 1), (14, 0)])
def test_an_account_is_new_for_fourteen_days(day: int, found: int) -> None:
    acts = [act(ANA, BO, 1200, day=day)]

    assert len(list(new_at_limit(acts, LIMITS, {BO: TODAY_NUMBER}, AGREED))) == found


def test_no_account_is_close_to_a_limit_of_zero() -> None:
    gave_first = [act(BO, ANA, 60), act(ANA, BO, 60)]

    assert list(new_at_limit(gave_first, (Limits(0, 0, 0, None),), {BO: TODAY_NUMBER}, AGREED)) == []


@pytest.mark.parametrize(("minutes", "found"), [(1200, 0), (1201, 1)])
def test_going_beyond_the_old_limits_after_they_were_widened_is_listed(minutes: int, found: int) -> None:
    changed = Limits(1, TODAY_NUMBER, -2400, None)
    acts = [act(ANA, BO, minutes)]

    anomalies = list(limits_used(acts, [*LIMITS, changed], AGREED))

    assert [(one.people, one.entries) for one in anomalies] == [((BO,), (1, acts[0].number))] * found


@pytest.mark.parametrize(("day", "found"), [(13, 1), (14, 0)])
def test_a_change_of_limits_is_recent_for_fourteen_days(day: int, found: int) -> None:
    changed = Limits(1, TODAY_NUMBER, -2400, None)

    assert len(list(limits_used([act(ANA, BO, 1300, day=day)], [*LIMITS, changed], AGREED))) == found


def test_using_a_removed_upper_limit_is_listed_once() -> None:
    before, changed = Limits(0, 0, -6000, 600), Limits(1, TODAY_NUMBER, -6000, None)
    acts = [act(ANA, BO, 601), act(ANA, CHIDI, 60)]

    assert [one.people for one in limits_used(acts, [before, changed], AGREED)] == [(ANA,)]


def test_the_first_limits_are_no_change() -> None:
    assert list(limits_used([act(ANA, BO, 1400)], LIMITS, AGREED)) == []


@pytest.mark.parametrize(("acts_before", "found"), [(4, 0), (5, 1)])
def test_five_acts_given_just_before_passing_the_limit_are_listed(acts_before: int, found: int) -> None:
    acts = [act(ANA, BO, 1200, day=-9)] + [act(BO, CHIDI, 30) for _ in range(acts_before)] + [act(ANA, BO, 100)]

    anomalies = list(before_limit(acts, LIMITS, AGREED))

    assert [(one.people, one.measured) for one in anomalies] == [((BO,), 5)] * found


@pytest.mark.parametrize(("minutes", "found"), [(50, 0), (51, 1)])
def test_what_the_limit_would_have_allowed_anyway_is_no_anomaly(minutes: int, found: int) -> None:
    acts = [act(ANA, BO, 1150, day=-9)] + [act(BO, CHIDI, 20) for _ in range(5)] + [act(ANA, BO, minutes)]

    assert len(list(before_limit(acts, LIMITS, AGREED))) == found


@pytest.mark.parametrize(("day", "found"), [(-1, 1), (-2, 0)])
def test_just_before_means_the_same_day_or_the_day_before(day: int, found: int) -> None:
    acts = [act(ANA, BO, 1200, day=-9)] + [act(BO, CHIDI, 30, day=day) for _ in range(5)] + [act(ANA, BO, 100)]

    assert len(list(before_limit(acts, LIMITS, AGREED))) == found


def test_limits_that_were_narrowed_or_unchanged_are_no_anomaly() -> None:
    acts = [act(ANA, BO, 1300)]
    before = Limits(0, 0, -1200, None)

    assert list(limits_used(acts, [before, Limits(1, TODAY_NUMBER, -1200, None)], AGREED)) == []
    assert list(limits_used(acts, [before, Limits(1, TODAY_NUMBER, -600, None)], AGREED)) == []
