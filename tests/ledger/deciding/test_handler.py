"""A command is carried out once, and a repeat returns the same facts."""

from collections.abc import Mapping

import pytest

from ledger.deciding.requests import Command, Recorded
from ledger.exchanges.commands import ConfirmExchange, ReportExchange
from ledger.exchanges.facts import ExchangeReported, ExchangeSettled
from ledger.gifts.commands import RecordGift
from ledger.groups.commands import FormGroup
from ledger.identifiers import HOST, AccountId, CategoryKey, ExchangeId, MemberId
from ledger.log.entry import decode
from ledger.members.commands import InviteMember
from ledger.members.facts import MemberInvited
from ledger.refusals import CommandIdReused, NotWithYourself, Refusal, TextTooLong, UnreadableText
from ledger.time_bank import TimeBank
from tests.cast import ANA, BO, CHIDI, GARDENING, TODAY, caller, help_of, minutes_of, reopened


def report(bank: TimeBank, identifier: str = "", *, by: MemberId = ANA, note: str = "", minutes: int = 60) -> Recorded:
    """Report help by default as Ana, of an hour for Bo."""
    return bank.do(
        ReportExchange(legs=(help_of(minutes=minutes),), given_on=TODAY, note=note), by=caller(by, identifier)
    )


def texts_stored(bank: TimeBank) -> int:
    """Return how many texts are stored."""
    with bank.people.engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM words").scalar_one())


def test_repeating_a_command_returns_the_same_facts_and_records_them_once(each_bank: TimeBank) -> None:
    first = report(each_bank, "the-same-form", note="Roses")
    head = each_bank.log.head()

    again = report(each_bank, "the-same-form", note="Roses")

    assert again.facts == first.facts
    assert each_bank.log.head() == head


def test_a_repeat_is_recognised_after_a_restart(each_bank: TimeBank) -> None:
    first = report(each_bank, "the-same-form", by=BO)
    with reopened(each_bank) as cold:
        again = report(cold, "the-same-form", by=BO)

    assert again.facts == first.facts
    assert minutes_of(each_bank, BO) == -60


def test_a_repeat_returns_its_facts_even_if_it_would_be_refused_now(bank: TimeBank) -> None:
    exchange = bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=ANA).fact(ExchangeReported).exchange
    yes = caller(BO, "bo-says-yes")
    first = bank.do(ConfirmExchange(exchange=exchange), by=yes)

    assert bank.do(ConfirmExchange(exchange=exchange), by=yes).facts == first.facts


