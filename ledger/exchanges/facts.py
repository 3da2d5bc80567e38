"""Hours of help between members. One leg is help; two opposite legs are a skill exchange."""

from datetime import date

from ledger import tags
from ledger.catalogue import Fact, Part, Posting, Tags, recorded
from ledger.hours import Minutes
from ledger.identifiers import AccountId, CategoryKey, ExchangeId, MemberId


class Leg(Part, frozen=True, kw_only=True):
    """One direction of help: who gave it, who received it, how many minutes, of what kind."""

    giver: AccountId
    receiver: AccountId
    minutes: Minutes
    category: CategoryKey


@recorded("exchange-reported", version=1)
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

    @property
    def tags(self) -> Tags:
        return (tags.exchange(self.exchange),)


@recorded("exchange-confirmed", version=1)
class ExchangeConfirmed(Fact, frozen=True, kw_only=True):
    """A party agreed to what was reported."""

    exchange: ExchangeId
    confirmed_by: MemberId

    @property
    def tags(self) -> Tags:
        return (tags.exchange(self.exchange),)


@recorded("exchange-settled", version=1)
class ExchangeSettled(Fact, frozen=True, kw_only=True):
    """Everyone whose word was needed has agreed; the hours now count."""

    exchange: ExchangeId
    legs: tuple[Leg, ...]
    given_on: date

    @property
    def tags(self) -> Tags:
        return _tags_of_moving(self.exchange, self.legs)

    @property
    def postings(self) -> tuple[Posting, ...]:
        return _moved(self.legs, 1)


@recorded("exchange-declined", version=1)
class ExchangeDeclined(Fact, frozen=True, kw_only=True):
    """A party does not agree; nothing counts. Their word of why is sealed."""

    exchange: ExchangeId
    declined_by: MemberId

    @property
    def tags(self) -> Tags:
        return (tags.exchange(self.exchange),)


@recorded("exchange-called-off", version=1)
class ExchangeCalledOff(Fact, frozen=True, kw_only=True):
    """The reporter took back what still waited."""

    exchange: ExchangeId
    called_off_by: MemberId

    @property
    def tags(self) -> Tags:
        return (tags.exchange(self.exchange),)


@recorded("reversal-asked", version=1)
class ReversalAsked(Fact, frozen=True, kw_only=True):
    """A party says that a settled exchange is wrong; the other party or a coordinator decides. Why is sealed."""

    exchange: ExchangeId
    asked_by: MemberId

    @property
    def tags(self) -> Tags:
        return (tags.exchange(self.exchange),)


@recorded("reversal-declined", version=1)
class ReversalDeclined(Fact, frozen=True, kw_only=True):
    """The exchange stands: the other party, a coordinator, or the one who asked said so."""

    exchange: ExchangeId
    declined_by: MemberId

    @property
    def tags(self) -> Tags:
        return (tags.exchange(self.exchange),)


@recorded("exchange-reversed", version=1, view="corrections")
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

    @property
    def tags(self) -> Tags:
        return _tags_of_moving(self.exchange, self.legs)

    @property
    def postings(self) -> tuple[Posting, ...]:
        return _moved(self.legs, -1)


def _tags_of_moving(exchange: ExchangeId, legs: tuple[Leg, ...]) -> Tags:
    accounts = {tags.account(side) for leg in legs for side in (leg.giver, leg.receiver)}
    return (tags.exchange(exchange), *sorted(accounts))


def _moved(legs: tuple[Leg, ...], sign: int) -> tuple[Posting, ...]:
    if len(legs) == 1:  # nearly always, and a whole log is read through here
        (leg,) = legs
        minutes = sign * leg.minutes
        return Posting(leg.giver, minutes, 0), Posting(leg.receiver, 0, minutes)
    moved: list[Posting] = []
    for leg in legs:
        moved.append(Posting(leg.giver, sign * leg.minutes, 0))
        moved.append(Posting(leg.receiver, 0, sign * leg.minutes))
    return tuple(moved)
