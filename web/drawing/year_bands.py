"""How busy each day, week or month of a period was, drawn as squares: bands of exchanges and gifts, never hours."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Literal

import msgspec

Grain = Literal["days", "weeks", "months"]

BANDS = 4
"""Squares come in four sizes: 1 or 2, 3 or 4, 5 or 6, 7 and more."""

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
NAMED_COLUMNS = (1, 5, 10, 15, 20, 25, 30)
DAYS, WEEKS, MONTHS = 31, 6, 12


class BandCell(msgspec.Struct, frozen=True):
    """One day, week or month by its first day: its band, 0 for a quiet one, and where it stands."""

    first_day: date
    band: int
    column: int


class BandLine(msgspec.Struct, frozen=True):
    """One line of the picture and of the table behind it: a month, or a year of months.

    `bands` says how many of its days, weeks or months were quiet, and how many lay in each of the four bands.
    """

    month: date
    y: float
    bands: tuple[int, ...]


class ColumnLabel(msgspec.Struct, frozen=True):
    """A number, or the month, at the head of a column."""

    x: float
    number: int
    month: date


class YearBands(msgspec.Struct, frozen=True):
    """The picture: a path for the quiet cells and one for each band, the lines and the heads of columns."""

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
    """The map of a period from a report's `busy`: its grain and the band of each cell that is not quiet.

    Cells are days, weeks by the day they begin on, or months (2025-10). Weeks that began before the period count with it.
    """
    grain: Grain = busy["grain"]
    known = {_day(key): int(band) for key, band in busy["cells"].items()}
    cells = _cells(grain, known, first_day, last_day)
    columns = _columns(grain)
    pitch = (RIGHT - LEFT) / max(1, columns - 1)
    quiet: list[str] = []
    squares: list[list[str]] = [[] for _ in range(BANDS)]
    lines: list[BandLine] = []
    for row, (month, theirs) in enumerate(_rows(grain, cells)):
        y = FIRST_ROW + row * ROW_HEIGHT
        for cell in theirs:
            x = LEFT + (cell.column - 1) * pitch
            if cell.band:
                squares[cell.band - 1].append(_square(x, y, SIDES[grain][cell.band - 1]))
            else:
                quiet.append(f"M{x - 0.9:.1f} {y:g}h1.8")
        lines.append(BandLine(month, y, tuple(sum(cell.band == band for cell in theirs) for band in range(BANDS + 1))))
    return YearBands(
        grain=grain,
        width=WIDTH,
        height=round(FIRST_ROW + (len(lines) - 1) * ROW_HEIGHT + FOOT),
        quiet="".join(quiet),
        bands=tuple("".join(paths) for paths in squares),
        lines=tuple(lines),
        columns=_heads(grain, first_day, pitch),
        busy=sum(cell.band > 0 for cell in cells),
        cells=len(cells),
    )


def _cells(grain: Grain, known: Mapping[date, int], first_day: date, last_day: date) -> list[BandCell]:
    """Every cell of the period in order, the quiet ones too."""
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
    """A line for each month; months themselves stand in a line for each year."""
    if grain == "months":
        by_year = groupby(cells, key=lambda cell: cell.first_day.replace(month=1))
        return [(year, list(some)) for year, some in by_year]
    by_month = groupby(cells, key=lambda cell: cell.first_day.replace(day=1))
    return [(month, list(some)) for month, some in by_month]


def _columns(grain: Grain) -> int:
    return {"days": DAYS, "weeks": WEEKS - 1, "months": MONTHS}[grain]


def _heads(grain: Grain, first_day: date, pitch: float) -> tuple[ColumnLabel, ...]:
    match grain:
        case "days":
            numbers: Sequence[int] = NAMED_COLUMNS
        case "weeks":
            numbers = range(1, WEEKS)
        case "months":
            numbers = range(1, MONTHS + 1, 2)
    return tuple(
        ColumnLabel(round(LEFT + (number - 1) * pitch, 1), number, date(first_day.year, min(number, MONTHS), 1))
        for number in numbers
    )


def _square(x: float, y: float, side: float) -> str:
    return f"M{x - side / 2:.1f} {y - side / 2:.1f}h{side:g}v{side:g}h-{side:g}z"


def _day(key: str) -> date:
    """The first day of a cell: a day as it is, a month's first."""
    return date.fromisoformat(key if len(key) > 7 else f"{key}-01")
