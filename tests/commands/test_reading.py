"""`hours balances`, `statement`, `replay` and `rebuild`: what the log says, and whether the pages say the same."""

import json

import pytest
import sqlalchemy as sa

from ledger.log.places import Place
from projections.balances import ACCOUNTS
from tests.commands.conftest import Run

pytestmark = pytest.mark.usefixtures("neighbours")


def test_balances_are_hours_in_a_table_and_minutes_elsewhere(founded: Run) -> None:
    table = founded("balances")
    rows = json.loads(founded("balances", "--format", "json").stdout)
    lines = founded("balances", "--format", "csv").stdout.splitlines()

    assert table.exit_code == 0
    assert [line.split()[1:] for line in table.stdout.splitlines()] == [
        ["name", "given", "received", "balance"],
        ["Anahit", "1:30", "0:30", "1:00"],
        ["Bo", "0:30", "1:30", "-1:00"],
    ]
    assert "2 accounts, 2:00 hours given and 2:00 received" in table.stderr
    assert [(row["name"], row["balance"]) for row in rows] == [("Anahit", 60), ("Bo", -60)]
    assert lines[0] == "account,name,given,received,balance" and len(lines) == 3


def test_balances_of_an_earlier_time_can_be_computed(founded: Run) -> None:
    assert len(founded("balances", "--as-of", "2026-03-28").stdout.splitlines()) == 3
    assert founded("balances", "--as-of", "2026-03-27").stdout == ""
    assert founded("balances", "--known-at", "2026-03-28T12:00Z").stdout == ""
    assert founded("balances", "--at-entry", "3").stdout == ""
    assert founded("balances", "--at-entry", "3000").exit_code == 1


def test_without_names_only_the_log_is_opened(founded: Run) -> None:
    assert "Anahit" not in founded("balances", "--no-names").output


def test_a_statement_lists_every_change_to_an_account(founded: Run) -> None:
    whole = json.loads(founded("statement", "Bo", "--format", "json").stdout)
    later = json.loads(founded("statement", "bo", "--from", "2026-03-29", "--format", "json").stdout)

    assert [(line["given_on"], line["name"], line["given"], line["received"]) for line in whole] == [
        ("2026-03-28", "Anahit", 0, 90),
        ("2026-03-30", "Anahit", 30, 0),
    ]
    assert (whole[-1]["given_so_far"], whole[-1]["received_so_far"]) == (30, 90)
    assert later == whole[1:]
    assert "Bo (m-" in founded("statement", "Bo").stderr


def test_a_group_has_no_statement(founded: Run) -> None:
    assert founded("statement", "g-000000000000").exit_code == 1


def test_the_replay_finds_no_differences(founded: Run) -> None:
    result = founded("replay")

    assert result.exit_code == 0, result.output
    assert "no differences" in result.stderr
    assert founded("replay", "--at-entry", "15").exit_code == 0
    assert founded("replay", "--at-entry", "0").exit_code == 0
    assert founded("replay", "--at-entry", "1000").exit_code == 1


def test_the_replay_finds_a_changed_balance_and_a_rebuild_fixes_it(founded: Run, database_url: str) -> None:
    assert founded("rebuild", "--check").exit_code == 0
    engine = Place(database_url).views_engine()
    with engine.begin() as connection:
        connection.execute(sa.update(ACCOUNTS).where(ACCOUNTS.c.given == 90).values(given=900))
    engine.dispose()

    found = founded("replay", "--format", "json")
    checked = founded("rebuild", "--check")

    differences = json.loads(found.stdout)
    assert (found.exit_code, checked.exit_code) == (1, 1)
    assert [(line["read_model"], line["what"], line["log"], line["shown"]) for line in differences] == [
        ("balances", "given", 90, 900)
    ]
    assert "1 difference" in checked.stderr
    assert founded("rebuild").exit_code == 0
    assert founded("replay").exit_code == 0 and founded("rebuild", "--check").exit_code == 0
