"""Which months a page of figures shows."""

from datetime import date

from web.charts import bar_widths
from web.pages.periods import busiest, choices_of, months_between, period_of

NOVEMBER = date(2026, 11, 22)
SPAN = ("2005-03", "2026-11")


def test_the_last_twelve_months_end_with_this_one() -> None:
    assert period_of("", SPAN, NOVEMBER)[1:] == ("2025-12", "2026-11")
    assert period_of("months", None, date(2026, 12, 1))[1:] == ("2026-01", "2026-12")
    assert period_of("months", SPAN, date(2026, 1, 31)).months[0] == "2025-02"
    assert len(period_of("months", SPAN, NOVEMBER).months) == 12


def test_a_year_is_twelve_months_and_everything_is_the_span() -> None:
    assert period_of("2006", SPAN, NOVEMBER)[1:] == ("2006-01", "2006-12")
    assert period_of("all", SPAN, NOVEMBER)[1:] == SPAN
    assert period_of("all", SPAN, NOVEMBER).is_long
    assert not period_of("all", ("2025-01", "2026-11"), NOVEMBER).is_long


def test_what_is_not_offered_shows_the_last_twelve_months() -> None:
    usual = period_of("", SPAN, NOVEMBER)

    assert [period_of(choice, SPAN, NOVEMBER) for choice in ("2004", "٢٠٠٦", "-1", "all ")] == [usual] * 4
    assert period_of("all", None, NOVEMBER) == usual


def test_a_book_that_rests_shows_its_last_year_first() -> None:
    ended = ("2005-03", "2013-10")

    assert period_of("", ended, NOVEMBER)[1:] == ("2013-01", "2013-12")
    assert period_of("months", ended, NOVEMBER)[1:] == ("2025-12", "2026-11"), "unless it is asked for"


def test_the_years_to_choose_from_begin_with_the_newest() -> None:
    assert [choice for choice, _ in choices_of(("2024-05", "2026-01"))] == ["months", "2026", "2025", "2024", "all"]
    assert [choice for choice, _ in choices_of(None)] == ["months"]


def test_months_go_over_the_turn_of_a_year() -> None:
    assert months_between("2025-11", "2026-02") == ["2025-11", "2025-12", "2026-01", "2026-02"]


def test_the_busiest_is_the_first_of_equals_and_nothing_when_nothing_happened() -> None:
    assert busiest([("a", 1), ("b", 2), ("c", 2)]) == "b"
    assert busiest([("a", 0)]) == busiest([]) == ""


def test_the_longest_bar_fills_its_cell() -> None:
    assert bar_widths([60, 30, 0]) == ["200", "100", "0"]
    assert bar_widths([0, 0]) == ["0", "0"] and bar_widths([]) == []
    assert bar_widths([3, 1]) == ["200", "66.7"]
