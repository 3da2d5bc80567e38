"""Whether it rests on a few: by hand, and by other formulas of the same measures."""

import numpy as np
import pytest

from projections.measures.load import gini, load, top, top_people
from projections.measures.ties import collapse, given
from tests.projections.measures.communities import grown, hours


def test_the_top_tenth_of_five_people_is_one_person() -> None:
    assert [top_people(people, 10) for people in (0, 1, 5, 10, 11, 20, 21)] == [0, 1, 1, 1, 2, 2, 3]
    assert top([5, 3, 1, 1, 0], 10) == 5
    assert top([5, 3, 1, 1, 0], 5) == 5


def test_gini_is_none_of_nothing_zero_of_equals_and_near_one_of_one() -> None:
    assert gini([]) is None and gini([0, 0]) is None
    assert gini([4, 4, 4]) == 0
    assert gini([0, 0, 0, 8]) == 0.75


def test_a_gini_of_balances_is_refused() -> None:
    with pytest.raises(ValueError, match="below zero"):
        gini([60, -60])


def test_who_only_received_counts_among_those_who_might_have_given() -> None:
    found = load(collapse(hours("ab", "ac", "bc"), "minutes"))

    assert found.people == 3
    assert found.gini_given == pytest.approx(4 / 9)
    assert found.top_tenth_given == pytest.approx(2 / 3)
    assert found.effective_givers == pytest.approx(1.8)


def test_giving_and_receiving_are_not_mixed_up() -> None:
    """One gives to all: giving rests on one, receiving is shared by all others."""
    found = load(collapse(hours("ab", "ac", "ad"), "minutes"))

    assert (found.gini_given, found.gini_received, found.effective_givers) == (0.75, 0.25, 1.0)


def test_shares_are_what_sums_over_arrays_say() -> None:
    ties = collapse(grown(200)[0], "minutes")
    gave = np.array(sorted(given(ties).values()))
    lorenz = np.concatenate([[0], np.cumsum(gave)]) / gave.sum()

    found = load(ties)

    assert found.gini_given == pytest.approx(np.abs(gave[:, None] - gave).mean() / (2 * gave.mean()))
    assert found.gini_given == pytest.approx(1 - (lorenz[1:] + lorenz[:-1]).sum() / len(gave))
    assert found.top_fifth_given == pytest.approx(gave[-int(np.ceil(len(gave) / 5)) :].sum() / gave.sum())
    assert found.effective_givers == pytest.approx(1 / ((gave / gave.sum()) ** 2).sum())


def test_without_ties_there_is_no_load() -> None:
    assert load({}) == (0, None, None, None, None, None)
