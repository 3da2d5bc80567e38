"""The rules that find anomalies: each reads what a log reading holds, and yields what reaches its threshold."""

from calendar import monthrange
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from heapq import merge
from itertools import groupby, pairwise
from typing import NamedTuple, TypeVar

from ledger.agreements.facts import Thresholds
from projections.checks.log_reading import Anomaly, CountedAct, Limits, RequestsByPerson, anomaly

Key = TypeVar("Key")


def both_sides(acts: Sequence[CountedAct], _thresholds: Thresholds) -> Iterator[Anomaly]:
    """One person recorded the agreement of both parties: on paper or by phone, as a coordinator. Imports are left out."""
    found: set[str] = set()
    for act in acts:
        if act.recorded_alone_by and act.exchange not in found:
            found.add(act.exchange)
            people = dict.fromkeys((act.recorded_alone_by, act.giver, act.receiver))
            yield anomaly("both-sides", people, (act.reported, act.number), act.minutes)


def back_and_forth(acts: Sequence[CountedAct], thresholds: Thresholds) -> Iterator[Anomaly]:
    """Two people helped each other for about as long within `near_days`, in two exchanges. Each act is listed once.

    A skill exchange goes both ways openly, so its own two legs do not count.
    """
    unanswered: defaultdict[tuple[str, str], deque[CountedAct]] = defaultdict(deque)
    for act in _by_day(acts):
        before = unanswered[act.receiver, act.giver]
        _drop_before(before, act.given_on - thresholds.near_days)
        answers = (one for one in reversed(before) if one.exchange != act.exchange and _near((one, act), thresholds))
        answered = next(answers, None)
        if answered is None:
            unanswered[act.giver, act.receiver].append(act)
            continue
        before.remove(answered)
        people = (answered.giver, act.giver)
        yield anomaly("back-and-forth", people, (answered.number, act.number), act.given_on - answered.given_on)


def circles(acts: Sequence[CountedAct], thresholds: Thresholds) -> Iterator[Anomaly]:
    """Three people helped one another in a circle, for about as long, within `near_days`. Each act is listed once."""
    by_giver: defaultdict[str, deque[CountedAct]] = defaultdict(deque)
    used: set[CountedAct] = set()
    for act in _by_day(acts):
        first_day = act.given_on - thresholds.near_days
        for giver in (act.giver, act.receiver):
            _drop_before(by_giver[giver], first_day)
        found = _circle(act, by_giver, first_day, used, thresholds)
        by_giver[act.giver].append(act)
        if found:
            used.update(found)
            days = act.given_on - min(one.given_on for one in found)
            yield anomaly("circle", [one.giver for one in found], [one.number for one in found], days)


def _circle(
    act: CountedAct,
    by_giver: defaultdict[str, deque[CountedAct]],
    first_day: int,
    used: set[CountedAct],
    thresholds: Thresholds,
) -> tuple[CountedAct, CountedAct, CountedAct] | None:
    """The circle that an act closes: its receiver helped a third person, who helped its giver."""
    for second in reversed(by_giver[act.receiver]):
        if second.receiver == act.giver or second in used:
            continue
        for third in reversed(by_giver[second.receiver]):
            if third.receiver != act.giver or third.given_on < first_day or third in used:
                continue
            if len({act.exchange, second.exchange, third.exchange}) > 1 and _near((act, second, third), thresholds):
                return act, second, third
    return None


def long_days(acts: Sequence[CountedAct], thresholds: Thresholds) -> Iterator[Anomaly]:
    """One person gave more than `day_minutes` of help on one day."""
    for (giver, day), given in _grouped(acts, lambda act: (act.giver, act.given_on)):
        minutes = sum(act.minutes for act in given)
        if minutes > thresholds.day_minutes:
            yield anomaly("long-day", [giver], [act.number for act in given], minutes, day=day)


def many_at_once(requests: Mapping[str, RequestsByPerson], thresholds: Thresholds) -> Iterator[Anomaly]:
    """One person recorded at least `minute_wishes` within a minute; what follows at that pace is part of it."""
    for actor, recorded in requests.items():
        for start, end in _runs(recorded.seconds, thresholds.minute_wishes):
            yield anomaly("many-at-once", [actor], recorded.numbers[start:end], end - start)


def _runs(seconds: Sequence[float], least: int) -> Iterator[tuple[int, int]]:
    """The ranges in which `least` in a row lie within a minute; overlapping ones are joined."""
    start = end = 0
    for index in range(len(seconds) - least + 1):
        if seconds[index + least - 1] - seconds[index] >= 60:
            continue
        if end and index >= end:
            yield start, end
        start = start if index < end else index
        end = index + least
    if end:
        yield start, end


