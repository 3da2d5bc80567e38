"""Whole minutes, and how they are said in a terminal."""

import pytest

from ledger.hours import formatted, minutes_from


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(150, "2 h 30 min"), (45, "45 min"), (180, "3 h"), (0, "0 min"), (-90, "-1 h 30 min"), (-5, "-5 min")],
)
def test_minutes_are_said_in_hours_and_minutes(minutes: int, words: str) -> None:
    assert formatted(minutes) == words


def test_hours_and_minutes_as_typed_are_minutes() -> None:
    assert minutes_from(2, 30) == 150
    assert minutes_from(0, 90) == 90
