"""The journal: every entry as a line, filtered and paged."""

import hashlib
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import get_args

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from ledger.agreements.commands import AgreeOnLimits, AgreeOnThresholds
from ledger.agreements.rules import DEFAULT_THRESHOLDS
from ledger.erasure.facts import ErasureAsked
from ledger.exchanges.commands import ConfirmExchange, ReportExchange
from ledger.identifiers import AccountId
from ledger.members.commands import ChooseVisibility, WithdrawRole
from projections.journal import JournalFilter
from projections.journal_views import JournalView
from tests.cast import ANA, BO, CHIDI, NOW, RUTH, TODAY, caller, help_of
from tests.projections.elm_street import ElmStreet


def test_every_entry_is_a_line_with_the_fingerprint_of_its_bytes(street: ElmStreet) -> None:
    street.lively()

    lines = street.views.journal.page(limit=1000)[::-1]

    stored = list(street.bank.log.scan())
    assert [line.number for line in lines] == list(range(1, len(stored) + 1))
    assert [line.position for line in lines] == [position for position, _ in stored]
    assert [line.fingerprint for line in lines] == [hashlib.sha256(b"\x00" + data).hexdigest() for _, data in stored]


def test_a_line_says_who_acted_and_for_whom(street: ElmStreet) -> None:
    exchange = street.helped(by=ANA)
    street.bank.do(ConfirmExchange(exchange=exchange), by=caller(CHIDI, on_behalf=BO, via="cli"))
    as_of = street.views.catch_up()

    line = street.views.journal.line(as_of.number)

    assert line is not None
    assert (line.type, line.actor, line.on_behalf, line.via) == ("exchange-settled", CHIDI, BO, "cli")
    assert line.at == as_of.at
    assert street.views.journal.line(as_of.number + 1) is None


def test_the_number_of_an_entry_is_found_by_its_position(street: ElmStreet) -> None:
    as_of = street.views.catch_up()

    assert street.views.journal.number_at(as_of.position) == as_of.number
    assert street.views.journal.number_at(as_of.position + 100) == as_of.number
    assert street.views.journal.number_at(0) == 0


