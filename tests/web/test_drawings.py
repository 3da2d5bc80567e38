"""The geometry of strokes and bars: the same hours always give the same picture."""

from datetime import date

import pytest

from web.drawings import COMMON_LINE, MonthOfHours, month_bars, strokes


@pytest.mark.parametrize(
    ("minutes", "upright", "laid", "rows"),
    [
        (0, 0, 0, 1),
        (15, 1, 0, 1),
        (60, 1, 0, 1),
        (4 * 60, 4, 0, 1),
        (5 * 60, 4, 1, 1),
        (25 * 60, 20, 5, 1),
        (25 * 60 + 1, 21, 5, 2),
        (41 * 60 + 30, 34, 8, 2),
        (100 * 60, 80, 20, 4),
    ],
)
def test_one_stroke_an_hour_and_the_fifth_lies_under_four(minutes: int, upright: int, laid: int, rows: int) -> None:
    drawn = strokes(minutes)

    assert drawn is not None
    assert (drawn.upright.count("M"), drawn.ground.count("M")) == (upright, laid)
    assert drawn.height == 33 * rows and drawn.feint.count("M") == rows


def test_above_a_hundred_hours_the_number_stands_alone() -> None:
    assert strokes(100 * 60 + 1) is None


def test_a_part_of_an_hour_is_a_shorter_stroke() -> None:
    half, whole = strokes(30), strokes(60)

    assert half is not None and whole is not None
    assert height_of(half.upright) < height_of(whole.upright)


def test_given_stands_on_the_line_and_received_hangs_from_it() -> None:
    months = [MonthOfHours(date(2026, month, 1), month * 60, month * 30) for month in range(1, 13)]

    drawn = month_bars(months)

    assert drawn.given.count(f" {COMMON_LINE}v-") == drawn.received.count(f" {COMMON_LINE}v") == 12
    assert [line.hours for line in drawn.scale] == [5, 10]
    assert all(line.above < COMMON_LINE < line.below for line in drawn.scale)
    assert drawn.months[-1].month == date(2026, 12, 1)


def test_months_without_hours_draw_nothing() -> None:
    drawn = month_bars([MonthOfHours(date(2026, 1, 1), 0, 0)])

    assert (drawn.given, drawn.received) == ("", "")
    assert month_bars([]).months == ()


def height_of(path: str) -> float:
    top, bottom = (float(point.split(" ")[1]) for point in path.removeprefix("M").split("L"))
    return bottom - top
