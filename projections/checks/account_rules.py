"""How accounts stood at their limits: new ones, limits that changed before they were used, bursts that made room."""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from heapq import merge
from itertools import groupby, pairwise
from typing import NamedTuple

from ledger.agreements.facts import Thresholds
from projections.checks.log_reading import Anomaly, CountedAct, Limits, noted


class AccountStep(NamedTuple):
    """An entry that moved hours: the acts that it settled, or took back, and what every account of them held then."""

    number: int
    on: int
    acts: tuple[CountedAct, ...]
    takes_back: bool
    balances: Mapping[str, int]


def steps(acts: Sequence[CountedAct]) -> Iterator[AccountStep]:
    """Every entry that moved hours, in order, with the balances that it left behind. Minutes."""
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
        sides = {side for act in together for side in (act.giver, act.receiver)}
        # A day is only asked for where something was settled.
        yield AccountStep(
            number, together[0].settled_on, together, takes_back, {side: balances[side] for side in sides}
        )


def new_at_limit(
    acts: Sequence[CountedAct], limits: Sequence[Limits], welcomed: Mapping[str, int], thresholds: Thresholds
) -> Iterator[Anomaly]:
    """Somebody came close to the debit limit within `new_days` of their welcome: as close as `near_percent` of it."""
    received: defaultdict[str, list[int]] = defaultdict(list)
    told: set[str] = set()
    for step, limit in _with_limits(acts, limits):
        for account in _receivers(step):
            joined = welcomed.get(account)
            if joined is None or account in told or step.on - joined >= thresholds.new_days:
                continue
            received[account].append(step.number)
            if limit.debit and step.balances[account] * 100 <= limit.debit * (100 - thresholds.near_percent):
                told.add(account)
                yield noted("new-at-limit", [account], received[account], -step.balances[account])


def limits_used(acts: Sequence[CountedAct], limits: Sequence[Limits], thresholds: Thresholds) -> Iterator[Anomaly]:
    """Limits became wider, and within `changed_days` an account went beyond the old ones. Once for each account and change."""
    to_come = deque(change for change in pairwise(limits) if _is_wider(*change))
    recent: list[tuple[Limits, Limits]] = []
    told: set[tuple[int, str]] = set()
    for step in steps(acts):
        while to_come and to_come[0][1].number < step.number:
            recent.append(to_come.popleft())
        recent = [change for change in recent if step.on - change[1].on < thresholds.changed_days]
        for before, changed in recent if not step.takes_back else ():
            for account, balance in step.balances.items():
                key = (changed.number, account)
                if key not in told and _is_beyond(balance, before) and _moved_outwards(step, account, balance):
                    told.add(key)
                    yield noted("limit-used", [account], (changed.number, step.number), abs(balance))


def before_limit(acts: Sequence[CountedAct], limits: Sequence[Limits], thresholds: Thresholds) -> Iterator[Anomaly]:
    """Somebody received what the debit limit would have refused, had they not given so often in the days just before."""
    given: defaultdict[str, deque[CountedAct]] = defaultdict(deque)
    for step, limit in _with_limits(acts, limits):
        for account in _receivers(step):
            just_before = given[account]
            while just_before and just_before[0].settled_on <= step.on - thresholds.burst_days:
                just_before.popleft()
            room = sum(act.minutes for act in just_before)
            if len(just_before) >= thresholds.burst_acts and step.balances[account] - room < limit.debit:
                entries = [*(act.number for act in just_before), step.number]
                yield noted("before-limit", [account], entries, len(just_before))
                just_before.clear()
        if not step.takes_back:
            for act in step.acts:
                given[act.giver].append(act)


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
    """Whether a change let accounts go further, either way."""
    upper_is_wider = before.upper is not None and (changed.upper is None or changed.upper > before.upper)
    return changed.debit < before.debit or upper_is_wider


def _is_beyond(balance: int, limit: Limits) -> bool:
    return balance < limit.debit or (limit.upper is not None and balance > limit.upper)


def _moved_outwards(step: AccountStep, account: str, balance: int) -> bool:
    """Whether the entry led away from zero: received below it, or gave above it."""
    sides = [act.receiver if balance < 0 else act.giver for act in step.acts]
    return account in sides