def test_a_position_in_a_gap_gives_the_number_of_the_entry_before(small_street: ElmStreet) -> None:
    with small_street.views._engine.begin() as connection:
        connection.execute(sa.text("UPDATE journal_lines SET position = number * 3"))

    last = small_street.views.as_of().number
    found = [small_street.views.journal.number_at(position) for position in range(last * 3 + 3)]

    assert found == [min(position // 3, last) for position in range(last * 3 + 3)]


def test_the_account_filter_finds_everything_about_a_member(street: ElmStreet) -> None:
    street.declined(street.helped(ANA, BO, by=ANA))
    street.swapped_skills()
    street.formed(BO)
    street.helped(CHIDI, RUTH)

    found = street.views.journal.page(JournalFilter(account=AccountId(BO)))

    assert [line.type for line in found] == [
        "group-joined",
        "exchange-settled",
        "exchange-confirmed",
        "exchange-reported",
        "exchange-declined",
        "exchange-reported",
        "member-welcomed",
        "member-invited",
    ]


def test_type_and_actor_filters_can_be_combined(street: ElmStreet) -> None:
    street.helped(by=ANA)
    street.helped(by=BO)

    found = street.views.journal.page(JournalFilter(type="exchange-reported", actor=ANA, account=AccountId(BO)))

    assert [(line.type, line.actor) for line in found] == [("exchange-reported", ANA)]


def test_pages_are_the_same_in_both_directions(street: ElmStreet) -> None:
    head = street.views.catch_up().number

    first = street.views.journal.page(limit=4)
    second = street.views.journal.page(before=first[-1].number, limit=3)
    back = street.views.journal.page(after=second[0].number, limit=4)

    assert [line.number for line in first] == list(range(head, head - 4, -1))
    assert [line.number for line in second] == list(range(head - 4, head - 7, -1))
    assert back == first
    assert all(newer.number == older.number + 1 for newer, older in pairwise((*first, *second)))


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [(None, None, True), (TODAY, TODAY, True), (None, date(2026, 3, 13), False), (date(2026, 3, 15), None, False)],
)
def test_days_are_those_of_recording(street: ElmStreet, first: date | None, last: date | None, found: bool) -> None:
    lines = street.views.journal.page(JournalFilter(first_day=first, last_day=last), limit=1000)

    assert len(lines) == (street.views.as_of().number if found else 0)


def test_days_begin_at_midnight_where_the_community_lives(sqlite_url: str) -> None:
    street = ElmStreet.founded(sqlite_url, time_zone="Pacific/Auckland")
    before = street.views.catch_up().number
    street.time.moment = NOW.replace(hour=11, minute=30)  # half past midnight over there
    street.helped(ANA, RUTH, on=TODAY)
    tomorrow = JournalFilter(first_day=TODAY + timedelta(days=1))
    today = JournalFilter(first_day=TODAY, last_day=TODAY)

    assert [line.number for line in street.views.journal.page(tomorrow)] == [before + 2, before + 1]
    assert len(street.views.journal.page(today, limit=100)) == before
    street.close()


def entries_in(street: ElmStreet, view: JournalView) -> list[str]:
    """The types of the entries in a view, newest first."""
    return [line.type for line in street.views.journal.page(JournalFilter(view=view), limit=100)]


def test_corrections_are_a_view(street: ElmStreet) -> None:
    helped = street.helped()
    street.took_back(helped)
    street.helped(minutes=45, corrects=helped)
    street.withdrew(street.gave(ANA, BO))

    assert entries_in(street, "corrections") == ["gift-withdrawn", "exchange-reported", "exchange-reversed"]


def test_entries_recorded_for_someone_else_are_a_view(street: ElmStreet) -> None:
    street.helped(by=CHIDI)
    waiting = street.helped(by=ANA)
    street.bank.do(ConfirmExchange(exchange=waiting), by=caller(CHIDI, on_behalf=BO))
    street.helped(by=ANA)
    street.views.catch_up()

    assert entries_in(street, "on-behalf") == ["exchange-settled", "exchange-confirmed", "exchange-reported"]


def test_roles_agreements_and_choices_are_views(street: ElmStreet) -> None:
    street.bank.do(WithdrawRole(member=RUTH, role="auditor"), by=CHIDI)
    street.bank.do(AgreeOnLimits(debit_limit_minutes=-60, upper_limit_minutes=None), by=CHIDI)
    street.bank.do(AgreeOnThresholds(thresholds=replace(DEFAULT_THRESHOLDS, late_days=60)), by=CHIDI)
    street.bank.do(ChooseVisibility(member=ANA, sees="groups"), by=ANA)
    street.views.catch_up()

    assert entries_in(street, "roles") == ["role-withdrawn", "role-given", "role-given"]
    assert entries_in(street, "agreements")[:2] == ["exceptions-agreed", "limits-agreed"]
    assert entries_in(street, "visibility") == ["visibility-chosen"]


@pytest.mark.parametrize(("days", "late"), [(29, False), (30, True)])
def test_an_entry_is_late_after_thirty_days(street: ElmStreet, days: int, late: bool) -> None:
    street.helped(on=TODAY - timedelta(days=days))

    assert (entries_in(street, "late") == ["exchange-reported"]) is late


def test_an_agreed_threshold_for_lateness_applies_from_then_on(street: ElmStreet) -> None:
    street.helped(on=TODAY - timedelta(days=30))
    street.bank.do(AgreeOnThresholds(thresholds=replace(DEFAULT_THRESHOLDS, late_days=60)), by=CHIDI)
    street.helped(on=TODAY - timedelta(days=59))

    assert len(entries_in(street, "late")) == 1


def test_the_time_before_the_founding_closes_a_week_after_it(street: ElmStreet) -> None:
    street.helped(on=date(2026, 1, 31))

    assert entries_in(street, "after-closing") == []


@pytest.mark.parametrize(("recorded", "closed"), [(date(2026, 4, 7), False), (date(2026, 4, 8), True)])
def test_a_month_closes_seven_days_after_its_end(street: ElmStreet, recorded: date, closed: bool) -> None:
    street.time.moment = datetime.combine(recorded, NOW.timetz())

    street.helped(on=date(2026, 3, 31))

    assert bool(entries_in(street, "after-closing")) is closed


def test_imported_entries_are_not_late(street: ElmStreet) -> None:
    street.bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY - timedelta(days=90)), by=caller(BO, via="import"))
    street.views.catch_up()

    assert entries_in(street, "late") == entries_in(street, "after-closing") == []
    assert len(entries_in(street, "imports")) == 2


def test_views_are_counted(street: ElmStreet) -> None:
    street.lively()

    counted = street.views.journal.view_counts()

    assert counted == {view: len(entries_in(street, view)) for view in get_args(JournalView) if view in counted}
    assert counted["corrections"] == 3 and "imports" not in counted


def test_a_view_can_be_combined_with_other_filters_and_paged(street: ElmStreet) -> None:
    for _ in range(3):
        street.took_back(street.helped(ANA, BO))
    street.took_back(street.helped(ANA, RUTH), asked_by=RUTH)
    wanted = JournalFilter(view="corrections", account=AccountId(BO))

    first = street.views.journal.page(wanted, limit=2)
    second = street.views.journal.page(wanted, before=first[-1].number, limit=2)

    assert [len(first), len(second)] == [2, 1]
    assert street.views.journal.page(wanted, after=second[-1].number, limit=2) == first
    assert len(street.views.journal.page(JournalFilter(view="corrections", actor=CHIDI))) == 4


def test_erasures_are_a_view(street: ElmStreet) -> None:
    street.wrote(ErasureAsked(member=ANA, asked_by=ANA))
    street.views.catch_up()

    assert entries_in(street, "erasures") == ["erasure-asked"]


def test_the_entries_of_a_sample_are_found_by_number(street: ElmStreet) -> None:
    assert [line.number for line in street.views.journal.lines([5, 2, 9_999])] == [2, 5]
    assert street.views.journal.lines([]) == []


def test_the_entries_of_a_period_are_found_up_to_an_entry(street: ElmStreet) -> None:
    head = street.views.catch_up().number

    assert street.views.journal.recorded_in(None, None, head) == (1, head)
    assert street.views.journal.recorded_in(TODAY, TODAY, 4) == (1, 4)
    assert street.views.journal.recorded_in(TODAY + timedelta(days=1), None, head) == (1, 0)
