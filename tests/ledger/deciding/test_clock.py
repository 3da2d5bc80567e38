"""Entries never go back in time, whatever the clocks of the machines say, and a clock that is far ahead must be confirmed."""

from datetime import UTC, date, datetime, timedelta

import pytest

from ledger.exchanges.commands import ReportExchange
from ledger.log.entry import UnreadableEntry, decode, recorded_at
from ledger.refusals import ClockFarAhead
from ledger.time_bank import TimeBank
from tests.cast import ANA, BO, NOW, TODAY, counting_ids, founded, help_of

YEARS = timedelta(days=7_305)


def report(bank: TimeBank) -> None:
    bank.do(ReportExchange(legs=(help_of(minutes=5),), given_on=TODAY - timedelta(days=30), note="Roses"), by=BO)


def times(bank: TimeBank) -> list[datetime]:
    """When each entry was recorded."""
    return [decode(data).recorded_at for _, data in bank.log.scan()]


def at(database_url: str, moment: datetime, start: int) -> TimeBank:
    """The community on a machine whose clock says this."""
    return TimeBank.open(database_url, clock=lambda: moment, ids=counting_ids(start))


def test_entries_after_a_restart_with_a_clock_that_was_set_back_do_not_go_back(database_url: str) -> None:
    with founded(database_url) as bank:
        report(bank)
    with at(database_url, NOW - timedelta(days=20), 500) as restarted:
        report(restarted)
        report(restarted)

        assert times(restarted) == [NOW] * len(times(restarted))


def test_two_machines_with_different_clocks_record_in_the_order_of_time(database_url: str) -> None:
    with founded(database_url), at(database_url, NOW + timedelta(hours=1), 500) as fast:
        with at(database_url, NOW, 700) as slow:
            for bank in (fast, slow, slow, fast, slow):
                report(bank)

        assert times(fast) == sorted(times(fast)) and times(fast)[-1] == NOW + timedelta(hours=1)


def test_days_are_still_those_of_the_clock(database_url: str) -> None:
    with founded(database_url), at(database_url, NOW + timedelta(days=3), 500) as fast:
        report(fast)
    with at(database_url, NOW, 700) as bank:
        assert bank.handler.now() == NOW


def test_a_clock_far_ahead_records_nothing_until_the_host_confirms_it(database_url: str) -> None:
    founded(database_url).close()
    with at(database_url, NOW + YEARS, 500) as bank:
        head = bank.log.head()
        for checked_on in (None, TODAY, TODAY + YEARS - timedelta(days=181)):
            bank.handler.clock.limit(checked_on)
            with pytest.raises(ClockFarAhead):
                bank.preview(ReportExchange(legs=(help_of(),), given_on=TODAY + YEARS), by=BO)
            with pytest.raises(ClockFarAhead):
                bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY + YEARS), by=BO)
        assert bank.log.head() == head

        bank.handler.clock.limit(TODAY + YEARS)
        bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY + YEARS), by=BO)
        bank.handler.clock.limit(None)
        bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY + YEARS), by=BO)
        assert bank.log.head() > head


def test_a_quiet_half_year_needs_no_confirmation(database_url: str) -> None:
    founded(database_url).close()
    with at(database_url, NOW + timedelta(days=180), 500) as bank:
        bank.handler.clock.limit(None)
        bank.do(ReportExchange(legs=(help_of(),), given_on=date(2026, 9, 1)), by=ANA)


def test_the_time_of_an_entry_that_only_a_newer_version_understands_can_be_read() -> None:
    assert recorded_at(b'{"at":"2026-03-28T10:00:00.000000Z","type":"yet-unknown"}') == datetime(
        2026, 3, 28, 10, tzinfo=UTC
    )
    for wrong in (b"", b"{}", b'{"at":1}', b'{"at":"9999-00-00T10:00:00.000000Z"}'):
        with pytest.raises(UnreadableEntry):
            recorded_at(wrong)
