"""How accounts stood at their limits."""

import pytest

from projections.checks.account_rules import before_limit, limits_used, new_at_limit, steps
from projections.checks.log_reading import Limits
from tests.cast import ANA, BO, CHIDI
from tests.projections.checks.acts import AGREED, LIMITS, TODAY_NUMBER, act


def test_every_step_knows_what_its_accounts_hold() -> None:
    first = act(ANA, BO, 60)
    second = act(BO, ANA, 20, taken_back=first.number + 5000)

    assert [(step.takes_back, dict(step.balances)) for step in steps([first, second])] == [
        (False, {ANA: 60, BO: -60}),
        (False, {ANA: 40, BO: -40}),
        (True, {ANA: 60, BO: -60}),
    ]


@pytest.mark.parametrize(("minutes", "found"), [(1079, 0), (1080, 1)])
def test_nine_tenths_of_the_debit_limit_are_close_to_it(minutes: int, found: int) -> None:
    acts = [act(ANA, BO, 60), act(ANA, BO, minutes - 60)]

    noted = list(new_at_limit(acts, LIMITS, {BO: TODAY_NUMBER}, AGREED))

    assert [(one.people, one.measured) for one in noted] == [((BO,), 1080)] * found
    assert [len(one.entries) for one in noted] == [2] * found


@pytest.mark.parametrize(("day", "found"), [(13, 1), (14, 0)])
def test_an_account_is_new_for_fourteen_days(day: int, found: int) -> None:
    acts = [act(ANA, BO, 1200, day=day)]

    assert len(list(new_at_limit(acts, LIMITS, {BO: TODAY_NUMBER}, AGREED))) == found


def test_nobody_comes_close_to_a_limit_of_zero() -> None:
    gave_first = [act(BO, ANA, 60), act(ANA, BO, 60)]

    assert list(new_at_limit(gave_first, (Limits(0, 0, 0, None),), {BO: TODAY_NUMBER}, AGREED)) == []


@pytest.mark.parametrize(("minutes", "found"), [(1200, 0), (1201, 1)])
def test_wider_limits_are_used_beyond_the_old_ones(minutes: int, found: int) -> None:
    changed = Limits(1, TODAY_NUMBER, -2400, None)
    acts = [act(ANA, BO, minutes)]

    noted = list(limits_used(acts, [*LIMITS, changed], AGREED))

    assert [(one.people, one.entries) for one in noted] == [((BO,), (1, acts[0].number))] * found


@pytest.mark.parametrize(("day", "found"), [(13, 1), (14, 0)])
def test_limits_were_changed_of_late_for_fourteen_days(day: int, found: int) -> None:
    changed = Limits(1, TODAY_NUMBER, -2400, None)

    assert len(list(limits_used([act(ANA, BO, 1300, day=day)], [*LIMITS, changed], AGREED))) == found


def test_an_upper_limit_that_was_lifted_is_used_too_and_told_once() -> None:
    before, changed = Limits(0, 0, -6000, 600), Limits(1, TODAY_NUMBER, -6000, None)
    acts = [act(ANA, BO, 601), act(ANA, CHIDI, 60)]

    assert [one.people for one in limits_used(acts, [before, changed], AGREED)] == [(ANA,)]


def test_limits_that_are_older_than_the_book_are_no_change() -> None:
    assert list(limits_used([act(ANA, BO, 1400)], LIMITS, AGREED)) == []


@pytest.mark.parametrize(("acts_before", "found"), [(4, 0), (5, 1)])
def test_five_acts_given_just_before_the_limit_would_have_refused(acts_before: int, found: int) -> None:
    acts = [act(ANA, BO, 1200, day=-9)] + [act(BO, CHIDI, 30) for _ in range(acts_before)] + [act(ANA, BO, 100)]

    noted = list(before_limit(acts, LIMITS, AGREED))

    assert [(one.people, one.measured) for one in noted] == [((BO,), 5)] * found


@pytest.mark.parametrize(("minutes", "found"), [(50, 0), (51, 1)])
def test_what_the_limit_would_have_allowed_anyway_is_nothing_to_look_at(minutes: int, found: int) -> None:
    acts = [act(ANA, BO, 1150, day=-9)] + [act(BO, CHIDI, 20) for _ in range(5)] + [act(ANA, BO, minutes)]

    assert len(list(before_limit(acts, LIMITS, AGREED))) == found


@pytest.mark.parametrize(("day", "found"), [(-1, 1), (-2, 0)])
def test_just_before_means_the_day_itself_and_the_one_before(day: int, found: int) -> None:
    acts = [act(ANA, BO, 1200, day=-9)] + [act(BO, CHIDI, 30, day=day) for _ in range(5)] + [act(ANA, BO, 100)]

    assert len(list(before_limit(acts, LIMITS, AGREED))) == found


def test_limits_that_became_narrower_or_stayed_are_not_used_beyond_the_old_ones() -> None:
    acts = [act(ANA, BO, 1300)]
    before = Limits(0, 0, -1200, None)

    assert list(limits_used(acts, [before, Limits(1, TODAY_NUMBER, -1200, None)], AGREED)) == []
    assert list(limits_used(acts, [before, Limits(1, TODAY_NUMBER, -600, None)], AGREED)) == []
