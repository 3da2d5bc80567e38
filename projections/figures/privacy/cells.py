"""What a figure is based on, and whether that is enough people for it to be shown."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from heapq import nlargest
from typing import Any, Literal, NamedTuple, Self

from ledger.identifiers import MemberId
from projections.figures.measures.acts import Act, Ties, given, received, strong_components
from projections.figures.measures.spread import top_people
from projections.figures.measures.statistics import Statistics

Audience = Literal["coordinators", "everyone"]

FEWEST: Mapping[Audience, int] = {"coordinators": 5, "everyone": 10}
"""People needed for any figure (statistical offices ask for 3 to 10)."""

FEWEST_TO_COMPARE = 10
"""People needed for any figure that compares groups, for all readers."""

LARGEST_PERCENT, TWO_LARGEST_PERCENT = 50, 85
"""The most that one person, and two people, may contribute to a figure."""

LEARNED_PERCENT = 10
"""Nobody who knows their own entries, and no two who combine theirs, may learn someone else's part to within this."""


class Cell(NamedTuple):
    """Who helped whom in one figure, by minutes and by acts. Gifts are acts without minutes."""

    minutes: Ties
    acts: Ties

    @classmethod
    def of(cls, acts: Iterable[Act]) -> Self:
        """Return the cell of these acts."""
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
        """Everyone who contributes to the figure."""
        return {member for pair in self.acts for member in pair}

    @property
    def is_empty(self) -> bool:
        """Nothing happened, which may always be shown."""
        return not self.acts

    def with_others(self, *others: Self) -> Self:
        """Combine this cell with others."""
        cells = (self, *others)
        return type(self)(_sum_of_ties(cell.minutes for cell in cells), _sum_of_ties(cell.acts for cell in cells))

    def without(self, other: Self) -> Self:
        """Return what this cell has more than another."""
        return type(self)(_difference_of_ties(self.minutes, other.minutes), _difference_of_ties(self.acts, other.acts))


EMPTY_CELL = Cell({}, {})


class Contributors:
    """Who contributes to a figure of a scope, and what could be derived from it together with other figures.

    `derivable` are its parts that are shown separately, and what a larger scope has more than it. Each of them has to be
    nothing, or based on enough people.
    """

    def __init__(self, cell: Cell, derivable: tuple[Cell, ...] = ()) -> None:
        self.cell = cell
        self.derivable = derivable
        self._may_be_shown: dict[int, bool] = {}

    @property
    def is_empty(self) -> bool:
        """Nothing happened."""
        return self.cell.is_empty

    def may_be_shown(self, people: int) -> bool:
        """Whether the figure, and everything derivable, is based on enough people. Computed once."""
        if people not in self._may_be_shown:
            is_shown = is_safe(self.cell, people) and all(is_empty_or_safe(cell, people) for cell in self.derivable)
            self._may_be_shown[people] = is_shown
        return self._may_be_shown[people]


def combined_contributors(every: Sequence[Contributors]) -> Contributors:
    """Combine several; all have the same derivable cells in the same order."""
    if len(every) == 1:
        return every[0]
    derivable = zip(*(one.derivable for one in every), strict=True)
    return Contributors(
        EMPTY_CELL.with_others(*(one.cell for one in every)),
        tuple(EMPTY_CELL.with_others(*cells) for cells in derivable),
    )


def is_empty_or_safe(cell: Cell, people: int) -> bool:
    """Whether a cell is empty or safe."""
    return cell.is_empty or is_safe(cell, people)


def fewest(audience: Audience, *, compares_groups: bool = False) -> int:
    """Return how many people a figure needs."""
    return max(FEWEST[audience], FEWEST_TO_COMPARE if compares_groups else 0)


def is_safe(cell: Cell, people: int) -> bool:
    """Whether a figure based on this cell may be shown: enough people, none of whom dominates it or could be found out.

    If there are minutes, they need as many people by themselves, because gifts have none.
    """
    if len(cell.people) < people:
        return False
    if cell.minutes and len({member for pair in cell.minutes for member in pair}) < people:
        return False
    return not _reveals_someone(cell.minutes) and not _reveals_someone(cell.acts)


def can_replace(earlier: Cell, later: Cell, people: int) -> bool:
    """Whether a published figure may be replaced after late entries and reversals.

    Anyone who saved the earlier one sees the difference, so that has to be safe as well.
    """
    changes = (later.without(earlier), earlier.without(later))
    return all(is_empty_or_safe(change, people) for change in changes)


def _reveals_someone(ties: Ties) -> bool:
    whole = sum(ties.values())
    if not whole:
        return False
    sides = (given(ties), received(ties))
    for side in sides:
        first, second = [*sorted(side.values(), reverse=True), 0][:2]
        if 100 * first > LARGEST_PERCENT * whole or 100 * (first + second) > TWO_LARGEST_PERCENT * whole:
            return True
    return _reveals_a_share(ties, whole, *sides)


def _reveals_a_share(ties: Ties, whole: int, gave: Mapping[MemberId, int], got: Mapping[MemberId, int]) -> bool:
    """Whether someone, or two partners together, can subtract what they know from the whole and estimate another's part.

    The remainder is the most that the other person can have, beyond what they gave each other, which they know anyway. It
    has to differ from the truth by more than a tenth.
    """
    largest = max(*gave.values(), *got.values())
    margin = 100 + LEARNED_PERCENT
    alone = {member: gave[member] + got[member] for member in gave}
    if 100 * (whole - sum(nlargest(2, alone.values()))) >= margin * largest:
        return False  # even the two who know most leave enough to hide anyone
    for member, known in alone.items():
        if 100 * (whole - known) < margin * largest and _is_close_to_a_share(ties, whole - known, (member,), gave, got):
            return True
    for pair in ties:
        first, second = pair
        known = alone[first] + alone[second] - ties[pair] - ties.get((second, first), 0)
        if 100 * (whole - known) < margin * largest and _is_close_to_a_share(ties, whole - known, pair, gave, got):
            return True
    return False


