"""The figures of a closed period as reports show them, for the community and for each group."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from ledger.identifiers import GroupId, MemberId
from projections.figures.measures.activity import access, between_groups
from projections.figures.measures.acts import Act, Membership, entries_in, month_of, people_in
from projections.figures.measures.people import newcomers_waiting, overload
from projections.figures.measures.statistics import Statistics
from projections.figures.privacy.additions import (
    activity_calendar,
    count_of,
    derived_figures,
    no_derived_figures,
    protected_access,
    share_of,
)
from projections.figures.privacy.cells import FEWEST_TO_COMPARE, Audience, Cell, Contributors, is_empty_or_safe
from projections.figures.privacy.figures import Disclosure, hidden_figures, protected_figures
from projections.figures.privacy.groups import (
    GroupActs,
    GroupDisclosure,
    Placed,
    acts_of,
    contributors_of,
    month_figures,
    protected_group_figures,
)
from projections.figures.reports.periods import CLOSES_AFTER_DAYS
from projections.figures.reports.years import ReportBasis, ReportMonth

KindsByGroup = Mapping[GroupId, Mapping[str, Cell | None]]


def group_figures(
    basis: ReportBasis, group: GroupId, community: Statistics | None, kinds: KindsByGroup, categories: KindsByGroup
) -> dict[str, Any]:
    """Return a group's figures by name: what its members gave and received while they were members; hidden ones are None.

    `community` are the community's figures of the same days, if everyone can see them; otherwise no group is shown.
    """
    theirs = acts_of(group, basis.placed)
    is_shown = community is not None and group in basis.groups_shown
    before, members = _history(basis, group)
    if is_shown:
        statistics = basis.statistics_of([*before, *theirs.own], members)
        withheld = GroupDisclosure(True, kinds.get(group, {}), categories.get(group, {}))
        figures = protected_group_figures(statistics, theirs, withheld, community)
        figures |= derived_figures(statistics, figures, theirs.own)
    else:
        known = basis.known_to_all([*before, *theirs.own], members)
        nothing = dict.fromkeys(("given", "received"), None if theirs.own else 0)
        figures = hidden_figures(known, is_empty=not theirs.own) | no_derived_figures() | nothing
    figures["members"] = sum(_belongs(one, basis.closed.last_day) for one in members)
    hidden = basis.year.months_of_groups[group].hidden
    if basis.closed.is_year:
        figures["months"] = [
            month_figures(name, acts_of(group, month.placed), is_shown=name not in hidden)
            for name, month in basis.year.months.items()
            if group in month.formed
        ]
    figures["busy"] = _busy(basis, group, theirs, hidden)
    return figures


def _belongs(membership: Membership, day: date) -> bool:
    """Whether someone was a member at the end of a day."""
    return membership.joined_on <= day and (membership.left_on is None or membership.left_on > day)


def _history(basis: ReportBasis, group: GroupId) -> tuple[list[Act], list[Membership]]:
    """Return what counted for the group on other days, and its members; others who took part count as having left."""
    chronicle = basis.chronicle
    before = [
        chronicle.acts[place]
        for place in chronicle.places(basis.number)
        if any(group in side for side in chronicle.groups_of(place))
        and not basis.is_within(chronicle.acts[place].given_on)
    ]
    members = chronicle.members_of(group, basis.number)
    inside = {one.member for one in members}
    others = people_in(chronicle.acts[place] for place in chronicle.places(basis.number)) - inside
    return before, [*members, *(Membership(one, date.min, date.min) for one in sorted(others))]


def _busy(basis: ReportBasis, group: GroupId, theirs: GroupActs, hidden: Collection[str]) -> dict[str, Any] | None:
    days: dict[date, list[Placed]] = {act.given_on: [] for act in theirs.own}
    for one in basis.placed:
        if one.act.given_on in days:
            days[one.act.given_on].append(one)
    first, last = map(month_of, basis.closed.period)
    return activity_calendar(
        {day: (contributors_of(group, some), entries_in(acts_of(group, some).own)) for day, some in days.items()},
        *basis.closed.period,
        hidden_months={name for name in hidden if first <= name <= last},
        people=FEWEST_TO_COMPARE,
    )


def community_figures(
    basis: ReportBasis, shown: Disclosure, statistics: Statistics | None, audience: Audience
) -> dict[str, Any]:
    """Return the community's figures by name; those hidden from these readers are None."""
    if statistics is None or not shown.is_shown:
        figures = hidden_figures(basis.known_to_all(basis.known.acts, basis.known.members), is_empty=shown.is_empty)
        figures |= no_derived_figures() | dict.fromkeys(("access", "theil_between"))
    else:
        figures = protected_figures(statistics, shown)
        figures |= derived_figures(statistics, figures, basis.acts)
        figures |= _access(basis)
    hidden = {name for name, cell in shown.months.items() if cell is None}
    if basis.closed.is_year:
        figures["months"] = [
            _month(basis, month, is_shown=name not in hidden) for name, month in basis.year.months.items()
        ]
    figures["busy"] = _busy_community(basis, hidden, shown.people)
    return figures | (_wellbeing_signs(basis, figures["enrolled"]) if audience == "coordinators" else {})


