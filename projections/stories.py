"""The timeline of one exchange or gift: its current state, and each step that led to it."""

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
    """One entry of a timeline. `type` is the fact's stored name; `words` the commitment to a note or reason, or ""."""

    number: int
    at: str
    type: str
    actor: MemberId
    on_behalf: MemberId | Literal[""]
    via: Via
    words: str


class ExchangeView(msgspec.Struct, frozen=True):
    """An exchange for its page; "" stands for no one and for nothing.

    `number` is that of the report. `awaiting` are the members who still have to agree; `corrected_by` is the latest report
    that corrects a reversed exchange.
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


class GiftView(msgspec.Struct, frozen=True):
    """A gift for its page."""

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
    """An exchange as it is stored; the rules of the ledger say how a fact changes it."""

    exchange: Exchange
    number: int
    note: str = ""
    corrects: ExchangeId | Literal[""] = ""
    corrected_by: ExchangeId | Literal[""] = ""
    timeline: list[Moment]

    def add(self, incoming: IncomingEntry) -> None:
        """Add the next entry."""
        self.exchange = self.exchange.after(incoming.entry.data)
        self.timeline.append(moment(incoming))

    @property
    def kind(self) -> Literal["help", "skill-exchange"]:
        """Help in one direction, or a skill exchange in two."""
        return "help" if len(self.exchange.legs) == 1 else "skill-exchange"

    @property
    def reversal_asked_in(self) -> int:
        """The number of the entry in which a party last asked to take it back; 0 if none did."""
        return max((one.number for one in self.timeline if one.type == "reversal-asked"), default=0)

    def view(self) -> ExchangeView:
        """The exchange for its page."""
        exchange = self.exchange
        what = (exchange.id, self.kind, exchange.state, exchange.legs, exchange.given_on)
        report = (exchange.reported_by, self.timeline[0].at, self.number, self.note)
        answers = (exchange.awaiting, exchange.reversal_asked_by or "")
        return ExchangeView(*what, *report, *answers, self.corrects, self.corrected_by, self.timeline)


class GiftStory(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A gift as it is stored."""

    gift: Gift
    number: int
    note: str = ""
    timeline: list[Moment]

    def add(self, incoming: IncomingEntry) -> None:
        """Add the next entry."""
        self.gift = self.gift.after(incoming.entry.data)
        self.timeline.append(moment(incoming))

    def view(self) -> GiftView:
        """The gift for its page."""
        gift = self.gift
        assert gift.state != "unknown", "a stored gift has been recorded"
        what = (gift.id, gift.state, gift.giver, gift.receiver, gift.category, gift.given_on, gift.recorded_by)
        return GiftView(*what, self.number, self.note, self.timeline)


Story = ExchangeStory | GiftStory


def moment(incoming: IncomingEntry) -> Moment:
    """Make an entry of a timeline."""
    entry = incoming.entry
    words = (entry.sealed.get("reason") or entry.sealed.get("note") or "") if entry.sealed else ""
    return Moment(incoming.number, entry.at, entry.type, entry.actor, entry.on_behalf or "", entry.via, words)


_ENCODER = msgspec.json.Encoder()
exchange_story = msgspec.json.Decoder(ExchangeStory).decode
gift_story = msgspec.json.Decoder(GiftStory).decode


def encode(story: Story) -> str:
    """Encode a story as text; the same story always gives the same text."""
    return _ENCODER.encode(story).decode()
