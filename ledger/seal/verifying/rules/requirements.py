"""What entries need in order to be allowed: who must be a member at that moment, who a coordinator, which balances.

Only a few kinds of entries change who may do what. Between two of them, it does not matter in which order the others come, so what
a stretch of entries needs is gathered where they are read, and compared once with the state of the community. What can be seen
in a single entry is checked here at once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ledger.seal.verifying.canonical import CONFIRMED, GIFT, REPORTED, REVERSED, SETTLED, WITHDRAWN, Posting
from ledger.seal.verifying.entry_reading import EntrySummary
from ledger.seal.verifying.marks import Marks
from ledger.seal.verifying.rules.loggable_days import LoggableDays
from ledger.seal.verifying.rules.stories import (
    AWAITS_GIVER,
    AWAITS_RECEIVER,
    BY_GIVER,
    BY_RECEIVER,
    EXCHANGE_PEOPLE,
    GIFT_PEOPLE,
    TO_ALL,
    TO_GROUP,
    TWO_WAY,
)

HOST = "host"
COMMUNITY = "community"
RECEIVER, BOTH = "receiver", "both"
"""Who has to agree: the receiver of help, or always both."""

Extremes = list[tuple[int, int]]
"""Ever lower (or higher) changes of an account, each with the number of its entry."""


class Requirements:
    """What a stretch of entries needs. Each need has the number of the first entry that has it."""

    __slots__ = ("accounts", "active", "agreeing", "categories", "coordinators", "groups")

    def __init__(self) -> None:
        self.active: dict[str, int] = {}
        self.coordinators: dict[str, int] = {}
        self.categories: dict[str, int] = {}
        self.groups: dict[str, int] = {}
        self.agreeing: dict[str, int] = {}
        self.accounts: dict[str, tuple[list[int], Extremes, Extremes]] = {}

    def move(self, number: int, changes: Iterable[tuple[str, int]], *, is_limited: bool) -> None:
        """Move minutes. A settlement is limited; a reversal is not."""
        for account, minutes in changes:
            so_far = self.accounts.get(account)
            if so_far is None:
                so_far = self.accounts[account] = ([0], [], [])
            net, lows, highs = so_far
            net[0] += minutes
            if not is_limited:
                continue
            if minutes < 0:
                if not lows or net[0] < lows[-1][0]:
                    lows.append((net[0], number))
            elif minutes and (not highs or net[0] > highs[-1][0]):
                highs.append((net[0], number))

    def coordinator(self, person: str, number: int) -> None:
        """Need a coordinator. The host can do what a coordinator can."""
        if person != HOST:
            self.coordinators.setdefault(person, number)


class Change(NamedTuple):
    """An entry that changes who may do what, or what was agreed."""

    number: int
    kind: str
    version: int
    actor: str
    at: str
    data: Mapping[str, Any]


class RequirementReader:
    """Gathers the requirements of consecutive entries. `timeline` has them in order, with the changes between them."""

    def __init__(self, days: LoggableDays, marks: Marks) -> None:
        self.days = days
        self.marks = marks
        self.needs = Requirements()
        self.timeline: list[Requirements | Change] = [self.needs]
        self._is_changed = False

    def take(self, number: int, entry: EntrySummary) -> str:
        """Take the next entry. Return what is wrong with it, as far as the entry alone shows; empty if nothing is."""
        rule = _RULES.get(entry.kind)
        if rule is None:
            self.timeline.append(Change(number, entry.kind, entry.version, entry.command[1], entry.at, entry.fact))
            self._is_changed = True
            return ""
        if self._is_changed:
            self._is_changed = False
            self.needs = Requirements()
            self.timeline.append(self.needs)
        if entry.speaker != entry.command[1]:
            self.needs.coordinator(entry.command[1], number)
        return rule(self, number, entry)


def _reported(reader: RequirementReader, number: int, entry: EntrySummary) -> str:
    exchange, given_on, legs, by, awaiting, corrects = entry.fact
    needs, is_two_way = reader.needs, len(legs) > 1
    category, giver, _, receiver = legs[0]
    needs.active.setdefault(giver, number)
    needs.active.setdefault(receiver, number)
    needs.categories.setdefault(category, number)
    flags = TWO_WAY if is_two_way else 0
    if is_two_way:
        category, second_giver, _, second_receiver = legs[1]
        needs.categories.setdefault(category, number)
        if (second_giver, second_receiver) != (receiver, giver):
            return "its two directions are not between the same two people"
    if by == giver:
        flags |= BY_GIVER | AWAITS_RECEIVER
        asks = (receiver,)
    elif by == receiver and (awaiting or is_two_way):
        flags |= BY_RECEIVER | AWAITS_GIVER
        asks = (giver,)
    else:
        flags |= BY_RECEIVER if by == receiver else 0
        asks = ()
        if by != receiver:
            needs.coordinator(by, number)
    if by == receiver and not is_two_way:
        needs.agreeing.setdefault(BOTH if awaiting else RECEIVER, number)
    reader.marks.people(number, bytes((EXCHANGE_PEOPLE | flags,)), exchange, giver, receiver)
    if corrects:
        reader.marks.people(number, b"m", corrects, giver, receiver)
    if awaiting != asks:
        return "the people who have to agree to it are not those that it asks"
    if by == entry.command[1] and by == entry.speaker and reader.days.is_surely_loggable(given_on, entry.at):
        return ""  # nearly always
    return _day(reader, number, entry, given_on) or _said(entry, by) or _not_typed_by(entry, giver, receiver)


def _settled(reader: RequirementReader, number: int, entry: EntrySummary) -> str:
    reader.needs.move(number, _net(entry.moved), is_limited=True)
    return ""


def _answered(reader: RequirementReader, number: int, entry: EntrySummary) -> str:
    """What a person has to be a member for."""
    does, by_key = _ANSWERS[entry.kind]
    by, subject = entry.fact[by_key], entry.fact.get("exchange") or entry.fact["gift"]
    reader.needs.active.setdefault(by, number)
    return _did(reader, number, entry, does, subject, by, entry.fact.get("to", ""))


def _decided(reader: RequirementReader, number: int, entry: EntrySummary) -> str:
    """What a coordinator can do, too: whether they were one then is looked up in the end."""
    does, by_key = _DECISIONS[entry.kind]
    return _did(reader, number, entry, does, entry.fact.get("exchange") or entry.fact["gift"], entry.fact[by_key])


def _reversed(reader: RequirementReader, number: int, entry: EntrySummary) -> str:
    fact, needs = entry.fact, reader.needs
    needs.move(number, _net(entry.moved), is_limited=False)
    asked_by, approved_by = fact["asked_by"], fact["approved_by"]
    parties = {leg["giver"] for leg in fact["legs"]} | {leg["receiver"] for leg in fact["legs"]}
    if approved_by in parties:
        needs.active.setdefault(approved_by, number)
    else:
        needs.coordinator(approved_by, number)
    reader.marks.people(number, b"u", fact["exchange"], asked_by, approved_by)
    return _said(entry, approved_by) or _not_typed_by(entry, *parties)


def _gave(reader: RequirementReader, number: int, entry: EntrySummary) -> str:
    gift, given_on, category, giver, receiver, by = entry.fact
    needs = reader.needs
    needs.active.setdefault(giver, number)
    needs.categories.setdefault(category, number)
    flags = 0
    if receiver.startswith("m-"):
        needs.active.setdefault(receiver, number)
    elif receiver == COMMUNITY:
        flags = TO_ALL
    else:
        flags = TO_GROUP
        needs.groups.setdefault(receiver, number)
    reader.marks.people(number, bytes((GIFT_PEOPLE | flags,)), gift, giver, receiver)
    if by not in (giver, receiver):
        needs.coordinator(by, number)
        reader.marks.people(number, b"e", gift, by)
    if giver == receiver:
        return "a gift to its own giver"
    return _day(reader, number, entry, given_on) or _said(entry, by) or _not_typed_by(entry, giver, receiver)


def _did(
    reader: RequirementReader, number: int, entry: EntrySummary, does: bytes, subject: str, by: str, to: str = ""
) -> str:
    reader.marks.people(number, does, subject, by, to)
    if entry.speaker != entry.command[1]:
        reader.marks.people(number, b"z", subject, entry.command[1])
    return _said(entry, by)


def _day(reader: RequirementReader, number: int, entry: EntrySummary, given_on: str) -> str:
    if reader.days.is_surely_loggable(given_on, entry.at):
        return ""
    if reader.days.is_in_future(given_on, entry.at):
        return "it happened on a day that had not begun when it was recorded"
    if reader.days.is_too_long_ago(given_on, entry.at):
        reader.needs.coordinator(entry.command[1], number)  # only they log what is more than a year old
    return ""


def _net(moved: Sequence[Posting]) -> Iterable[tuple[str, int]]:
    """The change of each account."""
    if len(moved) == 2:  # the usual case
        (giver, minutes, _), (receiver, _, other) = moved
        return ((giver, minutes), (receiver, -other))
    net: dict[str, int] = {}
    for account, given, received in moved:
        net[account] = net.get(account, 0) + given - received
    return net.items()


def _said(entry: EntrySummary, by: str) -> str:
    return "" if by == entry.speaker else "it names somebody else than the person who did it"


def _not_typed_by(entry: EntrySummary, *parties: str) -> str:
    actor = entry.command[1]
    return "it was typed for someone by the other party" if actor != entry.speaker and actor in parties else ""


_ANSWERS: Mapping[str, tuple[bytes, str]] = {
    CONFIRMED: (b"k", "confirmed_by"),
    "exchange-declined": (b"d", "declined_by"),
    "reversal-asked": (b"a", "asked_by"),
    "thanks-given": (b"t", "given_by"),
    "thanks-sharing-chosen": (b"h", "chosen_by"),
}
_DECISIONS: Mapping[str, tuple[bytes, str]] = {
    "exchange-called-off": (b"o", "called_off_by"),
    "reversal-declined": (b"n", "declined_by"),
    WITHDRAWN: (b"y", "withdrawn_by"),
}
_RULES: Mapping[str, Callable[[RequirementReader, int, EntrySummary], str]] = {
    REPORTED: _reported,
    SETTLED: _settled,
    REVERSED: _reversed,
    GIFT: _gave,
    **dict.fromkeys(_ANSWERS, _answered),
    **dict.fromkeys(_DECISIONS, _decided),
}
"""The rule of each kind of entry that changes nothing for others."""