def round_hours(acts: Sequence[CountedAct], thresholds: Thresholds) -> Iterator[Anomaly]:
    """Someone gave at least `round_acts` times, and always whole hours. Imports are left out."""
    for giver, given in _grouped((act for act in acts if not act.imported), lambda act: act.giver):
        if len(given) >= thresholds.round_acts and all(act.minutes % 60 == 0 for act in given):
            yield anomaly("round-hours", [giver], [act.number for act in given], len(given))


def month_ends(acts: Sequence[CountedAct], thresholds: Thresholds) -> Iterator[Anomaly]:
    """Many acts of one giver were settled in the last days of a month, and more than in the rest of it."""
    last_day: dict[int, int] = {}

    def giver_and_month_end(act: CountedAct) -> tuple[str, int]:
        if act.settled_on not in last_day:
            day = date.fromordinal(act.settled_on)
            last_day[act.settled_on] = day.replace(day=monthrange(day.year, day.month)[1]).toordinal()
        return act.giver, last_day[act.settled_on]

    for (giver, end), given in _grouped((act for act in acts if not act.imported), giver_and_month_end):
        late = [act for act in given if act.settled_on > end - thresholds.burst_days]
        if len(late) >= thresholds.burst_acts and 2 * len(late) > len(given):
            yield anomaly("month-end", [giver], [act.number for act in late], len(late), day=end)


def before_leaving(
    acts: Sequence[CountedAct], left: Iterable[tuple[int, str, int]], thresholds: Thresholds
) -> Iterator[Anomaly]:
    """Many acts of a member, given or received, were settled in the last days before they left."""
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
            if day - thresholds.burst_days < act.settled_on <= day and act.number < number and not act.imported
        ]
        if len(last) >= thresholds.burst_acts:
            yield anomaly("before-leaving", [member], [*(act.number for act in last), number], len(last))


def taken_back(acts: Sequence[CountedAct], thresholds: Thresholds) -> Iterator[Anomaly]:
    """Of what someone gave, at least `taken_back_acts` were taken back, and at least `taken_back_percent`."""
    for giver, given in _grouped(acts, lambda act: act.giver):
        gone = [act for act in given if act.taken_back]
        percent = len(gone) * 100 // len(given)
        if len(gone) >= thresholds.taken_back_acts and percent >= thresholds.taken_back_percent:
            yield anomaly("taken-back", [giver], [act.taken_back for act in gone], percent)


def woken(acts: Sequence[CountedAct], thresholds: Thresholds) -> Iterator[Anomaly]:
    """An account on which nothing was settled for at least `resting_days` is used again."""
    last: dict[str, CountedAct] = {}
    for act in acts:
        for side in (act.giver, act.receiver):
            before = last.get(side)
            if before and (days := act.settled_on - before.settled_on) >= thresholds.resting_days:
                yield anomaly("woken", [side], (before.number, act.number), days)
            last[side] = act


class AccountStep(NamedTuple):
    """An entry that moved hours: the acts it settled or took back, and the balances of their accounts after it."""

    number: int
    on: int
    acts: tuple[CountedAct, ...]
    takes_back: bool
    balances: Mapping[str, int]


def steps(acts: Sequence[CountedAct]) -> Iterator[AccountStep]:
    """Every entry that moved hours, in order, with the balances after it. Minutes."""
    balances: defaultdict[str, int] = defaultdict(int)
    gone = sorted((act for act in acts if act.taken_back), key=lambda act: act.taken_back)
    settled = ((act.number, False, act) for act in acts)
    moved = merge(settled, ((act.taken_back, True, act) for act in gone), key=lambda one: one[0])
    for (number, takes_back), found in groupby(moved, key=lambda one: one[:2]):
        together = tuple(act for _, _, act in found)
        for act in together:
            minutes = -act.minutes if takes_back else act.minutes
            balances[act.giver] += minutes
            balances[act.receiver] -= minutes
        after = {side: balances[side] for act in together for side in (act.giver, act.receiver)}
        # The day matters only to entries that settled something.
        yield AccountStep(number, together[0].settled_on, together, takes_back, after)