def _is_close_to_a_share(
    ties: Ties, remains: int, knowing: Collection[MemberId], gave: Mapping[MemberId, int], got: Mapping[MemberId, int]
) -> bool:
    for other in gave.keys() - set(knowing):
        with_them = sum(ties.get((other, one), 0) for one in knowing), sum(ties.get((one, other), 0) for one in knowing)
        for side, between in zip((gave, got), with_them, strict=True):
            unknown = side[other] - between
            if unknown and 100 * (remains - unknown) < LEARNED_PERCENT * side[other]:
                return True
    return False


def _sum_of_ties(parts: Iterable[Ties]) -> dict[tuple[MemberId, MemberId], int]:
    sums: dict[tuple[MemberId, MemberId], int] = {}
    for part in parts:
        for pair, weight in part.items():
            sums[pair] = sums.get(pair, 0) + weight
    return sums


def _difference_of_ties(ties: Ties, others: Ties) -> dict[tuple[MemberId, MemberId], int]:
    rest = {pair: weight - others.get(pair, 0) for pair, weight in ties.items()}
    return {pair: weight for pair, weight in rest.items() if weight > 0}


FEWEST_IN_NETWORK = 20
"""People with a tie needed for any figure about who helps whom."""

NETWORK = (
    *("tied_people", "ties", "median_people_helped", "median_helped_by", "gini_given", "gini_received", "imbalance"),
    *("effective_givers", "shuffles", "flows_by_chance", "faces_are_exact", "returned_ties_by_chance"),
    *("given_back_by_chance", "comes_round_by_chance", "passed_on_by_chance", "whole"),
)
BETWEEN_TWO = (
    *("mutual_pairs", "returned_ties", "returned_ties_beyond_chance", "rho", "given_back", "given_back_beyond_chance"),
    *("comes_round", "passed_on", "whole_given_back", "whole_comes_round", "whole_passed_on"),
)
PARTICIPATION = ("participation_365", "participation_30", "participation_90", "participation_ever")
"""In order of preference, for when not all can be shown."""

NEWCOMERS = ("newcomers_began", "first_gave", "first_received")
WAITS = ("median_days_to_first_exchange", "median_days_to_first_giving", "median_days_to_first_receiving")


def protected_shares(figures: Statistics, people: int) -> dict[str, Any]:
    """Hide shares that would reveal a small number of people, or a small rest."""
    hidden: dict[str, Any] = {}
    roles = {
        name: people_in_share(getattr(figures, name), figures.people) for name in ("only_gave", "only_received", "both")
    }
    if any(0 < count < people for count in roles.values()):
        hidden |= dict.fromkeys(roles)
    shown_counts = {0, figures.enrolled}
    for name in PARTICIPATION:
        number = people_in_share(getattr(figures, name), figures.enrolled)
        # Those of a shorter time are among those of a longer one, so each difference is a number of people as well.
        if any(0 < abs(number - other) < people for other in shown_counts):
            hidden[name] = None
        else:
            shown_counts.add(number)
    back = people_in_share(figures.retention, figures.retention_people)
    if not both_large(back, figures.retention_people, people):
        hidden |= dict.fromkeys(("retention", "retention_people"))
    if figures.newcomers < people:
        hidden |= dict.fromkeys(("newcomers", *NEWCOMERS, *WAITS))
    elif not both_large(figures.newcomers_began, figures.newcomers, people):
        hidden |= dict.fromkeys((*NEWCOMERS, *WAITS))
    else:
        began = [people_in_share(getattr(figures, name), figures.newcomers_began) for name in NEWCOMERS[1:]]
        if any(0 < count < people for count in (*began, figures.newcomers_began - sum(began))):
            hidden |= dict.fromkeys(NEWCOMERS[1:])
    return hidden


def protected_network(figures: Statistics, counted: Iterable[Act], people: int) -> dict[str, Any]:
    """Hide figures about who helps whom, and about the few who give most, if they are based on too few people."""
    hidden: dict[str, Any] = {}
    for name, part in (("top_tenth_given", 10), ("top_fifth_given", 5)):
        if top_people(figures.tied_people, part) < people:
            hidden[name] = None
    if figures.tied_people < max(FEWEST_IN_NETWORK, people):
        return hidden | dict.fromkeys((*NETWORK, *BETWEEN_TWO, "top_tenth_given", "top_fifth_given"))
    if not all(is_empty_or_safe(Cell.of(acts), people) for acts in _acts_returned(list(counted))):
        hidden |= dict.fromkeys(BETWEEN_TWO)
    return hidden


def _acts_returned(acts: Sequence[Act]) -> tuple[list[Act], list[Act]]:
    """Return the acts between two people who helped each other, and those whose help can come round."""
    pairs = {(act.giver, act.receiver) for act in acts}
    number = strong_components(pairs)
    return (
        [act for act in acts if (act.receiver, act.giver) in pairs],
        [act for act in acts if number[act.giver] == number[act.receiver]],
    )


def both_large(count: int, of: int, people: int) -> bool:
    """Whether a count of people, and the rest, are each zero or enough."""
    return of >= people and not 0 < count < people and not 0 < of - count < people


def people_in_share(share: float | None, of: int) -> int:
    """Return the number of people in a share."""
    return round((share or 0) * of)
