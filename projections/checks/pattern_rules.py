"""Much within few days: a long day, the end of a month, the days before somebody left."""

from calendar import monthrange
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from ledger.agreements.facts import Thresholds
from projections.checks.log_reading import Anomaly, CountedAct, RequestsByPerson, day_text, noted


def long_days(acts: Sequence[CountedAct], thresholds: Thresholds) -> Iterator[Anomaly]:
    """One person gave more than `day_minutes` of help on one day."""
    given: defaultdict[tuple[str, int], list[CountedAct]] = defaultdict(list)
    for act in acts:
        given[act.giver, act.given_on].append(act)
    for (giver, day), ones in given.items():
        minutes = sum(act.minutes for act in ones)
        if minutes > thresholds.day_minutes:
            yield noted("long-day", [giver], [act.number for act in ones], minutes, day=day_text(day))


def month_ends(acts: Sequence[CountedAct], thresholds: Thresholds) -> Iterator[Anomaly]:
    """So many acts of one giver were settled in the last days of a month, and more of them than in all the rest of it."""
    given: defaultdict[tuple[str, int], list[CountedAct]] = defaultdict(list)
    last_day: dict[int, int] = {}
    for act in acts:
        if act.brought:
            continue
        if act.settled_on not in last_day:
            day = date.fromordinal(act.settled_on)
            last_day[act.settled_on] = day.replace(day=monthrange(day.year, day.month)[1]).toordinal()
        given[act.giver, last_day[act.settled_on]].append(act)
    for (giver, end), ones in given.items():
        late = [act for act in ones if act.settled_on > end - thresholds.burst_days]
        if len(late) >= thresholds.burst_acts and 2 * len(late) > len(ones):
            yield noted("month-end", [giver], [act.number for act in late], len(late), day=day_text(end))


def before_leaving(
    acts: Sequence[CountedAct], left: Iterable[tuple[int, str, int]], thresholds: Thresholds
) -> Iterator[Anomaly]:
    """So many acts of somebody, given or received, were settled in the last days before they left."""
    of_member: defaultdict[str, list[CountedAct]] = defaultdict(list)
    leaving = list(left)
    members = {member for _, member, _ in leaving}
    for act in acts:
        for side in {act.giver, act.receiver} & members:
            of_member[side].append(act)
    for number, member, day in leaving:
        last = [
            act
            for act in of_member[member]
            if day - thresholds.burst_days < act.settled_on <= day and act.number < number and not act.brought
        ]
        if len(last) >= thresholds.burst_acts:
            yield noted("before-leaving", [member], [*(act.number for act in last), number], len(last))


_HOUR_MINUTES = 60


def round_hours(acts: Sequence[CountedAct], thresholds: Thresholds) -> Iterator[Anomaly]:
    """Somebody gave at least `round_acts` times, and always whole hours. What an import brought is left out."""
    given: defaultdict[str, list[CountedAct]] = defaultdict(list)
    for act in acts:
        if not act.brought:
            given[act.giver].append(act)
    for giver, ones in given.items():
        if len(ones) >= thresholds.round_acts and all(act.minutes % _HOUR_MINUTES == 0 for act in ones):
            yield noted("round-hours", [giver], [act.number for act in ones], len(ones))


def taken_back(acts: Sequence[CountedAct], thresholds: Thresholds) -> Iterator[Anomaly]:
    """Of what somebody gave, at least `taken_back_acts` were taken back, and at least such a share of all."""
    given: defaultdict[str, list[CountedAct]] = defaultdict(list)
    for act in acts:
        given[act.giver].append(act)
    for giver, ones in given.items():
        gone = [act for act in ones if act.taken_back]
        percent = len(gone) * 100 // len(ones)
        if len(gone) >= thresholds.taken_back_acts and percent >= thresholds.taken_back_percent:
            yield noted("taken-back", [giver], [act.taken_back for act in gone], percent)


def woken(acts: Sequence[CountedAct], thresholds: Thresholds) -> Iterator[Anomaly]:
    """An account on which nothing was settled for at least `resting_days` moves again."""
    last: dict[str, CountedAct] = {}
    for act in acts:
        for side in (act.giver, act.receiver):
            before = last.get(side)
            if before and act.settled_on - before.settled_on >= thresholds.resting_days:
                days = act.settled_on - before.settled_on
                yield noted("woken", [side], (before.number, act.number), days)
            last[side] = act


def back_and_forth(acts: Sequence[CountedAct], thresholds: Thresholds) -> Iterator[Anomaly]:
    """Two people helped each other for about as long within `near_days`, in two exchanges. Each act is told once.

    A skill exchange says openly that it goes both ways, so its own two legs are nothing to look at.
    """
    unanswered: defaultdict[tuple[str, str], deque[CountedAct]] = defaultdict(deque)
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


def circles(acts: Sequence[CountedAct], thresholds: Thresholds) -> Iterator[Anomaly]:
    """Three people helped one another round in a circle, for about as long, within `near_days`. Each act is told once."""
    by_giver: defaultdict[str, deque[CountedAct]] = defaultdict(deque)
    told: set[CountedAct] = set()
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
    act: CountedAct,
    by_giver: defaultdict[str, deque[CountedAct]],
    first_day: int,
    told: set[CountedAct],
    thresholds: Thresholds,
) -> tuple[CountedAct, CountedAct, CountedAct] | None:
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


def _by_day(acts: Sequence[CountedAct]) -> list[CountedAct]:
    return sorted(acts, key=lambda act: (act.given_on, act.number))


def _forget(acts: deque[CountedAct], first_day: int) -> None:
    while acts and acts[0].given_on < first_day:
        acts.popleft()


def _answers(one: CountedAct, other: CountedAct, thresholds: Thresholds) -> bool:
    return one.exchange != other.exchange and _near((one, other), thresholds)


def _near(acts: Iterable[CountedAct], thresholds: Thresholds) -> bool:
    """Whether the longest is at most `near_percent` longer than the shortest, of its own length."""
    lengths = [act.minutes for act in acts]
    return (max(lengths) - min(lengths)) * 100 <= thresholds.near_percent * max(lengths)


_MINUTE_SECONDS = 60


def both_sides(acts: Sequence[CountedAct], _thresholds: Thresholds) -> Iterator[Anomaly]:
    """One person typed the words of both: a coordinator from a slip, or for both on the phone. Imports are left out."""
    told: set[str] = set()
    for act in acts:
        if act.one_voice and act.exchange not in told:
            told.add(act.exchange)
            people = dict.fromkeys((act.one_voice, act.giver, act.receiver))
            yield noted("both-sides", people, (act.reported, act.number), act.minutes)


def many_at_once(wishes: Mapping[str, RequestsByPerson], thresholds: Thresholds) -> Iterator[Anomaly]:
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
