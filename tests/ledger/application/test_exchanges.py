"""Hours of help, from report to reversal, through the door."""

from datetime import UTC, date, datetime

import pytest

from ledger.application.time_bank import TimeBank
from ledger.events.exchanges import Leg
from ledger.identifiers import HOST, ExchangeId, MemberId
from ledger.log.entry import decode
from ledger.refusals import (
    DayToCome,
    DayTooLongAgo,
    NotTheirsToSay,
    NoWord,
    OnlyCoordinators,
    OnlyTheOtherPartyConfirms,
    TakesNoPart,
    UnknownExchange,
)
from tests.cast import (
    ANA,
    BO,
    CHIDI,
    RUTH,
    TODAY,
    command,
    counting_ids,
    founded,
    help_of,
    minutes_of,
    replayed,
    skills,
)


def reported(bank: TimeBank, *legs: Leg, by: MemberId = ANA) -> ExchangeId:
    """An hour from Ana to Bo as Ana reports it, unless told otherwise."""
    return bank.exchanges.report(legs or [help_of()], TODAY, command=command(by))[0]


def balances(bank: TimeBank) -> tuple[int, int]:
    """Ana's and Bo's minutes."""
    return minutes_of(bank, ANA), minutes_of(bank, BO)


def test_hours_count_once_the_receiver_agrees(each_bank: TimeBank) -> None:
    exchange = reported(each_bank)
    assert balances(each_bank) == (0, 0)

    each_bank.exchanges.confirm(exchange, command=command(BO))

    assert balances(each_bank) == (60, -60)
    assert replayed(each_bank.log) == {ANA: 60, BO: -60}


def test_a_skill_exchange_moves_both_ways_in_one_go(bank: TimeBank) -> None:
    exchange = reported(bank, *skills(60, 120))

    bank.exchanges.confirm(exchange, command=command(BO))

    assert balances(bank) == (-60, 60)


def test_saying_no_needs_a_word_of_why_and_nothing_counts(bank: TimeBank) -> None:
    exchange = reported(bank)
    with pytest.raises(NoWord):
        bank.exchanges.decline(exchange, reason=" ", command=command(BO))

    bank.exchanges.decline(exchange, reason="It was Monday", command=command(BO, "bo-says-no"))

    assert bank.exchanges.state(exchange).state == "declined"
    assert balances(bank) == (0, 0)
    (entry,) = [decode(stored.data) for stored in bank.log.read({"command:bo-says-no": 0})[0]]
    assert bank.people.words(entry.sealed.values()) == {entry.sealed["reason"]: "It was Monday"}


def test_the_reporter_calls_off_what_waits(bank: TimeBank) -> None:
    exchange = reported(bank)

    bank.exchanges.call_off(exchange, command=command(ANA))

    assert bank.exchanges.state(exchange).state == "called-off"


def test_a_mistake_is_taken_back_by_two_and_reported_anew(each_bank: TimeBank) -> None:
    wrong = reported(each_bank, by=BO)
    with pytest.raises(NoWord):
        each_bank.exchanges.ask_reversal(wrong, reason="", command=command(BO))
    each_bank.exchanges.ask_reversal(wrong, reason="It was half an hour", command=command(BO))
    each_bank.exchanges.approve_reversal(wrong, command=command(ANA))
    assert balances(each_bank) == (0, 0)

    right, _ = each_bank.exchanges.report([help_of(minutes=30)], TODAY, command=command(BO), corrects=wrong)

    assert balances(each_bank) == (30, -30)
    assert each_bank.exchanges.state(wrong).state == "reversed"
    assert each_bank.exchanges.state(right).state == "settled"


def test_a_question_to_take_back_is_answered_with_no_and_asked_again(bank: TimeBank) -> None:
    exchange = reported(bank, by=BO)
    bank.exchanges.ask_reversal(exchange, reason="Hm", command=command(BO))

    bank.exchanges.decline_reversal(exchange, reason="It is right", command=command(ANA))
    bank.exchanges.ask_reversal(exchange, reason="No, really", command=command(BO))

    assert bank.exchanges.state(exchange).reversal_asked_by == BO
    assert balances(bank) == (60, -60)


def test_a_coordinator_takes_back_at_a_partys_request_with_a_reason(bank: TimeBank) -> None:
    exchange = reported(bank, by=BO)
    with pytest.raises(NoWord):
        bank.exchanges.reverse(exchange, asked_by=BO, reason=" ", command=command(CHIDI))

    bank.exchanges.reverse(exchange, asked_by=BO, reason="Bo rang", command=command(CHIDI))

    assert balances(bank) == (0, 0)


def test_a_reversal_may_pass_a_limit(bank: TimeBank) -> None:
    # Ana gave twenty hours and received thirty-nine and a half since; taking the twenty back leads far below the limit.
    exchange = reported(bank, help_of(ANA, BO, 1200), by=BO)
    reported(bank, help_of(CHIDI, ANA, 1440), by=ANA)
    reported(bank, help_of(CHIDI, ANA, 930), by=ANA)

    bank.exchanges.reverse(exchange, asked_by=BO, reason="A slip", command=command(CHIDI, on_behalf=None, via="cli"))

    assert minutes_of(bank, ANA) == -2370


