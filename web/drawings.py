"""Geometry of the drawings on pages: plain numbers for the templates, the same for the same hours, always."""

from collections.abc import Sequence
from datetime import date

import msgspec

HOURS_TO_A_ROW = 25
MOST_HOURS = 100
"""Above a hundred hours nobody counts strokes, so the number stands alone."""

GROUP_WIDTH = 30
ROW_HEIGHT = 33
STROKE_HEIGHT = 19
_LEANS = ((4.4, -1.1), (9.6, 0.5), (15.1, 1.1), (21.0, 0.9))
_TOPS = (5.4, 4.4, 5.0, 3.9, 4.7, 5.9, 4.1, 6.3, 4.2, 5.2, 3.8, 5.7, 4.6)
"""Strokes differ a little in height, like neighbours; each counts the same."""

CHART_WIDTH = 420
CHART_HEIGHT = 328
COMMON_LINE = 160
BAR_SPACE = 130.0


class Strokes(msgspec.Struct, frozen=True):
    """A tally: upright strokes, the ground under each four, and the ruled lines they stand on."""

    width: int
    height: int
    upright: str
    ground: str
    feint: str


def strokes(minutes: int) -> Strokes | None:
    """One stroke an hour, the fifth laid under four, a part of an hour a shorter stroke; nothing above 100 hours."""
    whole, rest = divmod(minutes, 60)
    if minutes > MOST_HOURS * 60 or minutes < 0:
        return None
    upright: list[str] = []
    ground: list[str] = []
    lengths = [1.0] * whole + ([rest / 60] if rest else [])
    for hour, length in enumerate(lengths):
        group, place = divmod(hour, 5)
        row, column = divmod(group, HOURS_TO_A_ROW // 5)
        left, bottom = column * GROUP_WIDTH, row * ROW_HEIGHT + 24
        if place == 4:
            ground.append(_laid(left, bottom + 4.5, length))
        else:
            foot, lean = _LEANS[place]
            top = _TOPS[hour % len(_TOPS)] if length == 1 else 24 - max(4.0, length * STROKE_HEIGHT)
            upright.append(f"M{left + foot:g} {row * ROW_HEIGHT + top:g}L{left + foot + lean * length:g} {bottom}")
    rows = max(1, -(-len(lengths) // HOURS_TO_A_ROW))
    feint = "".join(f"M0 {row * ROW_HEIGHT + 31}h{5 * GROUP_WIDTH}" for row in range(rows))
    return Strokes(5 * GROUP_WIDTH, rows * ROW_HEIGHT, "".join(upright), "".join(ground), feint)


class MonthOfHours(msgspec.Struct, frozen=True):
    """What was given and received in one month, in minutes."""

    month: date
    given_minutes: int
    received_minutes: int


class MonthLabel(msgspec.Struct, frozen=True):
    """Where the name of a month stands."""

    x: float
    month: date


class ScaleLabel(msgspec.Struct, frozen=True):
    """A number of hours and the heights at which it is written, above and below the common line."""

    hours: int
    above: float
    below: float


class MonthBars(msgspec.Struct, frozen=True):
    """Given stands on the common line, received hangs from it; not told apart by colour alone."""

    width: int
    height: int
    common_line: int
    given: str
    received: str
    grid: str
    months: tuple[MonthLabel, ...]
    scale: tuple[ScaleLabel, ...]


def month_bars(months: Sequence[MonthOfHours]) -> MonthBars:
    """Bars for up to 24 months; more make a table, not a picture."""
    assert len(months) <= 24, "a chart holds at most two years of months"
    highest = max((max(part.given_minutes, part.received_minutes) for part in months), default=0)
    step = round_step(highest / 60)
    per_minute = BAR_SPACE / (max(1, -(-highest // (step * 60))) * step * 60)
    pitch = (CHART_WIDTH - 36) / max(1, len(months))
    bar = pitch * 0.54
    given: list[str] = []
    received: list[str] = []
    labels: list[MonthLabel] = []
    for place, part in enumerate(months):
        left = 36 + place * pitch + (pitch - bar) / 2
        given.append(_bar(left, bar, -part.given_minutes * per_minute))
        # The open bar has an outline, half of which would stick out.
        received.append(_bar(left + 0.8, bar - 1.6, part.received_minutes * per_minute))
        if place % -(-len(months) // 6) == (len(months) - 1) % -(-len(months) // 6):
            labels.append(MonthLabel(round(left + bar / 2, 1), part.month))
    lines = [tick * step for tick in range(1, 3) if tick * step * 60 * per_minute <= BAR_SPACE + 0.1]
    scale = tuple(
        ScaleLabel(
            hours, round(COMMON_LINE - hours * 60 * per_minute, 1), round(COMMON_LINE + hours * 60 * per_minute, 1)
        )
        for hours in lines
    )
    grid = "".join(f"M36 {line.above:g}H{CHART_WIDTH}M36 {line.below:g}H{CHART_WIDTH}" for line in scale)
    return MonthBars(
        CHART_WIDTH, CHART_HEIGHT, COMMON_LINE, "".join(given), "".join(received), grid, tuple(labels), scale
    )


def _laid(left: float, height: float, length: float) -> str:
    """The fifth hour, as the ground the four stand on; a part of an hour covers a part of it."""
    if length < 1:
        return f"M{left + 2} {height:g}h{22 * length:g}"
    return f"M{left + 2} {height + 0.2:g}C{left + 9} {height - 0.9:g} {left + 17} {height + 1:g} {left + 24} {height - 0.1:g}"


def _bar(left: float, width: float, height: float) -> str:
    return f"M{left:.1f} {COMMON_LINE}v{height:.1f}h{width:.1f}v{-height:.1f}z" if abs(height) >= 0.05 else ""


def round_step(hours: float) -> int:
    """A scale step of 1, 2 or 5 times a power of ten, so that two or three steps hold the highest bar."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if step * factor * 3 >= hours:
                return step * factor
        step *= 10
