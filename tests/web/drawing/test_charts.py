"""Charts of hours: bars in proportion, given and received apart, and hidden months as gaps."""

import re
from datetime import date

import pytest

from web.drawing.charts import (
    BAR_SPACE,
    COMMON_LINE,
    FACING_LINE,
    LOAD_SPACE,
    MonthOfHours,
    MonthShown,
    facing_months,
    load_bars,
    month_bars,
    month_columns,
)

OCTOBER, NOVEMBER, DECEMBER = date(2025, 10, 1), date(2025, 11, 1), date(2025, 12, 1)


def bars(path: str) -> list[float]:
    """Return the heights of the bars in a path."""
    return [float(height) for height in re.findall(r"v-([\d.]+)h", path)]


def test_given_is_above_the_line_and_received_below_it() -> None:
    months = [MonthOfHours(date(2026, month, 1), month * 60, month * 30) for month in range(1, 13)]

    drawn = month_bars(months)

    assert drawn.given.count(f" {COMMON_LINE}v-") == drawn.received.count(f" {COMMON_LINE}v") == 12
    assert [line.hours for line in drawn.scale] == [5, 10]
    assert all(line.y < COMMON_LINE < line.below for line in drawn.scale)
    assert drawn.months[-1].month == date(2026, 12, 1)


def test_months_without_hours_draw_nothing() -> None:
    drawn = month_bars([MonthOfHours(date(2026, 1, 1), 0, 0)])

    assert (drawn.given, drawn.received) == ("", "")
    assert month_bars([]).months == ()


def year(given: int, received: int) -> list[MonthOfHours]:
    return [MonthOfHours(date(2026, month, 1), given, received) for month in range(1, 13)]


def columns(path: str) -> list[tuple[float, float, float]]:
    """Return the left side, width and height of each column, all of which are on the common line."""
    found = re.findall(r"M(\S+) (\S+)v-(\S+?)h(\S+?)v", path)
    assert all(float(line) == FACING_LINE for _, line, _, _ in found)
    return [(float(left), float(width), float(height)) for left, _, height, width in found]


def test_given_and_received_are_side_by_side_and_never_overlap() -> None:
    drawn = facing_months(year(120, 60))

    given, received = columns(drawn.given), columns(drawn.received)

    assert len(given) == len(received) == 12
    pairs = [column for pair in zip(given, received, strict=True) for column in pair]
    ends = [0.0, *(left + width for left, width, _ in pairs)]
    assert all(end <= left for end, (left, _, _) in zip(ends, pairs, strict=False))
    assert ends[-1] <= drawn.width


def test_twice_the_hours_are_twice_as_tall_and_the_tallest_fits() -> None:
    months = [MonthOfHours(date(2026, 1, 1), 600, 0), MonthOfHours(date(2026, 2, 1), 300, 0)]

    (_, _, tall), (_, _, half) = columns(facing_months(months).given)

    assert abs(tall - 2 * half) < 0.2 and tall <= BAR_SPACE + 0.1


def test_a_year_without_hours_has_no_columns() -> None:
    drawn = facing_months(year(0, 0))

    assert (drawn.given, drawn.received) == ("", "")
    assert [label.month.month for label in drawn.months] == [1, 3, 5, 7, 9, 11]


def test_the_last_group_of_people_is_solid_and_all_bars_are_in_proportion() -> None:
    drawn = load_bars([5, 10, 15, 25, 45])

    assert [label.hours for label in drawn.labels] == [5, 10, 15, 25, 45]
    assert bars(drawn.solid) == [LOAD_SPACE] and bars(drawn.open) == pytest.approx(
        [LOAD_SPACE * hours / 45 for hours in (5, 10, 15, 25)], abs=0.06
    )
    assert all(0 < label.x < drawn.width and label.y > 8 for label in drawn.labels)


def test_a_group_that_gave_nothing_has_a_number_and_no_bar() -> None:
    drawn = load_bars([0] * 9 + [100])

    assert drawn.open == "" and len(drawn.labels) == 10


def test_a_hidden_month_is_a_gap_and_not_a_zero() -> None:
    drawn = month_columns([MonthShown(OCTOBER, 600), MonthShown(NOVEMBER, None), MonthShown(DECEMBER, 0)])

    assert len(bars(drawn.given)) == 1 and drawn.hidden.count("M") == 1


def test_two_charts_can_share_a_scale() -> None:
    small, large = [MonthShown(OCTOBER, 60 * 60)], [MonthShown(OCTOBER, 240 * 60)]

    alone, beside = month_columns(small), month_columns(small, highest=240 * 60)

    assert beside.scale == month_columns(large).scale
    assert bars(beside.given)[0] == pytest.approx(bars(month_columns(large).given)[0] / 4, abs=0.1)
    assert bars(alone.given)[0] > bars(beside.given)[0]


def test_a_chart_without_hours_still_has_a_scale() -> None:
    drawn = month_columns([MonthShown(OCTOBER, None)])

    assert drawn.given == "" and drawn.scale
