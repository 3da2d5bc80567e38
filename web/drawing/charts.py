"""Charts of hours as plain numbers for the templates: months given and received, columns of months, and a shared load."""

from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

CHART_WIDTH = 420
LEFT = 36
"""Where the bars of months begin; the numbers of the scale stand before it."""
BAR_SPACE = 130.0
BAR = 0.54
"""How much of its place the bar of a month takes."""
MOST_MONTHS = 24
NAMED_MONTHS = 6

COMMON_LINE = 160
BARS_HEIGHT = 328

FACING_LINE = 150
FACING_HEIGHT = 178
FACING_BAR = 10.5
"""How wide one column is; twelve pairs of them leave room for the numbers of the scale."""

COLUMNS_HEIGHT = 194
FEWEST_PLACES = 6
"""A month or two do not fill the picture with their bars."""

LOAD_HEIGHT = 190
LOAD_LINE = 150
LOAD_SPACE = 125.0
LOAD_BAR = 0.74


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
    assert len(months) <= MOST_MONTHS, "a chart holds at most two years of months"
    scale = _Scale(max((max(part.given_minutes, part.received_minutes) for part in months), default=0))
    pitch = (CHART_WIDTH - LEFT) / max(1, len(months))
    bar = pitch * BAR
    given: list[str] = []
    received: list[str] = []
    labels: list[MonthLabel] = []
    for place, part in enumerate(months):
        left = LEFT + place * pitch + (pitch - bar) / 2
        given.append(_bar(left, COMMON_LINE, bar, -part.given_minutes * scale.per_minute))
        # The open bar has an outline, half of which would stick out.
        received.append(_bar(left + 0.8, COMMON_LINE, bar - 1.6, part.received_minutes * scale.per_minute))
        if _is_named(place, len(months)):
            labels.append(MonthLabel(round(left + bar / 2, 1), part.month))
    written = tuple(
        ScaleLabel(hours, round(COMMON_LINE - height, 1), round(COMMON_LINE + height, 1))
        for hours, height in scale.steps(2)
    )
    grid = "".join(f"M{LEFT} {line.above:g}H{CHART_WIDTH}M{LEFT} {line.below:g}H{CHART_WIDTH}" for line in written)
    return MonthBars(
        CHART_WIDTH, BARS_HEIGHT, COMMON_LINE, "".join(given), "".join(received), grid, tuple(labels), written
    )


class Tick(msgspec.Struct, frozen=True):
    """A number of hours, and the height at which it is written."""

    hours: int
    y: float


class FacingMonths(msgspec.Struct, frozen=True):
    """Given is solid, received is open, equal in width; never one beneath the other."""

    width: int
    height: int
    common_line: int
    given: str
    received: str
    scale: tuple[Tick, ...]
    months: tuple[MonthLabel, ...]


def facing_months(months: Sequence[MonthOfHours]) -> FacingMonths:
    """The months of a year as two columns side by side on the same line; every other month is named."""
    assert 0 < len(months) <= 12, "a year has twelve months"
    scale = _Scale(max(max(part.given_minutes, part.received_minutes) for part in months))
    pitch = (CHART_WIDTH - LEFT) / len(months)
    given: list[str] = []
    received: list[str] = []
    labels: list[MonthLabel] = []
    for place, part in enumerate(months):
        middle = LEFT + (place + 0.5) * pitch
        given.append(_bar(middle - 1 - FACING_BAR, FACING_LINE, FACING_BAR, -part.given_minutes * scale.per_minute))
        # The open column has an outline, half of which would stick out.
        height = max(0.0, part.received_minutes * scale.per_minute - 0.8)
        received.append(_bar(middle + 1.8, FACING_LINE, FACING_BAR - 1.6, -height))
        if place % 2 == 0:
            labels.append(MonthLabel(round(middle, 1), part.month))
    return FacingMonths(
        CHART_WIDTH,
        FACING_HEIGHT,
        FACING_LINE,
        "".join(given),
        "".join(received),
        scale.ticks(FACING_LINE),
        tuple(labels),
    )


