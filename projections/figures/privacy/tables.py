"""Tables whose hidden cells cannot be found by subtracting what is shown from the totals (complementary suppression)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeVar

from projections.figures.privacy.cells import EMPTY_CELL, FEWEST, Audience, Cell, fewest, is_safe

Key = tuple[str, str]
"""(period, value of the attribute); ALL in either place is the total over it."""

ALL = "all"

Unknown = TypeVar("Unknown")


class Line(NamedTuple):
    """Cells that add up to another."""

    parts: tuple[Key, ...]
    total: Key


def shown_cells(
    cells: Mapping[Key, Cell],
    audience: Audience,
    *,
    hidden: Collection[Key] = (),
    settled: Collection[Key] = (),
    without_minutes: Collection[str] = (),
    compares_groups: bool = False,
) -> dict[Key, Cell | None]:
    """Return every cell and every total, or None if it is hidden; `cells` are without totals.

    A cell with too few people is hidden. More are hidden until what is hidden along every line is safe as one figure, no
    unsafe cell follows from sums of lines, and no unsafe cell can be narrowed down because amounts are not below zero.
    Earlier decisions stay: `hidden` cells are hidden, and `settled` ones were shown, so that a total is hidden instead.
    What is hidden from coordinators is hidden from everyone, so that nobody learns it by reading both. Everyone knows that
    values `without_minutes` have none, even if they are hidden.
    """
    names = _MergedTotals(cells)
    lines = _lines(cells, names)
    whole = dict(cells)
    for line in lines:
        whole[line.total] = EMPTY_CELL.with_others(*(whole[part] for part in line.parts))
    masked = {names.key(key) for key in hidden} & whole.keys()
    settled_keys = {names.key(key) for key in settled} - masked
    for reader in FEWEST:
        people = fewest(reader, compares_groups=compares_groups)
        masked |= {key for key, cell in whole.items() if not cell.is_empty and not is_safe(cell, people)} - settled_keys
        _hide_more(masked, whole, lines, people, settled_keys, {key for key in whole if key[1] in without_minutes})
        if reader == audience:
            break
    return {key: None if names.key(key) in masked else whole[names.key(key)] for key in names.every_key()}


class _MergedTotals:
    """Names of cells and totals. The total over a single period or value is the cell itself, and has its name."""

    def __init__(self, cells: Iterable[Key]) -> None:
        keys = list(cells)
        assert not any(ALL in key for key in keys), "totals are worked out here"
        self.periods, self.values = sorted({key[0] for key in keys}), sorted({key[1] for key in keys})
        self._keys = keys

    def key(self, key: Key) -> Key:
        period = self.periods[0] if key[0] == ALL and len(self.periods) == 1 else key[0]
        value = self.values[0] if key[1] == ALL and len(self.values) == 1 else key[1]
        return period, value

    def every_key(self) -> list[Key]:
        totals = [*((period, ALL) for period in self.periods), *((ALL, value) for value in self.values), (ALL, ALL)]
        return [*self._keys, *totals]


def _lines(cells: Iterable[Key], names: _MergedTotals) -> list[Line]:
    """Return the lines along each period, along each value, and along both totals."""
    keys = sorted(cells)
    lines = [Line(tuple(key for key in keys if key[0] == period), (period, ALL)) for period in names.periods]
    lines += [Line(tuple(key for key in keys if key[1] == value), (ALL, value)) for value in names.values]
    lines.append(Line(tuple((period, ALL) for period in names.periods), (ALL, ALL)))
    lines.append(Line(tuple((ALL, value) for value in names.values), (ALL, ALL)))
    named = (Line(tuple(map(names.key, line.parts)), names.key(line.total)) for line in lines)
    return list(dict.fromkeys(line for line in named if line.parts != (line.total,)))


def _hide_more(
    masked: set[Key],
    whole: Mapping[Key, Cell],
    lines: Sequence[Line],
    people: int,
    settled: set[Key],
    without_minutes: set[Key],
) -> None:
    """Hide one more cell at a time until nothing reveals another; the smallest that helps, totals last."""
    unsafe = {key for key in masked if not is_safe(whole[key], people)}
    totals = {line.total for line in lines}

    def order(key: Key) -> tuple[bool, bool, int, Key]:
        return key == (ALL, ALL), key in totals, len(whole[key].people), key

    def unknown(masked: set[Key]) -> list[set[Key]]:
        """Return what cannot be worked out, for acts and for minutes."""
        return [some - _determined(some, lines) for some in _hidden(masked, without_minutes)]

    def revealed(masked: set[Key]) -> set[Key]:
        known = [some - left for some, left in zip(_hidden(masked, without_minutes), unknown(masked), strict=True)]
        return unsafe & narrowly_known(masked, whole, lines, without_minutes).union(*known)

    while True:
        leaks = revealed(masked)
        left_open = unknown(masked)
        revealing = [
            line
            for line in lines
            if any(_reveals_the_rest(line, some, whole, people) for some in left_open)
            or leaks.intersection((*line.parts, line.total))
        ]
        left = [key for key in sorted(whole, key=order) if not (key in masked or key in settled or whole[key].is_empty)]
        if not revealing or not left:
            return
        near = {key for line in revealing for key in (*line.parts, line.total)}
        choices = [key for key in left if key in near]
        # What is revealed may follow from other lines: then the first cell that helps, wherever it is.
        choices = choices or [key for key in left if revealed(masked | {key}) < leaks] or left
        masked.add(choices[0])


def _hidden(masked: set[Key], without_minutes: set[Key]) -> list[set[Key]]:
    """Return what is hidden of acts, and of minutes if that is less."""
    return [masked, masked - without_minutes] if masked & without_minutes else [masked]


def _reveals_the_rest(line: Line, unknown: set[Key], whole: Mapping[Key, Cell], people: int) -> bool:
    """Whether the unknown part of a line as a whole follows from what is known, and is unsafe."""
    parts = [whole[part] for part in line.parts if part in unknown]
    return bool(parts) and line.total not in unknown and not is_safe(EMPTY_CELL.with_others(*parts), people)


def _determined(masked: set[Key], lines: Sequence[Line]) -> set[Key]:
    """Return the hidden cells that follow from all lines together."""
    rows: list[dict[Key, Fraction]] = []
    for line in lines:
        row = {part: Fraction(1) for part in line.parts if part in masked}
        if line.total in masked:
            row[line.total] = Fraction(-1)
        rows.append(row)
    return {next(iter(row)) for row in reduced(rows, sorted(masked)) if len(row) == 1}


def reduced(rows: list[dict[Unknown, Fraction]], unknowns: Iterable[Unknown]) -> list[dict[Unknown, Fraction]]:
    """Reduce equations by Gauss-Jordan elimination, in exact fractions; numbers that are zero are left out."""
    solved: list[dict[Unknown, Fraction]] = []
    for pivot in unknowns:
        row = next((row for row in rows if pivot in row), None)
        if row is None:
            continue
        rows.remove(row)
        row = {key: number / row[pivot] for key, number in row.items()}
        for others in (rows, solved):
            others[:] = [_less(other, row, other[pivot]) if pivot in other else other for other in others]
        solved.append(row)
    return solved


def _less(
    row: Mapping[Unknown, Fraction], other: Mapping[Unknown, Fraction], times: Fraction
) -> dict[Unknown, Fraction]:
    difference = {key: row.get(key, Fraction(0)) - times * other.get(key, Fraction(0)) for key in {*row, *other}}
    return {key: number for key, number in difference.items() if number}


def narrowly_known(
    masked: set[Key], whole: Mapping[Key, Cell], lines: Sequence[Line], without_minutes: Collection[Key] = ()
) -> set[Key]:
    """Return the hidden cells that are known to within a tenth to either side, because no amount is below zero."""
    minutes = {key: sum(cell.minutes.values()) for key, cell in whole.items()}
    acts = {key: sum(cell.acts.values()) for key, cell in whole.items()}
    narrow: set[Key] = set()
    for amounts, hidden in ((minutes, masked.difference(without_minutes)), (acts, masked)):
        ranges = _ranges(hidden, amounts, lines)
        narrow |= {key for key, (low, high) in ranges.items() if amounts[key] and 10 * (high - low) < 2 * amounts[key]}
    return narrow & masked


def _ranges(masked: set[Key], amounts: Mapping[Key, int], lines: Sequence[Line]) -> dict[Key, tuple[int, int]]:
    """Return the least and most that each hidden cell can be, narrowing line by line until nothing changes."""
    most = 2 * sum(amounts.values()) + 1
    ranges = {key: (0, most) if key in masked else (amount, amount) for key, amount in amounts.items()}
    moved = True
    while moved:
        moved = False
        for line in lines:
            low, high = (sum(ranges[part][end] for part in line.parts) for end in (0, 1))
            total = ranges[line.total]
            narrowed = {line.total: (max(total[0], low), min(total[1], high))}
            for part in line.parts:
                least, largest = ranges[part]
                narrowed[part] = (max(least, total[0] - (high - largest)), min(largest, total[1] - (low - least)))
            for key, span in narrowed.items():
                if key in masked and span != ranges[key]:
                    ranges[key], moved = span, True
    return ranges
