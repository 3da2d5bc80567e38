"""The whole log, read once: every act that counted, and every membership, as they were after any entry."""

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
from ledger.refusals import NoSuchEntry
from ledger.replay import EVERYTHING, Until
from projections.figures.chronicle_entries import Calendar, PendingReport, ReadingState, facts_in
from projections.figures.measures.acts import Act, Membership

NEVER_ENDED = 2**62
"""An entry number after all others, for what has not ended."""

NO_GROUP: tuple[GroupId, ...] = ()


class Counted(NamedTuple):
    """The acts between members that count after entry `number`, and everyone who was ever welcomed.

    `last_day` is the day on which that entry was recorded, in the community's time zone.
    """

    acts: list[Act]
    members: list[Membership]
    number: int
    last_day: date


class GroupsOfPair(NamedTuple):
    """The groups of giver and receiver when an act was recorded."""

    giver: tuple[GroupId, ...]
    receiver: tuple[GroupId, ...]


class Chronicle:
    """Everything that ever counted, as it was after any entry or at the end of any day.

    A million acts take about 150 MB, because people, days and kinds of help are stored once each.
    """

    def __init__(self) -> None:
        self.acts: list[Act] = []
        self.calendar = Calendar()
        self.formed: list[tuple[int, GroupId]] = []
        self.founded_on = date.min
        self.position = 0
        self.pending: list[PendingReport] = []
        self._numbers = array("q")
        self._taken_back: dict[int, int] = {}
        self._group_pair_of_acts = array("I")
        self._group_pairs: dict[GroupsOfPair, int] = {}
        self._welcomed_and_left: list[tuple[int, MemberId, date, bool]] = []
        self._joined_and_left: list[tuple[int, GroupId, MemberId, bool]] = []
        self._all_group_pairs: list[GroupsOfPair] = []

    @property
    def number(self) -> int:
        """The number of the last entry that was read."""
        return self.calendar.number

    def at(self, number: int) -> Counted:
        """Return what counted after an entry."""
        return Counted(
            [self.acts[place] for place in self.places(number)],
            self.members(number),
            number,
            self.calendar.recorded_on(number),
        )

    def known_on(self, day: date) -> Counted:
        """Return what was known at the end of a day, in the community's time zone."""
        return self.at(self.calendar.last_entry_on(day))

    def places(self, number: int) -> Sequence[int]:
        """Return the places in `acts` of those that counted after an entry, in the order of their entries."""
        end = bisect_right(self._numbers, number)
        gone = {place for place, taken_back in self._taken_back.items() if taken_back <= number}
        return [place for place in range(end) if place not in gone] if gone else range(end)

    def counts(self, place: int, number: int) -> bool:
        """Whether an act had been recorded, and not taken back, after an entry."""
        return self._numbers[place] <= number < self._taken_back.get(place, NEVER_ENDED)

    def was_taken_back(self, place: int) -> bool:
        """Whether an act was ever taken back."""
        return place in self._taken_back

    def groups_of(self, place: int) -> GroupsOfPair:
        """Return the groups of giver and receiver when an act was recorded."""
        return self._all_group_pairs[self._group_pair_of_acts[place]]

    def members(self, number: int) -> list[Membership]:
        """Return everyone who had been welcomed by an entry."""
        events = takewhile(lambda event: event[0] <= number, self._welcomed_and_left)
        return _memberships((member, day, came) for _, member, day, came in events)

    def members_of(self, group: GroupId, number: int) -> list[Membership]:
        """Return everyone who had joined a group by an entry."""
        events = takewhile(lambda event: event[0] <= number, self._joined_and_left)
        return _memberships(
            (member, self.calendar.recorded_on(when), came) for when, which, member, came in events if which == group
        )

    def groups_by_member(self, number: int) -> dict[MemberId, tuple[GroupId, ...]]:
        """Return the groups of each member after an entry, for those who were in any."""
        groups: dict[MemberId, tuple[GroupId, ...]] = {}
        for when, group, member, came in self._joined_and_left:
            if when > number:
                break
            others = tuple(one for one in groups.pop(member, NO_GROUP) if one != group)
            if came or others:
                groups[member] = tuple(sorted((*others, group))) if came else others
        return groups

    def waiting(self, number: int) -> Iterator[PendingReport]:
        """Return the reports that were waiting for an answer after an entry."""
        return (one for one in self.pending if one.reported <= number < one.ended)

    def apply(self, number: int, at: str, fact: Any, state: ReadingState) -> None:
        """Apply the next fact that anything here depends on."""
        match fact:
            case ExchangeSettled():
                self._settled(number, fact, state)
            case GiftRecorded():
                if is_member(fact.receiver):
                    state.begin(fact.gift, len(self.acts))
                    self._count(state.gift(number, fact), state)
            case ExchangeReversed() | GiftWithdrawn():
                state.take_back(fact.exchange if isinstance(fact, ExchangeReversed) else fact.gift, number)
            case ExchangeReported(awaiting=awaiting) if awaiting:
                pairs = tuple((MemberId(leg.giver), MemberId(leg.receiver)) for leg in fact.legs)
                state.waiting[fact.exchange] = PendingReport(number, NEVER_ENDED, fact.given_on, pairs)
            case ExchangeDeclined() | ExchangeCalledOff():
                self._waited(fact.exchange, number, state)
            case MemberWelcomed() | MemberLeft():
                came = isinstance(fact, MemberWelcomed)
                self._welcomed_and_left.append((number, state.person(fact.member), self.calendar.local_day(at), came))
            case GroupFormed():
                self.formed.append((number, fact.group))
            case GroupJoined() | GroupLeft():
                came = isinstance(fact, GroupJoined)
                state.move(fact.member, fact.group, came=came)
                self._joined_and_left.append((number, fact.group, state.person(fact.member), came))
            case CommunityFounded():
                self.founded_on = self.calendar.local_day(at)
            case _:
                pass

    def finish(self, state: ReadingState) -> None:
        """Find the acts that were taken back and the reports that are still waiting, once everything is read."""
        self._taken_back = dict(sorted(state.places_taken_back(len(self.acts))))
        self.pending += state.waiting.values()
        self._all_group_pairs = list(self._group_pairs)

    def _settled(self, number: int, fact: ExchangeSettled, state: ReadingState) -> None:
        state.begin(fact.exchange, len(self.acts))
        self._waited(fact.exchange, number, state)
        for act in state.acts(number, fact):
            self._count(act, state)

    def _waited(self, exchange: str, number: int, state: ReadingState) -> None:
        """End a report's wait. Only those that were waiting at the end of a day matter."""
        found = state.waiting.pop(exchange, None)
        if found and self.calendar.recorded_on(found.reported) < self.calendar.recorded_on(number):
            self.pending.append(found._replace(ended=number))

    def _count(self, act: Act, state: ReadingState) -> None:
        both = GroupsOfPair(state.groups.get(act.giver, NO_GROUP), state.groups.get(act.receiver, NO_GROUP))
        self.acts.append(act)
        self._numbers.append(act.number)
        self._group_pair_of_acts.append(self._group_pairs.setdefault(both, len(self._group_pairs)))


