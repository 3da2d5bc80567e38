"""The whole log, read once: every act with the entry that took it back, and who belonged when, for any moment of it."""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import takewhile
from typing import Any, NamedTuple

from ledger.agreements.facts import CommunityFounded
from ledger.exchanges.facts import (
    ExchangeCalledOff,
    ExchangeDeclined,
    ExchangeReported,
    ExchangeReversed,
    ExchangeSettled,
)
from ledger.gifts.facts import GiftRecorded, GiftWithdrawn
from ledger.groups.facts import GroupFormed, GroupJoined, GroupLeft
from ledger.identifiers import GroupId, MemberId, is_member
from ledger.log.store import Log
from ledger.members.facts import MemberLeft, MemberWelcomed
from ledger.refusals import EntryToCome
from ledger.replay import EVERYTHING, Until
from projections.figures.chronicle_entries import Calendar, PendingReport, ReadingState, facts_in
from projections.figures.measures.acts import Act, Membership

NEVER_ENDED = 2**62
"""The number of the entry that will end what still goes on."""

NO_GROUP: tuple[GroupId, ...] = ()


class Counted(NamedTuple):
    """Acts between two members that stand, and everybody who was ever welcomed, after entry `number`.

    `last_day` is the day, in the community's time zone, on which that entry was recorded: the same log
    gives the same figures whenever they are asked for.
    """

    acts: list[Act]
    members: list[Membership]
    number: int
    last_day: date


class GroupsOfPair(NamedTuple):
    """The groups of the two at the moment at which an act was recorded, by their identifiers."""

    giver: tuple[GroupId, ...]
    receiver: tuple[GroupId, ...]


class Chronicle:
    """Everything that ever counted, to be asked what was known at an entry or at the end of a day.

    A million acts take about 150 MB: those who gave and received, days and kinds of help are kept once each.
    """

    def __init__(self) -> None:
        self.acts: list[Act] = []
        self.calendar = Calendar()
        self.formed: list[tuple[int, GroupId]] = []
        self.founded_on = date.min
        self.position = 0
        self.waits: list[PendingReport] = []
        self._numbers = array("q")
        self._taken_back: dict[int, int] = {}
        self._belongings = array("I")
        self._kinds_of_belonging: dict[GroupsOfPair, int] = {}
        self._came_and_went: list[tuple[int, MemberId, date, bool]] = []
        self._joined_and_left: list[tuple[int, GroupId, MemberId, bool]] = []
        self._every_belonging: list[GroupsOfPair] = []

    @property
    def number(self) -> int:
        """The number of the last entry that was read."""
        return self.calendar.number

    def at(self, number: int) -> Counted:
        """What stood after an entry."""
        return Counted(
            [self.acts[place] for place in self.places(number)],
            self.members(number),
            number,
            self.calendar.recorded_on(number),
        )

    def known_on(self, day: date) -> Counted:
        """What was known at the end of a day, in the community's time zone."""
        return self.at(self.calendar.last_entry_on(day))

    def places(self, number: int) -> Sequence[int]:
        """Where in `acts` those lie that stood after an entry, in the order of their entries."""
        end = bisect_right(self._numbers, number)
        gone = {place for place, taken_back in self._taken_back.items() if taken_back <= number}
        return [place for place in range(end) if place not in gone] if gone else range(end)

    def stands(self, place: int, number: int) -> bool:
        """Whether an act had been recorded, and not taken back, after an entry."""
        return self._numbers[place] <= number < self._taken_back.get(place, NEVER_ENDED)

    def was_taken_back(self, place: int) -> bool:
        """Whether an act was ever taken back."""
        return place in self._taken_back

    def belonging(self, place: int) -> GroupsOfPair:
        """Which groups the two of an act belonged to when it was recorded."""
        return self._every_belonging[self._belongings[place]]

    def members(self, number: int) -> list[Membership]:
        """Everybody who was welcomed by then, with the day on which they had left, if they had."""
        events = takewhile(lambda event: event[0] <= number, self._came_and_went)
        return _memberships((member, day, came) for _, member, day, came in events)

    def belonged(self, group: GroupId, number: int) -> list[Membership]:
        """Who had ever joined a group by then, with the days on which they joined first and left last."""
        events = takewhile(lambda event: event[0] <= number, self._joined_and_left)
        return _memberships(
            (member, self.calendar.recorded_on(when), came) for when, which, member, came in events if which == group
        )

    def belongings(self, number: int) -> dict[MemberId, tuple[GroupId, ...]]:
        """Who belonged to which groups after an entry; who belonged to none is left out."""
        groups: dict[MemberId, tuple[GroupId, ...]] = {}
        for when, group, member, came in self._joined_and_left:
            if when > number:
                break
            others = tuple(one for one in groups.pop(member, NO_GROUP) if one != group)
            if came or others:
                groups[member] = tuple(sorted((*others, group))) if came else others
        return groups

    def waiting(self, number: int) -> Iterator[PendingReport]:
        """The reports that waited for somebody's word after an entry."""
        return (one for one in self.waits if one.reported <= number < one.ended)

    def take_in(self, number: int, at: str, fact: Any, words: ReadingState) -> None:
        """Takes in the next fact that anything here depends on."""
        match fact:
            case ExchangeSettled():
                self._settled(number, fact, words)
            case GiftRecorded():
                if is_member(fact.receiver):
                    words.began(fact.gift, len(self.acts))
                    self._count(words.gift(number, fact), words)
            case ExchangeReversed() | GiftWithdrawn():
                words.took_back(fact.exchange if isinstance(fact, ExchangeReversed) else fact.gift, number)
            case ExchangeReported(awaiting=awaiting) if awaiting:
                pairs = tuple((MemberId(leg.giver), MemberId(leg.receiver)) for leg in fact.legs)
                words.waiting[fact.exchange] = PendingReport(number, NEVER_ENDED, fact.given_on, pairs)
            case ExchangeDeclined() | ExchangeCalledOff():
                self._waited(fact.exchange, number, words)
            case MemberWelcomed() | MemberLeft():
                came = isinstance(fact, MemberWelcomed)
                self._came_and_went.append((number, words.person(fact.member), self.calendar.local_day(at), came))
            case GroupFormed():
                self.formed.append((number, fact.group))
            case GroupJoined() | GroupLeft():
                came = isinstance(fact, GroupJoined)
                words.moved(fact.member, fact.group, came=came)
                self._joined_and_left.append((number, fact.group, words.person(fact.member), came))
            case CommunityFounded():
                self.founded_on = self.calendar.local_day(at)
            case _:
                pass

    def finish(self, words: ReadingState) -> None:
        """Finds the acts that were taken back, and the reports that still wait, once everything is read."""
        self._taken_back = dict(sorted(words.places_taken_back(len(self.acts))))
        self.waits += words.waiting.values()
        self._every_belonging = list(self._kinds_of_belonging)

    def _settled(self, number: int, fact: ExchangeSettled, words: ReadingState) -> None:
        words.began(fact.exchange, len(self.acts))
        self._waited(fact.exchange, number, words)
        for act in words.acts(number, fact):
            self._count(act, words)

    def _waited(self, exchange: str, number: int, words: ReadingState) -> None:
        """Keeps only those that waited at the end of a day: nobody asks for other moments."""
        found = words.waiting.pop(exchange, None)
        if found and self.calendar.recorded_on(found.reported) < self.calendar.recorded_on(number):
            self.waits.append(found._replace(ended=number))

    def _count(self, act: Act, words: ReadingState) -> None:
        both = GroupsOfPair(words.groups.get(act.giver, NO_GROUP), words.groups.get(act.receiver, NO_GROUP))
        self.acts.append(act)
        self._numbers.append(act.number)
        self._belongings.append(self._kinds_of_belonging.setdefault(both, len(self._kinds_of_belonging)))


