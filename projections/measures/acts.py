"""What measures count: one person helped another, or gave them something, on a day."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Literal, NamedTuple

import msgspec

from ledger.identifiers import CategoryKey, MemberId

Kind = Literal["help", "skill-exchange", "gift"]
KINDS: tuple[Kind, ...] = ("help", "skill-exchange", "gift")

Weigh = Literal["minutes", "acts"]
"""By what ties weigh. A gift has no minutes: measures of weight by minutes count exchanges only."""


class Act(msgspec.Struct, frozen=True, gc=False):
    """One direction of what counts: `giver` helped `receiver`. Minutes; 0 for a gift.

    `number` is the entry that made it count; the two acts of a skill exchange share it.
    """

    giver: MemberId
    receiver: MemberId
    minutes: int
    given_on: date
    kind: Kind
    category: CategoryKey
    number: int


class Membership(NamedTuple):
    """Somebody who was welcomed on a day, and takes part until they leave; `left_on` is None for who stays."""

    member: MemberId
    joined_on: date
    left_on: date | None = None


def counting(
    acts: Iterable[Act], *, last_day: date, first_day: date | None = None, kinds: Collection[Kind] = KINDS
) -> list[Act]:
    """The acts of these days and kinds, without those that somebody did for themselves.

    In an order that does not depend on the one in which a day's acts were recorded.
    """
    first = first_day or date.min
    chosen = [
        act for act in acts if first <= act.given_on <= last_day and act.kind in kinds and act.giver != act.receiver
    ]
    chosen.sort(key=lambda act: (act.given_on, act.giver, act.receiver, act.minutes, act.kind, act.category))
    return chosen


def entries_in(acts: Iterable[Act]) -> int:
    """How many exchanges and gifts these acts are."""
    return len({act.number for act in acts})


def people_in(acts: Iterable[Act]) -> set[MemberId]:
    """Everybody who gave or received."""
    people: set[MemberId] = set()
    for act in acts:
        people.add(act.giver)
        people.add(act.receiver)
    return people
