"""How somebody's help usually looks: only whole hours, much of it taken back, or nothing for a long time."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from ledger.events.agreements import Thresholds
from projections.exceptions.book import Act
from projections.exceptions.noted import Noted, noted

_HOUR_MINUTES = 60


def round_hours(acts: Sequence[Act], thresholds: Thresholds) -> Iterator[Noted]:
    """Somebody gave at least `round_acts` times, and always whole hours. What an import brought is left out."""
    given: defaultdict[str, list[Act]] = defaultdict(list)
    for act in acts:
        if not act.brought:
            given[act.giver].append(act)
    for giver, ones in given.items():
        if len(ones) >= thresholds.round_acts and all(act.minutes % _HOUR_MINUTES == 0 for act in ones):
            yield noted("round-hours", [giver], [act.number for act in ones], len(ones))


def taken_back(acts: Sequence[Act], thresholds: Thresholds) -> Iterator[Noted]:
    """Of what somebody gave, at least `taken_back_acts` were taken back, and at least such a share of all."""
    given: defaultdict[str, list[Act]] = defaultdict(list)
    for act in acts:
        given[act.giver].append(act)
    for giver, ones in given.items():
        gone = [act for act in ones if act.taken_back]
        percent = len(gone) * 100 // len(ones)
        if len(gone) >= thresholds.taken_back_acts and percent >= thresholds.taken_back_percent:
            yield noted("taken-back", [giver], [act.taken_back for act in gone], percent)


def woken(acts: Sequence[Act], thresholds: Thresholds) -> Iterator[Noted]:
    """An account on which nothing was settled for at least `resting_days` moves again."""
    last: dict[str, Act] = {}
    for act in acts:
        for side in (act.giver, act.receiver):
            before = last.get(side)
            if before and act.settled_on - before.settled_on >= thresholds.resting_days:
                days = act.settled_on - before.settled_on
                yield noted("woken", [side], (before.number, act.number), days)
            last[side] = act
