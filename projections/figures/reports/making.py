"""Makes the reports of closed periods. The same log always gives the same reports."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from ledger.identifiers import GroupId
from projections.figures.chronicle import Chronicle
from projections.figures.measures.acts import month_of
from projections.figures.privacy.cells import FEWEST, Audience
from projections.figures.privacy.figures import decide_disclosure
from projections.figures.privacy.groups import Placed
from projections.figures.privacy.periods import can_include_late
from projections.figures.reports.kept import COMMUNITY, Late, Report
from projections.figures.reports.periods import CLOSES_AFTER_DAYS, ClosedPeriod, closed_periods
from projections.figures.reports.scopes import KindsByGroup, community_figures, group_figures
from projections.figures.reports.years import NO_CHANGES, LateChecks, ReportBasis, ReportMonth, Span, Year, late_changes

AUDIENCES: tuple[Audience, ...] = tuple(FEWEST)


class LateSummary(NamedTuple):
    """What a report says about late entries, up to entry `looked_at`; `is_hidden` if there are some that must not be shown."""

    late: Late | None
    looked_at: int
    is_hidden: bool


class ReportMaker:
    """The periods that are closed on a day, in the order in which they closed, and their reports."""

    def __init__(self, chronicle: Chronicle, today: date) -> None:
        self._chronicle = chronicle
        self.closed = (
            list(closed_periods(_first_day(chronicle), chronicle.founded_on, today)) if chronicle.number else []
        )
        self._entries = {one.name: chronicle.calendar.last_entry_on(one.known_on) for one in self.closed}
        self._formed = {group: month_of(chronicle.calendar.recorded_on(number)) for number, group in chronicle.formed}
        self._made: dict[str, ReportMonth] = {}

    def scopes(self, closed: ClosedPeriod) -> list[str]:
        """Return the scopes that a period has reports of: the community, and each group formed by then."""
        last_month = month_of(closed.last_day)
        return [COMMUNITY, *(group for group, month in self._formed.items() if month <= last_month)]

    def reports(self, closed: ClosedPeriod) -> Iterator[Report]:
        """Make the reports of one closed period, of every scope and for all readers."""
        number, year = self._entries[closed.name], self._year(closed)
        counted = self._counted(closed, year)
        acts = [self._chronicle.acts[place] for place in counted]
        known = self._chronicle.at(number)
        others = [act for act in known.acts if not closed.first_day <= act.given_on <= closed.last_day]
        basis = ReportBasis(self._chronicle, closed, number, year, known._replace(acts=[*others, *acts]), acts)
        shown = {reader: decide_disclosure(year.acts, closed.period, reader, counted=acts) for reader in AUDIENCES}
        statistics = (
            basis.statistics_of(basis.known.acts, basis.known.members)
            if any(one.is_shown for one in shown.values())
            else None
        )
        late = self._late(closed, Span(self._ever(closed), frozenset(counted)))
        for reader in AUDIENCES:
            figures = community_figures(basis, shown[reader], statistics, reader)
            yield _report(COMMUNITY, reader, basis, figures, late)
        everyone = shown["everyone"]
        for_groups = statistics if everyone.is_shown else None
        kinds: KindsByGroup = {}
        categories: KindsByGroup = {}
        if closed.is_year and for_groups:
            kinds, categories = (
                year.kinds_shown("kind", everyone.kinds),
                year.kinds_shown("category", everyone.categories),
            )
        for group in self.scopes(closed)[1:]:
            figures = group_figures(basis, GroupId(group), for_groups, kinds, categories)
            late = self._late_of_group(closed, year, GroupId(group))
            for reader in AUDIENCES:
                yield _report(group, reader, basis, figures, late)

    def placed(self, closed: ClosedPeriod) -> list[Placed]:
        """Return the acts that a closed year's reports of groups count, with the groups of giver and receiver."""
        return self._year(closed).placed

    def late(self, closed: ClosedPeriod) -> dict[str, LateSummary]:
        """Return what reports say about late entries, by scope, as of the last check."""
        year = self._year(closed)
        community = self._late(closed, Span(self._ever(closed), frozenset(self._counted(closed, year))))
        groups = self.scopes(closed)[1:]
        return {COMMUNITY: community} | {group: self._late_of_group(closed, year, GroupId(group)) for group in groups}

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        """The places of all acts of each month, taken back or not."""
        months: dict[str, list[int]] = {}
        for place, act in enumerate(self._chronicle.acts):
            months.setdefault(month_of(act.given_on), []).append(place)
        return months

    @cached_property
    def _checks(self) -> list[int]:
        """The numbers of the last entries before each month closed."""
        return sorted({self._entries[one.name] for one in self.closed if not one.is_year})

    def _months(self, closed: ClosedPeriod) -> list[ClosedPeriod]:
        """Return the closed months of a period's calendar year, up to its last day."""
        first = closed.first_day.replace(month=1)
        return [one for one in self.closed if not one.is_year and first <= one.first_day <= closed.last_day]

    def _ever(self, closed: ClosedPeriod) -> list[int]:
        """Return the places of everything that ever happened in a period."""
        names = [one.name for one in self._months(closed)] if closed.is_year else [closed.name]
        return [place for name in names for place in self._places.get(name, ())]

    def _year(self, closed: ClosedPeriod) -> Year:
        return Year(self._chronicle, [self._month(one) for one in self._months(closed)], self._formed)

    def _month(self, closed: ClosedPeriod) -> ReportMonth:
        if closed.name not in self._made:
            places = [
                place for place in self._ever(closed) if self._chronicle.counts(place, self._entries[closed.name])
            ]
            self._made[closed.name] = ReportMonth(self._chronicle, closed.name, places, self._formed)
        return self._made[closed.name]

    def _counted(self, closed: ClosedPeriod, year: Year) -> list[int]:
        """Return what a report counts. A year is the sum of its months, with late acts if that reveals nobody."""
        if not closed.is_year:
            return list(year.months[closed.name].places)
        number, ever = self._entries[closed.name], self._ever(closed)
        late = late_changes(self._chronicle, Span(ever, frozenset(year.places)), number)
        if late == NO_CHANGES:
            return year.places
        known = [place for place in ever if self._chronicle.counts(place, number)]
        unreported = self._checks_of(closed).unreported([check for check in self._checks if check <= number])
        known_acts = [self._chronicle.acts[place] for place in known]
        return known if can_include_late(year.acts, known_acts, late.acts(self._chronicle), unreported) else year.places

    def _checks_of(self, closed: ClosedPeriod) -> LateChecks:
        months = self._months(closed)
        spans = {one.name: Span(self._ever(one), frozenset(self._month(one).places)) for one in months}
        return LateChecks(self._chronicle, spans, {one.name: self._entries[one.name] for one in months})

    def _late(self, closed: ClosedPeriod, span: Span) -> LateSummary:
        number = self._entries[closed.name]
        if closed.is_year:
            record = self._checks_of(closed).year(span, number, self._checks)
        else:
            checks = LateChecks(self._chronicle, {closed.name: span}, {closed.name: number})
            record = checks.months(self._checks)[closed.name]
        return LateSummary(record.late(self._chronicle), record.looked_at, record.is_hidden)

    def _late_of_group(self, closed: ClosedPeriod, year: Year, group: GroupId) -> LateSummary:
        """Only say whether there were any: their number could be subtracted from the community's."""
        formed = self._formed[group]
        theirs = frozenset(
            place
            for place in self._ever(closed)
            if month_of(self._chronicle.acts[place].given_on) >= formed
            and any(group in side for side in self._chronicle.groups_of(place))
        )
        places = year.places if closed.is_year else year.months[closed.name].places
        check = max([self._entries[closed.name], *self._checks])
        late = late_changes(self._chronicle, Span(sorted(theirs), theirs.intersection(places)), check)
        return LateSummary(None, check, late != NO_CHANGES)


def _first_day(chronicle: Chronicle) -> date:
    """Return the first day that any report counts.

    What happened before the founding counts if it was recorded before the first period could close.
    """
    until = chronicle.calendar.last_entry_on(chronicle.founded_on + timedelta(days=CLOSES_AFTER_DAYS))
    return min((act.given_on for act in chronicle.acts if act.number <= until), default=chronicle.founded_on)


def _report(scope: str, reader: Audience, basis: ReportBasis, figures: dict[str, Any], late: LateSummary) -> Report:
    closed = basis.closed
    return Report(
        scope=scope,
        period=closed.name,
        audience=reader,
        first_day=closed.first_day,
        last_day=closed.last_day,
        known_on=closed.known_on,
        entry=basis.number,
        looked_at=late.looked_at,
        late=late.late,
        late_hidden=late.is_hidden,
        figures=figures,
    )
