"""What the reports of one closed period stand on."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

import msgspec

from projections.chronicle import Chronicle, Counted
from projections.measures.acts import KINDS, Act, Membership
from projections.measures.participation import participation
from projections.measures.statistics import Statistics, statistics
from projections.reports.closing import Closed
from projections.reports.years import Year


class Stand(NamedTuple):
    """A closed period: the acts that its reports count, and all that was known when it closed, after entry `number`.

    Of the days of the period, `known` has the acts that count and no others.
    """

    told: Chronicle
    closed: Closed
    number: int
    year: Year
    known: Counted
    acts: list[Act]

    def statistics(self) -> Statistics:
        """The community's figures, unprotected."""
        return self.statistics_of(self.known.acts, self.known.members)

    def statistics_of(self, acts: Iterable[Act], members: list[Membership]) -> Statistics:
        """The figures of some of the acts and some of the members."""
        return statistics(acts, members, as_of=self.closed.last_day, first_day=self.closed.first_day)

    def known_to_all(self, acts: list[Act], members: list[Membership]) -> dict[str, Any]:
        """What is always shown: the days, what counts, and how many belong."""
        return {
            "first_day": str(self.closed.first_day),
            "as_of": str(self.closed.last_day),
            "weigh": "minutes",
            "kinds": msgspec.to_builtins(KINDS),
            "enrolled": participation(acts, members, self.closed.last_day).enrolled,
        }

    def is_within(self, day: date) -> bool:
        """Whether a day belongs to the period."""
        return self.closed.first_day <= day <= self.closed.last_day
