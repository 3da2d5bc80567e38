"""Who helps whom among those who agreed to be seen, and how much of it may be told without telling of anybody else.

Whoever sees what two people shared can take it from every figure that is shown. What is left must be nothing, or tell of
enough people: else hours are left out, and where even that would tell of a few, nothing is said.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from heapq import nlargest
from typing import Literal, NamedTuple

import msgspec

from ledger.identifiers import GroupId, MemberId
from projections.figures.measures.acts import given, received
from projections.figures.privacy.cells import FEWEST_TO_COMPARE, LEARNED_PERCENT, Cell, is_empty_or_safe
from projections.figures.privacy.groups import Placed

Detail = Literal["hours", "ties", "nothing"]
"""What may be told of those who agreed: who helped whom and for how long, who helped whom, or neither."""


Seen = Mapping[GroupId, frozenset[MemberId]]
"""Those whom a reader may see in each group that the reader may see them in."""


Scope = GroupId | None
"""A group, or the community as None."""


Remainder = Literal["harmless", "of many", "of few"]
"""What is left: nothing or a figure that could be shown; not that, but of enough people; or of too few."""


class GroupTie(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one person gave another in a period while they belonged to these groups. Minutes; gifts count as times only."""

    giver: MemberId
    receiver: MemberId
    minutes: int
    times: int
    giver_groups: tuple[GroupId, ...]
    receiver_groups: tuple[GroupId, ...]

    @property
    def groups(self) -> set[GroupId]:
        """The groups that count it: one of the two belonged when it was recorded."""
        return {*self.giver_groups, *self.receiver_groups}


class TiesByScope:
    """All ties of a period, to be asked for those of a group or of the community."""

    def __init__(self, ties: Iterable[GroupTie]) -> None:
        self._of: dict[Scope, list[GroupTie]] = {None: list(ties)}
        for tied in self._of[None]:
            for group in tied.groups:
                self._of.setdefault(group, []).append(tied)
        self._people: dict[Scope, frozenset[MemberId]] = {}
        self._figures: dict[Scope, tuple[PublishedFigure, ...]] = {}

    def of(self, scope: Scope) -> Sequence[GroupTie]:
        """Those that a group counts, or that the community does."""
        return self._of.get(scope, ())

    def people(self, scope: Scope) -> frozenset[MemberId]:
        """Everybody behind a scope's figures."""
        if scope not in self._people:
            self._people[scope] = frozenset(one for tied in self.of(scope) for one in (tied.giver, tied.receiver))
        return self._people[scope]

    def figures(self, scope: Scope) -> "tuple[PublishedFigure, ...]":
        """What is published of a scope: all of it, and of a group also what its members gave, and what they received."""
        if scope not in self._figures:
            figures = [PublishedFigure(self.of(scope), lambda tied: True)]
            if scope is not None:
                figures.append(PublishedFigure(self.of(scope), lambda tied: scope in tied.giver_groups))
                figures.append(PublishedFigure(self.of(scope), lambda tied: scope in tied.receiver_groups))
            self._figures[scope] = tuple(figures)
        return self._figures[scope]


class LargestShares(NamedTuple):
    """The whole of a figure in minutes, or in times; the most that anybody gave or received of it.

    `pooled` is the most that any two can know of it, from what they gave and what they received.
    """

    whole: int
    first: int
    pooled: int


class PublishedFigure:
    """A published figure, by the ties that it counts."""

    def __init__(self, ties: Iterable[GroupTie], counts: Callable[[GroupTie], bool]) -> None:
        self._ties = [tied for tied in ties if counts(tied)]
        self._counts = counts

    def without(self, known: Collection[GroupTie]) -> Remainder:
        """What is left of it for somebody who knows these ties, which are among those of the period."""
        if self._is_plainly_harmless([tied for tied in known if self._counts(tied)]):
            return "harmless"
        taken = {id(tied) for tied in known}
        cell = _cell(tied for tied in self._ties if id(tied) not in taken)
        if 0 < len(cell.people) < FEWEST_TO_COMPARE:
            return "of few"
        return "harmless" if is_empty_or_safe(cell, FEWEST_TO_COMPARE) else "of many"

    def _is_plainly_harmless(self, known: Sequence[GroupTie]) -> bool:
        """Whether sums alone show it, as they do for most: looking at every tie of a large community takes long."""
        people, weights = self._sums
        if people - len({one for tied in known for one in (tied.giver, tied.receiver)}) < FEWEST_TO_COMPARE:
            return False
        taken = (sum(tied.minutes for tied in known), sum(tied.times for tied in known))
        # If two who put together what they know are that far from anybody's part, nobody stands out either.
        return all(
            not whole or 100 * (whole - less - pooled) >= (100 + LEARNED_PERCENT) * first
            for (whole, first, pooled), less in zip(weights, taken, strict=True)
        )

    @cached_property
    def _sums(self) -> tuple[int, tuple[LargestShares, LargestShares]]:
        cell = _cell(self._ties)
        return len(cell.people), (_largest_shares(cell.minutes), _largest_shares(cell.acts))


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
    told: Detail
    is_too_telling: bool