def new_at_limit(
    acts: Sequence[CountedAct], limits: Sequence[Limits], welcomed: Mapping[str, int], thresholds: Thresholds
) -> Iterator[Anomaly]:
    """Someone came close to the debit limit, by `near_percent` of it, within `new_days` of their welcome."""
    received: defaultdict[str, list[int]] = defaultdict(list)
    found: set[str] = set()
    for step, limit in _with_limits(acts, limits):
        for account in _receivers(step):
            joined = welcomed.get(account)
            if joined is None or account in found or step.on - joined >= thresholds.new_days:
                continue
            received[account].append(step.number)
            if limit.debit and step.balances[account] * 100 <= limit.debit * (100 - thresholds.near_percent):
                found.add(account)
                yield anomaly("new-at-limit", [account], received[account], -step.balances[account])


def limits_used(acts: Sequence[CountedAct], limits: Sequence[Limits], thresholds: Thresholds) -> Iterator[Anomaly]:
    """Limits were widened, and within `changed_days` an account passed the old ones. Once for each account and change."""
    to_come = deque(change for change in pairwise(limits) if _is_wider(*change))
    recent: list[tuple[Limits, Limits]] = []
    found: set[tuple[int, str]] = set()
    for step in steps(acts):
        while to_come and to_come[0][1].number < step.number:
            recent.append(to_come.popleft())
        recent = [change for change in recent if step.on - change[1].on < thresholds.changed_days]
        for before, changed in recent if not step.takes_back else ():
            for account, balance in step.balances.items():
                key = (changed.number, account)
                if key not in found and _is_beyond(balance, before) and _moved_outwards(step, account, balance):
                    found.add(key)
                    yield anomaly("limit-used", [account], (changed.number, step.number), abs(balance))


def before_limit(acts: Sequence[CountedAct], limits: Sequence[Limits], thresholds: Thresholds) -> Iterator[Anomaly]:
    """Someone received what the debit limit would have refused, had they not given so often in the days just before."""
    given: defaultdict[str, deque[CountedAct]] = defaultdict(deque)
    for step, limit in _with_limits(acts, limits):
        for account in _receivers(step):
            just_before = given[account]
            while just_before and just_before[0].settled_on <= step.on - thresholds.burst_days:
                just_before.popleft()
            burst = sum(act.minutes for act in just_before)
            if len(just_before) >= thresholds.burst_acts and step.balances[account] - burst < limit.debit:
                entries = [*(act.number for act in just_before), step.number]
                yield anomaly("before-limit", [account], entries, len(just_before))
                just_before.clear()
        if not step.takes_back:
            for act in step.acts:
                given[act.giver].append(act)


def _grouped(acts: Iterable[CountedAct], key: Callable[[CountedAct], Key]) -> Iterable[tuple[Key, list[CountedAct]]]:
    groups: defaultdict[Key, list[CountedAct]] = defaultdict(list)
    for act in acts:
        groups[key(act)].append(act)
    return groups.items()


def _by_day(acts: Sequence[CountedAct]) -> list[CountedAct]:
    return sorted(acts, key=lambda act: (act.given_on, act.number))


def _drop_before(acts: deque[CountedAct], first_day: int) -> None:
    while acts and acts[0].given_on < first_day:
        acts.popleft()


def _near(acts: Iterable[CountedAct], thresholds: Thresholds) -> bool:
    """Whether the longest is at most `near_percent` longer than the shortest, of its own length."""
    lengths = [act.minutes for act in acts]
    return (max(lengths) - min(lengths)) * 100 <= thresholds.near_percent * max(lengths)


def _with_limits(acts: Sequence[CountedAct], limits: Sequence[Limits]) -> Iterator[tuple[AccountStep, Limits]]:
    """Every entry that moved hours, with the limits in force then."""
    place = 0
    for step in steps(acts):
        while place + 1 < len(limits) and limits[place + 1].number < step.number:
            place += 1
        yield step, limits[place]


def _receivers(step: AccountStep) -> dict[str, None]:
    """Who received in an entry that settled something."""
    return {} if step.takes_back else dict.fromkeys(act.receiver for act in step.acts)


def _is_wider(before: Limits, changed: Limits) -> bool:
    upper_is_wider = before.upper is not None and (changed.upper is None or changed.upper > before.upper)
    return changed.debit < before.debit or upper_is_wider


def _is_beyond(balance: int, limit: Limits) -> bool:
    return balance < limit.debit or (limit.upper is not None and balance > limit.upper)


def _moved_outwards(step: AccountStep, account: str, balance: int) -> bool:
    """Whether the entry led away from zero: received below it, or gave above it."""
    return account in {act.receiver if balance < 0 else act.giver for act in step.acts}
