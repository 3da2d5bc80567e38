"""What people usually give, and receive, in a month: a range to recognise oneself in, and nothing to reach."""

from collections.abc import Iterable
from typing import NamedTuple

from ledger.identifiers import MemberId
from projections.measures.acts import Act
from projections.measures.ratios import quantile


class Range(NamedTuple):
    """Minutes a month, of so many people: half of them lie between `low` and `high`, half of them below `middle`."""

    people: int
    low: float
    middle: float
    high: float


class TypicalMonth(NamedTuple):
    """The range of those who gave hours, and of those who received; None when nobody did."""

    given: Range | None
    received: Range | None


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
    return TypicalMonth(_range(given), _range(received))


def _range(months: dict[MemberId, dict[int, int]]) -> Range | None:
    each = sorted(sum(theirs.values()) / len(theirs) for theirs in months.values())
    return Range(len(each), quantile(each, 0.25), quantile(each, 0.5), quantile(each, 0.75)) if each else None
