"""A member's own year as their page shows it: months, kinds of help, people and first times, with the sizes of bars."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple

from ledger.identifiers import MemberId
from projections.first_times import FirstTime
from projections.member_years import MemberYear, Shared
from web.charts import MonthOfHours
from web.drawings import bar_widths

MOST_STEPS = 4
"""Squares on the map of days come in four sizes: one exchange or gift, two, three, four and more."""


class KindLine(NamedTuple):
    """One kind of help: minutes given and received, gifts, and where its bar of hours given ends and the whole bar does."""

    label: str
    given: int
    received: int
    gifts: int
    given_width: str
    whole_width: str


class PersonLine(NamedTuple):
    """Somebody with whom something was shared."""

    member: MemberId
    name: str
    shared: Shared


class FirstLine(NamedTuple):
    """A day on which something was for the first time, and everything that one exchange or gift was the first of."""

    on: date
    item: str
    firsts: list[FirstTime]

    @property
    def is_gift(self) -> bool:
        """Whether it was a gift."""
        return self.item.startswith("f-")


def months_of(year: MemberYear) -> list[MonthOfHours]:
    """The twelve months as the drawing takes them."""
    return [MonthOfHours(month.month, month.shared.given, month.shared.received) for month in year.months]


def busiest_month(year: MemberYear) -> date | None:
    """The month with the most hours given and received together, the earliest of equals; None where gifts are all."""
    most = max(year.months, key=lambda month: month.shared.given + month.shared.received)
    return most.month if most.shared.given or most.shared.received else None


def bands_of(year: MemberYear) -> dict[str, int]:
    """Day -> the size of its square, by how many exchanges and gifts it held."""
    return {day.day.isoformat(): min(MOST_STEPS, day.shared.acts) for day in year.days}


def kind_lines(year: MemberYear, labels: Mapping[str, str]) -> list[KindLine]:
    """Every kind of help of the year, those with the most hours first, given and received together in one bar."""
    sums: dict[str, list[int]] = {}
    for kind in year.kinds:
        numbers = sums.setdefault(kind.category, [0, 0, 0])
        if kind.way.startswith("gift"):
            numbers[2] += kind.times
        else:
            numbers[kind.way.endswith("received")] += kind.minutes
    ordered = sorted(sums.items(), key=lambda pair: (-sum(pair[1][:2]), -pair[1][2], pair[0]))
    # The longest bar is the whole of a kind; what was given is a part of its own kind's bar.
    widths = bar_widths([width for _, (given, received, _) in ordered for width in (given + received, given)])
    return [
        KindLine(labels.get(category) or category.replace("-", " "), given, received, gifts, given_width, whole_width)
        for (category, (given, received, gifts)), whole_width, given_width in zip(
            ordered, widths[::2], widths[1::2], strict=True
        )
    ]


def person_lines(year: MemberYear, names: Mapping[str, str]) -> list[PersonLine]:
    """Everybody of the year by name: there is no order of merit among neighbours."""
    lines = [PersonLine(one.member, names[one.member], one.shared) for one in year.people]
    return sorted(lines, key=lambda line: (line.name.casefold(), line.member))


def first_lines(found: Iterable[FirstTime]) -> list[FirstLine]:
    """First times by the exchange or gift that they were, the earliest first."""
    by_item = groupby(found, key=lambda one: (one.on, one.item))
    return [FirstLine(on, item, list(some)) for (on, item), some in by_item]


def years_to_choose(known: Sequence[str], running: str, shown: str) -> list[str]:
    """The years with something in them, the running one, and the one that is shown; the latest first."""
    return sorted({*known, running, shown}, reverse=True)
