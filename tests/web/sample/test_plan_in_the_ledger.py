"""What is planned is what the ledger holds: recorded through the commands, counted by `hours stats`, and worked out by other means."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ledger.exchanges.facts import ExchangeReported
from ledger.log.entry import Entry, decode
from ledger.time_bank import TimeBank
from tests.web.sample import second_opinion
from web.commands.main import hours
from web.sample.acts import PlannedAct
from web.sample.filling import CATEGORIES, days_of, fill
from web.sample.neighbours import STEADY, settle
from web.sample.recording import SampleClock
from web.sample.village import live

END = datetime(2026, 3, 1, 15, tzinfo=UTC)
PEOPLE = 250


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planned") / "community"
    clock = SampleClock()
    with TimeBank.open(folder, clock=clock) as bank:
        fill(bank, clock, habits=STEADY, members=PEOPLE, years=1, seed=5, until=END, has_story=False)
    return folder


@pytest.fixture(scope="module")
def plan() -> list[PlannedAct]:
    chance = random.Random(5)
    first_day, last_day = days_of(END, 1)
    neighbours = settle(STEADY, PEOPLE, first_day, last_day, CATEGORIES, chance)
    return list(live(neighbours, STEADY, first_day + timedelta(days=1), last_day, chance))


@pytest.fixture(scope="module")
def entries(folder: Path) -> Iterator[list[Entry]]:
    with TimeBank.open(folder) as bank:
        yield [decode(data) for _, data in bank.log.scan()]


def stats(folder: Path, *words: str) -> dict[str, Any]:
    told = CliRunner().invoke(hours, ["--data", str(folder), "stats", "--format", "json", *words])
    assert told.exit_code == 0, told.output
    return json.loads(told.stdout)


def test_the_ledger_accepts_every_act_of_the_plan(plan: list[PlannedAct], entries: list[Entry]) -> None:
    kinds = Counter(entry.type for entry in entries)
    reports = [act for act in plan if act.kind != "gift"]
    corrected = sum(act.recording.corrected_after_days > 0 for act in reports)

    assert kinds["gift-recorded"] == len(plan) - len(reports)
    assert kinds["exchange-reported"] == len(reports) + corrected
    assert kinds["exchange-reversed"] == corrected > 0
    assert kinds["exchange-settled"] == sum(act.recording.counts for act in reports) + corrected
    assert kinds["member-welcomed"] == PEOPLE


def test_reports_that_nobody_answered_stay_open(plan: list[PlannedAct], entries: list[Entry]) -> None:
    waiting = {entry.data.exchange for entry in entries if isinstance(entry.data, ExchangeReported)}
    for entry in entries:
        if entry.type in ("exchange-settled", "exchange-declined", "exchange-called-off"):
            waiting.discard(entry.data.exchange)  # pyright: ignore[reportAttributeAccessIssue]

    assert len(waiting) == sum(act.recording.answer == "never" for act in plan) > 0


def test_the_figures_of_the_command_are_those_of_the_plan(folder: Path, plan: list[PlannedAct]) -> None:
    found, by_acts = stats(folder), stats(folder, "--weigh", "acts")
    book = second_opinion.counted(plan)
    ties = second_opinion.ties_of(book)
    expected = second_opinion.figures(plan)

    assert found["entries"] == by_acts["entries"] == len(book)
    assert found["enrolled"] == PEOPLE
    assert found["minutes"] == found["whole"] == sum(ties.values())
    assert found["ties"] == len(ties) and found["mutual_pairs"] == sum((b, a) in ties for a, b in ties) / 2
    assert found["people"] == len({place for act in book for place in (act.giver, act.receiver)})
    assert {kind: part["entries"] for kind, part in found["by_kind"].items()} == Counter(act.kind for act in book)
    for name, same in (
        ("top_fifth_given", "top fifth"),
        ("gini_given", "gini given"),
        ("returned_ties", "r"),
        ("given_back", "rw"),
        ("passed_on", "one way"),
    ):
        assert found[name] == pytest.approx(expected[same], abs=1e-9), name


def test_the_figures_by_month_are_those_of_the_plan(folder: Path, plan: list[PlannedAct]) -> None:
    book = second_opinion.counted(plan)

    found = {month: part["entries"] for month, part in stats(folder)["by_month"].items()}

    assert found == Counter(act.day.isoformat()[:7] for act in book)
