"""What counts, from the log alone: every act that stands, and who belonged when. No read model is asked."""

from collections.abc import Callable
from datetime import date
from itertools import islice
from sys import intern
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from ledger.application.replaying import EVERYTHING, EntryToCome, Until
from ledger.events import (
    TYPES,
    CommunityFounded,
    ExchangeReversed,
    ExchangeSettled,
    Fact,
    GiftRecorded,
    GiftWithdrawn,
    MemberLeft,
    MemberWelcomed,
)
from ledger.identifiers import MemberId, is_member
from ledger.log.entry import FORMAT, UnreadableEntry, decode, instant, instant_text
from ledger.log.store import Log
from projections.measures.acts import Act, Kind, Membership

_BATCH = 2_000


class Counted(NamedTuple):
    """Acts between two members that stand, and everybody who was ever welcomed, after entry `number`.

    `last_day` is the day, in the community's time zone, on which that entry was recorded: the same log
    gives the same figures whenever they are asked for.
    """

    acts: list[Act]
    members: list[Membership]
    number: int
    last_day: date


def counted(log: Log, until: Until = EVERYTHING, *, tell: Callable[[int], None] = lambda looked_at: None) -> Counted:
    """Reads the log in order, up to an entry, an instant or the day it happened on.

    Settled exchanges and recorded gifts between members count, until they are taken back. Refuses an entry number
    beyond the end; raises UnreadableEntry, with the number, at the first entry it does not know.
    """
    fold = _Fold(until)
    entries = log.scan()
    number = 0
    while batch := list(islice(entries, _BATCH if until.number is None else min(_BATCH, until.number - number))):
        for _, data in batch:
            number += 1
            try:
                fold.take_in(number, data)
            except UnreadableEntry as error:
                raise UnreadableEntry(f"entry {number}: {error}") from error
        tell(number)
    if until.number is not None and number < until.number:
        raise EntryToCome(entries=number, number=until.number)
    acts = [act for together in fold.standing.values() for act in together]
    return Counted(acts, fold.members(), fold.last_number, fold.local_day(fold.last_at))


class _Envelope(msgspec.Struct, frozen=True, gc=False):
    v: int
    type: str
    ver: int
    at: str
    data: msgspec.Raw


_ENVELOPES = msgspec.json.Decoder(_Envelope)
_CONCERNED: tuple[type[Fact], ...] = (
    CommunityFounded,
    MemberWelcomed,
    MemberLeft,
    ExchangeSettled,
    ExchangeReversed,
    GiftRecorded,
    GiftWithdrawn,
)
_READERS = {name: msgspec.json.Decoder(kind) if kind in _CONCERNED else None for name, (kind, _) in TYPES.items()}


class _Fold:
    """What stands so far. An exchange's or gift's acts are kept by its id, to be found when it is taken back."""

    def __init__(self, until: Until) -> None:
        self._last_day = until.as_of or date.max
        self._last_instant = instant_text(until.known_at) if until.known_at else "~"
        self._zone = ZoneInfo("UTC")
        self._welcomed: dict[MemberId, date] = {}
        self._left: dict[MemberId, date] = {}
        self.standing: dict[str, tuple[Act, ...]] = {}
        self.last_at, self.last_number = "", 0

    def take_in(self, number: int, data: bytes) -> None:
        try:
            kept = _ENVELOPES.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UnreadableEntry(f"not an entry: {error}") from error
        if kept.at > self._last_instant:
            return
        self.last_at, self.last_number = kept.at, number
        if kept.v != FORMAT or kept.type not in _READERS or kept.ver != TYPES[kept.type][1]:
            # Whole decoding knows older shapes, and says what is wrong with newer ones.
            self._happened(number, kept.at, decode(data).data)
        elif reader := _READERS[kept.type]:
            try:
                fact = reader.decode(kept.data)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise UnreadableEntry(f"a damaged “{kept.type}”: {error}") from error
            self._happened(number, kept.at, fact)

    def members(self) -> list[Membership]:
        return [Membership(member, day, self._left.get(member)) for member, day in sorted(self._welcomed.items())]

    def local_day(self, at: str) -> date:
        return instant(at).astimezone(self._zone).date() if at else date.min

    def _happened(self, number: int, at: str, fact: Any) -> None:
        match fact:
            case ExchangeSettled():
                if fact.given_on <= self._last_day:
                    self.standing[fact.exchange] = _acts(number, fact)
            case ExchangeReversed():
                self.standing.pop(fact.exchange, None)
            case GiftRecorded():
                if fact.given_on <= self._last_day and is_member(fact.receiver):
                    self.standing[fact.gift] = (_gift(number, fact),)
            case GiftWithdrawn():
                self.standing.pop(fact.gift, None)
            case MemberWelcomed():
                self._welcomed.setdefault(fact.member, self.local_day(at))
                self._left.pop(fact.member, None)
            case MemberLeft():
                self._left[fact.member] = self.local_day(at)
            case CommunityFounded():
                self._zone = ZoneInfo(fact.time_zone)
            case _:
                pass


def _acts(number: int, fact: ExchangeSettled) -> tuple[Act, ...]:
    kind: Kind = "help" if len(fact.legs) == 1 else "skill-exchange"
    return tuple(
        Act(
            MemberId(intern(leg.giver)),
            MemberId(intern(leg.receiver)),
            leg.minutes,
            fact.given_on,
            kind,
            leg.category,
            number,
        )
        for leg in fact.legs
        if is_member(leg.giver) and is_member(leg.receiver)
    )


def _gift(number: int, fact: GiftRecorded) -> Act:
    giver, receiver = MemberId(intern(fact.giver)), MemberId(intern(fact.receiver))
    return Act(giver, receiver, 0, fact.given_on, "gift", fact.category, number)
