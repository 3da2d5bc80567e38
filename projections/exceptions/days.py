"""Much within few days: a long day, the end of a month, the days before somebody left."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from ledger.events.agreements import Thresholds
from projections.exceptions.book import Act, day_text
from projections.exceptions.noted import Noted, noted


def long_days(acts: Sequence[Act], thresholds: Thresholds) -> Iterator[Noted]:
    """One person gave more than `day_minutes` of help on one day."""
    given: defaultdict[tuple[str, int], list[Act]] = defaultdict(list)
    for act in acts:
        given[act.giver, act.given_on].append(act)
    for (giver, day), ones in given.items():
        minutes = sum(act.minutes for act in ones)
        if minutes > thresholds.day_minutes:
            yield noted("long-day", [giver], [act.number for act in ones], minutes, day=day_text(day))


def month_ends(acts: Sequence[Act], thresholds: Thresholds) -> Iterator[Noted]:
    """So many acts of one giver were settled in the last days of a month, and more of them than in all the rest of it."""
    given: defaultdict[tuple[str, int], list[Act]] = defaultdict(list)
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
    acts: Sequence[Act], left: Iterable[tuple[int, str, int]], thresholds: Thresholds
) -> Iterator[Noted]:
    """So many acts of somebody, given or received, were settled in the last days before they left."""
    of_member: defaultdict[str, list[Act]] = defaultdict(list)
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
