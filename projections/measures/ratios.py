"""Shares and medians from whole numbers, rounded once, at the end."""

from collections.abc import Iterable, Sequence
from math import ceil, floor


def ratio(part: int, whole: int) -> float | None:
    """The part in the whole, the nearest number there is; None of nothing."""
    return part / whole if whole else None


def median(values: Iterable[int]) -> float | None:
    """The middle value, or the middle of the two in the middle; None of none."""
    ordered = sorted(values)
    if not ordered:
        return None
    half, odd = divmod(len(ordered), 2)
    return float(ordered[half]) if odd else (ordered[half - 1] + ordered[half]) / 2


def quantile(ordered: Sequence[float], part: float) -> float:
    """The value below which this part of the values lies, on the straight line between two; 0.5 is the median.

    The values are in rising order, and there is one at least.
    """
    place = part * (len(ordered) - 1)
    low, high = ordered[floor(place)], ordered[ceil(place)]
    return low + (high - low) * (place - floor(place))