class MonthShown(msgspec.Struct, frozen=True):
    """The hours of one month, in minutes; None where there were too few people to show."""

    month: date
    minutes: int | None


class MonthColumns(msgspec.Struct, frozen=True):
    """What was given stands on the common line; hidden months are a dashed gap on it."""

    width: int
    height: int
    line: int
    given: str
    hidden: str
    grid: str
    months: tuple[MonthLabel, ...]
    scale: tuple[Tick, ...]


def month_columns(months: Sequence[MonthShown], highest: int = 0) -> MonthColumns:
    """The months in order, at most 24. `highest` minutes have a place at least, so that two pictures share a scale."""
    assert len(months) <= MOST_MONTHS, "a chart holds at most two years of months"
    scale = _Scale(max(highest, *(part.minutes or 0 for part in months), 1))
    pitch = (CHART_WIDTH - LEFT) / max(FEWEST_PLACES, len(months))
    bar = pitch * BAR
    given: list[str] = []
    hidden: list[str] = []
    names: list[MonthLabel] = []
    for place, part in enumerate(months):
        left = LEFT + place * pitch + (pitch - bar) / 2
        if part.minutes is None:
            hidden.append(f"M{left:.1f} {COMMON_LINE - 8}h{bar:.1f}")
        else:
            given.append(_bar(left, COMMON_LINE, bar, -part.minutes * scale.per_minute))
        if _is_named(place, len(months)):
            names.append(MonthLabel(round(left + bar / 2, 1), part.month))
    ticks = scale.ticks(COMMON_LINE)
    grid = "".join(f"M{LEFT} {tick.y:g}H{CHART_WIDTH}" for tick in ticks)
    return MonthColumns(
        CHART_WIDTH, COLUMNS_HEIGHT, COMMON_LINE, "".join(given), "".join(hidden), grid, tuple(names), ticks
    )


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
        bars.append(_bar(left, LOAD_LINE, width, -height))
        labels.append(LoadLabel(round(left + width / 2, 1), round(LOAD_LINE - height - 6, 1), hours))
    return LoadBars(CHART_WIDTH, LOAD_HEIGHT, LOAD_LINE, "".join(bars[:-1]), bars[-1], tuple(labels))


class _Scale:
    """How high a minute is drawn, and the steps of hours beside it, so that the highest bar fits."""

    def __init__(self, highest_minutes: int) -> None:
        self._step = round_step(highest_minutes / 60)
        self.per_minute = BAR_SPACE / (max(1, -(-highest_minutes // (self._step * 60))) * self._step * 60)

    def steps(self, most: int) -> Iterator[tuple[int, float]]:
        """Hours and their height, as many as have room."""
        for hours in range(self._step, most * self._step + 1, self._step):
            height = hours * 60 * self.per_minute
            if height <= BAR_SPACE + 0.1:
                yield hours, height

    def ticks(self, line: int) -> tuple[Tick, ...]:
        """At most three steps above a line."""
        return tuple(Tick(hours, round(line - height, 1)) for hours, height in self.steps(3))


def round_step(hours: float) -> int:
    """A scale step of 1, 2 or 5 times a power of ten, so that two or three steps hold the highest bar."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if step * factor * 3 >= hours:
                return step * factor
        step *= 10


def _is_named(place: int, months: int) -> bool:
    """Whether there is room for the name of this month; the last one always has its name."""
    apart = -(-months // NAMED_MONTHS)
    return place % apart == (months - 1) % apart


def _bar(left: float, line: float, width: float, height: float) -> str:
    """A bar that stands on the line when its height is negative, and else hangs from it."""
    return f"M{left:.1f} {line}v{height:.1f}h{width:.1f}v{-height:.1f}z" if abs(height) >= 0.05 else ""