def _memberships(events: Iterable[tuple[MemberId, date, bool]]) -> list[Membership]:
    """Return everyone who joined, with the days on which they joined first and left last, if they are gone."""
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
    log: Log, until: Until = EVERYTHING, *, progress: Callable[[int], None] = lambda number: None
) -> Chronicle:
    """Read the log in order, up to an entry or an instant. `until.as_of` is ignored.

    Raises NoSuchEntry for an entry number beyond the end, and UnreadableEntry at the first entry of an unknown kind.
    """
    chronicle, state = Chronicle(), ReadingState()
    number = 0
    for number, chronicle.position, at, fact in facts_in(log, until, progress):
        if isinstance(fact, CommunityFounded):
            chronicle.calendar.set_time_zone(fact.time_zone)
        chronicle.calendar.add(number, at)
        if fact is not None:
            chronicle.apply(number, at, fact, state)
    if until.number is not None and number < until.number:
        raise NoSuchEntry(entries=number, number=until.number)
    chronicle.finish(state)
    return chronicle


def counted(log: Log, until: Until = EVERYTHING, *, progress: Callable[[int], None] = lambda number: None) -> Counted:
    """Read what counts up to an entry, an instant, or the day on which it happened; raises as `read_chronicle` does.

    Settled exchanges and recorded gifts between members count until they are taken back.
    """
    chronicle = read_chronicle(log, until, progress=progress)
    known = chronicle.at(chronicle.number)
    last_day = until.as_of or date.max
    return known._replace(acts=[act for act in known.acts if act.given_on <= last_day])