NOBODY_AGREED = Agreed((), None, (), "nothing", is_too_telling=False)


def visible_in_group(group: GroupId, ties: TiesByScope, seen: Seen, published: PublishedFigures) -> Agreed:
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
    if not _can_be_named(ties, seen, published):
        return NOBODY_AGREED._replace(is_too_telling=True)
    told = allowed_detail(ties, seen, published)
    others = len(took_part - theirs)
    says_how_many = group in published.wholly and (not others or others >= FEWEST_TO_COMPARE)
    drawn = () if told == "nothing" else _visible_help(group, ties, theirs, has_hours=told == "hours")
    return Agreed(named, others if says_how_many else None, drawn, told, is_too_telling=False)


def allowed_detail(ties: TiesByScope, seen: Seen, published: PublishedFigures) -> Detail:
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
    told: Detail = "hours"
    for scope in concerned & (published.wholly | published.partly):
        left = {figure.without(drawn) for figure in ties.figures(scope)}
        if "of few" in left:
            return "nothing"
        # How much of it was in the months that are shown, nobody can check.
        if "of many" in left or scope in published.partly:
            told = "ties"
    return told


def _can_be_named(ties: TiesByScope, seen: Seen, published: PublishedFigures) -> bool:
    """Whether those who are left when everybody is named who may be are nobody, or enough."""
    known = frozenset[MemberId]().union(*seen.values())
    for scope in published.wholly | published.partly:
        people = ties.people(scope)
        if len(people) - len(known) < FEWEST_TO_COMPARE and 0 < len(people - known) < FEWEST_TO_COMPARE:
            return False
    return True


def _visible_help(
    group: GroupId, ties: TiesByScope, theirs: Collection[MemberId], *, has_hours: bool
) -> tuple[VisibleHelp, ...]:
    sums: dict[tuple[MemberId, MemberId], list[int]] = {}
    for tied in ties.of(group):
        if tied.giver in theirs and tied.receiver in theirs:
            numbers = sums.setdefault((tied.giver, tied.receiver), [0, 0])
            numbers[0] += tied.minutes
            numbers[1] += tied.times
    return tuple(VisibleHelp(*pair, *(numbers if has_hours else (None, None))) for pair, numbers in sums.items())


def group_ties(placed: Iterable[Placed]) -> list[GroupTie]:
    """The acts of a period as ties, by who gave, who received, and the groups of the two."""
    sums: dict[tuple[MemberId, MemberId, tuple[GroupId, ...], tuple[GroupId, ...]], list[int]] = {}
    for act, giver_groups, receiver_groups in placed:
        key = (act.giver, act.receiver, tuple(sorted(giver_groups)), tuple(sorted(receiver_groups)))
        numbers = sums.setdefault(key, [0, 0])
        numbers[0] += act.minutes
        numbers[1] += 1
    return [
        GroupTie(giver, receiver, minutes, times, of_giver, of_receiver)
        for (giver, receiver, of_giver, of_receiver), (minutes, times) in sorted(sums.items())
    ]


def _largest_shares(ties: Mapping[tuple[MemberId, MemberId], int]) -> LargestShares:
    gave, got = given(ties), received(ties)
    pooled = nlargest(2, (gave[member] + got[member] for member in gave))
    return LargestShares(sum(ties.values()), max([0, *gave.values(), *got.values()]), sum(pooled))


def _cell(ties: Iterable[GroupTie]) -> Cell:
    minutes: dict[tuple[MemberId, MemberId], int] = {}
    times: dict[tuple[MemberId, MemberId], int] = {}
    for tied in ties:
        pair = (tied.giver, tied.receiver)
        times[pair] = times.get(pair, 0) + tied.times
        if tied.minutes:
            minutes[pair] = minutes.get(pair, 0) + tied.minutes
    return Cell(minutes, times)
