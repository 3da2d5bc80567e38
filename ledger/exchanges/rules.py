"""Reporting help, agreeing, declining, cancelling, and taking an exchange back."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal, Self

import msgspec

from ledger import refusals
from ledger.agreements.rules import Agreements, must_be_founded
from ledger.catalogue import Fact
from ledger.exchanges.accounts import Account, keep_within_limits
from ledger.exchanges.facts import (
    ExchangeCalledOff,
    ExchangeConfirmed,
    ExchangeDeclined,
    ExchangeReported,
    ExchangeReversed,
    ExchangeSettled,
    Leg,
    ReversalAsked,
    ReversalDeclined,
)
from ledger.hours import DAY_MINUTES
from ledger.identifiers import AccountId, ExchangeId, MemberId
from ledger.members.rules import Member, must_be_active, must_be_loggable, must_coordinate

State = Literal["unknown", "waiting", "settled", "declined", "called-off", "reversed"]


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """An exchange in its current state."""

    id: ExchangeId
    state: State = "unknown"
    legs: tuple[Leg, ...] = ()
    given_on: date = date.min
    reported_by: MemberId = MemberId("")
    awaiting: tuple[MemberId, ...] = ()
    reversal_asked_by: MemberId | None = None

    @property
    def parties(self) -> frozenset[AccountId]:
        """Everyone who gave or received in it."""
        return parties_of(self.legs)

    def after(self, fact: Fact) -> Self:
        """The exchange once this fact has happened."""
        match fact:
            case ExchangeReported():
                return msgspec.structs.replace(
                    self,
                    state="waiting",
                    legs=fact.legs,
                    given_on=fact.given_on,
                    reported_by=fact.reported_by,
                    awaiting=fact.awaiting,
                )
            case ExchangeConfirmed():
                left = tuple(member for member in self.awaiting if member != fact.confirmed_by)
                return msgspec.structs.replace(self, awaiting=left)
            case ExchangeSettled():
                return msgspec.structs.replace(self, state="settled", awaiting=())
            case ExchangeDeclined():
                return msgspec.structs.replace(self, state="declined", awaiting=())
            case ExchangeCalledOff():
                return msgspec.structs.replace(self, state="called-off", awaiting=())
            case ReversalAsked():
                return msgspec.structs.replace(self, reversal_asked_by=fact.asked_by)
            case ReversalDeclined():
                return msgspec.structs.replace(self, reversal_asked_by=None)
            case ExchangeReversed():
                return msgspec.structs.replace(self, state="reversed", reversal_asked_by=None)
            case _:
                return self


def parties_of(legs: Sequence[Leg]) -> frozenset[AccountId]:
    """Return everyone who gave or received in these legs."""
    return frozenset(side for leg in legs for side in (leg.giver, leg.receiver))


def report(
    exchange: ExchangeId,
    legs: Sequence[Leg],
    given_on: date,
    *,
    by: Member,
    parties: Mapping[AccountId, Member],
    accounts: Mapping[AccountId, Account],
    agreements: Agreements,
    today: date,
    corrects: Exchange | None = None,
    typed_by: Member | None = None,
) -> Sequence[Fact]:
    """Someone reports that help took place. It settles straight away when nobody else has to agree.

    Hours leave the receiver's account, so the receiver has to agree, and the giver too if the community asks for both. A
    coordinator who is not a party can report for both, and then nobody else has to agree. `typed_by` is the coordinator who
    types it on behalf of `by`, if someone does.
    """
    must_be_founded(agreements)
    _must_be_valid(legs, agreements)
    if AccountId(by.id) not in parties_of(legs):
        if not by.is_coordinator:
            raise refusals.NotAParty
    else:
        must_be_active(by)
    for member in parties.values():
        must_be_active(member)
    must_be_loggable(given_on, today=today, by=typed_by or by)
    if corrects is not None and (corrects.state != "reversed" or corrects.parties != parties_of(legs)):
        raise refusals.NothingToCorrect
    awaiting = _still_to_agree(legs, by, agreements)
    reported = ExchangeReported(
        exchange=exchange,
        legs=tuple(legs),
        given_on=given_on,
        reported_by=by.id,
        awaiting=awaiting,
        corrects=corrects.id if corrects else None,
    )
    if awaiting:
        return [reported]
    keep_within_limits(legs, accounts, agreements, reader=(typed_by or by).id)
    return [reported, ExchangeSettled(exchange=exchange, legs=tuple(legs), given_on=given_on)]


def confirm(
    exchange: Exchange,
    *,
    by: Member,
    accounts: Mapping[AccountId, Account],
    agreements: Agreements,
    typed_by: MemberId | None = None,
) -> Sequence[Fact]:
    """A party agrees. The exchange settles once everyone who has to agree has done so.

    `typed_by` is whoever passes on the answer of `by`, if someone does.
    """
    _must_wait(exchange)
    must_be_active(by)
    if by.id not in exchange.awaiting:
        raise refusals.OnlyTheOtherPartyConfirms
    confirmed = ExchangeConfirmed(exchange=exchange.id, confirmed_by=by.id)
    if len(exchange.awaiting) > 1:
        return [confirmed]
    keep_within_limits(exchange.legs, accounts, agreements, reader=typed_by or by.id)
    return [confirmed, ExchangeSettled(exchange=exchange.id, legs=exchange.legs, given_on=exchange.given_on)]


def decline(exchange: Exchange, *, by: Member) -> Sequence[Fact]:
    """A party who has to agree says no, so nothing counts."""
    _must_wait(exchange)
    if by.id not in exchange.awaiting:
        raise refusals.OnlyTheOtherPartyConfirms
    must_be_active(by)
    return [ExchangeDeclined(exchange=exchange.id, declined_by=by.id)]


def call_off(exchange: Exchange, *, by: Member) -> Sequence[Fact]:
    """The reporter, or a coordinator who is not a party, cancels a report that is still waiting."""
    _must_wait(exchange)
    if by.id != exchange.reported_by and not (by.is_coordinator and AccountId(by.id) not in exchange.parties):
        raise refusals.OnlyTheReporterCallsOff
    if by.id == exchange.reported_by:
        must_be_active(by)
    return [ExchangeCalledOff(exchange=exchange.id, called_off_by=by.id)]


def ask_reversal(exchange: Exchange, *, by: Member) -> Sequence[Fact]:
    """A party asks to take a settled exchange back. Someone else decides."""
    _must_count(exchange)
    if AccountId(by.id) not in exchange.parties:
        raise refusals.NotAParty
    must_be_active(by)
    if exchange.reversal_asked_by is not None:
        raise refusals.ReversalAlreadyAsked
    return [ReversalAsked(exchange=exchange.id, asked_by=by.id)]


def approve_reversal(exchange: Exchange, *, by: Member) -> Sequence[Fact]:
    """The other party, or a coordinator who is not a party, agrees to take the exchange back."""
    _must_count(exchange)
    if exchange.reversal_asked_by is None:
        raise refusals.NoReversalAsked
    if exchange.reversal_asked_by == by.id:
        raise refusals.NobodyApprovesTheirOwnReversal
    _must_be_able_to_decide(exchange, by)
    return [_reversed(exchange, asked_by=exchange.reversal_asked_by, approved_by=by.id)]


def decline_reversal(exchange: Exchange, *, by: Member) -> Sequence[Fact]:
    """Leave the exchange as it is, at the request of the other party, a coordinator or the person who asked."""
    _must_count(exchange)
    if exchange.reversal_asked_by is None:
        raise refusals.NoReversalAsked
    _must_be_able_to_decide(exchange, by)
    return [ReversalDeclined(exchange=exchange.id, declined_by=by.id)]


def reverse(exchange: Exchange, *, by: Member, asked_by: MemberId) -> Sequence[Fact]:
    """A coordinator who is not a party takes an exchange back at a party's request."""
    _must_count(exchange)
    must_coordinate(by)
    if AccountId(by.id) in exchange.parties:
        raise refusals.PartyCannotDecide
    if AccountId(asked_by) not in exchange.parties:
        raise refusals.NotAParty
    return [_reversed(exchange, asked_by=asked_by, approved_by=by.id)]


