"""What is shared: by kind, by category, by month."""

from collections.abc import Collection, Iterable, Mapping
from math import fsum, log

import msgspec

from projections.measures.acts import Act
from projections.measures.ratios import ratio


class Part(msgspec.Struct, frozen=True):
    """One part of what was shared: entries, minutes, and its share of the entries of all parts.

    A skill exchange whose two directions are of different categories is an entry of both.
    """

    entries: int
    minutes: int
    share: float


def by_kind(acts: Iterable[Act]) -> dict[str, Part]:
    """Help, skill exchanges and gifts, in the order of their names."""
    return _parts((act.kind, act) for act in acts)


def by_category(acts: Iterable[Act]) -> dict[str, Part]:
    """The categories of which there are any, in the order of their keys."""
    return _parts((act.category, act) for act in acts)


def by_month(acts: Iterable[Act]) -> dict[str, Part]:
    """The months, YYYY-MM, in which anything was given, in order."""
    return _parts((act.given_on.isoformat()[:7], act) for act in acts)


def evenness(parts: Mapping[str, Part]) -> float | None:
    """1 when all parts have the same share, near 0 when one has nearly all (Pielou's index); None below two parts."""
    if len(parts) < 2:
        return None
    return max(0.0, -fsum(part.share * log(part.share) for part in parts.values()) / log(len(parts)))


def _parts(keyed: Iterable[tuple[str, Act]]) -> dict[str, Part]:
    numbers: dict[str, set[int]] = {}
    minutes: dict[str, int] = {}
    for key, act in keyed:
        numbers.setdefault(key, set()).add(act.number)
        minutes[key] = minutes.get(key, 0) + act.minutes
    whole = sum(map(len, numbers.values()))
    return {key: _part(numbers[key], minutes[key], whole) for key in sorted(numbers)}


def _part(numbers: Collection[int], minutes: int, whole: int) -> Part:
    share = ratio(len(numbers), whole)
    assert share is not None, "a part has entries"
    return Part(len(numbers), minutes, share)
