"""Charts of hours as plain numbers for the templates: months given and received, columns of months, and a shared load."""

from collections.abc import Sequence
from datetime import date

import msgspec

CHART_WIDTH = 420
LEFT = 36
"""Where the bars of months begin; the numbers of the scale are to the left of it."""
BAR_SPACE = 130.0
BAR = 0.54
"""How much of its space the bar of a month takes."""
MOST_MONTHS = 24
NAMED_MONTHS = 6

COMMON_LINE = 160
BARS_HEIGHT = 328

FACING_LINE = 150
FACING_HEIGHT = 178
FACING_BAR = 10.5
"""The width of one column; twelve pairs of them leave room for the numbers of the scale."""

COLUMNS_HEIGHT = 194
FEWEST_PLACES = 6
"""One or two months do not fill the chart with their bars."""

LOAD_HEIGHT = 190
LOAD_LINE = 150
LOAD_SPACE = 125.0
LOAD_BAR = 0.74


class MonthOfHours(msgspec.Struct, frozen=True):
    """The minutes given and received in one month."""

    month: date
    given_minutes: int
    received_minutes: int


class MonthShown(msgspec.Struct, frozen=True):
    """The minutes of one month; None where there were too few people to show."""

    month: date
    minutes: int | None


class MonthLabel(msgspec.Struct, frozen=True):
    """The name of a month, and where it is centred."""

    x: float
    month: date


class Tick(msgspec.Struct, frozen=True):
    """A number of hours, and its height above the line and below it."""

    hours: int
    y: float
    below: float


class MonthChart(msgspec.Struct, frozen=True):
    """Bars on a common line: paths of those given, received and hidden, and of the grid behind them."""

    width: int
    height: int
    line: int
    scale: tuple[Tick, ...]
    months: tuple[MonthLabel, ...]
    given: str
    received: str = ""
    hidden: str = ""
    grid: str = ""


def month_bars(months: Sequence[MonthOfHours]) -> MonthChart:
    """Draw up to 24 months: bars of what was given above the line, and of what was received below it."""
    plot = _Plot(_most(months), len(months))
    scale = plot.scale(COMMON_LINE, 2)
    return MonthChart(
        CHART_WIDTH,
        BARS_HEIGHT,
        COMMON_LINE,
        scale,
        plot.labels(months),
        given="".join(
            _bar(plot.left(place), COMMON_LINE, plot.bar, -part.given_minutes * plot.per_minute)
            for place, part in enumerate(months)
        ),
        # The open bar has an outline, half of which would stick out.
        received="".join(
            _bar(plot.left(place) + 0.8, COMMON_LINE, plot.bar - 1.6, part.received_minutes * plot.per_minute)
            for place, part in enumerate(months)
        ),
        grid="".join(f"M{LEFT} {tick.y:g}H{CHART_WIDTH}M{LEFT} {tick.below:g}H{CHART_WIDTH}" for tick in scale),
    )


def facing_months(months: Sequence[MonthOfHours]) -> MonthChart:
    """Draw up to a year: for each month a solid column given and an open one received. Every other month is named."""
    assert 0 < len(months) <= 12, "a year has twelve months"
    plot = _Plot(_most(months), len(months))
    middles = [LEFT + (place + 0.5) * plot.pitch for place in range(len(months))]
    return MonthChart(
        CHART_WIDTH,
        FACING_HEIGHT,
        FACING_LINE,
        plot.scale(FACING_LINE, 3),
        tuple(MonthLabel(round(middle, 1), part.month) for middle, part in zip(middles, months, strict=True))[::2],
        given="".join(
            _bar(middle - 1 - FACING_BAR, FACING_LINE, FACING_BAR, -part.given_minutes * plot.per_minute)
            for middle, part in zip(middles, months, strict=True)
        ),
        # The open column has an outline, half of which would stick out.
        received="".join(
            _bar(middle + 1.8, FACING_LINE, FACING_BAR - 1.6, min(0.0, 0.8 - part.received_minutes * plot.per_minute))
            for middle, part in zip(middles, months, strict=True)
        ),
    )


def month_columns(months: Sequence[MonthShown], highest: int = 0) -> MonthChart:
    """Draw up to 24 months in order, hidden ones as a dash. `highest` minutes fit, so that two charts share a scale."""
    plot = _Plot(max(highest, *(part.minutes or 0 for part in months), 1), len(months), FEWEST_PLACES)
    scale = plot.scale(COMMON_LINE, 3)
    return MonthChart(
        CHART_WIDTH,
        COLUMNS_HEIGHT,
        COMMON_LINE,
        scale,
        plot.labels(months),
        given="".join(
            _bar(plot.left(place), COMMON_LINE, plot.bar, -(part.minutes or 0) * plot.per_minute)
            for place, part in enumerate(months)
        ),
        hidden="".join(
            f"M{plot.left(place):.1f} {COMMON_LINE - 8}h{plot.bar:.1f}"
            for place, part in enumerate(months)
            if part.minutes is None
        ),
        grid="".join(f"M{LEFT} {tick.y:g}H{CHART_WIDTH}" for tick in scale),
    )


class LoadLabel(msgspec.Struct, frozen=True):
    """The number over a bar: how many of every hundred hours that group of people gave."""

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
    """Draw a shared load, in hours of every hundred; the highest bar fills the chart."""
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


class _Plot:
    """Where the bars of months are, how high a minute is, and the steps of hours beside them."""

    def __init__(self, highest_minutes: int, months: int, fewest_places: int = 1) -> None:
        assert months <= MOST_MONTHS, "a chart has at most two years of months"
        self.pitch = (CHART_WIDTH - LEFT) / max(fewest_places, months)
        self.bar = self.pitch * BAR
        self._step = round_step(highest_minutes / 60)
        self.per_minute = BAR_SPACE / (max(1, -(-highest_minutes // (self._step * 60))) * self._step * 60)

    def left(self, place: int) -> float:
        """Return the left side of the bar of a month."""
        return LEFT + place * self.pitch + (self.pitch - self.bar) / 2

    def labels(self, months: Sequence[MonthOfHours | MonthShown]) -> tuple[MonthLabel, ...]:
        """Name as many months as have room, always including the last."""
        apart = -(-len(months) // NAMED_MONTHS)
        return tuple(
            MonthLabel(round(self.left(place) + self.bar / 2, 1), part.month)
            for place, part in enumerate(months)
            if place % apart == (len(months) - 1) % apart
        )

    def scale(self, line: int, most: int) -> tuple[Tick, ...]:
        """Return as many steps of hours as have room."""
        steps = range(self._step, most * self._step + 1, self._step)
        heights = ((hours, hours * 60 * self.per_minute) for hours in steps)
        return tuple(
            Tick(hours, round(line - height, 1), round(line + height, 1))
            for hours, height in heights
            if height <= BAR_SPACE + 0.1
        )


def _most(months: Sequence[MonthOfHours]) -> int:
    return max((max(part.given_minutes, part.received_minutes) for part in months), default=0)


def round_step(hours: float) -> int:
    """Return a step of 1, 2 or 5 times a power of ten, of which two or three reach the highest bar."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if step * factor * 3 >= hours:
                return step * factor
        step *= 10


def _bar(left: float, line: float, width: float, height: float) -> str:
    """Draw a bar: above the line if its height is negative, else below it."""
    return f"M{left:.1f} {line}v{height:.1f}h{width:.1f}v{-height:.1f}z" if abs(height) >= 0.05 else ""
