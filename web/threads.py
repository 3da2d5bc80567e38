"""Geometry of the community's pictures: the strokes of the three faces, how the load is shared, hours month by month."""

from collections.abc import Sequence
from datetime import date
from math import ceil

import msgspec

from web.drawings import CHART_WIDTH, GROUP_WIDTH, Strokes, round_step, strokes

LOAD_HEIGHT = 190
LOAD_LINE = 150
LOAD_SPACE = 125.0
LOAD_BAR = 0.74
"""How much of its place a bar takes."""

MONTHS_HEIGHT = 194
MONTHS_LINE = 160
MONTHS_LEFT = 36
MONTHS_SPACE = 130.0
MONTH_BAR = 0.54
MOST_MONTHS = 24
NAMED_MONTHS = 6
FEWEST_PLACES = 6
"""A month or two do not fill the picture with their bars."""


def face_strokes(hours: int) -> Strokes:
    """So many of twenty hours as strokes in one line, no wider than they are, to be set in the middle."""
    drawn = strokes(hours * 60)
    assert drawn is not None and hours <= 20, "there are twenty hours in all"
    groups, rest = divmod(hours, 5)
    width = groups * GROUP_WIDTH + (rest * 6 + 5 if rest else 0) or GROUP_WIDTH
    return Strokes(width, drawn.height, drawn.upright, drawn.ground, f"M0 31h{width}")


class LoadLabel(msgspec.Struct, frozen=True):
    """A number over a bar: of every hundred hours, how many that group of people gave."""

    x: float
    y: float
    hours: int


class LoadBars(msgspec.Struct, frozen=True):
    """A bar for each of the equal groups of people, least first; the last one solid, the others open."""

    width: int
    height: int
    line: int
    open: str
    solid: str
    labels: tuple[LoadLabel, ...]


def load_bars(of_hundred: Sequence[int]) -> LoadBars:
    """The bars of a shared load; the numbers are of every hundred hours, and the highest fills the picture."""
    pitch = CHART_WIDTH / len(of_hundred)
    width = pitch * LOAD_BAR
    per_hour = LOAD_SPACE / max(1, *of_hundred)
    bars: list[str] = []
    labels: list[LoadLabel] = []
    for place, hours in enumerate(of_hundred):
        left, height = place * pitch + (pitch - width) / 2, hours * per_hour
        bars.append(f"M{left:.1f} {LOAD_LINE}v{-height:.1f}h{width:.1f}v{height:.1f}z" if hours else "")
        labels.append(LoadLabel(round(left + width / 2, 1), round(LOAD_LINE - height - 6, 1), hours))
    return LoadBars(CHART_WIDTH, LOAD_HEIGHT, LOAD_LINE, "".join(bars[:-1]), bars[-1], tuple(labels))


class MonthShown(msgspec.Struct, frozen=True):
    """The hours of one month, in minutes; None where there were too few people to show."""

    month: date
    minutes: int | None


class MonthPlace(msgspec.Struct, frozen=True):
    """Where the name of a month stands at the foot."""

    x: float
    month: date


class Tick(msgspec.Struct, frozen=True):
    """A number of hours, and the height of its line."""

    hours: int
    y: float


class MonthColumns(msgspec.Struct, frozen=True):
    """What was given stands on the common line; hidden months are a dashed gap on it."""

    width: int
    height: int
    line: int
    given: str
    hidden: str
    grid: str
    months: tuple[MonthPlace, ...]
    scale: tuple[Tick, ...]


def month_columns(months: Sequence[MonthShown], highest: int = 0) -> MonthColumns:
    """The months in order, at most 24. `highest` minutes have a place at least, so that two pictures share a scale."""
    assert len(months) <= MOST_MONTHS, "a chart holds at most two years of months"
    most = max(highest, *(part.minutes or 0 for part in months), 1)
    step = round_step(most / 60)
    per_minute = MONTHS_SPACE / (ceil(most / (step * 60)) * step * 60)
    pitch = (CHART_WIDTH - MONTHS_LEFT) / max(FEWEST_PLACES, len(months))
    bar = pitch * MONTH_BAR
    named = -(-len(months) // NAMED_MONTHS)
    given: list[str] = []
    hidden: list[str] = []
    names: list[MonthPlace] = []
    for place, part in enumerate(months):
        left = MONTHS_LEFT + place * pitch + (pitch - bar) / 2
        if part.minutes is None:
            hidden.append(f"M{left:.1f} {MONTHS_LINE - 8}h{bar:.1f}")
        elif part.minutes:
            height = part.minutes * per_minute
            given.append(f"M{left:.1f} {MONTHS_LINE}v{-height:.1f}h{bar:.1f}v{height:.1f}z")
        if place % named == (len(months) - 1) % named:
            names.append(MonthPlace(round(left + bar / 2, 1), part.month))
    ticks = [
        Tick(hours, round(MONTHS_LINE - hours * 60 * per_minute, 1))
        for hours in (step, 2 * step, 3 * step)
        if hours * 60 * per_minute <= MONTHS_SPACE + 0.1
    ]
    grid = "".join(f"M{MONTHS_LEFT} {tick.y:g}H{CHART_WIDTH}" for tick in ticks)
    return MonthColumns(
        CHART_WIDTH, MONTHS_HEIGHT, MONTHS_LINE, "".join(given), "".join(hidden), grid, tuple(names), tuple(ticks)
    )
