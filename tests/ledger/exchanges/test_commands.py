"""Commands about exchanges, from report to reversal."""

from datetime import UTC, date, datetime

import pytest

from ledger.exchanges.commands import (
    ApproveReversal,
    AskForReversal,
    CallOffExchange,
    ConfirmExchange,
    DeclineExchange,
    DeclineReversal,
    ReportExchange,
    ReverseExchange,
)
from ledger.exchanges.facts import ExchangeReported, Leg
from ledger.identifiers import HOST, ExchangeId, MemberId
from ledger.log.entry import decode
from ledger.members.commands import LeaveCommunity
from ledger.refusals import (
    DayInFuture,
    DayTooLongAgo,
    NotActive,
    OnlyCoordinators,
    OnlyTheOtherPartyConfirms,
    PartyCannotDecide,
    ReasonNeeded,
    UnknownExchange,
)
from ledger.time_bank import TimeBank
from tests.cast import ANA, BO, CHIDI, RUTH, TODAY, caller, counting_ids, founded, help_of, minutes_of, replayed, skills


def reported(bank: TimeBank, *legs: Leg, by: MemberId = ANA) -> ExchangeId:
    """Report help, by default as Ana, of an hour from Ana to Bo."""
    return (
        bank.do(ReportExchange(legs=tuple(legs or [help_of()]), given_on=TODAY), by=by).fact(ExchangeReported).exchange
    )


def balances(bank: TimeBank) -> tuple[int, int]:
    """Return Ana's and Bo's balances."""
    return minutes_of(bank, ANA), minutes_of(bank, BO)


def test_hours_count_once_the_receiver_agrees(each_bank: TimeBank) -> None:
    exchange = reported(each_bank)
    assert balances(each_bank) == (0, 0)

    each_bank.do(ConfirmExchange(exchange=exchange), by=BO)

    assert balances(each_bank) == (60, -60)
    assert replayed(each_bank.log) == {ANA: 60, BO: -60}


def test_a_skill_exchange_settles_both_ways_together(bank: TimeBank) -> None:
    exchange = reported(bank, *skills(60, 120))

    bank.do(ConfirmExchange(exchange=exchange), by=BO)

    assert balances(bank) == (-60, 60)


def test_saying_no_needs_a_reason_and_nothing_counts(bank: TimeBank) -> None:
    exchange = reported(bank)
    with pytest.raises(ReasonNeeded):
        bank.do(DeclineExchange(exchange=exchange, reason=" "), by=BO)

    bank.do(DeclineExchange(exchange=exchange, reason="It was Monday"), by=caller(BO, "bo-says-no"))

    assert bank.exchange(exchange).state == "declined"
    assert balances(bank) == (0, 0)
    (entry,) = [decode(stored.data) for stored in bank.log.read({"command:bo-says-no": 0})[0]]
    assert bank.people.words(entry.sealed.values()) == {entry.sealed["reason"]: "It was Monday"}


def test_the_reporter_can_cancel_a_waiting_report(bank: TimeBank) -> None:
    exchange = reported(bank)

    bank.do(CallOffExchange(exchange=exchange), by=ANA)

    assert bank.exchange(exchange).state == "called-off"


def test_a_mistake_is_taken_back_by_two_people_and_reported_again(each_bank: TimeBank) -> None:
    wrong = reported(each_bank, by=BO)
    with pytest.raises(ReasonNeeded):
        each_bank.do(AskForReversal(exchange=wrong, reason=""), by=BO)
    each_bank.do(AskForReversal(exchange=wrong, reason="It was half an hour"), by=BO)
    each_bank.do(ApproveReversal(exchange=wrong), by=ANA)
    assert balances(each_bank) == (0, 0)

    right = (
        each_bank.do(ReportExchange(legs=(help_of(minutes=30),), given_on=TODAY, corrects=wrong), by=BO)
        .fact(ExchangeReported)
        .exchange
    )

    assert balances(each_bank) == (30, -30)
    assert each_bank.exchange(wrong).state == "reversed"
    assert each_bank.exchange(right).state == "settled"


def test_a_reversal_can_be_declined_and_asked_for_again(bank: TimeBank) -> None:
    exchange = reported(bank, by=BO)
    bank.do(AskForReversal(exchange=exchange, reason="Hm"), by=BO)

    bank.do(DeclineReversal(exchange=exchange, reason="It is right"), by=ANA)
    bank.do(AskForReversal(exchange=exchange, reason="No, really"), by=BO)

    assert bank.exchange(exchange).reversal_asked_by == BO
    assert balances(bank) == (60, -60)


def test_a_coordinator_takes_an_exchange_back_at_a_partys_request_with_a_reason(bank: TimeBank) -> None:
    exchange = reported(bank, by=BO)
    with pytest.raises(ReasonNeeded):
        bank.do(ReverseExchange(exchange=exchange, asked_by=BO, reason=" "), by=CHIDI)

    bank.do(ReverseExchange(exchange=exchange, asked_by=BO, reason="Bo rang"), by=CHIDI)

    assert balances(bank) == (0, 0)


