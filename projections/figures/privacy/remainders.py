"""What is left of published figures when some of what they count is known: whether it is nothing, or enough people."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from heapq import nlargest
from typing import Literal, NamedTuple

import msgspec

from ledger.identifiers import GroupId, MemberId
from projections.figures.measures.acts import given, received
from projections.figures.privacy.cells import FEWEST_TO_COMPARE, LEARNED_PERCENT, Cell, is_harmless

Scope = GroupId | None
"""A group, or the community as None."""

Left = Literal["harmless", "of many", "of few"]
"""What is left: nothing or a figure that could be shown; not that, but of enough people; or of too few."""


class Tied(msgspec.Struct, frozen=True, array_like=True, gc=False):
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

    def __init__(self, ties: Iterable[Tied]) -> None:
        self._of: dict[Scope, list[Tied]] = {None: list(ties)}
        for tied in self._of[None]:
            for group in tied.groups:
                self._of.setdefault(group, []).append(tied)
        self._people: dict[Scope, frozenset[MemberId]] = {}
        self._figures: dict[Scope, tuple[Figure, ...]] = {}

    def of(self, scope: Scope) -> Sequence[Tied]:
        """Those that a group counts, or that the community does."""
        return self._of.get(scope, ())

    def people(self, scope: Scope) -> frozenset[MemberId]:
        """Everybody behind a scope's figures."""
        if scope not in self._people:
            self._people[scope] = frozenset(one for tied in self.of(scope) for one in (tied.giver, tied.receiver))
        return self._people[scope]

    def figures(self, scope: Scope) -> "tuple[Figure, ...]":
        """What is published of a scope: all of it, and of a group also what its members gave, and what they received."""
        if scope not in self._figures:
            figures = [Figure(self.of(scope), lambda tied: True)]
            if scope is not None:
                figures.append(Figure(self.of(scope), lambda tied: scope in tied.giver_groups))
                figures.append(Figure(self.of(scope), lambda tied: scope in tied.receiver_groups))
            self._figures[scope] = tuple(figures)
        return self._figures[scope]


class Weights(NamedTuple):
    """The whole of a figure in minutes, or in times; the most that anybody gave or received of it.

    `pooled` is the most that any two can know of it, from what they gave and what they received.
    """

    whole: int
    first: int
    pooled: int


class Figure:
    """A published figure, by the ties that it counts."""

    def __init__(self, ties: Iterable[Tied], counts: Callable[[Tied], bool]) -> None:
        self._ties = [tied for tied in ties if counts(tied)]
        self._counts = counts

    def without(self, known: Collection[Tied]) -> Left:
        """What is left of it for somebody who knows these ties, which are among those of the period."""
        if self._is_plainly_harmless([tied for tied in known if self._counts(tied)]):
            return "harmless"
        taken = {id(tied) for tied in known}
        cell = _cell(tied for tied in self._ties if id(tied) not in taken)
        if 0 < len(cell.people) < FEWEST_TO_COMPARE:
            return "of few"
        return "harmless" if is_harmless(cell, FEWEST_TO_COMPARE) else "of many"

    def _is_plainly_harmless(self, known: Sequence[Tied]) -> bool:
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
    def _sums(self) -> tuple[int, tuple[Weights, Weights]]:
        cell = _cell(self._ties)
        return len(cell.people), (_weights(cell.minutes), _weights(cell.acts))


def _weights(ties: Mapping[tuple[MemberId, MemberId], int]) -> Weights:
    gave, got = given(ties), received(ties)
    pooled = nlargest(2, (gave[member] + got[member] for member in gave))
    return Weights(sum(ties.values()), max([0, *gave.values(), *got.values()]), sum(pooled))


def _cell(ties: Iterable[Tied]) -> Cell:
    minutes: dict[tuple[MemberId, MemberId], int] = {}
    times: dict[tuple[MemberId, MemberId], int] = {}
    for tied in ties:
        pair = (tied.giver, tied.receiver)
        times[pair] = times.get(pair, 0) + tied.times
        if tied.minutes:
            minutes[pair] = minutes.get(pair, 0) + tied.minutes
    return Cell(minutes, times)
