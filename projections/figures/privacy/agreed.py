"""Who helps whom among those who agreed to be seen, and how much of it may be told without telling of anybody else.

Whoever sees what two people shared can take it from every figure that is shown. What is left must be nothing, or tell of
enough people: else hours are left out, and where even that would tell of a few, nothing is said.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Literal, NamedTuple

from ledger.identifiers import GroupId, MemberId
from projections.figures.privacy.cells import FEWEST_TO_COMPARE
from projections.figures.privacy.groups import Placed
from projections.figures.privacy.remainders import Scope, Tied, TiesByScope

Told = Literal["hours", "ties", "nothing"]
"""What may be told of those who agreed: who helped whom and for how long, who helped whom, or neither."""

Seen = Mapping[GroupId, frozenset[MemberId]]
"""Those whom a reader may see in each group that the reader may see them in."""


class PublishedFigures(NamedTuple):
    """Whose figures of a period anybody may read: groups, and the community as None. `partly`: some months, not the whole."""

    wholly: frozenset[Scope]
    partly: frozenset[Scope]


class VisibleHelp(NamedTuple):
    """What one person gave another, as a group's page draws it. Without minutes only that it happened is told."""

    giver: MemberId
    receiver: MemberId
    minutes: int | None
    times: int | None


class Agreed(NamedTuple):
    """What a reader may see of a group's people in a period.

    `named` had a part in it, belong now, and agreed to be seen. `others` says how many members took part beside them, if
    that may be said; None if not.
    `is_too_telling`: hardly anybody is left who did not agree, so nobody is named.
    """

    named: tuple[MemberId, ...]
    others: int | None
    drawn: tuple[VisibleHelp, ...]
    told: Told
    is_too_telling: bool


NOBODY_AGREED = Agreed((), None, (), "nothing", is_too_telling=False)


def ties_of(placed: Iterable[Placed]) -> list[Tied]:
    """The acts of a period as ties, by who gave, who received, and the groups of the two."""
    sums: dict[tuple[MemberId, MemberId, tuple[GroupId, ...], tuple[GroupId, ...]], list[int]] = {}
    for act, giver_groups, receiver_groups in placed:
        key = (act.giver, act.receiver, tuple(sorted(giver_groups)), tuple(sorted(receiver_groups)))
        numbers = sums.setdefault(key, [0, 0])
        numbers[0] += act.minutes
        numbers[1] += 1
    return [
        Tied(giver, receiver, minutes, times, of_giver, of_receiver)
        for (giver, receiver, of_giver, of_receiver), (minutes, times) in sorted(sums.items())
    ]


def agreed_in(group: GroupId, ties: TiesByScope, seen: Seen, published: PublishedFigures) -> Agreed:
    """What a reader, who may see these people in these groups, may see of one of them."""
    theirs = seen.get(group, frozenset[MemberId]())
    took_part = {
        member
        for tied in ties.of(group)
        for member, groups in ((tied.giver, tied.giver_groups), (tied.receiver, tied.receiver_groups))
        if group in groups
    }
    named = tuple(sorted(ties.people(group) & theirs))
    if not named:
        return NOBODY_AGREED
    if not _may_be_named(ties, seen, published):
        return NOBODY_AGREED._replace(is_too_telling=True)
    told = may_be_told(ties, seen, published)
    others = len(took_part - theirs)
    says_how_many = group in published.wholly and (not others or others >= FEWEST_TO_COMPARE)
    drawn = () if told == "nothing" else _drawn(group, ties, theirs, has_hours=told == "hours")
    return Agreed(named, others if says_how_many else None, drawn, told, is_too_telling=False)


def may_be_told(ties: TiesByScope, seen: Seen, published: PublishedFigures) -> Told:
    """How much may be told of what those who agreed shared in any group, beside the figures that are published."""
    drawn = {
        id(tied): tied
        for group, members in seen.items()
        for tied in ties.of(group)
        if tied.giver in members and tied.receiver in members
    }.values()
    # From other figures nothing of what is drawn could be taken.
    concerned: set[Scope] = {group for tied in drawn for group in tied.groups}
    if drawn:
        concerned.add(None)
    told: Told = "hours"
    for scope in concerned & (published.wholly | published.partly):
        left = {figure.without(drawn) for figure in ties.figures(scope)}
        if "of few" in left:
            return "nothing"
        # How much of it was in the months that are shown, nobody can check.
        if "of many" in left or scope in published.partly:
            told = "ties"
    return told


def _may_be_named(ties: TiesByScope, seen: Seen, published: PublishedFigures) -> bool:
    """Whether those who are left when everybody is named who may be are nobody, or enough."""
    known = frozenset[MemberId]().union(*seen.values())
    for scope in published.wholly | published.partly:
        people = ties.people(scope)
        if len(people) - len(known) < FEWEST_TO_COMPARE and 0 < len(people - known) < FEWEST_TO_COMPARE:
            return False
    return True


def _drawn(
    group: GroupId, ties: TiesByScope, theirs: Collection[MemberId], *, has_hours: bool
) -> tuple[VisibleHelp, ...]:
    sums: dict[tuple[MemberId, MemberId], list[int]] = {}
    for tied in ties.of(group):
        if tied.giver in theirs and tied.receiver in theirs:
            numbers = sums.setdefault((tied.giver, tied.receiver), [0, 0])
            numbers[0] += tied.minutes
            numbers[1] += tied.times
    return tuple(VisibleHelp(*pair, *(numbers if has_hours else (None, None))) for pair, numbers in sums.items())
