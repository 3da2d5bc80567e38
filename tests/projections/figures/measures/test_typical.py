"""What is usual in a month: by hand, and against quartiles computed over arrays."""

from datetime import timedelta

import numpy as np
import pytest

from projections.figures.measures.spread import Quartiles, typical_month
from tests.projections.figures.measures.communities import FIRST, act, grown, hours

DAY = timedelta(days=1)


def test_half_of_those_who_gave_lie_between_the_quartiles() -> None:
    acts = [act(giver, "zoe", minutes) for giver, minutes in zip("abcde", (60, 120, 180, 240, 900), strict=True)]

    found = typical_month(acts)

    assert found.given == Quartiles(5, 120, 180, 240)
    assert found.received == Quartiles(1, 1500, 1500, 1500)


def test_quiet_months_do_not_count_and_everyone_counts_once() -> None:
    """Ana gave in two months of four, two hours on average; Bo every week of one month, three hours in it."""
    ana = [act("ana", "zoe", 60), act("ana", "zoe", 180, FIRST + 100 * DAY)]
    bo = [act("bo", "zoe", 45, FIRST + week * 7 * DAY) for week in range(4)]

    assert typical_month(ana + bo).given == Quartiles(2, 135, 150, 165)


def test_gifts_have_no_hours_and_nobody_gives_to_themselves() -> None:
    assert typical_month([act("ana", "bo", kind="gift"), act("bo", "bo")]) == (None, None)


def test_receivers_are_not_mixed_up_with_givers() -> None:
    found = typical_month(hours("ab", "ac", "ad"))

    assert (found.given, found.received) == (Quartiles(1, 180, 180, 180), Quartiles(3, 60, 60, 60))


@pytest.mark.parametrize("side", ["given", "received"])
def test_quartiles_agree_with_arrays(side: str) -> None:
    acts = grown(200)[0]
    people = sorted({one.giver if side == "given" else one.receiver for one in acts if one.minutes})
    months = np.zeros((len(people), 12))
    for one in acts:
        if one.minutes:
            months[people.index(one.giver if side == "given" else one.receiver), one.given_on.month - 1] += one.minutes
    means = months.sum(axis=1) / (months > 0).sum(axis=1)

    found = typical_month(reversed(acts))

    assert getattr(found, side) == (len(people), *map(pytest.approx, np.percentile(means, [25, 50, 75])))
