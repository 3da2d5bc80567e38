"""What the reports of a year count, which groups may be shown, and what came late: decided once for all its reports."""

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
    """A closed month: the places of the acts that its reports count, and the groups formed by then, oldest first."""

    def __init__(self, chronicle: Chronicle, name: str, places: Sequence[int], formed: Mapping[GroupId, str]) -> None:
        self.name = name
        self.places = places
        self._chronicle = chronicle
        self.formed = [group for group, month in formed.items() if month <= name]

    @cached_property
    def placed(self) -> list[Placed]:
        """Its acts with the groups of giver and receiver. A group counts from the month in which it was formed."""
        known = frozenset(self.formed)
        return [
            Placed(
                self._chronicle.acts[place], *(known.intersection(side) for side in self._chronicle.groups_of(place))
            )
            for place in self.places
        ]

    @cached_property
    def groups(self) -> list[GroupId]:
        """The groups with anything that counts."""
        return active_groups(self.placed, self.formed)

    @cached_property
    def contributors(self) -> dict[GroupId, Contributors]:
        """Who contributes to each group's figures."""
        return {group: contributors_of(group, self.placed) for group in self.groups}

    @cached_property
    def shown_together(self) -> list[GroupId]:
        """The groups that may be shown together, if everyone can see the community's month."""
        return groups_shown_together(self.placed, self.groups)


class Year:
    """The closed months of a calendar year, up to one of them."""

    def __init__(self, chronicle: Chronicle, months: Sequence[ReportMonth], formed: Iterable[GroupId]) -> None:
        self._chronicle = chronicle
        self._formed = list(formed)
        self.months = {month.name: month for month in months}

    @cached_property
    def places(self) -> list[int]:
        """The places of everything that the months' reports count."""
        return [place for month in self.months.values() for place in month.places]

    @cached_property
    def acts(self) -> list[Act]:
        """Everything that the months' reports count."""
        return [self._chronicle.acts[place] for place in self.places]

    @cached_property
    def placed(self) -> list[Placed]:
        """The same, with the groups of giver and receiver."""
        return [one for month in self.months.values() for one in month.placed]

    @cached_property
    def hidden_from_everyone(self) -> frozenset[str]:
        """The community's months that are hidden from everyone."""
        return frozenset(name for name, cell in shown_months(self.acts, "everyone").items() if cell is None)

    @cached_property
    def months_of_groups(self) -> dict[GroupId, HiddenMonths]:
        """Which months are hidden for each group, and whether its year may be shown."""
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
        """The groups whose year may be shown, if everyone can see the community's."""
        able = [group for group in self._formed if self.months_of_groups[group].year_is_safe]
        return groups_shown_together(self.placed, active_groups(self.placed, able))

    def groups_shown_in(self, month: str) -> list[GroupId]:
        """Return the groups whose month may be shown."""
        if month in self.hidden_from_everyone:
            return []
        return [group for group in self.months[month].groups if month not in self.months_of_groups[group].hidden]

    def kinds_shown(
        self, attribute: str, community: Mapping[str, Cell | None]
    ) -> dict[GroupId, dict[str, Cell | None]]:
        """Return the kinds or categories that may be shown for each group, given those that are shown for the community."""
        return kinds_shown_together(self.placed, self.groups_shown, community, lambda act: str(getattr(act, attribute)))


def active_groups(placed: Iterable[Placed], groups: Collection[GroupId]) -> list[GroupId]:
    """Return those of these groups with anything that counts."""
    found = {group for one in placed for group in (*one.giver, *one.receiver)}
    return [group for group in groups if group in found]


def _is_vetoed(month: ReportMonth, group: GroupId) -> bool:
    """Whether a group could be shown by itself, but would reveal something together with others."""
    return (
        group in month.contributors
        and group not in month.shown_together
        and month.contributors[group].may_be_shown(FEWEST_TO_COMPARE)
    )


class ReportBasis(NamedTuple):
    """A closed period: the acts that its reports count, and everything that counted when it closed, after entry `number`.

    Within the period, `known` has exactly the acts that its reports count.
    """

    chronicle: Chronicle
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

    def statistics_of(self, acts: Iterable[Act], members: list[Membership]) -> Statistics:
        """Return the figures of these acts and members."""
        return statistics(acts, members, as_of=self.closed.last_day, first_day=self.closed.first_day)

    def known_to_all(self, acts: list[Act], members: list[Membership]) -> dict[str, Any]:
        """Return what is always shown: the days, what counts, and the number of members."""
        return {
            "first_day": str(self.closed.first_day),
            "as_of": str(self.closed.last_day),
            "weigh": "minutes",
            "kinds": msgspec.to_builtins(KINDS),
            "enrolled": participation(acts, members, self.closed.last_day).enrolled,
        }

    def is_within(self, day: date) -> bool:
        """Whether a day is in the period."""
        return self.closed.first_day <= day <= self.closed.last_day


