"""The chart of a year: every day has its place, with squares for busy days and dots for quiet ones."""

from datetime import date

from web.drawing.year_bands import year_bands

YEAR = date(2025, 1, 1), date(2025, 12, 31)


def test_each_day_of_a_year_is_a_square_or_a_dot() -> None:
    drawn = year_bands({"grain": "days", "cells": {"2025-01-01": 1, "2025-10-31": 4, "2025-12-31": 0}}, *YEAR)

    assert (drawn.cells, drawn.busy, len(drawn.lines)) == (365, 2, 12)
    assert drawn.quiet.count("M") == 363
    assert [path.count("M") for path in drawn.bands] == [1, 0, 0, 1]
    assert drawn.lines[0].bands == (30, 1, 0, 0, 0) and drawn.lines[9].bands == (30, 0, 0, 0, 1)
    assert [column.number for column in drawn.columns] == [1, 5, 10, 15, 20, 25, 30]


def test_a_week_is_in_the_month_in_which_it_began() -> None:
    cells = {"2024-12-30": 2, "2025-06-02": 3}

    drawn = year_bands({"grain": "weeks", "cells": cells}, *YEAR)

    assert drawn.cells == 53 and drawn.busy == 2
    assert [line.month for line in drawn.lines][:2] == [date(2024, 12, 1), date(2025, 1, 1)]
    assert sum(sum(line.bands) for line in drawn.lines) == 53


def test_the_months_of_a_year_are_one_row() -> None:
    drawn = year_bands({"grain": "months", "cells": {"2025-02": 4, "2025-03": 1}}, *YEAR)

    assert drawn.cells == 12 and [line.bands for line in drawn.lines] == [(10, 1, 0, 0, 1)]


def test_a_single_month_is_one_row_of_days() -> None:
    drawn = year_bands({"grain": "days", "cells": {"2025-02-03": 2}}, date(2025, 2, 1), date(2025, 2, 28))

    assert drawn.cells == 28 and len(drawn.lines) == 1 and drawn.height < 60
