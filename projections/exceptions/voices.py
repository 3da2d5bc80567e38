"""Who typed it: one person for both sides, or one person very much at once."""

from collections.abc import Iterator, Mapping, Sequence

from ledger.events.agreements import Thresholds
from projections.exceptions.book import Act, Wishes
from projections.exceptions.noted import Noted, noted

_MINUTE_SECONDS = 60


def both_sides(acts: Sequence[Act], _thresholds: Thresholds) -> Iterator[Noted]:
    """One person typed the words of both: a coordinator from a slip, or for both on the phone. Imports are left out."""
    told: set[str] = set()
    for act in acts:
        if act.one_voice and act.exchange not in told:
            told.add(act.exchange)
            people = dict.fromkeys((act.one_voice, act.giver, act.receiver))
            yield noted("both-sides", people, (act.reported, act.number), act.minutes)


def many_at_once(wishes: Mapping[str, Wishes], thresholds: Thresholds) -> Iterator[Noted]:
    """One person recorded at least `minute_wishes` within a minute; what follows on at that pace belongs to it."""
    for actor, theirs in wishes.items():
        for begin, end in _runs(theirs.seconds, thresholds.minute_wishes):
            yield noted("many-at-once", [actor], theirs.numbers[begin:end], end - begin)


def _runs(seconds: Sequence[float], least: int) -> Iterator[tuple[int, int]]:
    """Where `least` in a row lie within a minute; places from and until, and windows that overlap are one."""
    begin = end = 0
    for place in range(len(seconds) - least + 1):
        if seconds[place + least - 1] - seconds[place] >= _MINUTE_SECONDS:
            continue
        if end and place >= end:
            yield begin, end
        begin = begin if place < end else place
        end = place + least
    if end:
        yield begin, end
