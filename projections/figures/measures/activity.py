"""What is shared: by kind, by category, by month."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from itertools import groupby
from math import fsum, log
from typing import NamedTuple

import msgspec

from ledger.identifiers import MemberId
from projections.figures.measures.acts import Act, entries_in, median, ratio


class SharedPart(msgspec.Struct, frozen=True):
    """One part of what was shared: entries, minutes, and its share of the entries of all parts.

    A skill exchange whose two directions are of different categories is an entry of both.
    """

    entries: int
    minutes: int
    share: float


def by_kind(acts: Iterable[Act]) -> dict[str, SharedPart]:
    """Help, skill exchanges and gifts, in the order of their names."""
    return _parts((act.kind, act) for act in acts)


def by_category(acts: Iterable[Act]) -> dict[str, SharedPart]:
    """The categories of which there are any, in the order of their keys."""
    return _parts((act.category, act) for act in acts)


def by_month(acts: Iterable[Act]) -> dict[str, SharedPart]:
    """The months, YYYY-MM, in which anything was given, in order."""
    return _parts((act.given_on.isoformat()[:7], act) for act in acts)


def evenness(parts: Mapping[str, SharedPart]) -> float | None:
    """1 when all parts have the same share, near 0 when one has nearly all (Pielou's index); None below two parts."""
    if len(parts) < 2:
        return None
    return max(0.0, -fsum(part.share * log(part.share) for part in parts.values()) / log(len(parts)))


def _parts(keyed: Iterable[tuple[str, Act]]) -> dict[str, SharedPart]:
    numbers: dict[str, set[int]] = {}
    minutes: dict[str, int] = {}
    for key, act in keyed:
        numbers.setdefault(key, set()).add(act.number)
        minutes[key] = minutes.get(key, 0) + act.minutes
    whole = sum(map(len, numbers.values()))
    return {key: _part(numbers[key], minutes[key], whole) for key in sorted(numbers)}


def _part(numbers: Collection[int], minutes: int, whole: int) -> SharedPart:
    share = ratio(len(numbers), whole)
    assert share is not None, "a part has entries"
    return SharedPart(len(numbers), minutes, share)


class Flow(NamedTuple):
    """Entries and minutes for each month in which a member was active, and the usual length of an entry, in minutes.

    `median_minutes` is over entries that have minutes; both directions of a skill exchange are one entry.
    """

    active_member_months: int
    entries_each: float | None
    minutes_each: float | None
    median_minutes: float | None


class Turnover(NamedTuple):
    """How many times all credit changed hands in the period, and how many days an hour of credit rests."""

    times: float | None
    holding_days: float | None


def flow(acts: Collection[Act]) -> Flow:
    """The flow of these acts."""
    months: set[tuple[MemberId, int]] = set()
    lengths: dict[int, int] = {}
    for act in acts:
        month = 12 * act.given_on.year + act.given_on.month
        months.add((act.giver, month))
        months.add((act.receiver, month))
        if act.minutes:
            lengths[act.number] = lengths.get(act.number, 0) + act.minutes
    return Flow(
        len(months),
        ratio(entries_in(acts), len(months)),
        ratio(sum(lengths.values()), len(months)),
        median(lengths.values()),
    )


def turnover(acts: Iterable[Act], as_of: date, first_day: date | None = None) -> Turnover:
    """Minutes given in the period, over the credit that people held on an average evening of it; always by minutes.

    `acts` go back to the beginning, in the order of their days: credit earned before the period counts in it. The
    period begins on `first_day`, or on the day of the first act if that is later or no day is given.
    """
    evenings, moved = _evenings(acts, as_of, first_day or date.min)
    if not evenings:
        return Turnover(None, None)
    begin = max(first_day or date.min, evenings[0].day)
    ends = [*(evening.day.toordinal() for evening in evenings[1:]), as_of.toordinal() + 1]
    held = sum(
        evening.credit * max(0, end - max(evening.day, begin).toordinal())
        for evening, end in zip(evenings, ends, strict=True)
    )
    days = (as_of - begin).days + 1
    return Turnover(ratio(moved * days, held), ratio(held, moved))


class _Evening(NamedTuple):
    """From this evening on until the next: what all balances above zero sum up to. Minutes."""

    day: date
    credit: int


def _evenings(acts: Iterable[Act], as_of: date, first_day: date) -> tuple[list[_Evening], int]:
    """Every evening on which credit may have changed, and the minutes that moved from the first day on."""
    balances: dict[MemberId, int] = {}
    credit = moved = 0
    evenings: list[_Evening] = []
    moving = (act for act in acts if act.minutes and act.given_on <= as_of)
    for day, together in groupby(moving, lambda act: act.given_on):
        for act in together:
            for member, minutes in ((act.giver, act.minutes), (act.receiver, -act.minutes)):
                before = balances.get(member, 0)
                balances[member] = before + minutes
                credit += max(before + minutes, 0) - max(before, 0)
            moved += act.minutes if day >= first_day else 0
        evenings.append(_Evening(day, credit))
    return evenings, moved
