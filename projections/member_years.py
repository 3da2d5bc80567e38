"""One year of one member: its days, months, kinds of help, and the people it was shared with."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Literal, NamedTuple

from ledger.identifiers import CategoryKey, ExchangeId, GiftId, MemberId

Way = Literal["help-given", "help-received", "swap-given", "swap-received", "gift-given", "gift-received"]
"""How something counts for a member: hours of help, one direction of a skill exchange, or a gift; given or received."""


class First(NamedTuple):
    """The earliest day of something in a year, and the first exchange or gift of that day.

    `item` is "" if the first one was taken back; then the first that counts is on this day or later.
    """

    on: date
    item: ExchangeId | GiftId | Literal[""]


class Shared(NamedTuple):
    """What counts: minutes given and received, exchanges, gifts. A skill exchange is one exchange."""

    given: int = 0
    received: int = 0
    exchanges: int = 0
    gifts_given: int = 0
    gifts_received: int = 0

    @property
    def acts(self) -> int:
        """Exchanges and gifts together."""
        return self.exchanges + self.gifts_given + self.gifts_received


class Day(NamedTuple):
    """What counts on one day."""

    day: date
    shared: Shared


class Month(NamedTuple):
    """What counts in one month, named by its first day."""

    month: date
    shared: Shared


class KindOfYear(NamedTuple):
    """What counts of one kind of help in one way: minutes (0 for gifts), how often, and the first time in the year."""

    way: Way
    category: CategoryKey
    minutes: int
    times: int
    first: First


class Companion(NamedTuple):
    """A member with whom something was shared in the year, and the first time in the year."""

    member: MemberId
    shared: Shared
    first: First

    @property
    def was_helped(self) -> bool:
        """Whether hours or a gift went to them."""
        return self.shared.given > 0 or self.shared.gifts_given > 0

    @property
    def helped(self) -> bool:
        """Whether hours or a gift came from them."""
        return self.shared.received > 0 or self.shared.gifts_received > 0


@dataclass
class MemberYear:
    """What counts for a member in one year, by the day help was given. Only the member can read it."""

    year: str
    days: list[Day]
    kinds: list[KindOfYear]
    people: list[Companion]

    @cached_property
    def months(self) -> list[Month]:
        """All twelve months, including empty ones."""
        found = {month: together(day.shared for day in days) for month, days in groupby(self.days, _month)}
        return [
            Month(month, found.get(month, Shared())) for month in (date(int(self.year), n, 1) for n in range(1, 13))
        ]

    @cached_property
    def total(self) -> Shared:
        """Everything of the year."""
        return together(day.shared for day in self.days)

    @property
    def people_helped(self) -> int:
        """How many different members received hours or gifts."""
        return sum(companion.was_helped for companion in self.people)

    @property
    def helped_by(self) -> int:
        """How many different members gave hours or gifts."""
        return sum(companion.helped for companion in self.people)


def together(parts: Iterable[Shared]) -> Shared:
    """The sum of the parts."""
    return Shared(*map(sum, zip(*(Shared(), *parts), strict=True)))


def _month(day: Day) -> date:
    return day.day.replace(day=1)
