"""Who helps whom as arcs: down on the right, up on the left, thicker for more, and never a tangle."""

import re

import pytest

from web.arcs import ALIKE, MOST_LINES, MOST_NAMES, THICKEST, THINNEST, WIDTH, Arcs, Line, arcs

ANA, BO, CHIDI = PEOPLE = [("a", "Ana Sousa"), ("b", "Bo Lindqvist"), ("c", "Chidi Okafor")]


def drawn(*lines: Line, people: list[tuple[str, str]] = PEOPLE) -> Arcs:
    picture = arcs(people, lines)
    assert picture is not None
    return picture


def points(path: str) -> list[tuple[float, float]]:
    """The start of a line, its two bends, and its end."""
    numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", path)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def test_to_somebody_further_down_it_runs_on_the_right_and_up_on_the_left() -> None:
    down, up = drawn(Line("a", "c", 60), Line("c", "a", 60)).lines

    assert all(x > WIDTH / 2 for x, _ in points(down.path)) and points(down.path)[0][1] < points(down.path)[-1][1]
    assert all(x < WIDTH / 2 for x, _ in points(up.path)) and points(up.path)[0][1] > points(up.path)[-1][1]


def test_thicker_is_more_and_without_hours_all_are_alike() -> None:
    most, half, gift = drawn(Line("a", "b", 240), Line("b", "c", 120), Line("a", "c", 0)).lines
    alike = drawn(Line("a", "b", None), Line("b", "c", None)).lines

    assert (most.width, gift.width) == (THICKEST, THINNEST) and gift.width < half.width < most.width
    assert {line.width for line in alike} == {ALIKE}


def test_an_arrow_stands_at_each_one_who_was_helped() -> None:
    picture = drawn(Line("a", "b", 60), Line("a", "c", 60))

    tips = [float(y) for _, y in re.findall(r"M(\S+) (\S+)l", picture.arrows)]
    assert tips == [points(line.path)[-1][1] for line in picture.lines]


def test_lines_of_one_row_leave_it_apart_the_furthest_outside() -> None:
    """Otherwise they would cross before they have begun."""
    near, far = drawn(Line("a", "b", 60), Line("a", "c", 60)).lines
    back_near, back_far = drawn(Line("c", "b", 60), Line("c", "a", 60)).lines

    assert points(far.path)[0][1] < points(near.path)[0][1]
    assert points(back_near.path)[0][1] < points(back_far.path)[0][1]


@pytest.mark.parametrize("people", [2, 3, MOST_NAMES])
def test_nothing_is_drawn_outside_the_picture(people: int) -> None:
    names = [(str(place), f"Neighbour {place}") for place in range(people)]
    lines = [Line(str(a), str(b), 60 * a) for a in range(people) for b in range(people) if a != b][:MOST_LINES]

    picture = drawn(*lines, people=names)

    for line in picture.lines:
        (start, bend, _, end) = points(line.path)
        reach = start[0] + 0.75 * (bend[0] - start[0])
        assert line.width / 2 <= reach <= WIDTH - line.width / 2
        assert all(line.width / 2 <= y <= picture.height - line.width / 2 for _, y in (start, end))
    assert all(0 < name.y < picture.height for name in picture.names)


def test_long_names_take_two_lines_and_are_cut_before_they_reach_the_lines() -> None:
    people = [("a", "Maria Magdalena von Wallenstein-Oberhausen"), ("b", "Donaudampfschifffahrt"), ("c", "Bo")]

    words = [name.words for name in drawn(Line("a", "b", 60), people=people).names]

    assert words == ["Maria", "Magdalena von…", "Donaudampfsch…", "Bo"]


def test_more_than_a_few_are_told_by_the_table_alone() -> None:
    eleven = [(str(place), "Somebody") for place in range(MOST_NAMES + 1)]
    many = [Line("a", "b", 60)] * (MOST_LINES + 1)

    assert arcs(eleven, [Line("0", "1", 60)]) is None
    assert arcs(PEOPLE, many) is None
    assert arcs(PEOPLE, []) is None
