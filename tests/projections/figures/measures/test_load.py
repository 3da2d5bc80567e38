"""Whether it rests on a few: by hand, and by other formulas of the same measures."""

import numpy as np
import pytest

from ledger.identifiers import MemberId
from projections.figures.measures.acts import add_up_ties, given
from projections.figures.measures.reciprocity import faces
from projections.figures.measures.spread import gini, load, load_groups, top, top_people
from tests.projections.figures.measures.communities import act, grown, hours


def test_the_top_tenth_of_five_people_is_one_person() -> None:
    assert [top_people(people, 10) for people in (0, 1, 5, 10, 11, 20, 21)] == [0, 1, 1, 1, 2, 2, 3]
    assert top([5, 3, 1, 1, 0], 10) == 5
    assert top([5, 3, 1, 1, 0], 5) == 5


def test_gini_is_none_for_nothing_zero_for_equals_and_near_one_for_one_giver() -> None:
    assert gini([]) is None and gini([0, 0]) is None
    assert gini([4, 4, 4]) == 0
    assert gini([0, 0, 0, 8]) == 0.75


def test_a_gini_of_balances_is_refused() -> None:
    with pytest.raises(ValueError, match="below zero"):
        gini([60, -60])


def test_those_who_only_received_count_as_giving_nothing() -> None:
    found = load(add_up_ties(hours("ab", "ac", "bc"), "minutes"))

    assert found.gini_given == pytest.approx(4 / 9)
    assert found.top_tenth_given == pytest.approx(2 / 3)
    assert found.effective_givers == pytest.approx(1.8)


def test_giving_and_receiving_are_not_mixed_up() -> None:
    """One gives to all: giving rests on one, receiving is shared by all others."""
    found = load(add_up_ties(hours("ab", "ac", "ad"), "minutes"))

    assert (found.gini_given, found.gini_received, found.effective_givers) == (0.75, 0.25, 1.0)


def test_shares_agree_with_arrays() -> None:
    ties = add_up_ties(grown(200)[0], "minutes")
    gave = np.array(sorted(given(ties).values()))
    lorenz = np.concatenate([[0], np.cumsum(gave)]) / gave.sum()

    found = load(ties)

    assert found.gini_given == pytest.approx(np.abs(gave[:, None] - gave).mean() / (2 * gave.mean()))
    assert found.gini_given == pytest.approx(1 - (lorenz[1:] + lorenz[:-1]).sum() / len(gave))
    assert found.top_fifth_given == pytest.approx(gave[-int(np.ceil(len(gave) / 5)) :].sum() / gave.sum())
    assert found.effective_givers == pytest.approx(1 / ((gave / gave.sum()) ** 2).sum())


def test_without_ties_there_is_no_load() -> None:
    assert set(load({})) == {None}
    assert load_groups({}, 5) == []


def test_equal_groups_begin_with_those_who_gave_least() -> None:
    """Ten people: one gave nothing, one gave one of 45 hours, and so on up to nine."""
    ties = {(MemberId(f"m-{giver}"), MemberId("m-0")): giver for giver in range(1, 10)}

    assert load_groups(ties, 5) == [0.02, 0.11, 0.20, 0.29, 0.38]


def test_equal_givers_give_equal_shares_though_they_do_not_divide_evenly() -> None:
    names = [f"m-{place}" for place in range(103)]
    ties = add_up_ties([act(name, names[place - 1], 60) for place, name in enumerate(names)], "minutes")

    assert load_groups(ties, 10) == [0.1] * 10


@pytest.mark.parametrize("groups", [5, 10])
def test_groups_are_steps_of_the_lorenz_curve(groups: int) -> None:
    ties = add_up_ties(grown(300)[0], "minutes")
    gave = np.array(sorted(given(ties).values()))
    curve = np.concatenate([[0], np.cumsum(gave)]) / gave.sum()
    borders = np.interp(np.linspace(0, len(gave), groups + 1), np.arange(len(gave) + 1), curve)

    found = load_groups(ties, groups)

    assert sum(round(100 * share) for share in found) == 100
    assert found == sorted(found)
    assert np.abs(np.array(found) - np.diff(borders)).max() < 0.01


def test_imbalance_is_how_much_rests_with_those_who_received_more() -> None:
    """Balances are below zero as often as above, so there is no Gini of them."""
    assert load(add_up_ties(hours("ab", "ba"), "minutes")).imbalance == 0
    assert load(add_up_ties(hours("ab", "bc", "ca"), "minutes")).imbalance == 0
    assert load(add_up_ties(hours("ab", "cd"), "minutes")).imbalance == 1
    assert load(add_up_ties(hours("ab", "ab", "ba"), "minutes")).imbalance == pytest.approx(1 / 3)


def test_imbalance_agrees_with_a_matrix_and_is_at_most_what_is_passed_on() -> None:
    ties = add_up_ties(grown(200)[0], "minutes")
    places = {member: place for place, member in enumerate(sorted(given(ties)))}
    matrix = np.zeros((len(places), len(places)))
    for (giver, receiver), weight in ties.items():
        matrix[places[giver], places[receiver]] = weight

    found = load(ties).imbalance

    assert found == pytest.approx(np.abs(matrix.sum(axis=1) - matrix.sum(axis=0)).sum() / (2 * matrix.sum()))
    assert found <= faces(ties).passed_on / matrix.sum()
