"""One year of one member, as it is read: days, months, kinds of help, and the people it was shared with."""

from collections.abc import Iterable
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Literal, NamedTuple

from ledger.identifiers import CategoryKey, ExchangeId, GiftId, MemberId

Way = Literal["help-given", "help-received", "swap-given", "swap-received", "gift-given", "gift-received"]
"""How something counts for a member: hours of help, one side of a skill exchange, or a gift; given or received."""


class First(NamedTuple):
    """The earliest day of something in a year, and the exchange or gift that it was; a later one of that day is not it.

    Without an item, what had been the first was taken back, and the first that counts is on this day or later.
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
    """What counts of one kind of help in one way: minutes (none for gifts), how often, and the first of the year."""

    way: Way
    category: CategoryKey
    minutes: int
    times: int
    first: First


class Companion(NamedTuple):
    """A member with whom something was shared in the year, and the first time of the year."""

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


class MemberYear:
    """What counts for a member in one year, by the day on which help was given. Nothing here is anybody else's to read."""

    def __init__(self, year: str, days: list[Day], kinds: list[KindOfYear], people: list[Companion]) -> None:
        self.year = year
        self.days = days
        self.kinds = kinds
        self.people = people

    @cached_property
    def months(self) -> list[Month]:
        """All twelve, the quiet ones too."""
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
        """How many different members hours or gifts went to."""
        return sum(companion.was_helped for companion in self.people)

    @property
    def helped_by(self) -> int:
        """How many different members hours or gifts came from."""
        return sum(companion.helped for companion in self.people)


def together(parts: Iterable[Shared]) -> Shared:
    """The parts as one."""
    return Shared(*map(sum, zip(*(Shared(), *parts), strict=True)))


def _month(day: Day) -> date:
    return day.day.replace(day=1)
