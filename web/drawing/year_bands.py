"""How busy each day, week or month of a period was, drawn as squares: bands of the number of exchanges and gifts."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Literal

import msgspec

Grain = Literal["days", "weeks", "months"]

BANDS = 4
"""Squares have four sizes: 1 or 2, 3 or 4, 5 or 6, 7 or more."""

WIDTH = 420
LEFT, RIGHT = 66.0, 414.0
SIDES: Mapping[Grain, tuple[float, float, float, float]] = {
    "days": (4.4, 7.0, 9.2, 11.2),
    "weeks": (6.0, 10.0, 14.0, 18.0),
    "months": (8.0, 14.0, 20.0, 26.0),
}
ROW_HEIGHT = 23
FIRST_ROW = 37.5
FOOT = 15
COLUMNS: Mapping[Grain, int] = {"days": 31, "weeks": 5, "months": 12}
LABELLED_COLUMNS: Mapping[Grain, Sequence[int]] = {
    "days": (1, 5, 10, 15, 20, 25, 30),
    "weeks": range(1, 6),
    "months": range(1, 13, 2),
}


class BandCell(msgspec.Struct, frozen=True):
    """One day, week or month by its first day, with its band (0 if quiet) and its column."""

    first_day: date
    band: int
    column: int


class BandLine(msgspec.Struct, frozen=True):
    """A row of the chart and of its table: a month, or a year of months.

    `bands` counts the days, weeks or months that were quiet, and those in each of the four bands.
    """

    month: date
    y: float
    bands: tuple[int, ...]


class ColumnLabel(msgspec.Struct, frozen=True):
    """A number, or a month, above a column."""

    x: float
    number: int
    month: date


class YearBands(msgspec.Struct, frozen=True):
    """The chart: a path of the quiet cells and one for each band, with the labels of rows and columns."""

    grain: Grain
    width: int
    height: int
    quiet: str
    bands: tuple[str, ...]
    lines: tuple[BandLine, ...]
    columns: tuple[ColumnLabel, ...]
    busy: int
    cells: int


def year_bands(busy: Mapping[str, Any], first_day: date, last_day: date) -> YearBands:
    """Draw a period from a report's `busy`: the grain, and the band of each cell that is not quiet.

    Cells are days, weeks by their first day, or months (2025-10). A week that began before the period is part of it.
    """
    grain: Grain = busy["grain"]
    known = {_day(key): int(band) for key, band in busy["cells"].items()}
    cells = _cells(grain, known, first_day, last_day)
    pitch = (RIGHT - LEFT) / (COLUMNS[grain] - 1)
    quiet: list[str] = []
    squares: list[list[str]] = [[] for _ in range(BANDS)]
    lines: list[BandLine] = []
    for row, (month, row_cells) in enumerate(_rows(grain, cells)):
        y = FIRST_ROW + row * ROW_HEIGHT
        for cell in row_cells:
            x = LEFT + (cell.column - 1) * pitch
            if cell.band:
                squares[cell.band - 1].append(_square(x, y, SIDES[grain][cell.band - 1]))
            else:
                quiet.append(f"M{x - 0.9:.1f} {y:g}h1.8")
        lines.append(
            BandLine(month, y, tuple(sum(cell.band == band for cell in row_cells) for band in range(BANDS + 1)))
        )
    return YearBands(
        grain=grain,
        width=WIDTH,
        height=round(FIRST_ROW + (len(lines) - 1) * ROW_HEIGHT + FOOT),
        quiet="".join(quiet),
        bands=tuple("".join(paths) for paths in squares),
        lines=tuple(lines),
        columns=_labels(grain, first_day, pitch),
        busy=sum(cell.band > 0 for cell in cells),
        cells=len(cells),
    )


def _cells(grain: Grain, known: Mapping[date, int], first_day: date, last_day: date) -> list[BandCell]:
    """Return every cell of the period in order, including quiet ones."""
    match grain:
        case "days":
            days = [first_day + timedelta(days=number) for number in range((last_day - first_day).days + 1)]
            return [BandCell(day, known.get(day, 0), day.day) for day in days]
        case "weeks":
            begins = min([first_day, *known])
            starts = [begins + timedelta(weeks=number) for number in range((last_day - begins).days // 7 + 1)]
            return [BandCell(start, known.get(start, 0), (start.day - 1) // 7 + 1) for start in starts]
        case "months":
            months = [
                date(number // 12, number % 12 + 1, 1)
                for number in range(first_day.year * 12 + first_day.month - 1, last_day.year * 12 + last_day.month)
            ]
            return [BandCell(month, known.get(month, 0), month.month) for month in months]


def _rows(grain: Grain, cells: Sequence[BandCell]) -> list[tuple[date, list[BandCell]]]:
    """Return a row for each month, or for each year of months."""
    rows = groupby(
        cells, key=lambda cell: cell.first_day.replace(month=1) if grain == "months" else cell.first_day.replace(day=1)
    )
    return [(first_day, list(some)) for first_day, some in rows]


def _labels(grain: Grain, first_day: date, pitch: float) -> tuple[ColumnLabel, ...]:
    return tuple(
        ColumnLabel(round(LEFT + (number - 1) * pitch, 1), number, date(first_day.year, min(number, 12), 1))
        for number in LABELLED_COLUMNS[grain]
    )


def _square(x: float, y: float, side: float) -> str:
    return f"M{x - side / 2:.1f} {y - side / 2:.1f}h{side:g}v{side:g}h-{side:g}z"


def _day(key: str) -> date:
    """Return the first day of a cell, which may be a month."""
    return date.fromisoformat(key if len(key) > 7 else f"{key}-01")
