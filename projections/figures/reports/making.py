"""Makes the reports of closed periods from a chronicle. The same log gives the same reports, whenever it is asked."""

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
    """What a report says of what came late, as of an entry; hidden where there is some and nothing is said of it."""

    late: Late | None
    looked_at: int
    is_hidden: bool


class ReportMaker:
    """The periods that are closed on a day, in the order in which they closed, and their reports."""

    def __init__(self, told: Chronicle, today: date) -> None:
        self._told = told
        self.closed = list(closed_periods(_first_day(told), told.founded_on, today)) if told.number else []
        self._entries = {one.name: told.calendar.last_entry_on(one.known_on) for one in self.closed}
        self._formed = {group: month_of(told.calendar.recorded_on(number)) for number, group in told.formed}
        self._made: dict[str, ReportMonth] = {}

    def scopes(self, closed: ClosedPeriod) -> list[str]:
        """Whose reports a period has: the community's, and those of each group that had been formed by then."""
        last_month = month_of(closed.last_day)
        return [COMMUNITY, *(group for group, month in self._formed.items() if month <= last_month)]

    def reports(self, closed: ClosedPeriod) -> Iterator[Report]:
        """The reports of one closed period, of every scope and for all readers."""
        number, year = self._entries[closed.name], self._year(closed)
        counted = self._counted(closed, year)
        acts = [self._told.acts[place] for place in counted]
        known = self._told.at(number)
        others = [act for act in known.acts if not closed.first_day <= act.given_on <= closed.last_day]
        basis = ReportBasis(self._told, closed, number, year, known._replace(acts=[*others, *acts]), acts)
        shown = {reader: decide_disclosure(year.acts, closed.period, reader, counted=acts) for reader in AUDIENCES}
        statistics = basis.statistics() if any(one.is_shown for one in shown.values()) else None
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
        """The acts that the reports of a closed year's groups count, with the groups of the two."""
        return self._year(closed).placed

    def late(self, closed: ClosedPeriod) -> dict[str, LateSummary]:
        """What reports say of what came late, by their scope, as of the last look."""
        year = self._year(closed)
        community = self._late(closed, Span(self._ever(closed), frozenset(self._counted(closed, year))))
        groups = self.scopes(closed)[1:]
        return {COMMUNITY: community} | {group: self._late_of_group(closed, year, GroupId(group)) for group in groups}

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        """Where all acts of each month lie, taken back or not."""
        months: dict[str, list[int]] = {}
        for place, act in enumerate(self._told.acts):
            months.setdefault(month_of(act.given_on), []).append(place)
        return months

    @cached_property
    def _looks(self) -> list[int]:
        """The numbers of the last entries before each month closed."""
        return sorted({self._entries[one.name] for one in self.closed if not one.is_year})

    def _months(self, closed: ClosedPeriod) -> list[ClosedPeriod]:
        """The closed months of the calendar year of a period, up to its last day."""
        first = closed.first_day.replace(month=1)
        return [one for one in self.closed if not one.is_year and first <= one.first_day <= closed.last_day]

    def _ever(self, closed: ClosedPeriod) -> list[int]:
        """Where everything lies that ever happened in a period."""
        names = [one.name for one in self._months(closed)] if closed.is_year else [closed.name]
        return [place for name in names for place in self._places.get(name, ())]

    def _year(self, closed: ClosedPeriod) -> Year:
        return Year(self._told, [self._month(one) for one in self._months(closed)], self._formed)

    def _month(self, closed: ClosedPeriod) -> ReportMonth:
        if closed.name not in self._made:
            places = [place for place in self._ever(closed) if self._told.counts(place, self._entries[closed.name])]
            self._made[closed.name] = ReportMonth(self._told, closed.name, places, self._formed)
        return self._made[closed.name]

    def _counted(self, closed: ClosedPeriod, year: Year) -> list[int]:
        """What a report counts. A year is the sum of its months, with late ones where that tells of nobody."""
        if not closed.is_year:
            return list(year.months[closed.name].places)
        number, ever = self._entries[closed.name], self._ever(closed)
        late = late_changes(self._told, Span(ever, frozenset(year.places)), number)
        if late == NO_CHANGES:
            return year.places
        known = [place for place in ever if self._told.counts(place, number)]
        not_told = self._looks_at(closed).not_told([look for look in self._looks if look <= number])
        known_acts = [self._told.acts[place] for place in known]
        return known if can_include_late(year.acts, known_acts, late.acts(self._told), not_told) else year.places

    def _looks_at(self, closed: ClosedPeriod) -> LateChecks:
        months = self._months(closed)
        spans = {one.name: Span(self._ever(one), frozenset(self._month(one).places)) for one in months}
        return LateChecks(self._told, spans, {one.name: self._entries[one.name] for one in months})

    def _late(self, closed: ClosedPeriod, span: Span) -> LateSummary:
        number = self._entries[closed.name]
        if closed.is_year:
            told = self._looks_at(closed).year(span, number, self._looks)
        else:
            told = LateChecks(self._told, {closed.name: span}, {closed.name: number}).months(self._looks)[closed.name]
        return LateSummary(told.late(self._told), told.looked_at, told.is_hidden)

    def _late_of_group(self, closed: ClosedPeriod, year: Year, group: GroupId) -> LateSummary:
        """Of a group it is only told whether there were any: how many could be taken from the community's."""
        formed = self._formed[group]
        theirs = frozenset(
            place
            for place in self._ever(closed)
            if month_of(self._told.acts[place].given_on) >= formed
            and any(group in side for side in self._told.groups_of(place))
        )
        places = year.places if closed.is_year else year.months[closed.name].places
        look = max([self._entries[closed.name], *self._looks])
        late = late_changes(self._told, Span(sorted(theirs), theirs.intersection(places)), look)
        return LateSummary(None, look, late != NO_CHANGES)


def _first_day(told: Chronicle) -> date:
    """The first day that any report counts, or that on which the community was founded.

    What happened before counts where it was recorded within the days in which the first period could be told of.
    """
    until = told.calendar.last_entry_on(told.founded_on + timedelta(days=CLOSES_AFTER_DAYS))
    return min((act.given_on for act in told.acts if act.number <= until), default=told.founded_on)


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
