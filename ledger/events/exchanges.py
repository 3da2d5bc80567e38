"""Hours of help between members. One leg is help; two opposite legs are a skill exchange."""

from datetime import date

from ledger.events.fact import Fact
from ledger.hours import Minutes
from ledger.identifiers import AccountId, CategoryKey, ExchangeId, MemberId


class Leg(Fact, frozen=True, kw_only=True):
    """One direction of help: who gave it, who received it, how many minutes, of what kind."""

    giver: AccountId
    receiver: AccountId
    minutes: Minutes
    category: CategoryKey


class ExchangeReported(Fact, frozen=True, kw_only=True):
    """Somebody said that help took place; nothing counts until nobody's word is missing.

    `awaiting` are the parties whose word is still needed. `corrects` names the reversed exchange that this
    one puts right. A reporter who is no party is a coordinator who typed it for both.
    """

    exchange: ExchangeId
    legs: tuple[Leg, ...]
    given_on: date
    reported_by: MemberId
    awaiting: tuple[MemberId, ...]
    corrects: ExchangeId | None = None


class ExchangeConfirmed(Fact, frozen=True, kw_only=True):
    """A party agreed to what was reported."""

    exchange: ExchangeId
    confirmed_by: MemberId


class ExchangeSettled(Fact, frozen=True, kw_only=True):
    """Everyone whose word was needed has agreed; the hours now count."""

    exchange: ExchangeId
    legs: tuple[Leg, ...]
    given_on: date


class ExchangeDeclined(Fact, frozen=True, kw_only=True):
    """A party does not agree; nothing counts. Their word of why is sealed."""

    exchange: ExchangeId
    declined_by: MemberId


class ExchangeCalledOff(Fact, frozen=True, kw_only=True):
    """The reporter took back what still waited."""

    exchange: ExchangeId
    called_off_by: MemberId


class ReversalAsked(Fact, frozen=True, kw_only=True):
    """A party says that a settled exchange is wrong; the other party or a coordinator decides. Why is sealed."""

    exchange: ExchangeId
    asked_by: MemberId


class ReversalDeclined(Fact, frozen=True, kw_only=True):
    """The exchange stands: the other party, a coordinator, or the one who asked said so."""

    exchange: ExchangeId
    declined_by: MemberId


class ExchangeReversed(Fact, frozen=True, kw_only=True):
    """A settled exchange no longer counts: the same legs move back, once. Why is sealed.

    `asked_by` and `approved_by` are two different people: a party, and the other party or a coordinator who is
    no party. The exchange stays readable for ever.
    """

    exchange: ExchangeId
    legs: tuple[Leg, ...]
    given_on: date
    asked_by: MemberId
    approved_by: MemberId
