"""Making reports: what they count, that they stay as they were, and that they are made once, whoever else tries."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from shutil import copytree
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from ledger.exchanges.commands import ReportExchange
from ledger.exchanges.facts import ExchangeReversed, ExchangeSettled, Leg
from ledger.gifts.facts import GiftRecorded, GiftWithdrawn
from ledger.identifiers import AccountId, CategoryKey, GroupId, is_member
from ledger.log.entry import decode, instant
from ledger.time_bank import TimeBank
from projections.engine.locks import alone
from projections.figures.chronicle import read_chronicle
from projections.figures.measures.acts import select_acts
from projections.figures.privacy.cells import FEWEST_TO_COMPARE, Cell, is_safe
from projections.figures.reports import refreshing
from projections.figures.reports.kept import COMMUNITY, Report, Reports, delete_reports, is_due
from projections.figures.reports.refreshing import refresh
from projections.figures.reports.ties import TieStore
from projections.views import Views
from web.sample.filling import fill
from web.sample.recording import SampleClock

END = datetime(2026, 2, 15, 12, tzinfo=UTC)
LATER = datetime(2026, 4, 2, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A year and more of a neighbourhood with its reports, to be copied."""
    folder = tmp_path_factory.mktemp("year") / "data"
    clock = SampleClock()
    with TimeBank.open(folder, clock=clock) as bank:
        fill(bank, clock, members=130, years=1, until=END)
        with Views.open(bank.place, bank.log) as views:
            views.catch_up()
        refreshed(bank, END)
    return folder


@pytest.fixture
def clock() -> SampleClock:
    clock = SampleClock()
    clock.moment = END
    return clock


@pytest.fixture
def bank(made: Path, tmp_path: Path, clock: SampleClock) -> Iterator[TimeBank]:
    with TimeBank.open(copytree(made, tmp_path / "data"), clock=clock) as bank:
        yield bank


@pytest.fixture
def kept(bank: TimeBank) -> Iterator[Reports]:
    engine = bank.place.views_engine()
    yield Reports(engine, bank.log)
    engine.dispose()


def refreshed(bank: TimeBank, now: datetime) -> refreshing.RefreshResult:
    engine = bank.place.views_engine()
    try:
        return refresh(bank.log, engine, now=now)
    finally:
        engine.dispose()


def everything_in(kept: Reports) -> list[Report]:
    scopes = [COMMUNITY, *groups_of(kept)]
    found = [
        kept.of(scope, name, reader)
        for scope in scopes
        for name in kept.periods(scope)
        for reader in ("everyone", "coordinators")
    ]
    return [report for report in found if report]


def groups_of(kept: Reports) -> list[GroupId]:
    opened = read_chronicle(kept._log)
    return [group for _, group in opened.formed]


def without_late(reports: list[Report]) -> list[bytes]:
    return [
        msgspec.json.encode(msgspec.structs.replace(one, late=None, late_hidden=False, looked_at=0)) for one in reports
    ]


def settled_again(bank: TimeBank, place: int, on: date) -> None:
    """Two who once helped each other do so again, on a day: the receiver says so, and it counts at once."""
    act = read_chronicle(bank.log).acts[place]
    leg = Leg(giver=AccountId(act.giver), receiver=AccountId(act.receiver), minutes=30, category=CategoryKey("garden"))
    bank.do(ReportExchange(legs=(leg,), given_on=on), by=act.receiver)


def test_months_have_reports_once_they_are_closed(kept: Reports) -> None:
    periods = kept.periods(COMMUNITY)

    assert periods[:2] == ["2026-01", "2025-12"] or periods[:3] == ["2026-01", "2025-12", "2025-11"]
    assert "2026-02" not in periods, "February is not over"
    assert "2025" in periods
    report = kept.of(COMMUNITY, "2026-01", "everyone")
    assert report is not None and report.known_on == date(2026, 2, 7)


def test_a_report_counts_what_counted_when_its_period_closed(bank: TimeBank, kept: Reports) -> None:
    report = kept.of(COMMUNITY, "2025-10", "coordinators")
    assert report is not None
    standing: dict[str, list[int]] = {}
    for number, (_, data) in enumerate(bank.log.scan(), start=1):
        fact: Any = decode(data).data
        if number > report.entry:
            assert instant(decode(data).at).date() > report.known_on
            break
        match fact:
            case ExchangeSettled(exchange=identifier, legs=legs):
                standing[identifier] = [
                    leg.minutes for leg in legs if report.first_day <= fact.given_on <= report.last_day
                ]
            case GiftRecorded(gift=identifier) if is_member(fact.receiver):
                standing[identifier] = [0] if report.first_day <= fact.given_on <= report.last_day else []
            case ExchangeReversed(exchange=identifier) | GiftWithdrawn(gift=identifier):
                standing.pop(identifier, None)
            case _:
                pass

    minutes = sum(map(sum, standing.values()))
    assert report.figures["entries"] == sum(map(bool, standing.values())) > 20
    assert report.figures["minutes"] == (minutes + 150) // 300 * 300