class Span(NamedTuple):
    """The places in the chronicle of everything that ever happened in a period, and of what its report counts."""

    ever: Sequence[int]
    counted: frozenset[int]


class LateChanges(NamedTuple):
    """The places of acts that were recorded after a report, and of acts that it counts but that were taken back."""

    came: frozenset[int] = frozenset()
    gone: frozenset[int] = frozenset()

    def beyond(self, other: "LateChanges") -> "LateChanges":
        """Return what is in only one of the two."""
        return LateChanges(self.came ^ other.came, self.gone ^ other.gone)

    def acts(self, chronicle: Chronicle) -> LateActs:
        """Return the acts themselves."""
        came, gone = ([chronicle.acts[place] for place in sorted(places)] for places in self)
        return LateActs(came, gone)


NO_CHANGES = LateChanges()


class LateRecord(NamedTuple):
    """What is reported as late, as of entry `looked_at`, and what is actually late at the last check."""

    reported: LateChanges
    looked_at: int
    now: LateChanges

    def late(self, chronicle: Chronicle) -> Late | None:
        """Return what a report says; None if nothing is reported."""
        if self.reported == NO_CHANGES:
            return None
        came, gone = self.reported.acts(chronicle)
        return Late(entries_in(came), entries_in(gone), to_five_hours(sum(act.minutes for act in came)))

    @property
    def is_hidden(self) -> bool:
        """Whether something is late and nothing is reported."""
        return self.reported == NO_CHANGES != self.now


class LateChecks:
    """Checks the months of a year, and the year itself, for late acts after each of some entries: `checks`."""

    def __init__(self, chronicle: Chronicle, months: Mapping[str, Span], firsts: Mapping[str, int]) -> None:
        self._chronicle = chronicle
        self._firsts = firsts
        self._spans = {name: _changeable(chronicle, span, firsts[name]) for name, span in months.items()}

    def months(self, checks: Sequence[int]) -> dict[str, LateRecord]:
        """Return what is reported as late for each month."""
        states = self._initial()
        for number in checks:
            states = self._months_after(number, states)
        return states

    def unreported(self, checks: Sequence[int]) -> LateActs:
        """Return what came late for the months and is not in their reports."""
        return self._unreported(self.months(checks).values())

    def year(self, span: Span, first: int, checks: Sequence[int]) -> LateRecord:
        """Return what is reported as late for the year. It must not reveal what months do not report."""
        span = _changeable(self._chronicle, span, first)
        states, state = self._initial(), LateRecord(NO_CHANGES, first, NO_CHANGES)
        for number in checks:
            states = self._months_after(number, states)
            if number >= first:
                after, hidden = self._checked(span, number, state), self._unreported(states.values())
                is_reported = after.looked_at == number and hidden.is_empty_or_safe(FEWEST_FOR_ALL)
                state = after if is_reported else state._replace(now=after.now)
        return state

    def _initial(self) -> dict[str, LateRecord]:
        return {name: LateRecord(NO_CHANGES, self._firsts[name], NO_CHANGES) for name in self._spans}

    def _months_after(self, number: int, states: Mapping[str, LateRecord]) -> dict[str, LateRecord]:
        return {
            name: self._checked(self._spans[name], number, state) if number > self._firsts[name] else state
            for name, state in states.items()
        }

    def _checked(self, span: Span, number: int, state: LateRecord) -> LateRecord:
        now = late_changes(self._chronicle, span, number)
        before, after = (changes.acts(self._chronicle) for changes in (state.reported, now))
        is_reported = now == state.reported or can_update_late(before, after, FEWEST_FOR_ALL)
        return LateRecord(now, number, now) if is_reported else state._replace(now=now)

    def _unreported(self, states: Iterable[LateRecord]) -> LateActs:
        every = [one.now.beyond(one.reported).acts(self._chronicle) for one in states]
        return LateActs([act for one in every for act in one.came], [act for one in every for act in one.gone])


def late_changes(chronicle: Chronicle, span: Span, number: int) -> LateChanges:
    """Return how what counts after an entry differs from what a report counts."""
    return LateChanges(
        frozenset(place for place in span.ever if place not in span.counted and chronicle.counts(place, number)),
        frozenset(place for place in span.counted if not chronicle.counts(place, number)),
    )


def _changeable(chronicle: Chronicle, span: Span, first: int) -> Span:
    """Keep only the few acts that can differ later, so that checking often is cheap."""
    return Span(
        [
            place
            for place in span.ever
            if place not in span.counted and (chronicle.acts[place].number > first or chronicle.counts(place, first))
        ],
        frozenset(place for place in span.counted if chronicle.was_taken_back(place)),
    )
