"""The community at every entry, as known at every instant and as of every day: read models say what the log alone says."""

import random
from datetime import date, timedelta

import msgspec
import pytest

from ledger.identifiers import AccountId
from ledger.log.entry import decode, instant
from ledger.replay import Replayed, Until, replay
from projections.figures.reports.refreshing import everything_at
from projections.statements import StatementTotals
from tests.cast import ANA, BO, CHIDI, RUTH, TODAY, help_of
from tests.projections.elm_street import ElmStreet

PEOPLE = (ANA, BO, CHIDI, RUTH)


def generated(street: ElmStreet, seed: int, steps: int = 30) -> None:
    """Help and skill exchanges of all days of the last months, recorded late and in no order; some are taken back."""
    chance = random.Random(seed)
    logged = []
    for _ in range(steps):
        giver, receiver = chance.sample((ANA, BO), 2)
        day = TODAY - timedelta(days=chance.randrange(120))
        if logged and chance.random() < 0.25:
            street.took_back(logged.pop(chance.randrange(len(logged))))
        elif chance.random() < 0.2:
            legs = (help_of(ANA, BO, chance.randrange(1, 90)), help_of(BO, ANA, chance.randrange(1, 90)))
            logged.append(street.swapped_skills(legs, day))
        else:
            logged.append(street.helped(giver, receiver, chance.randrange(1, 90), on=day))


def moved(replayed: Replayed) -> dict[AccountId, tuple[int, int]]:
    """What the log alone says of every account, given and received; those at nothing left out."""
    tallies = {account: (tally.given, tally.received) for account, tally in replayed.accounts.items()}
    return {account: numbers for account, numbers in tallies.items() if any(numbers)}


def read(rows: list[StatementTotals]) -> dict[AccountId, tuple[int, int]]:
    return {stood.account: (stood.given, stood.received) for stood in rows if stood.given or stood.received}


def all_accounts(street: ElmStreet, number: int, at_once: int = 2) -> list[StatementTotals]:
    """Page by page."""
    rows: list[StatementTotals] = []
    cursor = ""
    while cursor is not None:
        page = street.views.statements.accounts(number, cursor, at_once)
        rows += page.rows
        cursor = page.older
    return rows


@pytest.mark.parametrize("seed", [1, 2])
def test_balances_at_every_entry_are_those_of_the_log(street: ElmStreet, seed: int) -> None:
    street.lively()
    generated(street, seed)

    for number in range(street.views.as_of().number + 1):
        rows = all_accounts(street, number)
        assert read(rows) == moved(replay(street.bank.log, Until(number=number)))
        assert sum(stood.given for stood in rows) == sum(stood.received for stood in rows)
        assert rows == [street.views.statements.totals_at(stood.account, number) for stood in rows]


@pytest.mark.parametrize("seed", [1, 2])
def test_balances_as_of_every_day_are_those_of_the_log(street: ElmStreet, seed: int) -> None:
    street.lively()
    generated(street, seed)
    accounts = [stood.account for stood in all_accounts(street, street.views.as_of().number)]

    for day in [TODAY - timedelta(days=ago) for ago in range(0, 125, 3)] + [date.max, date(1, 1, 1)]:
        by_day = street.views.years.by_day(accounts, day)
        rows = [StatementTotals(account, *by_day.get(account, (0, 0))) for account in accounts]
        assert read(rows) == moved(replay(street.bank.log, Until(as_of=day))), day


def test_as_known_at_an_instant_is_at_the_last_entry_recorded_by_then(street: ElmStreet) -> None:
    generated(street, 3, steps=8)
    entries = [(number, instant(decode(data).at)) for number, (_, data) in enumerate(street.bank.log.scan(), 1)]

    for number, at in entries:
        by_then = max(one for one, when in entries if when <= at)
        assert street.views.journal.number_by(at) == by_then >= number
        assert moved(replay(street.bank.log, Until(known_at=at))) == moved(
            replay(street.bank.log, Until(number=by_then))
        )
    assert street.views.journal.number_by(entries[0][1] - timedelta(microseconds=1)) == 0
    assert street.views.journal.number_by(entries[-1][1] + timedelta(days=9)) == entries[-1][0]


def test_a_statement_at_an_entry_is_the_one_that_was_read_then(street: ElmStreet) -> None:
    street.lively()
    then, number = street.views.statements.page(AccountId(BO), limit=100).rows, street.views.as_of().number
    generated(street, 4, steps=10)

    assert street.views.statements.page(AccountId(BO), limit=100, number=number).rows == then
    first = street.views.statements.page(AccountId(BO), limit=2, number=number)
    assert first.rows == then[:2]
    assert street.views.statements.page(AccountId(BO), first.older, 2, number=number).rows == then[2:4]


def test_a_statement_as_of_a_day_adds_up_to_the_tally_of_that_day(street: ElmStreet) -> None:
    generated(street, 5)

    for day in (TODAY, TODAY - timedelta(days=40), TODAY - timedelta(days=400)):
        lines = street.views.statements.page(AccountId(ANA), limit=500, last_day=day).rows
        told = street.views.years.by_day([ANA], day).get(ANA, (0, 0))
        assert (sum(line.given for line in lines), sum(line.received for line in lines)) == told
        assert all(line.given_on <= day for line in lines)


def test_figures_at_a_point_in_time_are_stored_and_survive_a_rebuild(street: ElmStreet) -> None:
    street.lively()
    number = street.views.as_of().number
    at_entry, by_day = everything_at(street.bank.log, 20), everything_at(street.bank.log, number, date(2026, 2, 28))
    kept = street.views.statistics
    kept.store(at_entry, "", street.time())
    kept.store(by_day, "2026-02-28", street.time())

    street.views.rebuild()
    kept.prepare()

    as_json = msgspec.json.encode
    assert as_json(kept.at_entry(20)) == as_json(at_entry) and kept.at_entry(number) is None
    assert as_json(kept.by_day(date(2026, 2, 28))) == as_json(by_day) and kept.by_day(TODAY) is None


def test_figures_of_a_replaced_log_are_deleted(street: ElmStreet) -> None:
    kept = street.views.statistics
    kept.store(everything_at(street.bank.log, 5), "", street.time())
    with street.views._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE kept_statistics SET entry = 'of another log'")

    kept.prepare()

    assert kept.at_entry(5) is None
