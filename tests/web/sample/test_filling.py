"""The sample neighbourhood: recorded through the real commands, lively, and with something to do today."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ledger.agreements.rules import DEFAULT_CATEGORIES, DEFAULT_DEBIT_LIMIT_MINUTES
from ledger.exchanges.facts import ExchangeReported
from ledger.gifts.facts import GiftRecorded
from ledger.identifiers import AccountId, MemberId
from ledger.log.entry import Entry, decode
from ledger.personal_data.search import find_members
from ledger.replay import replay
from ledger.time_bank import TimeBank
from projections.figures.chronicle import Counted, counted
from projections.figures.measures.statistics import statistics
from projections.figures.privacy.figures import decide_disclosure, protected_figures
from projections.figures.privacy.periods import year as year_period
from projections.views import Views
from web.sample import names
from web.sample import names as notes
from web.sample.filling import fill
from web.sample.names import MEMBERS
from web.sample.neighbours import PRESETS
from web.sample.recording import SampleClock

END = datetime(2026, 11, 22, 15, tzinfo=UTC)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TimeBank]:
    clock = SampleClock()
    with TimeBank.open(tmp_path_factory.mktemp("sample"), clock=clock) as bank:
        fill(bank, clock, until=END)
        clock.moment = END
        yield bank


@pytest.fixture(scope="module")
def views(bank: TimeBank) -> Iterator[Views]:
    with Views.open(bank.place, bank.log) as views:
        views.catch_up()
        yield views


@pytest.fixture(scope="module")
def entries(bank: TimeBank) -> list[Entry]:
    return [decode(data) for _, data in bank.log.scan()]


@pytest.fixture(scope="module")
def book(bank: TimeBank) -> Counted:
    return counted(bank.log)


def member(bank: TimeBank, name: str) -> MemberId:
    return MemberId(find_members(bank, name)[0].account)


def test_the_sample_covers_two_busy_years(views: Views, entries: list[Entry]) -> None:
    kinds = Counter(entry.type for entry in entries)

    assert views.members.totals()[:2] == (1, MEMBERS - 1), "one invited, one has left"
    assert len(views.groups.all().rows) == 4
    assert 900 < kinds["exchange-reported"] < 1500 and 150 < kinds["gift-recorded"] < 450
    assert kinds["exchange-declined"] > 3 and kinds["exchange-called-off"] > 1 and kinds["exchange-reversed"] > 3
    assert entries[0].at.startswith("2024-11-2") and entries[-1].at.startswith("2026-11-2")


def test_entries_are_in_order_of_time_and_recorded_after_they_happened(entries: list[Entry]) -> None:
    instants = [entry.at for entry in entries]

    assert instants == sorted(instants)
    reports = (entry for entry in entries if isinstance(entry.data, ExchangeReported | GiftRecorded))
    assert all(entry.data.given_on.isoformat() <= entry.at[:10] for entry in reports)  # pyright: ignore[reportAttributeAccessIssue]


def test_balances_add_up_to_zero_and_stay_within_the_limit(bank: TimeBank, views: Views) -> None:
    replayed = replay(bank.log)

    assert replayed.given == replayed.received > 60_000
    assert min(tally.balance for tally in replayed.accounts.values()) >= DEFAULT_DEBIT_LIMIT_MINUTES
    assert views.check() == []


def test_the_people_who_sign_in_have_something_to_answer(bank: TimeBank, views: Views) -> None:
    amina, rosa = member(bank, names.MEMBER), member(bank, names.COORDINATOR)

    assert len(views.exchanges.waiting_for(amina)) >= 2
    assert len(views.exchanges.waiting_on_others(amina)) >= 1
    assert len(views.exchanges.reversals_waiting_for(amina)) >= 1
    assert len(views.exchanges.waiting_for(rosa)) >= 1
    assert views.balances.of(AccountId(amina)).exchanges > 20


def test_roles_are_given_and_newcomers_have_done_nothing_yet(bank: TimeBank, views: Views) -> None:
    coordinators, auditors = views.members.with_role("coordinator"), views.members.with_role("auditor")
    new = [views.balances.of(AccountId(member(bank, name))) for name in names.NEWCOMERS]

    assert [row.id for row in coordinators] == [member(bank, names.COORDINATOR)]
    assert [row.id for row in auditors] == [member(bank, names.AUDITOR)]
    assert all((tally.given, tally.received, tally.gifts_given) == (0, 0, 0) for tally in new)


def test_the_coordinator_types_for_people_without_internet(bank: TimeBank, entries: list[Entry]) -> None:
    edith, rosa = member(bank, names.WITHOUT_INTERNET[0]), member(bank, names.COORDINATOR)
    hers = [
        entry
        for entry in entries
        if isinstance(entry.data, ExchangeReported) and edith in (entry.data.legs[0].giver, entry.data.legs[0].receiver)
    ]

    assert len(hers) > 2 and {entry.actor for entry in hers} == {rosa}


def test_a_correction_is_a_reversal_and_a_new_report(entries: list[Entry]) -> None:
    reversed_ones = {entry.data.exchange for entry in entries if entry.type == "exchange-reversed"}  # pyright: ignore[reportAttributeAccessIssue]
    corrected = {entry.data.corrects for entry in entries if isinstance(entry.data, ExchangeReported)} - {None}

    assert corrected and corrected <= reversed_ones


def test_figures_of_past_years_and_months_are_visible_to_everyone(book: Counted) -> None:
    year = statistics(book.acts, book.members, first_day=date(2025, 1, 1), as_of=date(2025, 12, 31))

    shown = protected_figures(year, decide_disclosure(book.acts, year_period(2025), "everyone"))

    assert None not in (shown["given_back"], shown["comes_round"], shown["passed_on"])
    assert sum(cell is not None for cell in shown["by_month"].values()) >= 10
    assert sum(cell is not None for cell in shown["by_category"].values()) >= 5
    assert shown["gini_given"] is not None and shown["median_people_helped"] is not None


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_works_with_few_members(preset: str, tmp_path: Path) -> None:
    clock = SampleClock()
    with TimeBank.open(tmp_path, clock=clock) as bank:
        fill(bank, clock, habits=PRESETS[preset], members=30, years=1, until=END)

        replayed = replay(bank.log)

    assert replayed.given == replayed.received > 0


def test_names_are_as_many_as_wanted_and_unique() -> None:
    for wanted in (names.FEWEST, 40, 70, 500, 5_000):
        cast = names.cast(wanted, seed=1)

        assert len(cast) == len(set(cast)) == wanted
        assert cast[:3] == [names.COORDINATOR, names.AUDITOR, names.MEMBER]
        assert not any(letter.isdigit() for name in cast for letter in name)


def test_there_are_notes_for_every_kind_of_help() -> None:
    assert set(notes.HELP) == {category.key for category in DEFAULT_CATEGORIES}
    assert set(notes.GIFTS) <= set(notes.HELP) and "other" in notes.GIFTS
