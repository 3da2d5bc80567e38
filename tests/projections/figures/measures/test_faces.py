"""Given back, comes round, passed on: by hand, by trying everything, and by another method of solving the flow."""

from itertools import product

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projections.figures.measures.acts import Ties, add_up_ties
from projections.figures.measures.reciprocity import Faces, faces, loops_found
from tests.projections.figures.measures.communities import grown, hours


def of(*pairs: str) -> Faces:
    return faces(add_up_ties(hours(*pairs, minutes=1), "minutes"))


def parts(found: Faces) -> tuple[int, int, int]:
    return found.given_back, found.comes_round, found.passed_on


def test_help_that_the_same_person_returns_is_given_back() -> None:
    assert parts(of("ab", "ba")) == (2, 0, 0)


def test_help_that_returns_through_others_comes_round() -> None:
    assert parts(of("ab", "bc", "ca")) == (0, 3, 0)


def test_help_that_does_not_return_is_passed_on() -> None:
    assert parts(of("ab", "bc")) == (0, 0, 2)


def test_one_tie_can_have_all_three_parts() -> None:
    """Ana helped Bo three times: he returned one, one came round through Chidi, one rests with him."""
    assert parts(of("ab", "ab", "ab", "ba", "bc", "ca")) == (2, 3, 1)


def test_as_much_as_possible_comes_back_even_past_the_nearest_return() -> None:
    """All three of the loop may come round, though setting off the pair first would leave only two."""
    assert parts(of("ab", "ba", "bc", "ca")) == (2, 1, 1)


def test_without_anything_given_all_parts_are_zero() -> None:
    nothing = faces({})

    assert nothing == Faces(0, 0, 0, 0, is_exact=True)
    assert nothing.share(nothing.passed_on) is None


small_ties = st.dictionaries(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")).filter(lambda pair: pair[0] != pair[1]),
    st.integers(1, 2),
    max_size=7,
)


@given(small_ties)
@settings(max_examples=60, deadline=None)
def test_no_other_way_of_settling_the_same_balances_needs_less(ties: Ties) -> None:
    found = faces(ties)
    flows = product(*(range(weight + 1) for weight in ties.values()))
    balances = balances_of(ties)
    least = min(sum(flow) for flow in flows if balances_of(dict(zip(ties, flow, strict=True))) == balances)

    assert found.passed_on == least


any_ties = st.dictionaries(
    st.tuples(st.integers(0, 9).map(str), st.integers(0, 9).map(str)).filter(lambda pair: pair[0] != pair[1]),
    st.integers(1, 500),
    max_size=40,
)


@given(any_ties)
@settings(max_examples=80, deadline=None)
def test_the_three_parts_add_up_to_the_whole_and_none_is_below_zero(ties: Ties) -> None:
    exact, bound = faces(ties), faces(ties, largest=0)

    for found in (exact, bound):
        assert sum(parts(found)) == found.whole == sum(ties.values())
        assert min(parts(found)) >= 0
    assert exact.passed_on >= sum(max(balance, 0) for balance in balances_of(ties).values())
    assert bound.given_back == exact.given_back and bound.comes_round <= exact.comes_round
    assert loops_found(ties) == bound.whole - bound.passed_on


@pytest.mark.parametrize("seed", [1, 2])
def test_another_method_finds_the_same_flow_for_the_whole_community_at_once(seed: int) -> None:
    ties = add_up_ties(grown(250, seed=seed)[0], "minutes")
    graph = nx.DiGraph()
    for (giver, receiver), weight in ties.items():
        graph.add_edge(giver, receiver, capacity=weight, weight=1)
    for member, balance in balances_of(ties).items():
        graph.nodes[member]["demand"] = -balance

    least, _ = nx.capacity_scaling(graph)

    assert faces(ties).passed_on == least


def test_a_component_that_is_too_large_is_marked_as_not_exact() -> None:
    ties = add_up_ties(grown(250)[0], "minutes")

    exact, bound = faces(ties), faces(ties, largest=5)

    assert exact.is_exact and not bound.is_exact
    assert bound.passed_on >= exact.passed_on
    assert sum(parts(bound)) == bound.whole


def test_the_order_in_which_ties_are_known_changes_nothing() -> None:
    ties = add_up_ties(grown(250)[0], "minutes")

    assert faces(dict(reversed(ties.items()))) == faces(ties)
    assert faces(dict(reversed(ties.items())), largest=0) == faces(ties, largest=0)


def balances_of(ties: Ties) -> dict[str, int]:
    balances: dict[str, int] = {}
    for (giver, receiver), weight in ties.items():
        balances[giver] = balances.get(giver, 0) + weight
        balances[receiver] = balances.get(receiver, 0) - weight
    return balances
