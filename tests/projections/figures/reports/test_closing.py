"""When periods close, and when the first report of all is there to be read."""

from datetime import date, timedelta

import pytest

from projections.figures.reports.periods import closed_periods, first_closing


@pytest.mark.parametrize(
    ("first_day", "founded_on", "closing"),
    [
        (date(2026, 11, 26), date(2026, 11, 26), date(2026, 12, 7)),
        (date(2026, 11, 3), date(2026, 11, 26), date(2026, 12, 7)),
        (date(2026, 10, 31), date(2026, 11, 26), date(2026, 12, 3)),
        (date(2005, 5, 2), date(2026, 11, 26), date(2026, 12, 3)),
        (date(2026, 12, 31), date(2026, 12, 31), date(2027, 1, 7)),
        (date(2026, 2, 1), date(2026, 2, 1), date(2026, 3, 7)),
    ],
)
def test_the_first_report_comes_on_the_day_announced(first_day: date, founded_on: date, closing: date) -> None:
    promised = first_closing(first_day, founded_on, founded_on)

    assert promised == closing
    assert not list(closed_periods(first_day, founded_on, promised))
    assert next(closed_periods(first_day, founded_on, promised + timedelta(days=1))).known_on == promised


def test_records_imported_too_late_do_not_make_a_period_close_sooner() -> None:
    assert first_closing(date(2005, 5, 2), date(2026, 11, 2), today=date(2026, 11, 20)) == date(2026, 12, 7)
