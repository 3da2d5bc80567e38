"""Who helped whom among members who agreed to be visible, and how much of it can be shown without revealing anyone else.

Anyone who sees what two people shared can subtract it from every published figure. The remainder must be nothing, or be
based on enough people. Otherwise hours are left out, and if even that would reveal a few people, nothing is shown.
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
"""What may be shown of members who agreed: who helped whom and for how long, who helped whom, or neither."""


Seen = Mapping[GroupId, frozenset[MemberId]]
"""The members whom a reader can see, by the group in which the reader can see them."""


Scope = GroupId | None
"""A group, or the community as None."""


Remainder = Literal["harmless", "of many", "of few"]
"""What remains of a figure: nothing or a figure that could be shown, another one of enough people, or one of too few."""


class GroupTie(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one person gave another in a period while they were in these groups. Gifts only add to `times`."""

    giver: MemberId
    receiver: MemberId
    minutes: int
    times: int
    giver_groups: tuple[GroupId, ...]
    receiver_groups: tuple[GroupId, ...]

    @property
    def groups(self) -> set[GroupId]:
        """The groups that count it, because giver or receiver was a member when it was recorded."""
        return {*self.giver_groups, *self.receiver_groups}


class TiesByScope:
    """All ties of a period, by group and for the community."""

    def __init__(self, ties: Iterable[GroupTie]) -> None:
        self._of: dict[Scope, list[GroupTie]] = {None: list(ties)}
        for tied in self._of[None]:
            for group in tied.groups:
                self._of.setdefault(group, []).append(tied)
        self._people: dict[Scope, frozenset[MemberId]] = {}
        self._figures: dict[Scope, tuple[PublishedFigure, ...]] = {}

    def of(self, scope: Scope) -> Sequence[GroupTie]:
        """Return the ties that a scope counts."""
        return self._of.get(scope, ())

    def people(self, scope: Scope) -> frozenset[MemberId]:
        """Return everyone who contributes to a scope's figures."""
        if scope not in self._people:
            self._people[scope] = frozenset(one for tied in self.of(scope) for one in (tied.giver, tied.receiver))
        return self._people[scope]

    def figures(self, scope: Scope) -> "tuple[PublishedFigure, ...]":
        """Return what is published for a scope: the whole, and for a group also what its members gave and received."""
        if scope not in self._figures:
            figures = [PublishedFigure(self.of(scope), lambda tied: True)]
            if scope is not None:
                figures.append(PublishedFigure(self.of(scope), lambda tied: scope in tied.giver_groups))
                figures.append(PublishedFigure(self.of(scope), lambda tied: scope in tied.receiver_groups))
            self._figures[scope] = tuple(figures)
        return self._figures[scope]


class LargestShares(NamedTuple):
    """A figure in minutes or times, the most that anyone gave or received, and the most that two people know together."""

    whole: int
    first: int
    pooled: int


class PublishedFigure:
    """A published figure and the ties that it counts."""

    def __init__(self, ties: Iterable[GroupTie], counts: Callable[[GroupTie], bool]) -> None:
        self._ties = [tied for tied in ties if counts(tied)]
        self._counts = counts

    def without(self, known: Collection[GroupTie]) -> Remainder:
        """Return what remains of it for someone who knows these ties of the period."""
        if self._is_plainly_harmless([tied for tied in known if self._counts(tied)]):
            return "harmless"
        taken = {id(tied) for tied in known}
        cell = _cell(tied for tied in self._ties if id(tied) not in taken)
        if 0 < len(cell.people) < FEWEST_TO_COMPARE:
            return "of few"
        return "harmless" if is_empty_or_safe(cell, FEWEST_TO_COMPARE) else "of many"

    def _is_plainly_harmless(self, known: Sequence[GroupTie]) -> bool:
        """Whether sums alone prove it, as they usually do: checking every tie of a large community takes long."""
        people, weights = self._sums
        if people - len({one for tied in known for one in (tied.giver, tied.receiver)}) < FEWEST_TO_COMPARE:
            return False
        taken = (sum(tied.minutes for tied in known), sum(tied.times for tied in known))
        # If what two people know together is that far from anyone's part, nobody dominates either.
        return all(
            not whole or 100 * (whole - less - pooled) >= (100 + LEARNED_PERCENT) * first
            for (whole, first, pooled), less in zip(weights, taken, strict=True)
        )

    @cached_property
    def _sums(self) -> tuple[int, tuple[LargestShares, LargestShares]]:
        cell = _cell(self._ties)
        return len(cell.people), (_largest_shares(cell.minutes), _largest_shares(cell.acts))


class PublishedFigures(NamedTuple):
    """The scopes whose figures of a period are published: as a whole, or `partly`, for some of its months only."""

    wholly: frozenset[Scope]
    partly: frozenset[Scope]


class VisibleHelp(NamedTuple):
    """What one person gave another, as a group's page draws it; without minutes, only that it happened."""

    giver: MemberId
    receiver: MemberId
    minutes: int | None
    times: int | None


class Agreed(NamedTuple):
    """What a reader can see of a group's members in a period.

    `named` took part, are members now, and agreed to be visible. `others` is how many other members took part, or None if
    that would reveal too much. `is_too_telling` if so few did not agree that nobody is named.
    """

    named: tuple[MemberId, ...]
    others: int | None
    drawn: tuple[VisibleHelp, ...]
    told: Detail
    is_too_telling: bool


NOBODY_AGREED = Agreed((), None, (), "nothing", is_too_telling=False)


def visible_in_group(group: GroupId, ties: TiesByScope, seen: Seen, published: PublishedFigures) -> Agreed:
    """Return what a reader who can see these members can see of one group."""
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
    detail = allowed_detail(ties, seen, published)
    others = len(took_part - theirs)
    says_how_many = group in published.wholly and (not others or others >= FEWEST_TO_COMPARE)
    drawn = () if detail == "nothing" else _visible_help(group, ties, theirs, has_hours=detail == "hours")
    return Agreed(named, others if says_how_many else None, drawn, detail, is_too_telling=False)


def allowed_detail(ties: TiesByScope, seen: Seen, published: PublishedFigures) -> Detail:
    """Return how much can be shown of what visible members shared in any group, given the published figures."""
    drawn = {
        id(tied): tied
        for group, members in seen.items()
        for tied in ties.of(group)
        if tied.giver in members and tied.receiver in members
    }.values()
    # What is drawn cannot be subtracted from other figures.
    concerned: set[Scope] = {group for tied in drawn for group in tied.groups}
    if drawn:
        concerned.add(None)
    detail: Detail = "hours"
    for scope in concerned & (published.wholly | published.partly):
        left = {figure.without(drawn) for figure in ties.figures(scope)}
        if "of few" in left:
            return "nothing"
        # It is not known how much of it was in the months that are published.
        if "of many" in left or scope in published.partly:
            detail = "ties"
    return detail


def _can_be_named(ties: TiesByScope, seen: Seen, published: PublishedFigures) -> bool:
    """Whether the people who remain once all visible members are named are nobody, or enough."""
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
    """Add up the acts of a period by giver, receiver, and the groups of both."""
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
