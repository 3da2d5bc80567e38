"""What the reports of a year's months count, and what of it groups may be shown: decided once, for all its reports."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import msgspec

from ledger.identifiers import GroupId
from projections.figures.chronicle import Chronicle, Counted
from projections.figures.measures.acts import KINDS, Act, Membership, entries_in
from projections.figures.measures.people import participation
from projections.figures.measures.statistics import Statistics, statistics
from projections.figures.privacy.cells import FEWEST_TO_COMPARE, Cell, Contributors
from projections.figures.privacy.figures import to_five_hours
from projections.figures.privacy.groups import Placed, contributors_of, groups_shown_together, kinds_shown_together
from projections.figures.privacy.periods import (
    FEWEST_FOR_ALL,
    HiddenMonths,
    LateActs,
    can_update_late,
    hidden_months,
    shown_months,
)
from projections.figures.reports.kept import Late
from projections.figures.reports.periods import ClosedPeriod


class ReportMonth:
    """A closed month: where the acts lie that its reports count, and the groups that there were by then, the oldest first."""

    def __init__(self, told: Chronicle, name: str, places: Sequence[int], formed: Mapping[GroupId, str]) -> None:
        self.name = name
        self.places = places
        self._told = told
        self.formed = [group for group, month in formed.items() if month <= name]

    @cached_property
    def placed(self) -> list[Placed]:
        """Its acts with the groups of the two; a group's figures begin with the month in which it was formed."""
        known = frozenset(self.formed)
        return [
            Placed(self._told.acts[place], *(known.intersection(side) for side in self._told.groups_of(place)))
            for place in self.places
        ]

    @cached_property
    def groups(self) -> list[GroupId]:
        """The groups with anything that counts."""
        return active_groups(self.placed, self.formed)

    @cached_property
    def contributors(self) -> dict[GroupId, Contributors]:
        """What lies behind each group's figures."""
        return {group: contributors_of(group, self.placed) for group in self.groups}

    @cached_property
    def beside(self) -> list[GroupId]:
        """The groups that may be shown together, if the month of the community is shown to everybody."""
        return groups_shown_together(self.placed, self.groups)


class Year:
    """The closed months of a calendar year, up to one of them."""

    def __init__(self, told: Chronicle, months: Sequence[ReportMonth], formed: Iterable[GroupId]) -> None:
        self._told = told
        self._formed = list(formed)
        self.months = {month.name: month for month in months}

    @cached_property
    def places(self) -> list[int]:
        """Where everything lies that the months' reports count."""
        return [place for month in self.months.values() for place in month.places]

    @cached_property
    def acts(self) -> list[Act]:
        """Everything that they count."""
        return [self._told.acts[place] for place in self.places]

    @cached_property
    def placed(self) -> list[Placed]:
        """The same, with groups."""
        return [one for month in self.months.values() for one in month.placed]

    @cached_property
    def hidden_from_everyone(self) -> frozenset[str]:
        """The months of the community that not everybody may read."""
        return frozenset(name for name, cell in shown_months(self.acts, "everyone").items() if cell is None)

    @cached_property
    def months_of_groups(self) -> dict[GroupId, HiddenMonths]:
        """Which months are hidden for each group, and whether the sum of them may be told."""
        hidden = self.hidden_from_everyone
        return {
            group: hidden_months(
                {name: month.contributors[group] for name, month in self.months.items() if group in month.contributors},
                "everyone",
                hidden=hidden,
                vetoed=[name for name, month in self.months.items() if name not in hidden and _is_vetoed(month, group)],
                compares_groups=True,
            )
            for group in self._formed
        }

    @cached_property
    def groups_shown(self) -> list[GroupId]:
        """The groups whose year may be shown beside the community's, if that is shown to everybody."""
        able = [group for group in self._formed if self.months_of_groups[group].year_is_safe]
        return groups_shown_together(self.placed, active_groups(self.placed, able))

    def groups_shown_in(self, month: str) -> list[GroupId]:
        """The groups whose month may be shown."""
        if month in self.hidden_from_everyone:
            return []
        return [group for group in self.months[month].groups if month not in self.months_of_groups[group].hidden]

    def kinds_shown(
        self, attribute: str, community: Mapping[str, Cell | None]
    ) -> dict[GroupId, dict[str, Cell | None]]:
        """The kinds or categories of each group that the year may show, given those of the community that everybody reads."""
        return kinds_shown_together(self.placed, self.groups_shown, community, lambda act: str(getattr(act, attribute)))


def active_groups(placed: Iterable[Placed], groups: Collection[GroupId]) -> list[GroupId]:
    """Those of these groups with anything that counts."""
    found = {group for one in placed for group in (*one.giver, *one.receiver)}
    return [group for group in groups if group in found]


def _is_vetoed(month: ReportMonth, group: GroupId) -> bool:
    """Whether a group could be shown by itself, and is not for what it would tell beside others."""
    return (
        group in month.contributors
        and group not in month.beside
        and month.contributors[group].may_be_shown(FEWEST_TO_COMPARE)
    )