@pytest.mark.parametrize(
    ("command", "by"),
    [
        (ReportExchange(legs=(help_of(),), given_on=TODAY), BO),
        (RecordGift(giver=ANA, receiver=AccountId(BO), category=CategoryKey(GARDENING), given_on=TODAY), ANA),
        (FormGroup(name="The choir"), CHIDI),
        (InviteMember(name="Eve"), CHIDI),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_log_is_read_once_for_a_command_that_creates_something(
    bank: TimeBank, monkeypatch: pytest.MonkeyPatch, command: Command, by: MemberId
) -> None:
    reads: list[Mapping[str, int]] = []
    read = bank.log.read
    monkeypatch.setattr(bank.log, "read", lambda after: (reads.append(after), read(after))[1])

    assert bank.do(command, by=by).facts
    assert len(reads) == 1


def test_the_id_of_a_refused_command_can_be_used_for_another(bank: TimeBank) -> None:
    with pytest.raises(NotWithYourself):
        bank.do(ReportExchange(legs=(help_of(ANA, ANA),), given_on=TODAY), by=caller(ANA, "once-refused"))

    assert report(bank, "once-refused").facts


def test_a_command_id_cannot_be_used_for_another_command(bank: TimeBank) -> None:
    report(bank, "the-same-form")
    head = bank.log.head()

    with pytest.raises(CommandIdReused):
        report(bank, "the-same-form", minutes=61)
    with pytest.raises(CommandIdReused):
        bank.do(
            RecordGift(giver=ANA, receiver=help_of().receiver, category=help_of().category, given_on=TODAY),
            by=caller(ANA, "the-same-form"),
        )

    assert bank.log.head() == head


def test_a_command_id_cannot_be_used_by_someone_else(bank: TimeBank) -> None:
    report(bank, "the-same-form", by=ANA)

    with pytest.raises(CommandIdReused):
        report(bank, "the-same-form", by=BO)
    with pytest.raises(CommandIdReused):
        bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=caller(CHIDI, "the-same-form", on_behalf=ANA))


@pytest.mark.parametrize(("first", "then"), [("Roses", "Tulips"), ("Roses", ""), ("", "Tulips"), ("Roses", "roses")])
def test_a_command_id_cannot_be_used_with_another_note(bank: TimeBank, first: str, then: str) -> None:
    report(bank, "the-same-form", note=first)

    with pytest.raises(CommandIdReused):
        report(bank, "the-same-form", note=then)


@pytest.mark.parametrize("typed", ["  Roses and\r\nweeds ", "Roses and\nweeds", ""])
def test_spaces_around_a_note_make_no_difference_to_a_repeat(bank: TimeBank, typed: str) -> None:
    first = report(bank, "the-same-form", note=typed)

    assert report(bank, "the-same-form", note=typed).facts == first.facts
    assert report(bank, "the-same-form", note=typed.replace("\r\n", "\n").strip()).facts == first.facts


def test_repeating_an_invitation_returns_the_same_person(bank: TimeBank) -> None:
    once = caller(CHIDI, "invite-dana")
    first = bank.do(InviteMember(name="  Dana   Ruiz ", email=" Dana@Elm.example"), by=once)
    dana = first.fact(MemberInvited).member

    second = bank.do(InviteMember(name="  Dana   Ruiz ", email=" Dana@Elm.example"), by=once)
    again = second.fact(MemberInvited).member

    assert (again, second.facts) == (dana, first.facts)
    with pytest.raises(CommandIdReused):
        bank.do(InviteMember(name="Dora Ruiz", email=" Dana@Elm.example"), by=once)


def test_a_repeat_is_recognised_after_its_note_was_erased(bank: TimeBank) -> None:
    first = report(bank, "the-same-form", note="Roses")
    with bank.people.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM words WHERE field = 'note'")

    assert report(bank, "the-same-form", note="Roses").facts == first.facts


def test_a_note_that_is_too_long_or_unreadable_is_refused_and_not_stored(bank: TimeBank) -> None:
    head, texts = bank.log.head(), texts_stored(bank)

    with pytest.raises(TextTooLong) as too_long:
        report(bank, note="a" * 10_000)
    for unreadable in ("half \ud800", "null \x00", "bell \x07"):
        with pytest.raises(UnreadableText):
            report(bank, note=unreadable)

    assert too_long.value.details["limit"] == 2000
    assert (bank.log.head(), texts_stored(bank)) == (head, texts)


def test_a_preview_is_refused_exactly_as_the_command_is(bank: TimeBank) -> None:
    would = bank.preview(ReportExchange(legs=(help_of(),), given_on=TODAY), by=BO)

    assert [type(fact) for fact in would] == [ExchangeReported, ExchangeSettled]
    with pytest.raises(NotWithYourself):
        bank.preview(ReportExchange(legs=(help_of(BO, BO),), given_on=TODAY), by=BO)
    with pytest.raises(TextTooLong):
        bank.preview(ReportExchange(legs=(help_of(),), given_on=TODAY, note="a" * 10_000), by=BO)
    assert minutes_of(bank, BO) == 0


def test_an_entry_says_who_typed_it_when_where_and_for_whom(bank: TimeBank) -> None:
    by = caller(CHIDI, "a-phone-call", on_behalf=BO, via="api")
    bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY, note="Roses"), by=by)

    reported, settled = [decode(stored.data) for stored in bank.log.read({"command:a-phone-call": 0})[0]]

    assert (reported.actor, reported.on_behalf, reported.via, reported.cmd) == (CHIDI, BO, "api", "a-phone-call")
    assert reported.at == "2026-03-14T10:30:00.000000Z"
    assert reported.log == "localhost/elm-street/1"
    assert bank.people.words(reported.sealed.values()) == {reported.sealed["note"]: "Roses"}
    assert settled.sealed == {}
    assert settled.nonce != reported.nonce


# On behalf of


def test_the_host_can_act_for_a_member(bank: TimeBank) -> None:
    answer = bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=caller(HOST, on_behalf=BO, via="cli"))
    exchange = answer.fact(ExchangeReported).exchange

    assert len(answer.facts) == 2
    assert bank.exchange(exchange).reported_by == BO


def test_an_unknown_exchange_is_refused(bank: TimeBank) -> None:
    with pytest.raises(Refusal):
        bank.exchange(ExchangeId("x-nothing"))
