"""How many of those who belong take part."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from ledger.identifiers import MemberId
from projections.measures.acts import Act, Membership, people_in
from projections.measures.ratios import ratio


class Participation(NamedTuple):
    """Members enrolled on a day, and the share of them who gave or received in the days up to it, or ever."""

    enrolled: int
    days_30: float | None
    days_90: float | None
    days_365: float | None
    ever: float | None


def participation(acts: Collection[Act], members: Iterable[Membership], as_of: date) -> Participation:
    """Participation on a day, of those who had joined and not left by then.

    The 30 days are the day itself and the 29 before it. Whoever helped before they were welcomed here, because the
    records were imported, had joined by the day of their first act. Who has left counts neither above nor below.
    """
    enrolled = _enrolled(acts, members, as_of)

    def share(days: int | None) -> float | None:
        active = people_in(act for act in acts if 0 <= (as_of - act.given_on).days < (days or date.max.toordinal()))
        return ratio(len(active & enrolled), len(enrolled))

    return Participation(len(enrolled), share(30), share(90), share(365), share(None))


def _enrolled(acts: Iterable[Act], members: Iterable[Membership], as_of: date) -> set[MemberId]:
    here = people_in(act for act in acts if act.given_on <= as_of)
    for membership in members:
        if membership.left_on is not None and membership.left_on <= as_of:
            here.discard(membership.member)
        elif membership.joined_on <= as_of:
            here.add(membership.member)
    return here
