"""How heavy the tail of a distribution is: whether a few have very much more than most."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from math import fsum, log
from typing import NamedTuple

FEWEST = 50
"""Values in a tail, below which an exponent is noise (the authors' rule of thumb)."""

STEEPEST = 20.0
_NARROWINGS = 60
_SUMMED_TO = 20


class Tail(NamedTuple):
    """From `least` on, x is as frequent as x to the power of minus `exponent`; `values` is how many there are."""

    exponent: float
    least: int
    values: int


def tail(values: Iterable[int]) -> Tail | None:
    """The exponent of whole numbers above zero, and where the tail begins; None where it would rest on fewer than fifty.

    Maximum likelihood for whole numbers, beginning where the distance of Kolmogorov and Smirnov is least (Clauset, Shalizi
    and Newman 2009). It says how heavy the tail is, not that a power law is the truth: other laws may fit as well.
    """
    ordered = sorted(value for value in values if value > 0)
    found: list[tuple[float, Tail]] = []
    for least in sorted(set(ordered)):
        above = ordered[bisect_left(ordered, least) :]
        if len(above) < FEWEST or above[-1] == least:
            break
        exponent = exponent_from(above, least)
        found.append((_distance(above, exponent, least), Tail(exponent, least, len(above))))
    return min(found)[1] if found else None


def exponent_from(values: Sequence[int], least: int) -> float:
    """The exponent under which these values, none of them below `least`, are likeliest; at most 20."""
    mean_log = fsum(log(value) for value in values) / len(values)
    low, high = 1.0 + 1e-6, STEEPEST
    # The likelihood has one top, and lies higher on the side on which the top is.
    for _ in range(_NARROWINGS):
        one, other = low + 0.382 * (high - low), low + 0.618 * (high - low)
        if _unlikely(one, mean_log, least) < _unlikely(other, mean_log, least):
            high = other
        else:
            low = one
    return (low + high) / 2


def zeta(exponent: float, first: int) -> float:
    """The sum of k to the power of minus `exponent`, over all whole numbers k from `first` on (Hurwitz's zeta function).

    The first terms are added up; Euler and Maclaurin's formula has the rest, to ten places and more.
    """
    end = max(first, _SUMMED_TO)
    power = end**-exponent
    rest = end * power / (exponent - 1) + power / 2 + exponent * power / (12 * end)
    rest -= exponent * (exponent + 1) * (exponent + 2) * power / (720 * end**3)
    return fsum(number**-exponent for number in range(first, end)) + rest


def _unlikely(exponent: float, mean_log: float, least: int) -> float:
    """The negative logarithm of the likelihood, for each value."""
    return log(zeta(exponent, least)) + exponent * mean_log


def _distance(ordered: Sequence[int], exponent: float, least: int) -> float:
    """The largest difference between the share of values up to some number, and what the law says of it."""
    whole, people = zeta(exponent, least), len(ordered)
    farthest = 0.0
    for value in sorted(set(ordered)):
        expected = 1 - zeta(exponent, value) / whole
        farthest = max(farthest, abs(bisect_left(ordered, value) / people - expected))
        expected += value**-exponent / whole
        farthest = max(farthest, abs(bisect_right(ordered, value) / people - expected))
    return farthest
