"""How heavy a tail is: values drawn from a known law, and the fit of another program."""

import igraph
import numpy as np
import pytest

from projections.figures.measures.acts import add_up_ties
from projections.figures.measures.spread import exponent_from, tail, zeta
from tests.projections.figures.measures.communities import grown


def drawn(exponent: float, least: int, how_many: int = 3_000, seed: int = 1) -> list[int]:
    """Whole numbers from `least` on that follow the law, by its sums up to 100,000."""
    numbers = np.arange(least, 100_000)
    chances = numbers ** (-exponent)
    return np.random.default_rng(seed).choice(numbers, size=how_many, p=chances / chances.sum()).tolist()


def test_zeta_of_two_and_four_are_known() -> None:
    assert zeta(2, 1) == pytest.approx(np.pi**2 / 6, rel=1e-10)
    assert zeta(4, 1) == pytest.approx(np.pi**4 / 90, rel=1e-10)
    assert zeta(2.5, 7) == pytest.approx(zeta(2.5, 1) - sum(number**-2.5 for number in range(1, 7)), rel=1e-9)
    assert zeta(2.5, 60) == pytest.approx(zeta(2.5, 1) - sum(number**-2.5 for number in range(1, 60)), rel=1e-7)


@pytest.mark.parametrize(("exponent", "least"), [(2.0, 1), (2.5, 1), (3.0, 4)])
def test_the_exponent_of_a_known_law_is_found(exponent: float, least: int) -> None:
    found = tail(drawn(exponent, least))

    assert found is not None
    assert found.exponent == pytest.approx(exponent, abs=0.15)


def test_the_tail_begins_where_the_law_does() -> None:
    """Below ten, everything is as frequent as everything else."""
    values = [*drawn(2.5, 10), *np.random.default_rng(2).integers(1, 10, 3_000).tolist()]

    found = tail(values)

    assert found is not None
    assert 8 <= found.least <= 14
    assert found.exponent == pytest.approx(2.5, abs=0.15)


@pytest.mark.parametrize("seed", [1, 2])
def test_another_program_finds_the_same(seed: int) -> None:
    ties = add_up_ties(grown(1_000, seed=seed)[0], "acts")
    degrees = igraph.Graph.TupleList(list(ties), directed=True).as_undirected().degree()

    found = tail(degrees)

    assert found is not None
    other = igraph.power_law_fit(degrees, xmin=found.least, method="discrete", p_precision=0.5)
    assert found.exponent == pytest.approx(other.alpha, abs=1e-4)
    assert found.values == sum(degree >= found.least for degree in degrees)


def test_few_values_or_none_that_differ_have_no_tail() -> None:
    assert tail([]) is None and tail([3] * 500) is None and tail(drawn(2.5, 1, how_many=49)) is None


def test_the_exponent_is_limited() -> None:
    assert exponent_from([5] * 1_000_000 + [6], 5) == pytest.approx(20, abs=0.01)
