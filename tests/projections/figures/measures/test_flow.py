"""How lively it is, and how long credit rests: by hand, and day by day over a matrix of balances."""

from datetime import timedelta

import numpy as np
import pytest

from projections.figures.measures.activity import flow, turnover
from projections.figures.measures.acts import select_acts
from tests.projections.figures.measures.communities import FIRST, act, grown

DAY = timedelta(days=1)


def test_an_active_month_is_one_in_which_someone_gave_or_received() -> None:
    acts = [act("ana", "bo", 60), act("ana", "bo", 30), act("bo", "ana", 90, FIRST + 40 * DAY)]

    found = flow(acts)

    assert found.active_member_months == 4
    assert (
        found.entries_per_active_member_month,
        found.minutes_per_active_member_month,
        found.median_minutes_per_entry,
    ) == (0.75, 45.0, 60.0)


def test_both_directions_of_a_skill_exchange_are_one_entry_and_gifts_have_no_length() -> None:
    swap = [
        act(pair[0], pair[1], length, kind="skill-exchange", number=7) for pair, length in (("ab", 60), ("ba", 120))
    ]

    found = flow([*swap, act("ana", "bo", kind="gift")])

    assert found.median_minutes_per_entry == 180
    assert found.entries_per_active_member_month == 0.5


def test_there_is_no_flow_without_acts() -> None:
    assert flow([]) == (0, None, None, None)
    assert turnover([], FIRST) == (None, None)
    assert turnover([act("ana", "bo", kind="gift")], FIRST) == (None, None)


def test_an_hour_that_rests_ten_evenings_turned_over_once() -> None:
    found = turnover([act("ana", "bo", 60), act("bo", "ana", 60, FIRST + 10 * DAY)], FIRST + 19 * DAY)

    assert found.turnover == pytest.approx(120 / (60 * 10 / 20))
    assert found.holding_days == pytest.approx(5)


def test_credit_from_before_the_period_counts_in_it() -> None:
    acts = [act("ana", "bo", 60), act("ana", "chidi", 60, FIRST + 30 * DAY)]

    found = turnover(acts, FIRST + 39 * DAY, FIRST + 20 * DAY)

    assert found.turnover == pytest.approx(60 / ((60 * 10 + 120 * 10) / 20))


@pytest.mark.parametrize("start", [0, 100])
def test_turnover_agrees_with_a_matrix_of_balances(start: int) -> None:
    acts = select_acts(grown(120)[0], last_day=FIRST + 364 * DAY)
    places = {
        member: place for place, member in enumerate({one for each in acts for one in (each.giver, each.receiver)})
    }
    moves = np.zeros((365, len(places)))
    for each in acts:
        day = (each.given_on - FIRST).days
        moves[day, places[each.giver]] += each.minutes
        moves[day, places[each.receiver]] -= each.minutes
    begin = max(start, min((each.given_on - FIRST).days for each in acts if each.minutes))
    credit = np.maximum(np.cumsum(moves, axis=0), 0).sum(axis=1)[begin:]
    moved = sum(each.minutes for each in acts if (each.given_on - FIRST).days >= begin)

    found = turnover(acts, FIRST + 364 * DAY, FIRST + start * DAY if start else None)

    assert found.turnover == pytest.approx(moved / credit.mean())
    assert found.holding_days == pytest.approx(credit.sum() / moved)
