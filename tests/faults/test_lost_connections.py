"""After a server dropped every connection, the next attempt with the same form works, and is recorded once."""

from collections.abc import Iterator
from itertools import count

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from ledger.exchanges.commands import ReportExchange
from ledger.log.store import LogUnavailable
from ledger.time_bank import TimeBank
from tests.cast import ANA, BO, TODAY, caller, facts_in, founded, help_of, minutes_of, replayed


@pytest.fixture
def bank(postgresql_url: str) -> Iterator[TimeBank]:
    """A founded community on PostgreSQL."""
    with founded(postgresql_url) as bank:
        yield bank


def drop_every_connection(url: str) -> None:
    """Close every connection, as a restart of the server does."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_after_every_connection_was_dropped_the_same_form_works_within_two_attempts(bank: TimeBank) -> None:
    for round_ in range(3):
        drop_every_connection(bank.place.url)

        for tries in count(1):
            try:
                bank.do(
                    ReportExchange(legs=(help_of(),), given_on=TODAY, note="Roses"), by=caller(BO, f"the-form-{round_}")
                )
                break
            except (LogUnavailable, OperationalError):
                assert tries < 2

    assert replayed(bank.log) == {ANA: 180, BO: -180}
    assert minutes_of(bank, BO) == -180
    sealed = [fact for fact in facts_in(bank.log) if type(fact).__name__ == "ExchangeSettled"]
    assert len(sealed) == 3
