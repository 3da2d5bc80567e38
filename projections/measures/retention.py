"""Whether people come back after their first entry."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from ledger.identifiers import MemberId
from projections.measures.acts import Act
from projections.measures.ratios import ratio

OLD_ENOUGH_DAYS = 90
"""Later ones have had no chance yet to come back."""

FIRST_RETURN_DAY, LAST_RETURN_DAY = 30, 89


class Retention(NamedTuple):
    """People whose first entry is old enough to tell, and how many of them came back."""

    people: int
    came_back: int

    @property
    def share(self) -> float | None:
        """Of those who can be told of; None when there are none."""
        return ratio(self.came_back, self.people)


def retention(acts: Iterable[Act], as_of: date, first_day: date | None = None) -> Retention:
    """Of those whose first entry is at least 90 days old: who had another on day 30 to 89 after it.

    `first_day` keeps to those whose first entry ever was on that day or later.
    """
    days: dict[MemberId, set[date]] = {}
    for act in acts:
        if act.given_on <= as_of:
            days.setdefault(act.giver, set()).add(act.given_on)
            days.setdefault(act.receiver, set()).add(act.given_on)
    people = came_back = 0
    for theirs in days.values():
        first = min(theirs)
        if (as_of - first).days < OLD_ENOUGH_DAYS or (first_day is not None and first < first_day):
            continue
        people += 1
        came_back += any(FIRST_RETURN_DAY <= (day - first).days <= LAST_RETURN_DAY for day in theirs)
    return Retention(people, came_back)