def test_an_unknown_exchange_is_answered_by_nobody(bank: TimeBank) -> None:
    nothing = ExchangeId("x-nothing")

    for act in (bank.exchanges.confirm, bank.exchanges.call_off, bank.exchanges.approve_reversal):
        with pytest.raises(UnknownExchange):
            act(nothing, command=command(BO))
    with pytest.raises(UnknownExchange):
        bank.exchanges.state(nothing)


# The day


def test_today_is_the_communitys_own_day(sqlite_url: str) -> None:
    # Half past ten at night in London on the fourteenth is already the fifteenth in Tokyo.
    at_night = datetime(2026, 3, 14, 22, 30, tzinfo=UTC)
    with founded(sqlite_url, clock=lambda: at_night, time_zone="Asia/Tokyo") as bank:
        bank.exchanges.report([help_of()], date(2026, 3, 15), command=command(ANA))
        with pytest.raises(DayToCome):
            bank.exchanges.report([help_of()], date(2026, 3, 16), command=command(ANA))


def test_a_clock_that_is_set_back_does_not_reorder_the_log(sqlite_url: str) -> None:
    ticks = iter([datetime(2026, 3, 14, 10, minute, tzinfo=UTC) for minute in (30, 31, 10, 5, 40) for _ in range(40)])
    with founded(sqlite_url, clock=lambda: next(ticks), ids=counting_ids()) as bank:
        for _ in range(20):
            reported(bank)
        instants = [decode(data).at for _, data in bank.log.scan()]

    assert instants == sorted(instants)
    assert len(set(instants)) >= 2


def test_more_than_a_year_back_a_coordinator_logs_it_also_with_a_members_word(bank: TimeBank) -> None:
    long_ago = date(2024, 5, 1)
    with pytest.raises(DayTooLongAgo):
        bank.exchanges.report([help_of()], long_ago, command=command(BO))

    bank.exchanges.report([help_of()], long_ago, command=command(CHIDI))
    bank.exchanges.report([help_of()], long_ago, command=command(CHIDI, on_behalf=BO))

    assert balances(bank) == (120, -120)


# On whose behalf


def test_a_coordinator_who_passes_on_the_receivers_word_settles_it(bank: TimeBank) -> None:
    exchange = reported(bank)

    bank.exchanges.confirm(exchange, command=command(CHIDI, "a-phone-call", on_behalf=BO))

    assert balances(bank) == (60, -60)
    entry = decode(bank.log.read({"command:a-phone-call": 0})[0][0].data)
    assert (entry.actor, entry.on_behalf) == (CHIDI, BO)


def test_a_coordinator_who_passes_on_the_givers_word_waits_for_the_receiver(bank: TimeBank) -> None:
    exchange, _ = bank.exchanges.report([help_of()], TODAY, command=command(CHIDI, on_behalf=ANA))

    assert bank.exchanges.state(exchange).awaiting == (BO,)
    assert bank.exchanges.state(exchange).reported_by == ANA


def test_a_coordinator_passes_on_no_word_where_they_are_a_party(bank: TimeBank) -> None:
    theirs = reported(bank, help_of(CHIDI, BO), by=CHIDI)

    for act in (bank.exchanges.confirm, bank.exchanges.call_off):
        with pytest.raises(NotTheirsToSay):
            act(theirs, command=command(CHIDI, on_behalf=BO))
    with pytest.raises(NotTheirsToSay):
        bank.exchanges.report([help_of(CHIDI, BO)], TODAY, command=command(CHIDI, on_behalf=BO))


@pytest.mark.parametrize("who", [ANA, RUTH, MemberId("m-nobody")])
def test_nobody_but_a_coordinator_passes_on_a_word(bank: TimeBank, who: MemberId) -> None:
    exchange = reported(bank)

    with pytest.raises(OnlyCoordinators):
        bank.exchanges.confirm(exchange, command=command(who, on_behalf=BO))


def test_a_word_is_passed_on_for_who_has_one(bank: TimeBank) -> None:
    exchange = reported(bank)

    with pytest.raises(OnlyTheOtherPartyConfirms):
        bank.exchanges.confirm(exchange, command=command(CHIDI, on_behalf=RUTH))
    bank.members.leave(BO, command=command(BO))
    with pytest.raises(TakesNoPart):
        bank.exchanges.confirm(exchange, command=command(CHIDI, on_behalf=BO))


def test_the_host_passes_on_words_from_the_command_line(bank: TimeBank) -> None:
    exchange = reported(bank)

    bank.exchanges.confirm(exchange, command=command(HOST, on_behalf=BO, via="cli"))

    assert balances(bank) == (60, -60)
