"""The two columns of each month: side by side on one line, and as tall as their hours."""

import re
from datetime import date

from web.drawings import MonthOfHours
from web.facing_months import BAR_SPACE, COMMON_LINE, facing_months


def year(given: int, received: int) -> list[MonthOfHours]:
    return [MonthOfHours(date(2026, month, 1), given, received) for month in range(1, 13)]


def columns(path: str) -> list[tuple[float, float, float]]:
    """Left side, width and height of each column; all of them stand on the common line."""
    found = re.findall(r"M(\S+) (\S+)v-(\S+?)h(\S+?)v", path)
    assert all(float(line) == COMMON_LINE for _, line, _, _ in found)
    return [(float(left), float(width), float(height)) for left, _, height, width in found]


def test_given_and_received_stand_beside_each_other_and_never_overlap() -> None:
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
