"""Who helped whom, and how much in all: many acts between two people become one tie in each direction."""

from collections.abc import Iterable, Mapping

from ledger.identifiers import MemberId
from projections.measures.acts import Act, Weigh

Ties = Mapping[tuple[MemberId, MemberId], int]
"""(giver, receiver) -> weight, always above zero; minutes or acts. Nobody has a tie with themselves."""


def collapse(acts: Iterable[Act], weigh: Weigh) -> dict[tuple[MemberId, MemberId], int]:
    """The ties behind these acts. By minutes, gifts weigh nothing and make no tie.

    Entries of people with themselves are left out first: libraries disagree on what they mean for reciprocity.
    """
    by_minutes = weigh == "minutes"
    ties: dict[tuple[MemberId, MemberId], int] = {}
    for act in acts:
        weight = act.minutes if by_minutes else 1
        if weight and act.giver != act.receiver:
            pair = (act.giver, act.receiver)
            ties[pair] = ties.get(pair, 0) + weight
    return ties


def given(ties: Ties) -> dict[MemberId, int]:
    """How much each person gave; everybody with a tie is there, who gave nothing with 0."""
    sums: dict[MemberId, int] = {}
    for (giver, receiver), weight in ties.items():
        sums[giver] = sums.get(giver, 0) + weight
        sums.setdefault(receiver, 0)
    return sums


def received(ties: Ties) -> dict[MemberId, int]:
    """How much each person received; everybody with a tie is there, who received nothing with 0."""
    return given({(receiver, giver): weight for (giver, receiver), weight in ties.items()})
