"""The community's pictures are true to their numbers, and fit the place they have."""

import re
from datetime import date

import pytest

from web.threads import LOAD_SPACE, MonthShown, face_strokes, load_bars, month_columns

OCTOBER, NOVEMBER, DECEMBER = date(2025, 10, 1), date(2025, 11, 1), date(2025, 12, 1)


def bars(path: str) -> list[float]:
    """The heights of the bars of a path."""
    return [float(height) for height in re.findall(r"v-([\d.]+)h", path)]


@pytest.mark.parametrize(("hours", "upright", "laid"), [(0, 0, 0), (4, 4, 0), (5, 4, 1), (11, 9, 2), (20, 16, 4)])
def test_a_face_has_a_stroke_for_each_of_its_hours(hours: int, upright: int, laid: int) -> None:
    drawn = face_strokes(hours)

    assert (drawn.upright.count("M"), drawn.ground.count("M")) == (upright, laid)
    assert drawn.height == 33 and drawn.width <= 120, "one line"
    assert all(float(left) <= drawn.width for left in re.findall(r"M([\d.]+) ", drawn.upright))


def test_the_last_group_of_people_is_drawn_solid_and_in_proportion() -> None:
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


def test_two_pictures_can_share_a_scale() -> None:
    small, large = [MonthShown(OCTOBER, 60 * 60)], [MonthShown(OCTOBER, 240 * 60)]

    alone, beside = month_columns(small), month_columns(small, highest=240 * 60)

    assert beside.scale == month_columns(large).scale
    assert bars(beside.given)[0] == pytest.approx(bars(month_columns(large).given)[0] / 4, abs=0.1)
    assert bars(alone.given)[0] > bars(beside.given)[0]


def test_nothing_at_all_still_has_a_common_line() -> None:
    drawn = month_columns([MonthShown(OCTOBER, None)])

    assert drawn.given == "" and drawn.scale
