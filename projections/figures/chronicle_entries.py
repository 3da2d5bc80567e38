"""What a chronicle reads the log with: entries decoded as far as they matter, days by entry, and words kept once each."""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from sys import intern
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from ledger.agreements.facts import CommunityFounded
from ledger.catalogue import Fact, facts
from ledger.exchanges.facts import (
    ExchangeCalledOff,
    ExchangeDeclined,
    ExchangeReported,
    ExchangeReversed,
    ExchangeSettled,
)
from ledger.gifts.facts import GiftRecorded, GiftWithdrawn
from ledger.groups.facts import GroupFormed, GroupJoined, GroupLeft
from ledger.identifiers import CategoryKey, GroupId, MemberId, is_member
from ledger.log.entry import FORMAT, UnreadableEntry, decode, instant, instant_text
from ledger.log.store import Log
from ledger.members.facts import MemberLeft, MemberWelcomed
from ledger.replay import Until
from projections.figures.measures.acts import Act, Kind

_BATCH = 2_000
_NOTHING_AWAITED = b'"awaiting":[]'


class PendingReport(NamedTuple):
    """A report of a day that somebody's word was missing for, from one entry until before another."""

    reported: int
    ended: int
    given_on: date
    pairs: tuple[tuple[MemberId, MemberId], ...]


class Calendar:
    """On which day, in the community's time zone, each entry was recorded; a clock that was set back changes no day."""

    def __init__(self) -> None:
        self.number = 0
        self._zone = ZoneInfo("UTC")
        self._days: list[date] = []
        self._last_numbers = array("q")
        self._tomorrow = ""

    def move_to(self, time_zone: str) -> None:
        """Where the community is; said before any of its days counts."""
        self._zone = ZoneInfo(time_zone)
        self._tomorrow = ""

    def see(self, number: int, at: str) -> None:
        """The next entry, recorded at an instant."""
        self.number = number
        if at < self._tomorrow:
            self._last_numbers[-1] = number
            return
        day = self.local_day(at)
        midnight = datetime.combine(day + timedelta(days=1), time(), self._zone)
        self._tomorrow = instant_text(midnight.astimezone(UTC))
        self._days.append(day)
        self._last_numbers.append(number)

    def local_day(self, at: str) -> date:
        """The day of an instant."""
        return instant(at).astimezone(self._zone).date()

    def recorded_on(self, number: int) -> date:
        """The day on which an entry was recorded; the earliest there is for number 0."""
        if not number:
            return date.min
        return self._days[min(len(self._days) - 1, bisect_right(self._last_numbers, number - 1))]

    def last_entry_on(self, day: date) -> int:
        """The number of the last entry recorded by the end of a day; 0 when there was none."""
        before = bisect_right(self._days, day)
        return self._last_numbers[before - 1] if before else 0

    def day_at(self, now: datetime) -> date:
        """The day on which somebody looks, where the community is."""
        return now.astimezone(self._zone).date()


class ReadingState:
    """What is only needed while the log is read: who belongs where, what waits, and which exchange is which."""

    def __init__(self) -> None:
        self.groups: dict[str, tuple[GroupId, ...]] = {}
        self.waiting: dict[str, PendingReport] = {}
        self._items: list[str] = []
        self._places = array("q")
        self._taken_back: dict[str, int] = {}
        self._same: dict[Any, Any] = {}

    def began(self, item: str, place: int) -> None:
        """The acts of this exchange or gift begin here."""
        self._items.append(item)
        self._places.append(place)

    def took_back(self, item: str, number: int) -> None:
        """This exchange or gift counts no longer, from this entry on."""
        self._taken_back.setdefault(item, number)

    def places_taken_back(self, acts: int) -> Iterator[tuple[int, int]]:
        """Where each act lies that was taken back, and by which entry."""
        ends = [*self._places[1:], acts]
        for item, begin, end in zip(self._items, self._places, ends, strict=False):  # none at all has one end
            number = self._taken_back.get(item)
            if number is not None:
                yield from ((place, number) for place in range(begin, end))

    def person(self, member: str) -> MemberId:
        """The same identifier, kept once."""
        return MemberId(intern(member))

    def moved(self, member: str, group: GroupId, *, came: bool) -> None:
        """Somebody joined a group, or left it."""
        groups = {one for one in self.groups.get(member, ()) if one != group}
        if came:
            groups.add(group)
        self.groups[self.person(member)] = tuple(sorted(groups))

    def acts(self, number: int, fact: ExchangeSettled) -> Iterator[Act]:
        """What an exchange between members counts as."""
        kind: Kind = "help" if len(fact.legs) == 1 else "skill-exchange"
        for leg in fact.legs:
            if is_member(leg.giver) and is_member(leg.receiver):
                yield self._act(number, leg.giver, leg.receiver, leg.minutes, fact.given_on, kind, leg.category)

    def gift(self, number: int, fact: GiftRecorded) -> Act:
        """What a gift to a member counts as."""
        return self._act(number, fact.giver, fact.receiver, 0, fact.given_on, "gift", fact.category)

    def _act(self, number: int, giver: str, receiver: str, minutes: int, day: date, kind: Kind, category: str) -> Act:
        same = self._same.setdefault
        return Act(
            self.person(giver),
            self.person(receiver),
            same(minutes, minutes),
            same(day, day),
            kind,
            CategoryKey(intern(category)),
            number,
        )


def facts_in(log: Log, until: Until, tell: Callable[[int], None]) -> Iterator[tuple[int, int, str, Any]]:
    """Number, position, instant and fact of each entry; None for facts that nothing counted depends on.

    Raises UnreadableEntry, with the number, at the first entry it does not know.
    """
    last = instant_text(until.known_at) if until.known_at else "~"
    entries = log.scan()
    number = 0
    while batch := list(islice(entries, _BATCH if until.number is None else min(_BATCH, until.number - number))):
        for position, data in batch:
            number += 1
            try:
                at, fact = _fact(data)
            except UnreadableEntry as error:
                raise UnreadableEntry(f"entry {number}: {error}") from error
            if at <= last:
                yield number, position, at, fact
        tell(number)


class _EntryHead(msgspec.Struct, frozen=True, gc=False):
    v: int
    type: str
    ver: int
    at: str
    data: msgspec.Raw


_ENVELOPES = msgspec.json.Decoder(_EntryHead)
_FACTS_READ: tuple[type[Fact], ...] = (
    CommunityFounded,
    MemberWelcomed,
    MemberLeft,
    ExchangeReported,
    ExchangeSettled,
    ExchangeDeclined,
    ExchangeCalledOff,
    ExchangeReversed,
    GiftRecorded,
    GiftWithdrawn,
    GroupFormed,
    GroupJoined,
    GroupLeft,
)
_FACTS = facts()
_READERS = {name: msgspec.json.Decoder(kind) if kind in _FACTS_READ else None for name, kind in _FACTS.items()}


def _fact(data: bytes) -> tuple[str, Any]:
    try:
        kept = _ENVELOPES.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableEntry(f"not an entry: {error}") from error
    if kept.v != FORMAT or kept.type not in _READERS or kept.ver != _FACTS[kept.type].stored.version:
        # Whole decoding knows older shapes, and says what is wrong with newer ones.
        return kept.at, decode(data).data
    reader = _READERS[kept.type]
    if reader is None or (kept.type == "exchange-reported" and _NOTHING_AWAITED in bytes(kept.data)):
        return kept.at, None
    try:
        return kept.at, reader.decode(kept.data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableEntry(f"a damaged “{kept.type}”: {error}") from error
