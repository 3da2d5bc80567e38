"""The days that can be logged."""

from datetime import date

import pytest

from ledger.members.rules import Member, must_be_loggable
from ledger.refusals import DayInFuture, DayTooLongAgo
from tests.cast import ANA, CHIDI, TODAY, host, member


def test_today_and_yesterday_can_be_logged() -> None:
    must_be_loggable(TODAY, today=TODAY, by=member(ANA))
    must_be_loggable(date(2026, 3, 13), today=TODAY, by=member(ANA))


@pytest.mark.parametrize("who", [member(ANA), member(CHIDI), host()], ids=["member", "coordinator", "host"])
def test_tomorrow_cannot_be_logged(who: Member) -> None:
    with pytest.raises(DayInFuture):
        must_be_loggable(date(2026, 3, 15), today=TODAY, by=who)


@pytest.mark.parametrize(
    ("today", "a_year_back", "a_year_and_a_day_back"),
    [
        (date(2026, 3, 14), date(2025, 3, 14), date(2025, 3, 13)),
        (date(2025, 1, 1), date(2024, 1, 1), date(2023, 12, 31)),  # across a leap day
        (date(2028, 2, 29), date(2027, 2, 28), date(2027, 2, 27)),  # on a leap day
    ],
)
def test_only_a_coordinator_can_log_a_day_more_than_a_year_ago(
    today: date, a_year_back: date, a_year_and_a_day_back: date
) -> None:
    must_be_loggable(a_year_back, today=today, by=member(ANA))
    must_be_loggable(a_year_and_a_day_back, today=today, by=member(CHIDI))
    must_be_loggable(date(1, 1, 1), today=today, by=host())

    with pytest.raises(DayTooLongAgo):
        must_be_loggable(a_year_and_a_day_back, today=today, by=member(ANA))
