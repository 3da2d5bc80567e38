"""Imports: once, completely, and by the ledger's own rules."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import count

import pytest

from ledger.agreements.commands import FoundCommunity
from ledger.deciding.requests import Caller
from ledger.exchanges.facts import ExchangeSettled
from ledger.gifts.facts import GiftRecorded
from ledger.groups.commands import FormGroup
from ledger.groups.facts import GroupFormed
from ledger.identifiers import COMMUNITY, HOST, AccountId, MemberId, new_command_id
from ledger.importing.plan import ImportOutcome, NewCommunity, Plan, carry_out, plan_import
from ledger.importing.rows import ImportRow, Kind
from ledger.log.entry import decode
from ledger.log.store import LogUnavailable
from ledger.members.commands import InviteMember, LeaveCommunity
from ledger.members.facts import MemberInvited
from ledger.personal_data.search import find_all, find_members
from ledger.personal_data.store import PersonalText
from ledger.replay import replay
from ledger.time_bank import TimeBank

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture
def bank(database_url: str) -> Iterator[TimeBank]:
    with TimeBank.open(database_url, clock=lambda: NOW) as bank:
        yield bank


@pytest.fixture
def founded(bank: TimeBank) -> TimeBank:
    bank.do(
        FoundCommunity(name="Riverside", time_zone="UTC", coordinator="Chidi", email="chidi@example.org"), by=_host()
    )
    return bank


def _host() -> Caller:
    return Caller(id=new_command_id(), by=HOST, via="cli")


_numbers = count(2)


def row(
    giver: str = "Ana",
    receiver: str = "Bo",
    minutes: int = 60,
    *,
    day: date = date(2026, 3, 28),
    kind: Kind = "help",
    category: str = "garden",
    note: str = "",
    reference: str = "",
) -> ImportRow:
    line = next(_numbers)
    key = (kind, "reference", reference) if reference else (kind, "row", str(line))
    return ImportRow(line, kind, giver, receiver, day, minutes if kind == "help" else 0, category, note, reference, key)


def run_import(
    bank: TimeBank, rows: Sequence[ImportRow], debit_limit_minutes: int | None = None
) -> tuple[Plan, ImportOutcome]:
    plan = plan_import(bank, rows, now=NOW, debit_limit_minutes=debit_limit_minutes)
    return plan, carry_out(bank, plan)


def facts(bank: TimeBank) -> list[object]:
    return [decode(data).data for _, data in bank.log.scan()]


def member(bank: TimeBank, name: str) -> MemberId:
    (found,) = find_members(bank, name)
    return MemberId(found.account)


def test_a_plan_writes_nothing(founded: TimeBank) -> None:
    head = founded.log.head()

    plan = plan_import(founded, [row(), row(category="Felling trees")], now=NOW)

    assert founded.log.head() == head and founded.people.named("Ana") == []
    assert (len(plan.rows), len(plan.newcomers), [kind.label for kind in plan.new_kinds]) == (2, 2, ["Felling trees"])


def test_imported_help_is_settled_and_recorded_by_the_host(founded: TimeBank) -> None:
    run_import(founded, [row(minutes=90, note="Dug the front bed")])

    settled = [fact for fact in facts(founded) if isinstance(fact, ExchangeSettled)]
    ana, bo = member(founded, "Ana"), member(founded, "Bo")
    assert [(leg.giver, leg.receiver, leg.minutes, leg.category) for leg in settled[0].legs] == [
        (ana, bo, 90, "garden")
    ]
    entries = [decode(data) for _, data in founded.log.scan()]
    reported = next(entry for entry in entries if entry.type == "exchange-reported")
    assert (reported.actor, reported.via) == (HOST, "import")
    assert founded.people.words(reported.sealed.values()) == {reported.sealed["note"]: "Dug the front bed"}


def test_imported_gifts_are_for_members_groups_and_everyone(founded: TimeBank) -> None:
    group = founded.do(FormGroup(name="Mill Lane"), by=_host()).fact(GroupFormed).group

    run_import(
        founded, [row(kind="gift"), row(receiver="Mill Lane", kind="gift"), row(receiver="community", kind="gift")]
    )

    assert [fact.receiver for fact in facts(founded) if isinstance(fact, GiftRecorded)] == [
        AccountId(member(founded, "Bo")),
        AccountId(group),
        COMMUNITY,
    ]


def test_a_second_run_adds_nothing(founded: TimeBank) -> None:
    rows = [row(reference="1"), row(reference="2", note="Long walk"), row(kind="gift", category="Felling trees")]
    run_import(founded, rows)
    head = founded.log.head()

    plan, outcome = run_import(founded, rows)

    assert (plan.already, plan.bad, outcome.recorded, founded.log.head()) == (3, [], 0, head)


def test_an_interrupted_run_is_completed_by_the_next_without_duplicates(founded: TimeBank) -> None:
    rows = [row(f"Person {number % 9}", "Bo", 1) for number in range(600)]

    def stop(done: int, of: int) -> None:
        raise LogUnavailable("gone", "The log is gone. Try again.")

    with pytest.raises(LogUnavailable):
        carry_out(founded, plan_import(founded, rows, now=NOW), stop)
    assert 0 < replay(founded.log).given < 600

    plan, outcome = run_import(founded, rows)

    assert plan.already + outcome.recorded == 600 and plan.newcomers == []
    assert replay(founded.log).given == replay(founded.log).received == 600


def test_a_reference_imported_before_with_other_contents_is_bad(founded: TimeBank) -> None:
    run_import(founded, [row(reference="7")])

    plan = plan_import(founded, [row(minutes=30, reference="7")], now=NOW)

    assert [bad.sentence for bad in plan.bad] == ["This row was imported before with different contents."]


def test_people_are_found_by_name_address_or_identifier_and_accents_do_not_matter(founded: TimeBank) -> None:
    chidi = member(founded, "Chidi")

    plan, _ = run_import(founded, [row(giver=text) for text in ("CHIDI", "chidi@Example.org", chidi)])

    assert [person.name for person in plan.newcomers] == ["Bo"]
    assert replay(founded.log).accounts[AccountId(chidi)].given == 180


def test_someone_invited_by_an_earlier_file_is_the_same_person_in_the_next(founded: TimeBank) -> None:
    run_import(founded, [row("p0001", "p0002")])
    founded.do(InviteMember(name="p0001"), by=_host())

    plan = plan_import(founded, [row("P0001", "p0002", 30)], now=NOW)

    assert plan.newcomers == [] and plan.bad == []


def test_a_name_that_two_people_have_is_bad(founded: TimeBank) -> None:
    for _ in range(2):
        founded.do(InviteMember(name="Ana"), by=_host())

    plan = plan_import(founded, [row()], now=NOW)

    assert "matches 2 people" in plan.bad[0].sentence


def test_a_name_without_an_entry_matches_nobody(founded: TimeBank) -> None:
    ana = founded.do(InviteMember(name="Ana"), by=_host()).fact(MemberInvited).member
    founded.people.seal([PersonalText("m-000000000000", "name", "Ana")])

    assert [found.account for found in find_all(founded, ["Ana"])["Ana"]] == [ana]


def test_an_address_given_instead_of_a_name_does_not_become_the_name(founded: TimeBank) -> None:
    plan, _ = run_import(founded, [row("ana@example.org")])

    assert next((person.name, person.email) for person in plan.newcomers) == ("ana", "ana@example.org")
    assert founded.people.member_with_address("ANA@example.org") == member(founded, "ana")


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (row("Ana", "ana"), "cannot exchange hours with yourself"),
        (row(minutes=0), "1 minute or more"),
        (row(minutes=1441), "longer than 24 hours"),
        (row(day=date(2026, 11, 23)), "in the future"),
        (row("m-000000000000"), "This person was not found"),
        (row("A" * 101), "too long for a name"),
        (row("community"), "This person was not found"),
    ],
)
def test_a_row_that_the_ledger_would_refuse_is_bad_before_anything_is_written(
    founded: TimeBank, bad: ImportRow, sentence: str
) -> None:
    plan = plan_import(founded, [bad], now=NOW)

    assert sentence in plan.bad[0].sentence and plan.rows == []


def test_days_long_ago_can_be_imported(founded: TimeBank) -> None:
    assert run_import(founded, [row(day=date(2005, 5, 21))])[1].recorded == 1


def test_a_limit_counts_all_earlier_rows_and_can_be_changed_first(founded: TimeBank) -> None:
    rows = [row(minutes=1200), row(minutes=60)]

    plan = plan_import(founded, rows, now=NOW)
    assert [bad.line for bad in plan.bad] == [rows[1].line] and plan.beyond_limit

    _, outcome = run_import(founded, rows, debit_limit_minutes=-30 * 60)

    assert outcome.recorded == 2
    assert founded.agreements.debit_limit_minutes == -30 * 60


def test_known_kinds_are_found_by_key_or_label_and_new_ones_are_added(founded: TimeBank) -> None:
    texts = ["garden", "Meals and FOOD", "", "co-work", "Co work", "庭仕事"]

    plan, _ = run_import(founded, [row(category=text, kind="gift") for text in texts])

    assert [plan.kinds[text] for text in texts[:5]] == ["garden", "food", "other", "co-work", "co-work"]
    assert plan.kinds["庭仕事"].startswith("kind-")
    assert [kind.label for kind in founded.agreements.categories[-2:]] == ["Co-work", "庭仕事"]


def test_a_community_is_founded_if_there_is_none(bank: TimeBank) -> None:
    plan = plan_import(None, [row()], now=NOW, community=NewCommunity("Elm Street", "Europe/Madrid"))
    assert plan.founds == NewCommunity("Elm Street", "Europe/Madrid") and bank.log.head() == 0

    carry_out(bank, plan)

    agreed = bank.agreements
    assert (agreed.name, agreed.time_zone) == ("Elm Street", "Europe/Madrid")
    assert replay(bank.log).given == 60


def test_a_row_about_someone_who_left_after_planning_is_reported(founded: TimeBank) -> None:
    run_import(founded, [row()])
    rows = [row(minutes=15), row("Eve", minutes=15)]
    plan = plan_import(founded, rows, now=NOW)
    founded.do(LeaveCommunity(member=member(founded, "Ana")), by=_host())

    outcome = carry_out(founded, plan)

    assert outcome.recorded == 1
    assert [bad.line for bad in outcome.refused] == [rows[0].line]
