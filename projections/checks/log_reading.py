"""The log as the rules read it: acts of help that counted, requests, members who came and left, and agreements."""

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
from ledger.refusals import NoSuchEntry
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
"""The rules in the order in which they are shown."""

_RULES_BY_UNIT: Mapping[str, tuple[Rule, ...]] = {
    "minutes": ("both-sides", "long-day", "new-at-limit", "limit-used"),
    "days": ("back-and-forth", "circle", "woken"),
    "acts": ("round-hours", "month-end", "before-limit", "before-leaving"),
    "wishes": ("many-at-once",),
    "percent": ("taken-back",),
}
UNITS = {rule: unit for unit, rules in _RULES_BY_UNIT.items() for rule in rules}
"""What each rule measures."""

MAX_ENTRIES = 50
"""How many entries an anomaly lists at most: the newest."""


class Anomaly(msgspec.Struct, frozen=True, kw_only=True):
    """Something worth a look. `measured` is what reached the threshold, in the unit of the rule.

    `entries` are entry numbers, oldest first; `others` says how many more there are before them. `day` is the day it
    concerns, YYYY-MM-DD, or "".
    """

    rule: Rule
    people: tuple[str, ...]
    entries: tuple[int, ...]
    measured: int
    others: int = 0
    day: str = ""

    @property
    def number(self) -> int:
        """The last entry it is based on."""
        return self.entries[-1]


def anomaly(rule: Rule, people: Iterable[str], entries: Iterable[int], measured: int, *, day: int = 0) -> Anomaly:
    """Make an anomaly with its entries in order, each once, and no more than can be shown. `day` is a number, or 0."""
    numbers = sorted(set(entries))
    return Anomaly(
        rule=rule,
        people=tuple(people),
        entries=tuple(numbers[-MAX_ENTRIES:]),
        others=max(0, len(numbers) - MAX_ENTRIES),
        measured=measured,
        day=date.fromordinal(day).isoformat() if day else "",
    )


_BATCH = 2_000


class CountedAct(NamedTuple):
    """One direction of help that counted: settled by entry `number`, reported by entry `reported`.

    Days are numbers (`date.toordinal`): the day it happened, and the day it was settled where the community lives.
    `taken_back` is the entry that took it back, or 0.
    """

    number: int
    reported: int
    exchange: str
    giver: str
    receiver: str
    minutes: int
    given_on: int
    settled_on: int
    imported: bool
    recorded_alone_by: str
    """Who recorded the agreement of both parties, or "". A receiver's own report needs nobody else's and does not count."""
    taken_back: int = 0


class Limits(NamedTuple):
    """The limits from an entry on; `on` is the day they were agreed."""

    number: int
    on: int
    debit: int
    upper: int | None


class RequestsByPerson(NamedTuple):
    """The requests that one person made: the first entry of each, and its instant in seconds.

    A request that leads to several entries counts once. There are as many requests as clicks, so they are packed in arrays.
    """

    numbers: "array[int]"
    seconds: "array[float]"


class LogReading(msgspec.Struct):
    """Everything the rules need, in the order of entries, up to entry `number`."""

    acts: list[CountedAct] = []
    requests: dict[str, RequestsByPerson] = {}
    """The requests of each actor."""
    welcomed: dict[str, int] = {}
    """Member -> the day they were first welcomed."""
    left: list[tuple[int, str, int]] = []
    """Entry, member and day of everyone who left."""
    limits: list[Limits] = []
    thresholds: Thresholds = DEFAULT_THRESHOLDS
    number: int = 0
    position: int = 0

    @property
    def still_counting(self) -> list[CountedAct]:
        """The acts that were not taken back."""
        return [act for act in self.acts if not act.taken_back]


def read_log(
    log: Log, at_entry: int | None = None, *, progress: Callable[[int], None] = lambda done: None
) -> LogReading:
    """Read the log in order, up to an entry or else to its end.

    Refuse an entry number beyond the end; raise UnreadableEntry, with the number, at the first entry that cannot be decoded.
    """
    reader = _Reader()
    for number, position, entry in _entries(log, at_entry, progress):
        reader.add(number, entry)
        reader.reading.number, reader.reading.position = number, position
    if at_entry is not None and reader.reading.number < at_entry:
        raise NoSuchEntry(entries=reader.reading.number, number=at_entry)
    return reader.finished()


