"""Correlations over people and over pairs, of numbers that differ by orders of magnitude."""

from collections.abc import Iterable, Sequence
from math import log, sqrt
from statistics import fmean
from typing import Any

from ledger.identifiers import MemberId
from projections.measures.acts import Act
from projections.measures.ties import Ties


def correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Pearson's coefficient; None of fewer than two pairs, or when one side never differs."""
    if len(pairs) < 2:
        return None
    means = fmean(one for one, _ in pairs), fmean(other for _, other in pairs)
    apart = [(one - means[0], other - means[1]) for one, other in pairs]
    spread = sqrt(sum(one * one for one, _ in apart) * sum(other * other for _, other in apart))
    return sum(one * other for one, other in apart) / spread if spread > 1e-12 else None


def giving_and_receiving(acts: Iterable[Act]) -> float | None:
    """Whether those who give often receive often: over people, of the logarithms of one more than the number of times."""
    times: dict[MemberId, list[int]] = {}
    for act in acts:
        times.setdefault(act.giver, [0, 0])[0] += 1
        times.setdefault(act.receiver, [0, 0])[1] += 1
    return correlation([(log(1 + gave), log(1 + got)) for gave, got in times.values()])


def within_pairs(ties: Ties) -> float | None:
    """Whether two people who help each other do so alike: over mutual pairs, each looked at from both sides."""
    return correlation(
        [(log(weight), log(back)) for (one, other), weight in sorted(ties.items()) if (back := ties.get((other, one)))]
    )


def degree_correlation(either_way: Any) -> float | None:
    """Whether people who know many know people who know many (Newman 2002): over ties, each looked at from both ends."""
    ends = [(len(either_way[one]), len(either_way[other])) for one, other in sorted(either_way.edges)]
    return correlation([*ends, *((other, one) for one, other in ends)])
