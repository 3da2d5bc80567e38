"""What one figure rests on, and whether that is enough people for it to be shown."""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple, Self

from ledger.identifiers import MemberId
from projections.measures.acts import Act
from projections.measures.ties import Ties, given, received

Audience = Literal["coordinators", "everyone"]

FEWEST: Mapping[Audience, int] = {"coordinators": 5, "everyone": 10}
"""People behind any figure (statistical offices ask for 3 to 10)."""

FEWEST_TO_COMPARE = 10
"""People behind any figure that sets one group beside another, whoever reads it."""

LARGEST_PERCENT, TWO_LARGEST_PERCENT = 50, 85
"""Of a figure, at most, from the person with most, and from the two with most."""

LEARNED_PERCENT = 10
"""Nobody who knows their own entries may learn another's to within so much of it."""


class Cell(NamedTuple):
    """Who helped whom behind one figure: the minutes, and the acts, of which gifts are some."""

    minutes: Ties
    acts: Ties

    @classmethod
    def of(cls, acts: Iterable[Act]) -> Self:
        """The cell of these acts."""
        minutes: dict[tuple[MemberId, MemberId], int] = {}
        numbers: dict[tuple[MemberId, MemberId], int] = {}
        for act in acts:
            pair = (act.giver, act.receiver)
            numbers[pair] = numbers.get(pair, 0) + 1
            if act.minutes:
                minutes[pair] = minutes.get(pair, 0) + act.minutes
        return cls(minutes, numbers)

    @property
    def people(self) -> set[MemberId]:
        """Everybody behind the figure."""
        return {member for pair in self.acts for member in pair}

    @property
    def is_empty(self) -> bool:
        """Nothing happened; that may always be said."""
        return not self.acts

    def with_others(self, *others: Self) -> Self:
        """This cell and others as one."""
        cells = (self, *others)
        return type(self)(_added(cell.minutes for cell in cells), _added(cell.acts for cell in cells))

    def without(self, other: Self) -> Self:
        """What this cell has more than the other."""
        return type(self)(_less(self.minutes, other.minutes), _less(self.acts, other.acts))


NOTHING = Cell({}, {})


def fewest(audience: Audience, *, compares_groups: bool = False) -> int:
    """How many people there must be behind a figure."""
    return max(FEWEST[audience], FEWEST_TO_COMPARE if compares_groups else 0)


def is_safe(cell: Cell, people: int) -> bool:
    """Whether a figure may be shown that rests on this: enough people, none of whom stands out or could be found out."""
    return len(cell.people) >= people and not _gives_away(cell.minutes) and not _gives_away(cell.acts)


def may_replace(earlier: Cell, later: Cell, people: int) -> bool:
    """Whether a figure that was shown may be shown anew after late entries and reversals.

    Whoever kept the earlier one sees the difference, so that must be safe as well; until it is, the earlier one stays.
    """
    changes = (later.without(earlier), earlier.without(later))
    return all(change.is_empty or is_safe(change, people) for change in changes)


def _gives_away(ties: Ties) -> bool:
    whole = sum(ties.values())
    if not whole:
        return False
    sides = (given(ties), received(ties))
    for side in sides:
        first, second = [*sorted(side.values(), reverse=True), 0][:2]
        if 100 * first > LARGEST_PERCENT * whole or 100 * (first + second) > TWO_LARGEST_PERCENT * whole:
            return True
    return _somebody_learns(ties, whole, *sides)


def _somebody_learns(ties: Ties, whole: int, gave: Mapping[MemberId, int], got: Mapping[MemberId, int]) -> bool:
    """Whether somebody can take what they gave and got from the whole, and so come close to what another gave or got.

    What remains is the most that the other can have had beyond what went between the two. It must be further from the
    truth than the tenth part of it; what went between the two is known to both anyway.
    """
    largest = max(*gave.values(), *got.values())
    margin = 100 + LEARNED_PERCENT
    for member in gave:
        remains = whole - gave[member] - got[member]
        if 100 * remains >= margin * largest:
            continue
        for other in gave.keys() - {member}:
            for side, between in ((gave, (other, member)), (got, (member, other))):
                unknown = side[other] - ties.get(between, 0)
                if unknown and 100 * (remains - unknown) < LEARNED_PERCENT * side[other]:
                    return True
    return False


def _added(parts: Iterable[Ties]) -> dict[tuple[MemberId, MemberId], int]:
    sums: dict[tuple[MemberId, MemberId], int] = {}
    for part in parts:
        for pair, weight in part.items():
            sums[pair] = sums.get(pair, 0) + weight
    return sums


def _less(ties: Ties, others: Ties) -> dict[tuple[MemberId, MemberId], int]:
    rest = {pair: weight - others.get(pair, 0) for pair, weight in ties.items()}
    return {pair: weight for pair, weight in rest.items() if weight > 0}
