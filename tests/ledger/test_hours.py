"""Lengths of time in whole minutes."""

import pytest

from ledger.hours import formatted, minutes_from


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(150, "2 h 30 min"), (45, "45 min"), (180, "3 h"), (0, "0 min"), (-90, "-1 h 30 min"), (-5, "-5 min")],
)
def test_a_length_is_written_in_hours_and_minutes(minutes: int, text: str) -> None:
    assert formatted(minutes) == text


def test_hours_and_minutes_are_converted_to_minutes() -> None:
    assert minutes_from(2, 30) == 150
    assert minutes_from(0, 90) == 90
