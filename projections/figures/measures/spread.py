"""How evenly giving and receiving are spread: shares of the few, typical months, and how heavy the tail is."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from math import fsum, log
from typing import NamedTuple

from ledger.identifiers import MemberId
from projections.figures.measures.acts import (
    Act,
    Ties,
    apportion,
    given,
    median,
    month_number,
    quantile,
    ratio,
    received,
)


class Load(NamedTuple):
    """How the load is shared among everyone with a tie; None if nothing was given.

    `effective_givers` is how many equal givers would be as concentrated (the inverse of Herfindahl's index). A Gini is 0 if
    all give the same and near 1 if one gives all. Balances have none, because they go below zero; their `imbalance` is the
    sum of those above zero over the whole: 0 if all are even, 1 if nobody both gives and receives.
    """

    top_tenth_given: float | None
    top_fifth_given: float | None
    gini_given: float | None
    gini_received: float | None
    effective_givers: float | None
    imbalance: float | None


def load(ties: Ties) -> Load:
    """Measure how the load is shared in these ties."""
    by_giver, by_receiver = given(ties), received(ties)
    gave = list(by_giver.values())
    whole = sum(gave)
    return Load(
        ratio(top(gave, 10), whole),
        ratio(top(gave, 5), whole),
        gini(gave),
        gini(by_receiver.values()),
        ratio(whole * whole, sum(weight * weight for weight in gave)),
        ratio(sum(abs(weight - by_receiver[member]) for member, weight in by_giver.items()), 2 * whole),
    )


def load_groups(ties: Ties, groups: int) -> list[float]:
    """Return what each of so many equal groups of people gave, those who gave least first, in hundredths that add up to 1.

    Everyone with a tie counts. A person on a border counts partly on either side, so that equal givers have equal shares.
    Empty if nothing was given.
    """
    gave = sorted(given(ties).values())
    people, whole = len(gave), sum(gave)
    if not whole:
        return []
    # In units of one person in `groups` parts: a group holds `people` of them, and everything stays a whole number.
    sums = [0] * groups
    for place, weight in enumerate(gave):
        begin, end = place * groups, (place + 1) * groups
        for group in range(begin // people, (end - 1) // people + 1):
            within = min(end, (group + 1) * people) - max(begin, group * people)
            sums[group] += weight * within
    return [part / 100 for part in apportion(sums, 100)]


def top_people(people: int, part: int) -> int:
    """Return how many people are the top tenth (`part` 10) or fifth (5), rounded up."""
    return -(-people // part)


def top(weights: Collection[int], part: int) -> int:
    """Add up what the top tenth or fifth has."""
    return sum(sorted(weights, reverse=True)[: top_people(len(weights), part)])


def gini(weights: Collection[int]) -> float | None:
    """Return the Gini index; None if everything is zero. It is not defined for values below zero, such as balances."""
    if any(weight < 0 for weight in weights):
        raise ValueError("a Gini index needs amounts that are not below zero")
    people, whole = len(weights), sum(weights)
    ranked = sum(rank * weight for rank, weight in enumerate(sorted(weights), start=1))
    return ratio(2 * ranked - (people + 1) * whole, people * whole)


FEWEST_IN_TAIL = 50
"""Values that a tail needs; with fewer, an exponent is noise (the authors' rule of thumb)."""

STEEPEST = 20.0
_NARROWINGS = 60
_SUMMED_TO = 20


class Tail(NamedTuple):
    """From `least`, x is as frequent as x to the power of minus `exponent`; `values` is how many values that is."""

    exponent: float
    least: int
    values: int


def tail(values: Iterable[int]) -> Tail | None:
    """Fit a power law to the tail of whole numbers above zero; None if it would be based on fewer than fifty.

    By maximum likelihood, starting where Kolmogorov and Smirnov's distance is least (Clauset, Shalizi and Newman 2009). It
    shows how heavy the tail is, not that it follows a power law.
    """
    ordered = sorted(value for value in values if value > 0)
    found: list[tuple[float, Tail]] = []
    for least in sorted(set(ordered)):
        above = ordered[bisect_left(ordered, least) :]
        if len(above) < FEWEST_IN_TAIL or above[-1] == least:
            break
        exponent = exponent_from(above, least)
        found.append((_distance(above, exponent, least), Tail(exponent, least, len(above))))
    return min(found)[1] if found else None


def exponent_from(values: Sequence[int], least: int) -> float:
    """Return the exponent, at most 20, that makes these values most likely; none of them is below `least`."""
    mean_log = fsum(log(value) for value in values) / len(values)
    low, high = 1.0 + 1e-6, STEEPEST
    # The likelihood has a single maximum.
    for _ in range(_NARROWINGS):
        one, other = low + 0.382 * (high - low), low + 0.618 * (high - low)
        if _negative_log_likelihood(one, mean_log, least) < _negative_log_likelihood(other, mean_log, least):
            high = other
        else:
            low = one
    return (low + high) / 2


def zeta(exponent: float, first: int) -> float:
    """Add up k to the power of minus `exponent` over all whole numbers from `first` (Hurwitz's zeta function).

    The first terms are added up; Euler and Maclaurin's formula gives the rest to ten places or more.
    """
    end = max(first, _SUMMED_TO)
    power = end**-exponent
    rest = end * power / (exponent - 1) + power / 2 + exponent * power / (12 * end)
    rest -= exponent * (exponent + 1) * (exponent + 2) * power / (720 * end**3)
    return fsum(number**-exponent for number in range(first, end)) + rest


def _negative_log_likelihood(exponent: float, mean_log: float, least: int) -> float:
    """Return it per value."""
    return log(zeta(exponent, least)) + exponent * mean_log


def _distance(ordered: Sequence[int], exponent: float, least: int) -> float:
    """Return the largest difference between the share of values up to a number and what the law predicts."""
    whole, people = zeta(exponent, least), len(ordered)
    farthest = 0.0
    for value in sorted(set(ordered)):
        expected = 1 - zeta(exponent, value) / whole
        farthest = max(farthest, abs(bisect_left(ordered, value) / people - expected))
        expected += value**-exponent / whole
        farthest = max(farthest, abs(bisect_right(ordered, value) / people - expected))
    return farthest


class Quartiles(NamedTuple):
    """Quartiles of minutes a month over this many people."""

    people: int
    low: float
    middle: float
    high: float


class TypicalMonth(NamedTuple):
    """The quartiles of those who gave hours, and of those who received; None if nobody did."""

    given: Quartiles | None
    received: Quartiles | None


def typical_month(acts: Iterable[Act]) -> TypicalMonth:
    """Return quartiles over people, each with their mean over the months in which they gave (or received) any minutes.

    Everyone counts once, however many months they were active in. Quiet months are left out, because most people have many.
    """
    given: dict[MemberId, dict[int, int]] = {}
    received: dict[MemberId, dict[int, int]] = {}
    for act in acts:
        if act.minutes and act.giver != act.receiver:
            month = month_number(act.given_on)
            for side, member in ((given, act.giver), (received, act.receiver)):
                months = side.setdefault(member, {})
                months[month] = months.get(month, 0) + act.minutes
    return TypicalMonth(_quartiles(given), _quartiles(received))


def _quartiles(months: dict[MemberId, dict[int, int]]) -> Quartiles | None:
    each = sorted(sum(theirs.values()) / len(theirs) for theirs in months.values())
    return Quartiles(len(each), quantile(each, 0.25), quantile(each, 0.5), quantile(each, 0.75)) if each else None


class Breadth(NamedTuple):
    """Medians over those who gave, and over those who received; None if nobody did."""

    median_people_helped: float | None
    median_helped_by: float | None


def breadth(ties: Ties) -> Breadth:
    """Return how many different people a typical giver helped, and how many helped a typical receiver."""
    return Breadth(
        median(Counter(giver for giver, _ in ties).values()), median(Counter(receiver for _, receiver in ties).values())
    )
