"""Help that came back about equally within days: between two, or round in a circle of three."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence

from ledger.events.agreements import Thresholds
from projections.exceptions.book import Act
from projections.exceptions.noted import Noted, noted


def back_and_forth(acts: Sequence[Act], thresholds: Thresholds) -> Iterator[Noted]:
    """Two people helped each other for about as long within `near_days`, in two exchanges. Each act is told once.

    A skill exchange says openly that it goes both ways, so its own two legs are nothing to look at.
    """
    unanswered: defaultdict[tuple[str, str], deque[Act]] = defaultdict(deque)
    for act in _by_day(acts):
        before = unanswered[act.receiver, act.giver]
        _forget(before, act.given_on - thresholds.near_days)
        answered = next((one for one in reversed(before) if _answers(one, act, thresholds)), None)
        if answered is None:
            unanswered[act.giver, act.receiver].append(act)
            continue
        before.remove(answered)
        people = (answered.giver, act.giver)
        yield noted("back-and-forth", people, (answered.number, act.number), act.given_on - answered.given_on)


def circles(acts: Sequence[Act], thresholds: Thresholds) -> Iterator[Noted]:
    """Three people helped one another round in a circle, for about as long, within `near_days`. Each act is told once."""
    by_giver: defaultdict[str, deque[Act]] = defaultdict(deque)
    told: set[Act] = set()
    for act in _by_day(acts):
        first_day = act.given_on - thresholds.near_days
        for giver in (act.giver, act.receiver):
            _forget(by_giver[giver], first_day)
        found = _circle(act, by_giver, first_day, told, thresholds)
        by_giver[act.giver].append(act)
        if found:
            told.update(found)
            days = act.given_on - min(one.given_on for one in found)
            yield noted("circle", [one.giver for one in found], [one.number for one in found], days)


def _circle(
    act: Act,
    by_giver: defaultdict[str, deque[Act]],
    first_day: int,
    told: set[Act],
    thresholds: Thresholds,
) -> tuple[Act, Act, Act] | None:
    """The circle that an act closes: what its receiver gave on, and what from there came back to its giver."""
    for on in reversed(by_giver[act.receiver]):
        if on.receiver == act.giver or on in told:
            continue
        for back in reversed(by_giver[on.receiver]):
            if back.receiver != act.giver or back.given_on < first_day or back in told:
                continue
            if len({act.exchange, on.exchange, back.exchange}) > 1 and _near((act, on, back), thresholds):
                return act, on, back
    return None


def _by_day(acts: Sequence[Act]) -> list[Act]:
    return sorted(acts, key=lambda act: (act.given_on, act.number))


def _forget(acts: deque[Act], first_day: int) -> None:
    while acts and acts[0].given_on < first_day:
        acts.popleft()


def _answers(one: Act, other: Act, thresholds: Thresholds) -> bool:
    return one.exchange != other.exchange and _near((one, other), thresholds)


def _near(acts: Iterable[Act], thresholds: Thresholds) -> bool:
    """Whether the longest is at most `near_percent` longer than the shortest, of its own length."""
    lengths = [act.minutes for act in acts]
    return (max(lengths) - min(lengths)) * 100 <= thresholds.near_percent * max(lengths)