def test_a_reversal_can_pass_a_limit(bank: TimeBank) -> None:
    # Ana gave 20 hours and has since received 39.5. Taking the 20 back leads far below the limit.
    exchange = reported(bank, help_of(ANA, BO, 1200), by=BO)
    reported(bank, help_of(CHIDI, ANA, 1440), by=ANA)
    reported(bank, help_of(CHIDI, ANA, 930), by=ANA)

    bank.do(
        ReverseExchange(exchange=exchange, asked_by=BO, reason="A slip"), by=caller(CHIDI, on_behalf=None, via="cli")
    )

    assert minutes_of(bank, ANA) == -2370


def test_an_unknown_exchange_cannot_be_answered(bank: TimeBank) -> None:
    nothing = ExchangeId("x-nothing")

    for command in (ConfirmExchange(nothing), CallOffExchange(nothing), ApproveReversal(nothing)):
        with pytest.raises(UnknownExchange):
            bank.do(command, by=BO)
    with pytest.raises(UnknownExchange):
        bank.exchange(nothing)


# Days


def test_today_is_the_date_in_the_communitys_time_zone(sqlite_url: str) -> None:
    # 22:30 in London on the 14th is already the 15th in Tokyo.
    at_night = datetime(2026, 3, 14, 22, 30, tzinfo=UTC)
    with founded(sqlite_url, clock=lambda: at_night, time_zone="Asia/Tokyo") as bank:
        bank.do(ReportExchange(legs=(help_of(),), given_on=date(2026, 3, 15)), by=ANA)
        with pytest.raises(DayInFuture):
            bank.do(ReportExchange(legs=(help_of(),), given_on=date(2026, 3, 16)), by=ANA)


def test_a_clock_that_is_set_back_does_not_reorder_the_log(sqlite_url: str) -> None:
    ticks = iter([datetime(2026, 3, 14, 10, minute, tzinfo=UTC) for minute in (30, 31, 10, 5, 40) for _ in range(40)])
    with founded(sqlite_url, clock=lambda: next(ticks), ids=counting_ids()) as bank:
        for _ in range(20):
            reported(bank)
        instants = [decode(data).at for _, data in bank.log.scan()]

    assert instants == sorted(instants)
    assert len(set(instants)) >= 2


def test_a_coordinator_can_log_a_day_more_than_a_year_ago_also_for_a_member(bank: TimeBank) -> None:
    long_ago = date(2024, 5, 1)
    with pytest.raises(DayTooLongAgo):
        bank.do(ReportExchange(legs=(help_of(),), given_on=long_ago), by=BO)

    bank.do(ReportExchange(legs=(help_of(),), given_on=long_ago), by=CHIDI)
    bank.do(ReportExchange(legs=(help_of(),), given_on=long_ago), by=caller(CHIDI, on_behalf=BO))

    assert balances(bank) == (120, -120)


# On behalf of a member


def test_a_report_typed_for_the_receiver_settles(bank: TimeBank) -> None:
    exchange = reported(bank)

    bank.do(ConfirmExchange(exchange=exchange), by=caller(CHIDI, "a-phone-call", on_behalf=BO))

    assert balances(bank) == (60, -60)
    entry = decode(bank.log.read({"command:a-phone-call": 0})[0][0].data)
    assert (entry.actor, entry.on_behalf) == (CHIDI, BO)


def test_a_report_typed_for_the_giver_waits_for_the_receiver(bank: TimeBank) -> None:
    exchange = (
        bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=caller(CHIDI, on_behalf=ANA))
        .fact(ExchangeReported)
        .exchange
    )

    assert bank.exchange(exchange).awaiting == (BO,)
    assert bank.exchange(exchange).reported_by == ANA


def test_a_coordinator_cannot_act_for_someone_where_they_are_a_party(bank: TimeBank) -> None:
    theirs = reported(bank, help_of(CHIDI, BO), by=CHIDI)

    for command in (ConfirmExchange(theirs), CallOffExchange(theirs)):
        with pytest.raises(PartyCannotDecide):
            bank.do(command, by=caller(CHIDI, on_behalf=BO))
    with pytest.raises(PartyCannotDecide):
        bank.do(ReportExchange(legs=(help_of(CHIDI, BO),), given_on=TODAY), by=caller(CHIDI, on_behalf=BO))


@pytest.mark.parametrize("who", [ANA, RUTH, MemberId("m-nobody")])
def test_only_a_coordinator_can_act_for_someone(bank: TimeBank, who: MemberId) -> None:
    exchange = reported(bank)

    with pytest.raises(OnlyCoordinators):
        bank.do(ConfirmExchange(exchange=exchange), by=caller(who, on_behalf=BO))


def test_a_coordinator_cannot_answer_for_someone_who_does_not_have_to_agree(bank: TimeBank) -> None:
    exchange = reported(bank)

    with pytest.raises(OnlyTheOtherPartyConfirms):
        bank.do(ConfirmExchange(exchange=exchange), by=caller(CHIDI, on_behalf=RUTH))
    bank.do(LeaveCommunity(member=BO), by=BO)
    with pytest.raises(NotActive):
        bank.do(ConfirmExchange(exchange=exchange), by=caller(CHIDI, on_behalf=BO))


def test_the_host_can_answer_for_a_member(bank: TimeBank) -> None:
    exchange = reported(bank)

    bank.do(ConfirmExchange(exchange=exchange), by=caller(HOST, on_behalf=BO, via="cli"))

    assert balances(bank) == (60, -60)
