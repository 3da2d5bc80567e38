"""Hours of help between members. One leg is help one way; two opposite legs are a skill exchange."""

from datetime import date

from ledger.catalogue import Fact, Part, Posting, recorded
from ledger.hours import Minutes
from ledger.identifiers import AccountId, CategoryKey, ExchangeId, MemberId
from ledger.wording import say


class Leg(Part):
    """One direction of help: who gave it, who received it, how many minutes, of what kind."""

    giver: AccountId
    receiver: AccountId
    minutes: Minutes
    category: CategoryKey


@recorded("exchange-reported", version=1, found_by=("exchange",))
class ExchangeReported(Fact):
    """Someone reported that help took place. Nothing counts until everyone who has to agree has agreed.

    `awaiting` are the parties who still have to agree. `corrects` is the reversed exchange that this one corrects. A reporter
    who is not a party is a coordinator who typed it for both.
    """

    label = say("Exchange logged")

    exchange: ExchangeId
    legs: tuple[Leg, ...]
    given_on: date
    reported_by: MemberId
    awaiting: tuple[MemberId, ...]
    corrects: ExchangeId | None = None


@recorded("exchange-confirmed", version=1, found_by=("exchange",))
class ExchangeConfirmed(Fact):
    """A party agreed to what was reported."""

    label = say("Exchange agreed to")
    sentence = say("%(confirmed_by)s agreed to the exchange logged in %(exchange)s.")

    exchange: ExchangeId
    confirmed_by: MemberId


@recorded("exchange-settled", version=1, found_by=("exchange",))
class ExchangeSettled(Fact):
    """Everyone who had to agree has agreed; the hours now count."""

    label = say("Exchange settled")
    sentence = say("The exchange logged in %(exchange)s now counts: on %(given_on)s, %(legs)s.")

    exchange: ExchangeId
    legs: tuple[Leg, ...]
    given_on: date

    @property
    def postings(self) -> tuple[Posting, ...]:
        return _moved(self.legs, 1)


@recorded("exchange-declined", version=1, found_by=("exchange",))
class ExchangeDeclined(Fact):
    """A party did not agree, so nothing counts. The reason is sealed."""

    label = say("Exchange not agreed to")
    sentence = say("%(declined_by)s did not agree to the exchange logged in %(exchange)s. It does not count.")

    exchange: ExchangeId
    declined_by: MemberId


@recorded("exchange-called-off", version=1, found_by=("exchange",))
class ExchangeCalledOff(Fact):
    """The reporter or a coordinator cancelled a report that was still waiting."""

    label = say("Exchange cancelled")
    sentence = say("%(called_off_by)s cancelled the exchange logged in %(exchange)s. It does not count.")

    exchange: ExchangeId
    called_off_by: MemberId


@recorded("reversal-asked", version=1, found_by=("exchange",))
class ReversalAsked(Fact):
    """A party asked to take a settled exchange back. The other party or a coordinator decides. The reason is sealed."""

    label = say("Request to take an exchange back")
    sentence = say("%(asked_by)s asked to take back the exchange logged in %(exchange)s.")

    exchange: ExchangeId
    asked_by: MemberId


@recorded("reversal-declined", version=1, found_by=("exchange",))
class ReversalDeclined(Fact):
    """The exchange was left as it is, by the other party, a coordinator or the person who asked."""

    label = say("Exchange kept as it was")
    sentence = say("%(declined_by)s kept the exchange logged in %(exchange)s as it was.")

    exchange: ExchangeId
    declined_by: MemberId


@recorded("exchange-reversed", version=1, view="corrections", found_by=("exchange",))
class ExchangeReversed(Fact):
    """A settled exchange was taken back: its legs are undone, once, and it no longer counts. The reason is sealed.

    `asked_by` and `approved_by` are different people: a party, and the other party or a coordinator who is not a party.
    """

    label = say("Exchange taken back")
    sentence = say(
        "The exchange logged in %(exchange)s no longer counts: on %(given_on)s, %(legs)s. "
        "%(asked_by)s asked to take it back, and %(approved_by)s agreed."
    )

    exchange: ExchangeId
    legs: tuple[Leg, ...]
    given_on: date
    asked_by: MemberId
    approved_by: MemberId

    @property
    def postings(self) -> tuple[Posting, ...]:
        return _moved(self.legs, -1)


def _moved(legs: tuple[Leg, ...], sign: int) -> tuple[Posting, ...]:
    if len(legs) == 1:  # the usual case; every entry of a log passes through here
        (leg,) = legs
        minutes = sign * leg.minutes
        return Posting(leg.giver, minutes, 0), Posting(leg.receiver, 0, minutes)
    moved: list[Posting] = []
    for leg in legs:
        moved.append(Posting(leg.giver, sign * leg.minutes, 0))
        moved.append(Posting(leg.receiver, 0, sign * leg.minutes))
    return tuple(moved)
