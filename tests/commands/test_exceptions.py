"""`hours exceptions`: what is worth a look, from the log alone."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.conftest import Run

ROWS = "date,giver,receiver,minutes,category,kind\n2026-03-28,Anahit,Bo,90,garden,help\n2026-03-30,Bo,Anahit,90,food,\n"


@pytest.fixture
def there_and_back(founded: Run, write: Callable[..., Path]) -> Run:
    """Anahit helped Bo, and Bo helped her for as long two days later."""
    result = founded("import", write(ROWS))
    assert result.exit_code == 0, result.output
    return founded


def test_anomalies_are_printed_as_json_with_their_entries(there_and_back: Run) -> None:
    result = there_and_back("exceptions", "--format", "json")

    (one,) = json.loads(result.stdout)
    assert (one["rule"], one["measured"], one["unit"]) == ("back-and-forth", 2, "days")
    assert len(one["entries"].split()) == len(one["people"].split()) == 2
    assert "1 thing worth a look, up to entry" in result.stderr


def test_anomalies_are_printed_as_csv_and_text(there_and_back: Run) -> None:
    (row,) = csv.DictReader(there_and_back("exceptions", "--format", "csv").stdout.splitlines())

    assert row["rule"] == "back-and-forth"
    assert "back-and-forth" in there_and_back("exceptions").stdout


def test_anomalies_can_be_limited_to_one_rule(there_and_back: Run) -> None:
    assert json.loads(there_and_back("exceptions", "--rule", "circle", "--format", "json").stdout) == []
    refused = there_and_back("exceptions", "--rule", "gossip")
    assert refused.exit_code == 2 and "There is no rule “gossip”. The rules are: both-sides" in refused.stderr


def test_an_earlier_state_of_the_log_can_be_checked(there_and_back: Run) -> None:
    assert json.loads(there_and_back("exceptions", "--at-entry", "5", "--format", "json").stdout) == []
    assert there_and_back("exceptions", "--at-entry", "5000").exit_code == 1


def test_making_figures_stores_anomalies_for_the_pages(there_and_back: Run) -> None:
    assert there_and_back("figures").exit_code == 0
