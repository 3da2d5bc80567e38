"""What is told of one exchange or one gift: how it stands, and moment by moment how it came to that."""

from datetime import date
from typing import Literal

import msgspec

from ledger.exchanges.facts import Leg
from ledger.exchanges.rules import Exchange, State
from ledger.gifts.rules import Gift
from ledger.identifiers import AccountId, CategoryKey, ExchangeId, GiftId, MemberId
from ledger.log.entry import Via
from projections.engine.read_model import IncomingEntry

Kind = Literal["help", "skill-exchange", "gift"]


class Moment(msgspec.Struct, frozen=True, array_like=True):
    """One fact of a story. `type` is the fact's stored name; `words` the commitment of a note or reason, or ""."""

    number: int
    at: str
    type: str
    actor: MemberId
    on_behalf: MemberId | Literal[""]
    via: Via
    words: str


class ExchangeView(msgspec.Struct, frozen=True, kw_only=True):
    """An exchange as its page tells it. Whoever is nobody, and whatever is nothing, is "".

    `number` is that of the report. `awaiting` are those whose word is missing; `corrected_by` is the latest report that
    puts a reversed exchange right.
    """

    id: ExchangeId
    kind: Literal["help", "skill-exchange"]
    state: State
    legs: tuple[Leg, ...]
    given_on: date
    reported_by: MemberId
    reported_at: str
    number: int
    note: str
    awaiting: tuple[MemberId, ...]
    reversal_asked_by: MemberId | Literal[""]
    corrects: ExchangeId | Literal[""]
    corrected_by: ExchangeId | Literal[""]
    timeline: list[Moment]


class GiftView(msgspec.Struct, frozen=True, kw_only=True):
    """A gift as its page tells it."""

    id: GiftId
    state: Literal["recorded", "withdrawn"]
    giver: MemberId
    receiver: AccountId
    category: CategoryKey
    given_on: date
    recorded_by: MemberId
    number: int
    note: str
    timeline: list[Moment]


class ExchangeStory(msgspec.Struct, kw_only=True, omit_defaults=True):
    """An exchange as it is kept; the rules of the domain say how a fact changes it."""

    exchange: Exchange
    number: int
    note: str = ""
    corrects: ExchangeId | Literal[""] = ""
    corrected_by: ExchangeId | Literal[""] = ""
    timeline: list[Moment]

    def take_in(self, incoming: IncomingEntry) -> None:
        """The story goes on."""
        self.exchange = self.exchange.after(incoming.entry.data)
        self.timeline.append(moment(incoming))

    @property
    def kind(self) -> Literal["help", "skill-exchange"]:
        """One direction is help, two are a skill exchange."""
        return "help" if len(self.exchange.legs) == 1 else "skill-exchange"

    @property
    def reversal_asked_in(self) -> int:
        """The number of the entry in which a party last asked to take it back; 0 if nobody did."""
        return max((told.number for told in self.timeline if told.type == "reversal-asked"), default=0)

    def view(self) -> ExchangeView:
        """The story as its page tells it."""
        exchange = self.exchange
        return ExchangeView(
            id=exchange.id,
            kind=self.kind,
            state=exchange.state,
            legs=exchange.legs,
            given_on=exchange.given_on,
            reported_by=exchange.reported_by,
            reported_at=self.timeline[0].at,
            number=self.number,
            note=self.note,
            awaiting=exchange.awaiting,
            reversal_asked_by=exchange.reversal_asked_by or "",
            corrects=self.corrects,
            corrected_by=self.corrected_by,
            timeline=self.timeline,
        )


class GiftStory(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A gift as it is kept."""

    gift: Gift
    number: int
    note: str = ""
    timeline: list[Moment]

    def take_in(self, incoming: IncomingEntry) -> None:
        """The story goes on."""
        self.gift = self.gift.after(incoming.entry.data)
        self.timeline.append(moment(incoming))

    def view(self) -> GiftView:
        """The story as its page tells it."""
        gift = self.gift
        assert gift.state != "unknown", "a kept gift was recorded"
        return GiftView(
            id=gift.id,
            state=gift.state,
            giver=gift.giver,
            receiver=gift.receiver,
            category=gift.category,
            given_on=gift.given_on,
            recorded_by=gift.recorded_by,
            number=self.number,
            note=self.note,
            timeline=self.timeline,
        )


def moment(incoming: IncomingEntry) -> Moment:
    """An entry as one moment of a story."""
    entry = incoming.entry
    words = (entry.sealed.get("reason") or entry.sealed.get("note") or "") if entry.sealed else ""
    return Moment(incoming.number, entry.at, entry.type, entry.actor, entry.on_behalf or "", entry.via, words)


_ENCODER = msgspec.json.Encoder()
_EXCHANGES = msgspec.json.Decoder(ExchangeStory)
_GIFTS = msgspec.json.Decoder(GiftStory)


def kept(story: ExchangeStory | GiftStory) -> str:
    """A story as text; the same story always gives the same text."""
    return _ENCODER.encode(story).decode()


def exchange_story(text: str) -> ExchangeStory:
    """The exchange that was kept."""
    return _EXCHANGES.decode(text)


def gift_story(text: str) -> GiftStory:
    """The gift that was kept."""
    return _GIFTS.decode(text)
