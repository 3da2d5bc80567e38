"""What came in too late for a report, when it may be shown, and whether reports are behind the log."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ledger.log.store import Log
from projections.figures.chronicle import Chronicle
from projections.figures.measures.acts import entries_in
from projections.figures.privacy.figures import to_five_hours
from projections.figures.privacy.periods import STRICTEST, Change, may_be_told_anew
from projections.figures.reports.kept import Late, Reports
from projections.figures.reports.periods import last_closing, settled_moment


class Span(NamedTuple):
    """Where all acts that ever happened in some days lie in the chronicle, and those that a report of them counts."""

    ever: Sequence[int]
    counted: frozenset[int]


class Different(NamedTuple):
    """Where acts lie that came after a report, and those that it counts and that were taken back."""

    came: frozenset[int] = frozenset()
    gone: frozenset[int] = frozenset()

    def beyond(self, other: "Different") -> "Different":
        """What the two do not share."""
        return Different(self.came ^ other.came, self.gone ^ other.gone)

    def acts(self, told: Chronicle) -> Change:
        """The acts themselves."""
        came, gone = ([told.acts[place] for place in sorted(places)] for places in self)
        return Change(came, gone)


SAME = Different()


class LateRecord(NamedTuple):
    """What is told as late, as of an entry, and what there is in fact at the last look."""

    told: Different
    looked_at: int
    now: Different

    def late(self, chronicle: Chronicle) -> Late | None:
        """What a report says."""
        if self.told == SAME:
            return None
        came, gone = self.told.acts(chronicle)
        return Late(entries_in(came), entries_in(gone), to_five_hours(sum(act.minutes for act in came)))

    @property
    def is_hidden(self) -> bool:
        """Whether there is something late, and nothing is told of it."""
        return self.told == SAME != self.now


def different(told: Chronicle, span: Span, number: int) -> Different:
    """In what an entry later on differs from what a report counts."""
    return Different(
        frozenset(place for place in span.ever if place not in span.counted and told.stands(place, number)),
        frozenset(place for place in span.counted if not told.stands(place, number)),
    )


class Looks:
    """Looks at the months of a year, and at the year itself, whenever a month closed: `looks` are numbers of entries."""

    def __init__(self, told: Chronicle, months: Mapping[str, Span], firsts: Mapping[str, int]) -> None:
        self._told = told
        self._firsts = firsts
        self._spans = {name: _restless(told, span, firsts[name]) for name, span in months.items()}

    def months(self, looks: Sequence[int]) -> dict[str, LateRecord]:
        """What is told of each month as late; `firsts` are the numbers that their reports stand on."""
        states = self._begun()
        for look in looks:
            states = self._months_after(look, states)
        return states

    def not_told(self, looks: Sequence[int]) -> Change:
        """What came late for months, and follows from none of their reports."""
        return self._apart(self.months(looks).values())

    def year(self, span: Span, first: int, looks: Sequence[int]) -> LateRecord:
        """What is told of the year; nothing from which it followed what is late in a month that does not tell of it."""
        span = _restless(self._told, span, first)
        states, state = self._begun(), LateRecord(SAME, first, SAME)
        for look in looks:
            states = self._months_after(look, states)
            if look >= first:
                after = self._looked(span, look, state)
                is_told = after.looked_at == look and self._apart(states.values()).is_harmless(STRICTEST)
                state = after if is_told else state._replace(now=after.now)
        return state

    def _begun(self) -> dict[str, LateRecord]:
        return {name: LateRecord(SAME, self._firsts[name], SAME) for name in self._spans}

    def _months_after(self, look: int, states: Mapping[str, LateRecord]) -> dict[str, LateRecord]:
        return {
            name: self._looked(self._spans[name], look, state) if look > self._firsts[name] else state
            for name, state in states.items()
        }

    def _looked(self, span: Span, look: int, state: LateRecord) -> LateRecord:
        now = different(self._told, span, look)
        if now == state.told or may_be_told_anew(state.told.acts(self._told), now.acts(self._told), STRICTEST):
            return LateRecord(now, look, now)
        return state._replace(now=now)

    def _apart(self, states: Iterable[LateRecord]) -> Change:
        every = [one.now.beyond(one.told).acts(self._told) for one in states]
        return Change([act for one in every for act in one.came], [act for one in every for act in one.gone])


def _restless(told: Chronicle, span: Span, first: int) -> Span:
    """Only what may differ later on, which is little: looking at it often costs nothing."""
    return Span(
        [
            place
            for place in span.ever
            if place not in span.counted and (told.acts[place].number > first or told.stands(place, first))
        ],
        frozenset(place for place in span.counted if told.was_taken_back(place)),
    )


MADE_BY = "1"
"""Raised when reports are made otherwise than before: then all are made anew."""


def is_due(kept: Reports, log: Log, now: datetime, time_zone: str) -> bool:
    """Whether there is anything to do: entries that were not looked at, or a period that closed since. Two small questions."""
    state = kept.state()
    if not state.position or state.made_by != MADE_BY or log.head() != state.position:
        return bool(log.head())
    day = settled_moment(now).astimezone(ZoneInfo(time_zone)).date()
    closing = last_closing(date.fromisoformat(state.founded_on), day)
    return closing is not None and str(closing) > state.known_on