def _month(basis: ReportBasis, month: ReportMonth, *, is_shown: bool) -> dict[str, Any]:
    """A month as its own report shows it, without what came late."""
    acts = [basis.chronicle.acts[place] for place in month.places]
    return month_figures(month.name, GroupActs(acts, acts, acts), is_shown=is_shown)


def _busy_community(basis: ReportBasis, hidden: Collection[str], people: int) -> dict[str, Any] | None:
    """From the acts that the months' reports count, whatever the year includes."""
    days: dict[date, list[Act]] = {}
    for act in basis.year.acts:
        if basis.is_within(act.given_on):
            days.setdefault(act.given_on, []).append(act)
    return activity_calendar(
        {day: (Contributors(Cell.of(acts)), entries_in(acts)) for day, acts in days.items()},
        *basis.closed.period,
        hidden_months=hidden,
        people=people,
    )


def _access(basis: ReportBasis) -> dict[str, Any]:
    """Compare groups by their members when the period closed, if that is nearly the same as the members at the time."""
    belongings = basis.chronicle.groups_by_member(basis.number)
    consistent = [group for group in basis.groups_shown if _is_consistent(basis, group, belongings)]
    found = access(basis.acts, belongings)
    return protected_access(found, consistent, between_groups(basis.acts, belongings), len(people_in(basis.acts)))


def _is_consistent(basis: ReportBasis, group: GroupId, belongings: dict[MemberId, tuple[GroupId, ...]]) -> bool:
    """Whether what these members received differs from what the group received by nothing, or by enough people."""
    theirs = {id(act) for act in basis.acts if group in belongings.get(act.receiver, ())}
    at_the_time = {id(one.act) for one in basis.placed if group in one.receiver}
    by_id = {id(act): act for act in (*basis.acts, *(one.act for one in basis.placed))}
    differences = (theirs - at_the_time, at_the_time - theirs)
    return all(is_empty_or_safe(Cell.of(by_id[one] for one in some), FEWEST_TO_COMPARE) for some in differences)


def _wellbeing_signs(basis: ReportBasis, enrolled: int) -> dict[str, Any]:
    """What coordinators look after: missing answers, late entries, waiting newcomers, and signs of overload."""
    waits = [one for one in basis.chronicle.waiting(basis.number) if basis.is_within(one.given_on)]
    pairs = [pair for one in waits for pair in one.pairs]
    waiting = Cell({}, {pair: pairs.count(pair) for pair in dict.fromkeys(pairs)})
    entries = entries_in(basis.acts)
    late = [act for act in basis.acts if _is_late(basis, act)]
    in_time = [act for act in basis.acts if not _is_late(basis, act)]
    overloaded = overload(basis.known.acts, basis.closed.last_day)
    waiting_newcomers = newcomers_waiting(basis.known.acts, basis.known.members, basis.closed.last_day)
    return {
        "unconfirmed": share_of(waiting, Cell.of(basis.acts), len(waits), len(waits) + entries),
        "late_share": share_of(Cell.of(late), Cell.of(in_time), entries_in(late), entries),
        "newcomers_waiting": count_of(len(waiting_newcomers), enrolled),
        "overloaded": count_of(len(overloaded), len(people_in(basis.acts))),
    }


def _is_late(basis: ReportBasis, act: Act) -> bool:
    return (basis.chronicle.calendar.recorded_on(act.number) - act.given_on).days > CLOSES_AFTER_DAYS
