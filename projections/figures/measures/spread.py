"""Whether giving, and receiving, rests on a few."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from math import fsum, log
from typing import NamedTuple

from ledger.identifiers import MemberId
from projections.figures.measures.acts import Act, Ties, apportion, given, median, quantile, ratio, received


class Load(NamedTuple):
    """Shares of all that was given, and how evenly. Everybody with a tie counts, whoever gave nothing with zero.

    `effective_givers`: among how many people equal giving would be as concentrated (the inverse of Herfindahl's index).
    A Gini is 0 when all give alike and near 1 when one gives all; there is none of balances, which go below zero. Instead
    `imbalance` is what all balances above zero sum up to, over the whole: 0 when all are even, 1 when nobody gives and
    receives. None when nothing was given.
    """

    top_tenth_given: float | None
    top_fifth_given: float | None
    gini_given: float | None
    gini_received: float | None
    effective_givers: float | None
    imbalance: float | None


def load(ties: Ties) -> Load:
    """How the load is shared in these ties."""
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
    """What each of so many equal groups of people gave of all, those who gave least first: hundredths that sum up to one.

    Everybody with a tie counts, as in `load`. Where people do not divide evenly, somebody on a border counts partly on
    either side, so that equal givers give equal shares. Empty when nothing was given.
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
    """How many people the top tenth (`part` 10) or fifth (5) is: rounded up, so of five people the tenth is one."""
    return -(-people // part)


def top(weights: Collection[int], part: int) -> int:
    """What the top tenth or fifth holds together."""
    return sum(sorted(weights, reverse=True)[: top_people(len(weights), part)])


def gini(weights: Collection[int]) -> float | None:
    """Gini's index; None of nothing. Refuses values below zero, such as balances, of which it says nothing."""
    if any(weight < 0 for weight in weights):
        raise ValueError("a Gini is of amounts, and none of them may be below zero")
    people, whole = len(weights), sum(weights)
    ranked = sum(rank * weight for rank, weight in enumerate(sorted(weights), start=1))
    return ratio(2 * ranked - (people + 1) * whole, people * whole)


FEWEST_IN_TAIL = 50
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
        if len(above) < FEWEST_IN_TAIL or above[-1] == least:
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
        if _negative_log_likelihood(one, mean_log, least) < _negative_log_likelihood(other, mean_log, least):
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


def _negative_log_likelihood(exponent: float, mean_log: float, least: int) -> float:
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


class Quartiles(NamedTuple):
    """Minutes a month, of so many people: half of them lie between `low` and `high`, half of them below `middle`."""

    people: int
    low: float
    middle: float
    high: float


class TypicalMonth(NamedTuple):
    """The range of those who gave hours, and of those who received; None when nobody did."""

    given: Quartiles | None
    received: Quartiles | None


def typical_month(acts: Iterable[Act]) -> TypicalMonth:
    """Quartiles over people, each with their mean over the months in which they gave (or received) any minutes.

    Everybody counts once, however many months they were active in; quiet months count for nobody, since most people have
    many. Gifts have no minutes. Quartiles between two people lie on the straight line between them.
    """
    given: dict[MemberId, dict[int, int]] = {}
    received: dict[MemberId, dict[int, int]] = {}
    for act in acts:
        if act.minutes and act.giver != act.receiver:
            month = 12 * act.given_on.year + act.given_on.month
            for side, member in ((given, act.giver), (received, act.receiver)):
                months = side.setdefault(member, {})
                months[month] = months.get(month, 0) + act.minutes
    return TypicalMonth(_quartiles(given), _quartiles(received))


def _quartiles(months: dict[MemberId, dict[int, int]]) -> Quartiles | None:
    each = sorted(sum(theirs.values()) / len(theirs) for theirs in months.values())
    return Quartiles(len(each), quantile(each, 0.25), quantile(each, 0.5), quantile(each, 0.75)) if each else None


class Breadth(NamedTuple):
    """The medians, of those who gave and of those who received; None when nobody did."""

    median_people_helped: float | None
    median_helped_by: float | None


def breadth(ties: Ties) -> Breadth:
    """Return how many different people a typical giver helped, and how many helped a typical receiver."""
    return Breadth(
        median(Counter(giver for giver, _ in ties).values()), median(Counter(receiver for _, receiver in ties).values())
    )