def test_a_report_stays_as_it_was_whatever_is_recorded_later(bank: TimeBank, kept: Reports, clock: SampleClock) -> None:
    before = everything_in(kept)
    assert len(before) > 30
    for place, on in enumerate((date(2025, 10, 3), date(2025, 12, 30), date(2026, 1, 31), END.date())):
        settled_again(bank, place, on)
    clock.moment = LATER

    refreshed(bank, LATER)
    after = {(one.scope, one.period, one.audience): one for one in everything_in(kept)}
    again = [after[one.scope, one.period, one.audience] for one in before]
    with kept._engine.execution_options(writes=True).begin() as connection:
        delete_reports(connection, kept.identity)
    refreshed(bank, LATER)

    assert without_late(again) == without_late(before)
    assert everything_in(kept) == list(after.values()), "made anew they are what they were, to the byte"
    assert len(after) > len(before), "February has its reports now"


def test_late_entries_show_as_late_but_a_single_one_is_hidden(
    bank: TimeBank, kept: Reports, clock: SampleClock
) -> None:
    settled_again(bank, 0, date(2025, 10, 3))
    clock.moment = LATER

    refreshed(bank, LATER)

    report = kept.of(COMMUNITY, "2025-10", "everyone")
    assert report is not None and report.late is None and report.late_hidden


def test_reports_of_groups_reveal_nobody_outside_them(bank: TimeBank, kept: Reports) -> None:
    told = read_chronicle(bank.log)
    shown = 0
    for group in groups_of(kept):
        for name in kept.periods(group):
            report = kept.of(group, name, "everyone")
            assert report is not None
            whole = kept.of(COMMUNITY, name, "everyone")
            if report.figures["entries"] is None or whole is None or whole.figures["entries"] is None:
                continue
            shown += 1
            known = told.at(report.entry)
            within = select_acts(known.acts, first_day=report.first_day, last_day=report.last_day)
            behind = report.figures["people"]
            assert behind is None or behind == 0 or behind >= FEWEST_TO_COMPARE
            assert is_safe(Cell.of(within), FEWEST_TO_COMPARE)
    assert shown > 3


def test_a_process_that_is_stopped_leaves_finished_reports_and_the_next_one_continues(
    bank: TimeBank, kept: Reports, clock: SampleClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything_in(kept)
    with kept._engine.execution_options(writes=True).begin() as connection:
        delete_reports(connection, kept.identity)
    keep = refreshing.store_reports
    calls = iter(range(100))

    def until_killed(connection: sa.Connection, log: str, reports: list[Report]) -> None:
        if next(calls) == 5:
            raise KeyboardInterrupt
        keep(connection, log, reports)

    with monkeypatch.context() as patched:
        patched.setattr(refreshing, "store_reports", until_killed)
        with pytest.raises(KeyboardInterrupt):
            refreshed(bank, END)
    half = kept.periods(COMMUNITY)
    refreshed(bank, END)

    assert len(half) == 5
    assert everything_in(kept) == before


def test_only_one_process_makes_reports(bank: TimeBank) -> None:
    engine = bank.place.views_engine()
    with alone(engine, "figures") as is_alone:
        assert is_alone
        assert refreshed(bank, END).is_busy
    engine.dispose()

    assert not refreshed(bank, END).is_busy


def test_reports_are_due_after_a_new_entry_and_when_a_period_has_closed(bank: TimeBank, kept: Reports) -> None:
    zone = "UTC"
    assert not is_due(kept, bank.log, END, zone)
    assert is_due(kept, bank.log, datetime(2026, 3, 9, tzinfo=UTC), zone), "February closed on the 7th of March"
    assert not is_due(kept, bank.log, datetime(2026, 3, 7, 23, tzinfo=UTC), zone)

    settled_again(bank, 0, END.date() - timedelta(days=1))

    assert is_due(kept, bank.log, END, zone)


def test_another_log_never_shows_these_reports(
    bank: TimeBank, kept: Reports, tmp_path: Path, clock: SampleClock
) -> None:
    with TimeBank.open(tmp_path / "other", clock=clock) as other:
        fill(other, SampleClock(), members=30, years=1, seed=2, until=END, has_story=False)
        elsewhere = Reports(kept._engine, other.log)

        assert elsewhere.periods(COMMUNITY) == [] and elsewhere.kept_at() == 0


def test_reports_are_the_same_on_postgresql(bank: TimeBank, kept: Reports, postgresql_url: str) -> None:
    with TimeBank.open(postgresql_url) as copied:
        entries = bank.log.from_position(0, limit=10_000)
        for some in _batches(entries, 500):
            _copy(copied, some)

        refreshed(copied, END)
        engine = copied.place.views_engine()
        there = everything_in(Reports(engine, copied.log))
        engine.dispose()

    assert there == everything_in(kept)


def _batches(entries: list[Any], size: int) -> Iterator[list[Any]]:
    rest = iter(entries)
    while some := list(islice(rest, size)):
        yield some


def _copy(bank: TimeBank, entries: list[Any]) -> None:
    bank.log.append([(entry.type, entry.data, entry.tags) for entry in entries], unless=(), after=bank.log.head())


def test_ties_are_stored_with_a_years_reports(bank: TimeBank, kept: Reports) -> None:
    ties = TieStore(kept._engine, kept)
    groups = groups_of(kept)
    everybody = read_chronicle(bank.log).groups_by_member(2**40)
    seen = {group: frozenset(one for one, theirs in everybody.items() if group in theirs) for group in groups}

    found = [ties.visible_in_group(group, "2025", seen) for group in groups]

    assert all(one is not None and (one.named or one.is_too_telling) for one in found)
    assert ties.visible_in_group(groups[0], "2026", seen) is None, "that year is not over"
