"""Agreeing to a report, saying no, and cancelling it."""

from collections.abc import Callable

import pytest

from ledger.catalogue import Fact
from ledger.exchanges.facts import (
    ExchangeCalledOff,
    ExchangeConfirmed,
    ExchangeDeclined,
    ExchangeReported,
    ExchangeSettled,
)
from ledger.exchanges.rules import Exchange, call_off, confirm, decline
from ledger.identifiers import MemberId
from ledger.members.rules import Member
from ledger.refusals import (
    AlreadyCalledOff,
    AlreadyDeclined,
    AlreadyReversed,
    AlreadySettled,
    BeyondDebitLimit,
    NotActive,
    OnlyTheOtherPartyConfirms,
    OnlyTheReporterCallsOff,
    Refusal,
    UnknownExchange,
)
from tests.cast import (
    AGREEMENTS,
    ANA,
    BO,
    CHIDI,
    EXCHANGE,
    RUTH,
    TODAY,
    after,
    balances,
    called_off,
    declined,
    gone,
    help_of,
    host,
    member,
    reported,
    reversed_exchange,
    settled,
    skills,
)

UNKNOWN = Exchange(id=EXCHANGE)


def confirmed_by(who: Member, exchange: Exchange, balance: dict[MemberId, int] | None = None) -> list[Fact]:
    """Return the facts of this person's agreement."""
    return list(confirm(exchange, by=who, accounts=balances(balance), agreements=AGREEMENTS))


def test_an_exchange_is_settled_once_the_receiver_agrees() -> None:
    facts = confirmed_by(member(BO), reported(by=ANA))

    assert facts == [
        ExchangeConfirmed(exchange=EXCHANGE, confirmed_by=BO),
        ExchangeSettled(exchange=EXCHANGE, legs=(help_of(),), given_on=TODAY),
    ]


def test_an_exchange_is_not_settled_while_someone_still_has_to_agree() -> None:
    waiting_for_both = after(
        Exchange(id=EXCHANGE),
        [ExchangeReported(exchange=EXCHANGE, legs=skills(), given_on=TODAY, reported_by=CHIDI, awaiting=(ANA, BO))],
    )

    first = confirmed_by(member(ANA), waiting_for_both)
    second = confirmed_by(member(BO), after(waiting_for_both, first))

    assert first == [ExchangeConfirmed(exchange=EXCHANGE, confirmed_by=ANA)]
    assert isinstance(second[-1], ExchangeSettled)


def test_nobody_confirms_their_own_report() -> None:
    with pytest.raises(OnlyTheOtherPartyConfirms):
        confirmed_by(member(ANA), reported(by=ANA))


@pytest.mark.parametrize("who", [CHIDI, RUTH])
def test_nobody_confirms_for_others(who: MemberId) -> None:
    with pytest.raises(OnlyTheOtherPartyConfirms):
        confirmed_by(member(who), reported(by=ANA))


def test_nobody_confirms_twice() -> None:
    waiting = reported(by=ANA)
    once = after(waiting, confirmed_by(member(BO), waiting))

    with pytest.raises(AlreadySettled):
        confirmed_by(member(BO), once)


def test_nobody_confirms_twice_while_someone_else_still_has_to_agree() -> None:
    waiting_for_both = after(
        Exchange(id=EXCHANGE),
        [ExchangeReported(exchange=EXCHANGE, legs=skills(), given_on=TODAY, reported_by=CHIDI, awaiting=(ANA, BO))],
    )
    once = after(waiting_for_both, confirmed_by(member(ANA), waiting_for_both))

    with pytest.raises(OnlyTheOtherPartyConfirms):
        confirmed_by(member(ANA), once)


def test_someone_who_has_left_cannot_agree() -> None:
    with pytest.raises(NotActive):
        confirmed_by(gone(BO), reported(by=ANA))


def test_the_limit_is_checked_when_the_exchange_settles() -> None:
    waiting = reported(by=ANA, minutes=60)

    assert confirmed_by(member(BO), waiting, {BO: -1140})
    with pytest.raises(BeyondDebitLimit) as refusal:
        confirmed_by(member(BO), waiting, {BO: -1141})

    assert refusal.value.details["open_minutes"] == 59


# Saying no, cancelling


def test_the_receiver_can_say_no() -> None:
    assert decline(reported(by=ANA), by=member(BO)) == [ExchangeDeclined(exchange=EXCHANGE, declined_by=BO)]


@pytest.mark.parametrize("who", [ANA, CHIDI, RUTH])
def test_only_someone_who_has_to_agree_can_say_no(who: MemberId) -> None:
    with pytest.raises(OnlyTheOtherPartyConfirms):
        decline(reported(by=ANA), by=member(who))


def test_the_reporter_can_cancel_a_waiting_report() -> None:
    assert call_off(reported(by=ANA), by=member(ANA)) == [ExchangeCalledOff(exchange=EXCHANGE, called_off_by=ANA)]


@pytest.mark.parametrize("who", [member(CHIDI), host()], ids=["coordinator", "host"])
def test_a_coordinator_who_is_not_a_party_can_cancel_a_waiting_report(who: Member) -> None:
    assert call_off(reported(by=ANA), by=who) == [ExchangeCalledOff(exchange=EXCHANGE, called_off_by=who.id)]


def test_nobody_else_can_cancel_a_waiting_report() -> None:
    with pytest.raises(OnlyTheReporterCallsOff):
        call_off(reported(by=ANA), by=member(BO))
    with pytest.raises(OnlyTheReporterCallsOff):
        call_off(reported(by=ANA), by=member(RUTH))
    with pytest.raises(OnlyTheReporterCallsOff):
        call_off(reported(by=ANA, receiver=CHIDI), by=member(CHIDI))


Verb = Callable[[Exchange], object]

ANSWERS: dict[str, Verb] = {
    "confirm": lambda exchange: confirmed_by(member(BO), exchange),
    "decline": lambda exchange: decline(exchange, by=member(BO)),
    "call off": lambda exchange: call_off(exchange, by=member(ANA)),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize(
    ("exchange", "refusal"),
    [
        (UNKNOWN, UnknownExchange),
        (settled(), AlreadySettled),
        (declined(), AlreadyDeclined),
        (called_off(), AlreadyCalledOff),
        (reversed_exchange(), AlreadyReversed),
    ],
    ids=["unknown", "settled", "declined", "called off", "reversed"],
)
def test_only_a_waiting_report_can_be_answered(answer: Verb, exchange: Exchange, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        answer(exchange)
