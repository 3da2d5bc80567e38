"""Who takes part, who gives, who receives, who comes back, how long newcomers wait: by hand and by another estimator."""

from datetime import timedelta

import numpy as np
import pytest

from ledger.identifiers import MemberId
from projections.figures.measures.acts import Act, Membership
from projections.figures.measures.people import WaitingTime, median_wait, newcomers, participation, retention, roles
from tests.projections.figures.measures.communities import FIRST, act, grown, hours

DAY = timedelta(days=1)


def joined(*names: str, on: int = 0, left: int | None = None) -> list[Membership]:
    return [
        Membership(MemberId(name), FIRST + on * DAY, None if left is None else FIRST + left * DAY) for name in names
    ]


def on_day(pair: str, day: int) -> Act:
    return act(pair[0], pair[1], on=FIRST + day * DAY)


# Roles


def test_everybody_with_an_entry_gave_received_or_did_both() -> None:
    found = roles([*hours("ab", "bc"), act("d", "c", kind="gift")])

    assert (found.only_gave, found.only_received, found.both, found.people) == (2, 1, 1, 4)
    assert found.share(found.only_gave) == 0.5
    assert roles([]).share(0) is None


# Participation


def test_participation_is_of_those_enrolled_and_over_days_that_end_today() -> None:
    acts = [on_day("ab", 0), on_day("bc", 70), on_day("cd", 71)]

    found = participation(acts, joined("a", "b", "c", "d", "e"), FIRST + 100 * DAY)

    assert found == (5, 0.4, 0.6, 0.8, 0.8)


def test_those_who_have_left_or_not_joined_yet_do_not_count() -> None:
    members = [*joined("a", "b"), *joined("c", left=5), *joined("d", on=50)]

    found = participation([on_day("ac", 1)], members, FIRST + 10 * DAY)

    assert (found.enrolled, found.participation_ever) == (2, 0.5)


def test_someone_with_entries_before_their_welcome_was_a_member_then() -> None:
    """An import tells of years in which nobody had been welcomed here yet."""
    found = participation([on_day("ab", 0)], joined("a", "b", on=500), FIRST + 9 * DAY)

    assert (found.enrolled, found.participation_30) == (2, 1.0)


def test_without_members_nobody_takes_part() -> None:
    assert participation([], [], FIRST) == (0, None, None, None, None)


# Retention


@pytest.mark.parametrize(("later", "came_back"), [(29, 0), (30, 2), (89, 2), (90, 0)])
def test_people_come_back_between_day_30_and_day_89(later: int, came_back: int) -> None:
    found = retention([on_day("ab", 0), on_day("ab", later)], FIRST + 200 * DAY)

    assert (found.people, found.came_back) == (2, came_back)


def test_those_who_began_less_than_ninety_days_ago_do_not_count() -> None:
    acts = [on_day("ab", 0), on_day("cd", 1), on_day("cd", 40)]

    assert retention(acts, FIRST + 90 * DAY) == (2, 0)
    assert retention(acts, FIRST + 89 * DAY).share is None
    assert retention(acts, FIRST + 91 * DAY).share == 0.5
    assert retention(acts, FIRST + 91 * DAY, FIRST + DAY).share == 1.0


# Newcomers


def test_those_who_are_still_waiting_count() -> None:
    """Two began after 2 and 4 days, two still wait after 10: by day 4 half have begun."""
    found = newcomers([on_day("ab", 2), on_day("cb", 4)], joined("a", "c", "e", "f"), FIRST + 10 * DAY)

    assert (found.newcomers, found.newcomers_began, found.median_days_to_first_exchange) == (4, 2, 4)
    assert found.median_days_to_first_receiving is None
    assert (found.first_gave, found.first_received) == (1.0, 0.0)


def test_those_who_helped_before_their_welcome_are_not_newcomers() -> None:
    found = newcomers([on_day("ab", 0)], [*joined("a", on=5), *joined("b")], FIRST + 10 * DAY)

    assert (found.newcomers, found.median_days_to_first_exchange) == (1, 0)


def test_newcomers_of_a_period_joined_in_it() -> None:
    members = [*joined("a"), *joined("b", on=20), *joined("c", on=90)]

    assert newcomers([], members, FIRST + 30 * DAY, FIRST + 10 * DAY).newcomers == 1


def test_giving_and_receiving_on_the_first_day_is_neither_first() -> None:
    found = newcomers([on_day("ab", 1), on_day("ba", 1)], joined("a", "b"), FIRST + 9 * DAY)

    assert (found.newcomers_began, found.first_gave, found.first_received) == (2, 0.0, 0.0)


def test_those_who_left_waited_until_then() -> None:
    members = [*joined("a", left=3), *joined("b", "c")]

    assert newcomers([on_day("bz", 5)], members, FIRST + 9 * DAY).median_days_to_first_exchange == 5


def test_leaving_on_a_day_comes_after_what_happened_on_it() -> None:
    assert median_wait([WaitingTime(3, False), WaitingTime(3, True)]) == 3
    assert median_wait([WaitingTime(2, False), WaitingTime(3, False)]) is None
    assert median_wait([]) is None


def test_the_median_wait_agrees_with_the_product_of_daily_chances() -> None:
    acts, members = grown(200, a_month=0.4)
    begun: dict[str, int] = {}
    for each in sorted(acts, key=lambda one: one.given_on):
        for side in (each.giver, each.receiver):
            begun.setdefault(side, (each.given_on - FIRST).days)
    entered = np.array([(each.joined_on - FIRST).days for each in members])
    ends = np.array([begun.get(each.member, 364) for each in members])
    happened = np.array([each.member in begun for each in members])
    waits = ends - entered
    survival, median = 1.0, None
    for day in range(365):
        if (at_risk := (waits >= day).sum()) and median is None:
            survival *= 1 - ((waits == day) & happened).sum() / at_risk
            median = day if survival <= 0.5 else None

    assert newcomers(acts, members, FIRST + 364 * DAY).median_days_to_first_exchange == median
