"""Taking back a settled exchange: once, by two people, with a reason."""

from collections.abc import Callable

import pytest

from ledger.exchanges.facts import ExchangeReversed, ReversalAsked, ReversalDeclined
from ledger.exchanges.rules import (
    Exchange,
    approve_reversal,
    ask_reversal,
    call_off,
    decline,
    decline_reversal,
    reverse,
)
from ledger.identifiers import MemberId
from ledger.members.rules import Member
from ledger.refusals import (
    AlreadyReversed,
    NobodyApprovesTheirOwnReversal,
    NoReversalAsked,
    NotActive,
    NotAParty,
    NotSettled,
    OnlyCoordinators,
    PartyCannotDecide,
    Refusal,
    ReversalAlreadyAsked,
    UnknownExchange,
)
from tests.cast import (
    ANA,
    BO,
    CHIDI,
    EXCHANGE,
    RUTH,
    TODAY,
    after,
    asked_back,
    called_off,
    declined,
    gone,
    help_of,
    host,
    member,
    reported,
    reversed_exchange,
    settled,
)

UNKNOWN = Exchange(id=EXCHANGE)

Verb = Callable[[Exchange], object]


@pytest.mark.parametrize("who", [ANA, BO])
def test_either_party_can_ask_for_a_reversal(who: MemberId) -> None:
    assert ask_reversal(settled(), by=member(who)) == [ReversalAsked(exchange=EXCHANGE, asked_by=who)]


def test_only_a_party_can_ask_for_a_reversal() -> None:
    with pytest.raises(NotAParty):
        ask_reversal(settled(), by=member(CHIDI))


def test_a_reversal_is_asked_for_once_at_a_time() -> None:
    with pytest.raises(ReversalAlreadyAsked):
        ask_reversal(asked_back(by=BO), by=member(ANA))


@pytest.mark.parametrize("who", [member(ANA), member(CHIDI), host()], ids=["other party", "coordinator", "host"])
def test_a_second_person_approves_the_reversal(who: Member) -> None:
    assert approve_reversal(asked_back(by=BO), by=who) == [
        ExchangeReversed(exchange=EXCHANGE, legs=(help_of(),), given_on=TODAY, asked_by=BO, approved_by=who.id)
    ]


def test_nobody_approves_their_own_reversal() -> None:
    with pytest.raises(NobodyApprovesTheirOwnReversal):
        approve_reversal(asked_back(by=BO), by=member(BO))


def test_a_coordinator_who_asked_as_a_party_cannot_approve() -> None:
    exchange = settled(giver=CHIDI)
    asked = after(exchange, ask_reversal(exchange, by=member(CHIDI)))

    with pytest.raises(NobodyApprovesTheirOwnReversal):
        approve_reversal(asked, by=member(CHIDI))


def test_someone_not_involved_cannot_decide_a_reversal() -> None:
    with pytest.raises(OnlyCoordinators):
        approve_reversal(asked_back(), by=member(RUTH))
    with pytest.raises(OnlyCoordinators):
        decline_reversal(asked_back(), by=member(RUTH))


@pytest.mark.parametrize("who", [ANA, BO, CHIDI])
def test_anyone_involved_can_decline_a_reversal(who: MemberId) -> None:
    facts = decline_reversal(asked_back(by=BO), by=member(who))

    assert facts == [ReversalDeclined(exchange=EXCHANGE, declined_by=who)]
    assert after(asked_back(), facts) == settled()


def test_a_reversal_nobody_asked_for_cannot_be_decided() -> None:
    with pytest.raises(NoReversalAsked):
        approve_reversal(settled(), by=member(ANA))
    with pytest.raises(NoReversalAsked):
        decline_reversal(settled(), by=member(ANA))


def test_a_coordinator_takes_an_exchange_back_at_a_partys_request() -> None:
    assert reverse(settled(), by=member(CHIDI), asked_by=ANA) == [
        ExchangeReversed(exchange=EXCHANGE, legs=(help_of(),), given_on=TODAY, asked_by=ANA, approved_by=CHIDI)
    ]


def test_a_coordinator_cannot_take_back_their_own_exchange() -> None:
    with pytest.raises(PartyCannotDecide):
        reverse(settled(receiver=CHIDI), by=member(CHIDI), asked_by=ANA)


def test_a_one_step_reversal_needs_a_partys_request_and_a_coordinator() -> None:
    with pytest.raises(NotAParty):
        reverse(settled(), by=member(CHIDI), asked_by=RUTH)
    with pytest.raises(NotAParty):
        reverse(settled(), by=member(CHIDI), asked_by=CHIDI)
    with pytest.raises(OnlyCoordinators):
        reverse(settled(), by=member(ANA), asked_by=BO)


@pytest.mark.parametrize("act", [ask_reversal, approve_reversal, decline_reversal])
def test_someone_who_has_left_cannot_ask_for_or_decide_a_reversal(act: Callable[..., object]) -> None:
    exchange = settled() if act is ask_reversal else asked_back(by=BO)

    with pytest.raises(NotActive):
        act(exchange, by=gone(ANA))


def test_someone_who_has_left_can_neither_decline_nor_cancel() -> None:
    with pytest.raises(NotActive):
        decline(reported(by=ANA), by=gone(BO))
    with pytest.raises(NotActive):
        call_off(reported(by=ANA), by=gone(ANA))


TAKING_BACK: dict[str, Verb] = {
    "ask": lambda exchange: ask_reversal(exchange, by=member(BO)),
    "approve": lambda exchange: approve_reversal(exchange, by=member(ANA)),
    "decline": lambda exchange: decline_reversal(exchange, by=member(ANA)),
    "reverse": lambda exchange: reverse(exchange, by=member(CHIDI), asked_by=BO),
}


@pytest.mark.parametrize("verb", TAKING_BACK.values(), ids=TAKING_BACK)
@pytest.mark.parametrize(
    ("exchange", "refusal"),
    [
        (UNKNOWN, UnknownExchange),
        (reported(by=ANA), NotSettled),
        (declined(), NotSettled),
        (called_off(), NotSettled),
        (reversed_exchange(), AlreadyReversed),
    ],
    ids=["unknown", "waiting", "declined", "called off", "reversed"],
)
def test_only_a_settled_exchange_is_taken_back_and_only_once(
    verb: Verb, exchange: Exchange, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        verb(exchange)
