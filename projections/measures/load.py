"""Whether giving, and receiving, rests on a few."""

from collections.abc import Collection
from typing import NamedTuple

from projections.measures.ratios import ratio
from projections.measures.shares import in_parts
from projections.measures.ties import Ties, given, received


class Load(NamedTuple):
    """Shares of all that was given, and how evenly. Everybody with a tie counts, whoever gave nothing with zero.

    `effective_givers`: among how many people equal giving would be as concentrated (the inverse of Herfindahl's index).
    A Gini is 0 when all give alike and near 1 when one gives all; there is none of balances, which go below zero. Instead
    `imbalance` is what all balances above zero sum up to, over the whole: 0 when all are even, 1 when nobody gives and
    receives. None when nothing was given.
    """

    people: int
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
        len(gave),
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
    return [part / 100 for part in in_parts(sums, 100)]


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
