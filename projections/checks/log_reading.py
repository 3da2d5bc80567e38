"""The log as the rules read it: acts of help that counted, wishes, who came and went, and what was agreed upon."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from sys import intern
from typing import Literal, NamedTuple, get_args

import msgspec

from ledger.agreements.facts import CommunityFounded, ExceptionsAgreed, LimitsAgreed, Thresholds
from ledger.agreements.rules import DEFAULT_DEBIT_LIMIT_MINUTES, DEFAULT_THRESHOLDS
from ledger.exchanges.facts import (
    ExchangeCalledOff,
    ExchangeConfirmed,
    ExchangeDeclined,
    ExchangeReported,
    ExchangeReversed,
    ExchangeSettled,
)
from ledger.log.entry import Entry, UnreadableEntry, decode, instant
from ledger.log.store import Log
from ledger.members.facts import MemberLeft, MemberWelcomed
from ledger.refusals import EntryToCome
from projections.figures.chronicle_entries import Calendar

Rule = Literal[
    "both-sides",
    "back-and-forth",
    "circle",
    "long-day",
    "many-at-once",
    "round-hours",
    "month-end",
    "before-limit",
    "before-leaving",
    "woken",
    "new-at-limit",
    "limit-used",
    "taken-back",
]


RULES: tuple[Rule, ...] = get_args(Rule)
"""In the order in which they are shown."""


UNITS: Mapping[Rule, str] = {
    "both-sides": "minutes",
    "back-and-forth": "days",
    "circle": "days",
    "long-day": "minutes",
    "many-at-once": "wishes",
    "round-hours": "acts",
    "month-end": "acts",
    "before-limit": "acts",
    "before-leaving": "acts",
    "woken": "days",
    "new-at-limit": "minutes",
    "limit-used": "minutes",
    "taken-back": "percent",
}
"""What each rule measures."""


MOST_ENTRIES = 50
"""So many entries are listed; where there are more, the newest, and how many there are."""


class Anomaly(msgspec.Struct, frozen=True, kw_only=True):
    """Something worth a look. `measured` is what reached the threshold: minutes, days, percent or a count, as the rule says.

    `entries` are entry numbers, the oldest first; `others` says how many more there are before them. `day` is the day it
    is about, YYYY-MM-DD, where it is about one.
    """

    rule: Rule
    people: tuple[str, ...]
    entries: tuple[int, ...]
    measured: int
    others: int = 0
    day: str = ""

    @property
    def number(self) -> int:
        """The last entry it rests on: what makes it new."""
        return self.entries[-1]


def noted(rule: Rule, people: Iterable[str], entries: Iterable[int], measured: int, *, day: str = "") -> Anomaly:
    """Something worth a look, with its entries in order, each once, and no more of them than can be shown."""
    numbers = sorted(set(entries))
    return Anomaly(
        rule=rule,
        people=tuple(people),
        entries=tuple(numbers[-MOST_ENTRIES:]),
        others=max(0, len(numbers) - MOST_ENTRIES),
        measured=measured,
        day=day,
    )


_BATCH = 2_000


class CountedAct(NamedTuple):
    """One direction of help that counted: settled by entry `number`, reported by entry `reported`.

    Days are numbers (`date.toordinal`): the day it happened, and the day it was settled where the community lives.
    `taken_back` is the entry that took it back, or 0. `brought` says that an import brought it.
    """

    number: int
    reported: int
    exchange: str
    giver: str
    receiver: str
    minutes: int
    given_on: int
    settled_on: int
    brought: bool
    one_voice: str
    """Who alone typed the words of both, or "". What the receiver alone reports settles by the rules and is none."""
    taken_back: int = 0


class Limits(NamedTuple):
    """The limits from an entry on; `on` is the day they were agreed upon."""

    number: int
    on: int
    debit: int
    upper: int | None


class RequestsByPerson(NamedTuple):
    """What one person had recorded, wish by wish: the first entry of each, and its instant in seconds.

    A wish may lead to several entries; it counts once. There are as many wishes as there are clicks, so they are packed.
    """

    numbers: "array[int]"
    seconds: "array[float]"


class LogReading(msgspec.Struct):
    """Everything the rules look at, in the order of entries, up to entry `number`."""

    acts: list[CountedAct] = []
    wishes: dict[str, "RequestsByPerson"] = {}
    """By who typed them."""
    welcomed: dict[str, int] = {}
    """Member -> the day they were first welcomed."""
    left: list[tuple[int, str, int]] = []
    """Entry, member, day: whoever left."""
    limits: list[Limits] = []
    thresholds: Thresholds = DEFAULT_THRESHOLDS
    number: int = 0
    position: int = 0

    @property
    def standing(self) -> list[CountedAct]:
        """The acts that were not taken back."""
        return [act for act in self.acts if not act.taken_back]


def read_book(
    log: Log, at_entry: int | None = None, *, tell: Callable[[int], None] = lambda looked_at: None
) -> LogReading:
    """Reads the log in order, up to an entry or else to its end.

    Refuses an entry number beyond the end; raises UnreadableEntry, with the number, at the first entry it does not know.
    """
    reading = _ReadingState()
    for number, position, entry in _entries(log, at_entry, tell):
        reading.take_in(number, entry)
        reading.book.number, reading.book.position = number, position
    if at_entry is not None and reading.book.number < at_entry:
        raise EntryToCome(entries=reading.book.number, number=at_entry)
    return reading.finished()


class _PendingReport(NamedTuple):
    """A report on its way: its entry, whether it came by an import, and who typed the word of each party so far."""

    number: int
    brought: bool
    words: dict[str, str]


class _ReadingState:
    """What is only needed while the log is read."""

    def __init__(self) -> None:
        self.book = LogReading(limits=[Limits(0, 0, DEFAULT_DEBIT_LIMIT_MINUTES, None)])
        self._calendar = Calendar()
        self._reports: dict[str, _PendingReport] = {}
        self._taken_back: dict[str, int] = {}
        self._last_wish = ""

    def take_in(self, number: int, entry: Entry) -> None:
        """The next entry."""
        fact, book = entry.data, self.book
        if isinstance(fact, CommunityFounded):
            self._calendar.set_time_zone(fact.time_zone)
        self._calendar.add(number, entry.at)
        self._wish(number, entry)
        match fact:
            case ExchangeReported():
                parties = {side for leg in fact.legs for side in (leg.giver, leg.receiver)}
                spoken = {fact.reported_by} if fact.reported_by in parties else parties
                words = dict.fromkeys(map(str, spoken), intern(entry.actor))
                self._reports[fact.exchange] = _PendingReport(number, entry.via == "import", words)
            case ExchangeConfirmed():
                if fact.exchange in self._reports:
                    self._reports[fact.exchange].words[fact.confirmed_by] = intern(entry.actor)
            case ExchangeDeclined() | ExchangeCalledOff():
                self._reports.pop(fact.exchange, None)
            case ExchangeSettled():
                self._settled(number, fact)
            case ExchangeReversed():
                self._taken_back[fact.exchange] = number
            case MemberWelcomed():
                book.welcomed.setdefault(intern(fact.member), self._day(number))
            case MemberLeft():
                book.left.append((number, intern(fact.member), self._day(number)))
            case LimitsAgreed():
                agreed = Limits(number, self._day(number), fact.debit_limit_minutes, fact.upper_limit_minutes)
                book.limits.append(agreed)
            case ExceptionsAgreed():
                book.thresholds = fact.thresholds
            case _:
                pass

    def finished(self) -> LogReading:
        """The book, once everything is read."""
        gone = self._taken_back
        if gone:
            self.book.acts = [
                act._replace(taken_back=gone[act.exchange]) if act.exchange in gone else act for act in self.book.acts
            ]
        return self.book

    def _wish(self, number: int, entry: Entry) -> None:
        """Entries that answer one wish count once; imports and the house itself record many by their nature."""
        if entry.cmd != self._last_wish and entry.via not in ("import", "job"):
            wishes = self.book.wishes.setdefault(intern(entry.actor), RequestsByPerson(array("q"), array("d")))
            wishes.numbers.append(number)
            wishes.seconds.append(instant(entry.at).timestamp())
        self._last_wish = entry.cmd

    def _settled(self, number: int, fact: ExchangeSettled) -> None:
        report = self._reports.pop(fact.exchange, _PendingReport(number, False, {}))
        voices = set(report.words.values())
        voice = voices.pop() if len(report.words) > 1 and len(voices) == 1 and not report.brought else ""
        given_on, settled_on = fact.given_on.toordinal(), self._day(number)
        for leg in fact.legs:
            self.book.acts.append(
                CountedAct(
                    number,
                    report.number,
                    fact.exchange,
                    intern(leg.giver),
                    intern(leg.receiver),
                    leg.minutes,
                    given_on,
                    settled_on,
                    report.brought,
                    voice,
                )
            )

    def _day(self, number: int) -> int:
        return self._calendar.recorded_on(number).toordinal()


def _entries(log: Log, at_entry: int | None, tell: Callable[[int], None]) -> Iterator[tuple[int, int, Entry]]:
    entries = log.scan()
    number = 0
    while batch := list(islice(entries, _BATCH if at_entry is None else min(_BATCH, at_entry - number))):
        for position, data in batch:
            number += 1
            try:
                yield number, position, decode(data)
            except UnreadableEntry as error:
                raise UnreadableEntry(f"entry {number}: {error}") from error
        tell(number)


def day_text(ordinal: int) -> str:
    """A day by its number, as YYYY-MM-DD."""
    return date.fromordinal(ordinal).isoformat()