class _PendingReport(NamedTuple):
    """A report that is not settled: its entry, and who recorded the agreement of each party so far."""

    number: int
    imported: bool
    recorded_by: dict[str, str]


class _Reader:
    """What is only needed while the log is read."""

    def __init__(self) -> None:
        self.reading = LogReading(limits=[Limits(0, 0, DEFAULT_DEBIT_LIMIT_MINUTES, None)])
        self._calendar = Calendar()
        self._reports: dict[str, _PendingReport] = {}
        self._taken_back: dict[str, int] = {}
        self._last_command = ""

    def add(self, number: int, entry: Entry) -> None:
        """Add the next entry."""
        fact, reading = entry.data, self.reading
        if isinstance(fact, CommunityFounded):
            self._calendar.set_time_zone(fact.time_zone)
        self._calendar.add(number, entry.at)
        self._count_request(number, entry)
        match fact:
            case ExchangeReported():
                parties = {side for leg in fact.legs for side in (leg.giver, leg.receiver)}
                agreed = {fact.reported_by} if fact.reported_by in parties else parties
                recorded_by = dict.fromkeys(map(str, agreed), intern(entry.actor))
                self._reports[fact.exchange] = _PendingReport(number, entry.via == "import", recorded_by)
            case ExchangeConfirmed():
                if fact.exchange in self._reports:
                    self._reports[fact.exchange].recorded_by[fact.confirmed_by] = intern(entry.actor)
            case ExchangeDeclined() | ExchangeCalledOff():
                self._reports.pop(fact.exchange, None)
            case ExchangeSettled():
                self._settled(number, fact)
            case ExchangeReversed():
                self._taken_back[fact.exchange] = number
            case MemberWelcomed():
                reading.welcomed.setdefault(intern(fact.member), self._day(number))
            case MemberLeft():
                reading.left.append((number, intern(fact.member), self._day(number)))
            case LimitsAgreed():
                limits = Limits(number, self._day(number), fact.debit_limit_minutes, fact.upper_limit_minutes)
                reading.limits.append(limits)
            case ExceptionsAgreed():
                reading.thresholds = fact.thresholds
            case _:
                pass

    def finished(self) -> LogReading:
        """The reading, once every entry has been added."""
        gone, reading = self._taken_back, self.reading
        if gone:
            reading.acts = [
                act._replace(taken_back=gone[act.exchange]) if act.exchange in gone else act for act in reading.acts
            ]
        return reading

    def _count_request(self, number: int, entry: Entry) -> None:
        """Entries of one command count once; imports and background jobs record many by their nature."""
        if entry.cmd != self._last_command and entry.via not in ("import", "job"):
            requests = self.reading.requests.setdefault(intern(entry.actor), RequestsByPerson(array("q"), array("d")))
            requests.numbers.append(number)
            requests.seconds.append(instant(entry.at).timestamp())
        self._last_command = entry.cmd

    def _settled(self, number: int, fact: ExchangeSettled) -> None:
        report = self._reports.pop(fact.exchange, _PendingReport(number, False, {}))
        actors = set(report.recorded_by.values())
        alone = actors.pop() if len(report.recorded_by) > 1 and len(actors) == 1 and not report.imported else ""
        given_on, settled_on = fact.given_on.toordinal(), self._day(number)
        for leg in fact.legs:
            what = (fact.exchange, intern(leg.giver), intern(leg.receiver), leg.minutes, given_on, settled_on)
            self.reading.acts.append(CountedAct(number, report.number, *what, report.imported, alone))

    def _day(self, number: int) -> int:
        return self._calendar.recorded_on(number).toordinal()


def _entries(log: Log, at_entry: int | None, progress: Callable[[int], None]) -> Iterator[tuple[int, int, Entry]]:
    entries = log.scan()
    number = 0
    while batch := list(islice(entries, _BATCH if at_entry is None else min(_BATCH, at_entry - number))):
        for position, data in batch:
            number += 1
            try:
                yield number, position, decode(data)
            except UnreadableEntry as error:
                raise UnreadableEntry(f"entry {number}: {error}") from error
        progress(number)
