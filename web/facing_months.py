"""The months of a year as two columns side by side, given and received, both standing on the same line."""

from collections.abc import Sequence

import msgspec

from web.drawings import CHART_WIDTH, MonthLabel, MonthOfHours, round_step

HEIGHT = 178
COMMON_LINE = 150
BAR_SPACE = 130.0
LEFT = 36
BAR = 10.5
"""How wide one column is; twelve pairs of them leave room for the numbers of the scale."""


class Step(msgspec.Struct, frozen=True):
    """A number of hours and the height at which it is written."""

    hours: int
    y: float


class FacingMonths(msgspec.Struct, frozen=True):
    """Given is solid, received is open, equal in width; never one beneath the other."""

    width: int
    height: int
    common_line: int
    given: str
    received: str
    scale: tuple[Step, ...]
    months: tuple[MonthLabel, ...]


def facing_months(months: Sequence[MonthOfHours]) -> FacingMonths:
    """The columns of up to twelve months, every other of which is named."""
    assert 0 < len(months) <= 12, "a year has twelve months"
    highest = max(max(part.given_minutes, part.received_minutes) for part in months)
    step = round_step(highest / 60)
    per_minute = BAR_SPACE / (max(1, -(-highest // (step * 60))) * step * 60)
    pitch = (CHART_WIDTH - LEFT) / len(months)
    given: list[str] = []
    received: list[str] = []
    labels: list[MonthLabel] = []
    for place, part in enumerate(months):
        middle = LEFT + (place + 0.5) * pitch
        given.append(_column(middle - 1 - BAR, BAR, part.given_minutes * per_minute))
        # The open column has an outline, half of which would stick out.
        received.append(_column(middle + 1.8, BAR - 1.6, part.received_minutes * per_minute - 0.8))
        if place % 2 == 0:
            labels.append(MonthLabel(round(middle, 1), part.month))
    steps = [number * step for number in range(1, 4)]
    return FacingMonths(
        CHART_WIDTH,
        HEIGHT,
        COMMON_LINE,
        "".join(given),
        "".join(received),
        tuple(
            Step(hours, round(COMMON_LINE - hours * 60 * per_minute, 1))
            for hours in steps
            if hours * 60 * per_minute <= BAR_SPACE + 0.1
        ),
        tuple(labels),
    )


def _column(left: float, width: float, height: float) -> str:
    return f"M{left:.1f} {COMMON_LINE}v{-height:.1f}h{width:.1f}v{height:.1f}z" if height >= 0.05 else ""
