"""Bars in tables: the longest fills its cell, the others stand in proportion."""

from web.charts import bar_widths


def test_the_longest_bar_fills_its_cell() -> None:
    assert bar_widths([60, 30, 0]) == ["200", "100", "0"]
    assert bar_widths([0, 0]) == ["0", "0"] and bar_widths([]) == []
    assert bar_widths([3, 1]) == ["200", "66.7"]
