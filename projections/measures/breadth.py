"""How wide the circle is: with how many people somebody gives and receives."""

from collections import defaultdict
from collections.abc import Iterable
from math import exp, fsum, log
from typing import NamedTuple

from ledger.identifiers import MemberId
from projections.measures.ratios import median
from projections.measures.ties import Ties


class Circle(NamedTuple):
    """Different people on one side of somebody's ties, and their effective number.

    The effective number says among how many people equal shares would be as mixed (Hill's number of order 1): helping
    one person nine times and another once is a circle of two, effectively of 1.4.
    """

    people: int
    effective: float


class Breadth(NamedTuple):
    """The medians, of those who gave and of those who received; None when nobody did."""

    people_helped: float | None
    helped_by: float | None


def circles_helped(ties: Ties) -> dict[MemberId, Circle]:
    """Whom each giver helped."""
    weights: defaultdict[MemberId, list[int]] = defaultdict(list)
    for (giver, _), weight in sorted(ties.items()):
        weights[giver].append(weight)
    return {member: Circle(len(theirs), effective_number(theirs)) for member, theirs in weights.items()}


def circles_helped_by(ties: Ties) -> dict[MemberId, Circle]:
    """By whom each receiver was helped."""
    return circles_helped({(receiver, giver): weight for (giver, receiver), weight in ties.items()})


def breadth(ties: Ties) -> Breadth:
    """How wide circles usually are."""
    return Breadth(
        median(circle.people for circle in circles_helped(ties).values()),
        median(circle.people for circle in circles_helped_by(ties).values()),
    )


def effective_number(weights: Iterable[int]) -> float:
    """exp(-sum p ln p) over the shares p of these weights, which are above zero."""
    kept = list(weights)
    whole = sum(kept)
    return exp(-fsum(weight / whole * log(weight / whole) for weight in kept)) if kept else 0.0
