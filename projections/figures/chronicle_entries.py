"""Reads the log for a chronicle: decodes the facts that matter, and finds the day of each entry."""

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
    """A report that was waiting for an answer, from entry `reported` until before entry `ended`."""

    reported: int
    ended: int
    given_on: date
    pairs: tuple[tuple[MemberId, MemberId], ...]


class Calendar:
    """The day on which each entry was recorded, in the community's time zone. A clock that is set back changes no day."""

    def __init__(self) -> None:
        self.number = 0
        self._zone = ZoneInfo("UTC")
        self._days: list[date] = []
        self._last_numbers = array("q")
        self._tomorrow = ""

    def set_time_zone(self, time_zone: str) -> None:
        """Set the community's time zone, before its first day."""
        self._zone = ZoneInfo(time_zone)
        self._tomorrow = ""

    def add(self, number: int, at: str) -> None:
        """Add the next entry, recorded at an instant."""
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
        """Return the day of an instant."""
        return instant(at).astimezone(self._zone).date()

    def recorded_on(self, number: int) -> date:
        """Return the day on which an entry was recorded; the earliest possible day for number 0."""
        if not number:
            return date.min
        return self._days[min(len(self._days) - 1, bisect_right(self._last_numbers, number - 1))]

    def last_entry_on(self, day: date) -> int:
        """Return the number of the last entry recorded by the end of a day; 0 if there was none."""
        before = bisect_right(self._days, day)
        return self._last_numbers[before - 1] if before else 0

    def day_at(self, now: datetime) -> date:
        """Return the day that it is now where the community is."""
        return now.astimezone(self._zone).date()


class ReadingState:
    """What is only needed while the log is read: groups of members, pending reports, and where each exchange begins."""

    def __init__(self) -> None:
        self.groups: dict[str, tuple[GroupId, ...]] = {}
        self.waiting: dict[str, PendingReport] = {}
        self._items: list[str] = []
        self._places = array("q")
        self._taken_back: dict[str, int] = {}
        self._shared: dict[Any, Any] = {}

    def begin(self, item: str, place: int) -> None:
        """Note where the acts of an exchange or gift begin."""
        self._items.append(item)
        self._places.append(place)

    def take_back(self, item: str, number: int) -> None:
        """Note the entry from which an exchange or gift no longer counts."""
        self._taken_back.setdefault(item, number)

    def places_taken_back(self, acts: int) -> Iterator[tuple[int, int]]:
        """Return the place of each act that was taken back, and the entry that did it."""
        ends = [*self._places[1:], acts]
        for item, begin, end in zip(self._items, self._places, ends, strict=False):  # none at all has one end
            number = self._taken_back.get(item)
            if number is not None:
                yield from ((place, number) for place in range(begin, end))

    def person(self, member: str) -> MemberId:
        """Return the same identifier, stored once."""
        return MemberId(intern(member))

    def move(self, member: str, group: GroupId, *, came: bool) -> None:
        """Add a member to a group, or remove them."""
        groups = {one for one in self.groups.get(member, ()) if one != group}
        if came:
            groups.add(group)
        self.groups[self.person(member)] = tuple(sorted(groups))

    def acts(self, number: int, fact: ExchangeSettled) -> Iterator[Act]:
        """Return the acts of an exchange between members."""
        kind: Kind = "help" if len(fact.legs) == 1 else "skill-exchange"
        for leg in fact.legs:
            if is_member(leg.giver) and is_member(leg.receiver):
                yield self._act(number, leg.giver, leg.receiver, leg.minutes, fact.given_on, kind, leg.category)

    def gift(self, number: int, fact: GiftRecorded) -> Act:
        """Return the act of a gift to a member."""
        return self._act(number, fact.giver, fact.receiver, 0, fact.given_on, "gift", fact.category)

    def _act(self, number: int, giver: str, receiver: str, minutes: int, day: date, kind: Kind, category: str) -> Act:
        shared = self._shared.setdefault
        return Act(
            self.person(giver),
            self.person(receiver),
            shared(minutes, minutes),
            shared(day, day),
            kind,
            CategoryKey(intern(category)),
            number,
        )


def facts_in(log: Log, until: Until, progress: Callable[[int], None]) -> Iterator[tuple[int, int, str, Any]]:
    """Return the number, position, instant and fact of each entry; None for facts that do not matter here."""
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
        progress(number)


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
        head = _ENVELOPES.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableEntry(f"not an entry: {error}") from error
    if head.v != FORMAT or head.type not in _READERS or head.ver != _FACTS[head.type].stored.version:
        # Full decoding knows older versions, and says what is wrong with newer ones.
        return head.at, decode(data).data
    reader = _READERS[head.type]
    if reader is None or (head.type == "exchange-reported" and _NOTHING_AWAITED in bytes(head.data)):
        return head.at, None
    try:
        return head.at, reader.decode(head.data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableEntry(f"a damaged “{head.type}”: {error}") from error
