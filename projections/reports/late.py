"""What came too late for a report, and when it may be told: looked at whenever a later month closes, and at no other time.

With any moment to look at, two looks would tell of the one entry between them. So what is told changes only when the
change could be shown by itself, to everybody: two readers with two answers would know the difference.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from projections.chronicle import Chronicle
from projections.measures.acts import entries_in
from projections.privacy.figures import to_five_hours
from projections.privacy.months import STRICTEST, Change, may_be_told_anew
from projections.reports.report import Late


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


class Told(NamedTuple):
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

    def months(self, looks: Sequence[int]) -> dict[str, Told]:
        """What is told of each month as late; `firsts` are the numbers that their reports stand on."""
        states = self._begun()
        for look in looks:
            states = self._months_after(look, states)
        return states

    def not_told(self, looks: Sequence[int]) -> Change:
        """What came late for months, and follows from none of their reports."""
        return self._apart(self.months(looks).values())

    def year(self, span: Span, first: int, looks: Sequence[int]) -> Told:
        """What is told of the year; nothing from which it followed what is late in a month that does not tell of it."""
        span = _restless(self._told, span, first)
        states, state = self._begun(), Told(SAME, first, SAME)
        for look in looks:
            states = self._months_after(look, states)
            if look >= first:
                after = self._looked(span, look, state)
                is_told = after.looked_at == look and self._apart(states.values()).is_harmless(STRICTEST)
                state = after if is_told else state._replace(now=after.now)
        return state

    def _begun(self) -> dict[str, Told]:
        return {name: Told(SAME, self._firsts[name], SAME) for name in self._spans}

    def _months_after(self, look: int, states: Mapping[str, Told]) -> dict[str, Told]:
        return {
            name: self._looked(self._spans[name], look, state) if look > self._firsts[name] else state
            for name, state in states.items()
        }

    def _looked(self, span: Span, look: int, state: Told) -> Told:
        now = different(self._told, span, look)
        if now == state.told or may_be_told_anew(state.told.acts(self._told), now.acts(self._told), STRICTEST):
            return Told(now, look, now)
        return state._replace(now=now)

    def _apart(self, states: Iterable[Told]) -> Change:
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