def _reversed(exchange: Exchange, *, asked_by: MemberId, approved_by: MemberId) -> ExchangeReversed:
    return ExchangeReversed(
        exchange=exchange.id, legs=exchange.legs, given_on=exchange.given_on, asked_by=asked_by, approved_by=approved_by
    )


def _must_be_valid(legs: Sequence[Leg], agreements: Agreements) -> None:
    if not 1 <= len(legs) <= 2:
        raise refusals.InvalidLegs
    for leg in legs:
        if leg.giver == leg.receiver:
            raise refusals.NotWithYourself
        if leg.minutes < 1:
            raise refusals.TooShort
        if leg.minutes > DAY_MINUTES:
            raise refusals.TooLong
        if leg.category not in agreements.category_keys:
            raise refusals.UnknownCategory
    if len(legs) == 2 and (legs[0].giver, legs[0].receiver) != (legs[1].receiver, legs[1].giver):
        raise refusals.InvalidLegs


def _still_to_agree(legs: Sequence[Leg], by: Member, agreements: Agreements) -> tuple[MemberId, ...]:
    if AccountId(by.id) not in parties_of(legs):
        return ()
    needed = parties_of(legs) if agreements.words_needed == "both" else {leg.receiver for leg in legs}
    return tuple(sorted(MemberId(party) for party in needed if party != by.id))


def _must_be_able_to_decide(exchange: Exchange, by: Member) -> None:
    if AccountId(by.id) in exchange.parties:
        must_be_active(by)
    else:
        must_coordinate(by)


def _must_wait(exchange: Exchange) -> None:
    match exchange.state:
        case "waiting":
            return
        case "unknown":
            raise refusals.UnknownExchange
        case "settled":
            raise refusals.AlreadySettled
        case "declined":
            raise refusals.AlreadyDeclined
        case "called-off":
            raise refusals.AlreadyCalledOff
        case "reversed":
            raise refusals.AlreadyReversed


def _must_count(exchange: Exchange) -> None:
    match exchange.state:
        case "settled":
            return
        case "unknown":
            raise refusals.UnknownExchange
        case "reversed":
            raise refusals.AlreadyReversed
        case _:
            raise refusals.NotSettled
