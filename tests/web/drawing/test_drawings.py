"""Strokes, bars in tables and arcs: an hour is a stroke, the longest bar fills its cell, and arcs do not cross at a name."""

import re

import pytest

from web.drawing.drawings import (
    ARCS_WIDTH,
    EQUAL_WIDTH,
    MOST_LINES,
    MOST_NAMES,
    THICKEST,
    THINNEST,
    Arcs,
    HelpLine,
    arcs,
    bar_widths,
    face_strokes,
    strokes,
)


@pytest.mark.parametrize(
    ("minutes", "upright", "fifth", "rows"),
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
def test_each_hour_is_a_stroke_and_the_fifth_is_below_four(minutes: int, upright: int, fifth: int, rows: int) -> None:
    drawn = strokes(minutes)

    assert drawn is not None
    assert (drawn.upright.count("M"), drawn.ground.count("M")) == (upright, fifth)
    assert drawn.height == 33 * rows and drawn.feint.count("M") == rows


def test_above_a_hundred_hours_there_are_no_strokes() -> None:
    assert strokes(100 * 60 + 1) is None


def test_a_part_of_an_hour_is_a_shorter_stroke() -> None:
    half, whole = strokes(30), strokes(60)

    assert half is not None and whole is not None
    assert height_of(half.upright) < height_of(whole.upright)


def height_of(path: str) -> float:
    top, bottom = (float(point.split(" ")[1]) for point in path.removeprefix("M").split("L"))
    return bottom - top


@pytest.mark.parametrize(("hours", "upright", "fifth"), [(0, 0, 0), (4, 4, 0), (5, 4, 1), (11, 9, 2), (20, 16, 4)])
def test_up_to_twenty_hours_are_strokes_in_one_row(hours: int, upright: int, fifth: int) -> None:
    drawn = face_strokes(hours)

    assert (drawn.upright.count("M"), drawn.ground.count("M")) == (upright, fifth)
    assert drawn.height == 33 and drawn.width <= 120, "one line"
    assert all(float(left) <= drawn.width for left in re.findall(r"M([\d.]+) ", drawn.upright))


def test_the_longest_bar_fills_its_cell() -> None:
    assert bar_widths([60, 30, 0]) == ["200", "100", "0"]
    assert bar_widths([0, 0]) == ["0", "0"] and bar_widths([]) == []
    assert bar_widths([3, 1]) == ["200", "66.7"]


ANA, BO, CHIDI = PEOPLE = [("a", "Ana Sousa"), ("b", "Bo Lindqvist"), ("c", "Chidi Okafor")]


def drawn(*lines: HelpLine, people: list[tuple[str, str]] = PEOPLE) -> Arcs:
    picture = arcs(people, lines)
    assert picture is not None
    return picture


def points(path: str) -> list[tuple[float, float]]:
    """The start of a line, its two bends, and its end."""
    numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", path)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def test_lines_run_down_on_the_right_and_up_on_the_left() -> None:
    down, up = drawn(HelpLine("a", "c", 60), HelpLine("c", "a", 60)).lines

    assert all(x > ARCS_WIDTH / 2 for x, _ in points(down.path)) and points(down.path)[0][1] < points(down.path)[-1][1]
    assert all(x < ARCS_WIDTH / 2 for x, _ in points(up.path)) and points(up.path)[0][1] > points(up.path)[-1][1]


def test_more_hours_are_thicker_and_without_hours_all_lines_are_equal() -> None:
    most, half, gift = drawn(HelpLine("a", "b", 240), HelpLine("b", "c", 120), HelpLine("a", "c", 0)).lines
    equal = drawn(HelpLine("a", "b", None), HelpLine("b", "c", None)).lines

    assert (most.width, gift.width) == (THICKEST, THINNEST) and gift.width < half.width < most.width
    assert {line.width for line in equal} == {EQUAL_WIDTH}


def test_every_receiver_has_an_arrow() -> None:
    picture = drawn(HelpLine("a", "b", 60), HelpLine("a", "c", 60))

    tips = [float(y) for _, y in re.findall(r"M(\S+) (\S+)l", picture.arrows)]
    assert tips == [points(line.path)[-1][1] for line in picture.lines]


def test_lines_of_one_row_do_not_cross_where_they_begin() -> None:
    near, far = drawn(HelpLine("a", "b", 60), HelpLine("a", "c", 60)).lines
    back_near, back_far = drawn(HelpLine("c", "b", 60), HelpLine("c", "a", 60)).lines

    assert points(far.path)[0][1] < points(near.path)[0][1]
    assert points(back_near.path)[0][1] < points(back_far.path)[0][1]


@pytest.mark.parametrize("people", [2, 3, MOST_NAMES])
def test_everything_is_inside_the_drawing(people: int) -> None:
    names = [(str(place), f"Neighbour {place}") for place in range(people)]
    lines = [HelpLine(str(a), str(b), 60 * a) for a in range(people) for b in range(people) if a != b][:MOST_LINES]

    picture = drawn(*lines, people=names)

    for line in picture.lines:
        (start, bend, _, end) = points(line.path)
        reach = start[0] + 0.75 * (bend[0] - start[0])
        assert line.width / 2 <= reach <= ARCS_WIDTH - line.width / 2
        assert all(line.width / 2 <= y <= picture.height - line.width / 2 for _, y in (start, end))
    assert all(0 < name.y < picture.height for name in picture.names)


def test_long_names_have_two_lines_and_are_cut() -> None:
    people = [("a", "Maria Magdalena von Wallenstein-Oberhausen"), ("b", "Donaudampfschifffahrt"), ("c", "Bo")]

    lines = [name.text for name in drawn(HelpLine("a", "b", 60), people=people).names]

    assert lines == ["Maria", "Magdalena von…", "Donaudampfsch…", "Bo"]


def test_many_people_or_lines_are_not_drawn() -> None:
    eleven = [(str(place), "Somebody") for place in range(MOST_NAMES + 1)]
    many = [HelpLine("a", "b", 60)] * (MOST_LINES + 1)

    assert arcs(eleven, [HelpLine("0", "1", 60)]) is None
    assert arcs(PEOPLE, many) is None
    assert arcs(PEOPLE, []) is None
