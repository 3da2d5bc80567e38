"""One thing that is worth a look: which rule says so, about whom, and on which entries it rests."""

from collections.abc import Iterable, Mapping
from typing import Literal, get_args

import msgspec

Rule = Literal[
    "both-sides",
    "back-and-forth",
    "circle",
    "long-day",
    "many-at-once",
    "round-hours",
    "month-end",
    "before-limit",
    "before-leaving",
    "woken",
    "new-at-limit",
    "limit-used",
    "taken-back",
]
RULES: tuple[Rule, ...] = get_args(Rule)
"""In the order in which they are shown."""

UNITS: Mapping[Rule, str] = {
    "both-sides": "minutes",
    "back-and-forth": "days",
    "circle": "days",
    "long-day": "minutes",
    "many-at-once": "wishes",
    "round-hours": "acts",
    "month-end": "acts",
    "before-limit": "acts",
    "before-leaving": "acts",
    "woken": "days",
    "new-at-limit": "minutes",
    "limit-used": "minutes",
    "taken-back": "percent",
}
"""What each rule measures."""

MOST_ENTRIES = 50
"""So many entries are listed; where there are more, the newest, and how many there are."""


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """Something worth a look. `measured` is what reached the threshold: minutes, days, percent or a count, as the rule says.

    `entries` are entry numbers, the oldest first; `others` says how many more there are before them. `day` is the day it
    is about, YYYY-MM-DD, where it is about one.
    """

    rule: Rule
    people: tuple[str, ...]
    entries: tuple[int, ...]
    measured: int
    others: int = 0
    day: str = ""

    @property
    def number(self) -> int:
        """The last entry it rests on: what makes it new."""
        return self.entries[-1]


def noted(rule: Rule, people: Iterable[str], entries: Iterable[int], measured: int, *, day: str = "") -> Noted:
    """Something worth a look, with its entries in order, each once, and no more of them than can be shown."""
    numbers = sorted(set(entries))
    return Noted(
        rule=rule,
        people=tuple(people),
        entries=tuple(numbers[-MOST_ENTRIES:]),
        others=max(0, len(numbers) - MOST_ENTRIES),
        measured=measured,
        day=day,
    )