class ReportBasis(NamedTuple):
    """A closed period: the acts that its reports count, and all that was known when it closed, after entry `number`.

    Of the days of the period, `known` has the acts that count and no others.
    """

    told: Chronicle
    closed: ClosedPeriod
    number: int
    year: Year
    known: Counted
    acts: list[Act]

    @property
    def placed(self) -> list[Placed]:
        """The acts that the reports of the period's months count, with the groups of giver and receiver."""
        return self.year.placed if self.closed.is_year else self.year.months[self.closed.name].placed

    @property
    def groups_shown(self) -> list[GroupId]:
        """The groups whose figures may be shown."""
        return self.year.groups_shown if self.closed.is_year else self.year.groups_shown_in(self.closed.name)

    def statistics(self) -> Statistics:
        """The community's figures, unprotected."""
        return self.statistics_of(self.known.acts, self.known.members)

    def statistics_of(self, acts: Iterable[Act], members: list[Membership]) -> Statistics:
        """The figures of some of the acts and some of the members."""
        return statistics(acts, members, as_of=self.closed.last_day, first_day=self.closed.first_day)

    def known_to_all(self, acts: list[Act], members: list[Membership]) -> dict[str, Any]:
        """What is always shown: the days, what counts, and how many belong."""
        return {
            "first_day": str(self.closed.first_day),
            "as_of": str(self.closed.last_day),
            "weigh": "minutes",
            "kinds": msgspec.to_builtins(KINDS),
            "enrolled": participation(acts, members, self.closed.last_day).enrolled,
        }

    def is_within(self, day: date) -> bool:
        """Whether a day belongs to the period."""
        return self.closed.first_day <= day <= self.closed.last_day


class Span(NamedTuple):
    """Where all acts that ever happened in some days lie in the chronicle, and those that a report of them counts."""

    ever: Sequence[int]
    counted: frozenset[int]


class LateChanges(NamedTuple):
    """Where acts lie that came after a report, and those that it counts and that were taken back."""

    came: frozenset[int] = frozenset()
    gone: frozenset[int] = frozenset()

    def beyond(self, other: "LateChanges") -> "LateChanges":
        """What the two do not share."""
        return LateChanges(self.came ^ other.came, self.gone ^ other.gone)

    def acts(self, told: Chronicle) -> LateActs:
        """The acts themselves."""
        came, gone = ([told.acts[place] for place in sorted(places)] for places in self)
        return LateActs(came, gone)


NO_CHANGES = LateChanges()


class LateRecord(NamedTuple):
    """What is told as late, as of an entry, and what there is in fact at the last look."""

    told: LateChanges
    looked_at: int
    now: LateChanges

    def late(self, chronicle: Chronicle) -> Late | None:
        """What a report says."""
        if self.told == NO_CHANGES:
            return None
        came, gone = self.told.acts(chronicle)
        return Late(entries_in(came), entries_in(gone), to_five_hours(sum(act.minutes for act in came)))

    @property
    def is_hidden(self) -> bool:
        """Whether there is something late, and nothing is told of it."""
        return self.told == NO_CHANGES != self.now


class LateChecks:
    """Looks at the months of a year, and at the year itself, whenever a month closed: `looks` are numbers of entries."""

    def __init__(self, told: Chronicle, months: Mapping[str, Span], firsts: Mapping[str, int]) -> None:
        self._told = told
        self._firsts = firsts
        self._spans = {name: _changeable(told, span, firsts[name]) for name, span in months.items()}

    def months(self, looks: Sequence[int]) -> dict[str, LateRecord]:
        """What is told of each month as late; `firsts` are the numbers that their reports stand on."""
        states = self._begun()
        for look in looks:
            states = self._months_after(look, states)
        return states

    def not_told(self, looks: Sequence[int]) -> LateActs:
        """What came late for months, and follows from none of their reports."""
        return self._apart(self.months(looks).values())

    def year(self, span: Span, first: int, looks: Sequence[int]) -> LateRecord:
        """What is told of the year; nothing from which it followed what is late in a month that does not tell of it."""
        span = _changeable(self._told, span, first)
        states, state = self._begun(), LateRecord(NO_CHANGES, first, NO_CHANGES)
        for look in looks:
            states = self._months_after(look, states)
            if look >= first:
                after = self._looked(span, look, state)
                is_told = after.looked_at == look and self._apart(states.values()).is_empty_or_safe(FEWEST_FOR_ALL)
                state = after if is_told else state._replace(now=after.now)
        return state

    def _begun(self) -> dict[str, LateRecord]:
        return {name: LateRecord(NO_CHANGES, self._firsts[name], NO_CHANGES) for name in self._spans}

    def _months_after(self, look: int, states: Mapping[str, LateRecord]) -> dict[str, LateRecord]:
        return {
            name: self._looked(self._spans[name], look, state) if look > self._firsts[name] else state
            for name, state in states.items()
        }

    def _looked(self, span: Span, look: int, state: LateRecord) -> LateRecord:
        now = late_changes(self._told, span, look)
        if now == state.told or can_update_late(state.told.acts(self._told), now.acts(self._told), FEWEST_FOR_ALL):
            return LateRecord(now, look, now)
        return state._replace(now=now)

    def _apart(self, states: Iterable[LateRecord]) -> LateActs:
        every = [one.now.beyond(one.told).acts(self._told) for one in states]
        return LateActs([act for one in every for act in one.came], [act for one in every for act in one.gone])


def late_changes(told: Chronicle, span: Span, number: int) -> LateChanges:
    """In what an entry later on differs from what a report counts."""
    return LateChanges(
        frozenset(place for place in span.ever if place not in span.counted and told.counts(place, number)),
        frozenset(place for place in span.counted if not told.counts(place, number)),
    )


def _changeable(told: Chronicle, span: Span, first: int) -> Span:
    """Only what may differ later on, which is little: looking at it often costs nothing."""
    return Span(
        [
            place
            for place in span.ever
            if place not in span.counted and (told.acts[place].number > first or told.counts(place, first))
        ],
        frozenset(place for place in span.counted if told.was_taken_back(place)),
    )