def _memberships(events: Iterable[tuple[MemberId, date, bool]]) -> list[Membership]:
    """Return who came, with the day on which they came first and the day on which they left last, if they are gone."""
    joined: dict[MemberId, date] = {}
    left: dict[MemberId, date] = {}
    for member, day, came in events:
        if came:
            joined.setdefault(member, day)
            left.pop(member, None)
        else:
            left[member] = day
    return [Membership(member, day, left.get(member)) for member, day in sorted(joined.items())]


def read_chronicle(
    log: Log, until: Until = EVERYTHING, *, tell: Callable[[int], None] = lambda looked_at: None
) -> Chronicle:
    """Reads the log in order, up to an entry or an instant; the day on which acts happened is not looked at.

    Refuses an entry number beyond the end; raises UnreadableEntry, with the number, at the first entry it does not know.
    """
    told, words = Chronicle(), ReadingState()
    number = 0
    for number, told.position, at, fact in facts_in(log, until, tell):
        if isinstance(fact, CommunityFounded):
            told.calendar.move_to(fact.time_zone)
        told.calendar.see(number, at)
        if fact is not None:
            told.take_in(number, at, fact, words)
    if until.number is not None and number < until.number:
        raise EntryToCome(entries=number, number=until.number)
    told.finish(words)
    return told


def counted(log: Log, until: Until = EVERYTHING, *, tell: Callable[[int], None] = lambda looked_at: None) -> Counted:
    """Reads the log in order, up to an entry, an instant or the day it happened on.

    Settled exchanges and recorded gifts between members count, until they are taken back. Refuses an entry number
    beyond the end; raises UnreadableEntry, with the number, at the first entry it does not know.
    """
    told = read_chronicle(log, until, tell=tell)
    known = told.at(told.number)
    last_day = until.as_of or date.max
    return known._replace(acts=[act for act in known.acts if act.given_on <= last_day])
