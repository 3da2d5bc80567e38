"""A group's figures of a closed period: what its members gave and received while they belonged."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ledger.identifiers import GroupId
from projections.measures.acts import Act, Membership, entries_in, people_in
from projections.measures.statistics import Statistics
from projections.privacy.additions import added, busy, nothing_added
from projections.privacy.cells import FEWEST_TO_COMPARE, Cell
from projections.privacy.figures import unshown
from projections.privacy.groups import GroupActs, Placed, Withheld, acts_of, behind, month_of, passed_in_group
from projections.reports.standing import Stand

Kinds = Mapping[GroupId, Mapping[str, Cell | None]]


def group_figures(
    stand: Stand, group: GroupId, community: Statistics | None, kinds: Kinds, categories: Kinds
) -> dict[str, Any]:
    """Every figure by its name; None where too few people are behind it, or behind what it leaves of the community.

    `community` are everybody's figures of the same days, if everybody may read them: without them no group is shown.
    Ten people are asked for whoever reads, so that all read the same.
    """
    placed = stand.year.placed if stand.closed.is_year else stand.year.months[stand.closed.name].placed
    theirs = acts_of(group, placed)
    is_shown = community is not None and group in _shown(stand)
    before, members = _history(stand, group)
    if is_shown:
        statistics = stand.statistics_of([*before, *theirs.own], members)
        withheld = Withheld(True, kinds.get(group, {}), categories.get(group, {}))
        figures = passed_in_group(statistics, theirs, withheld, community)
        figures |= added(statistics, figures, theirs.own)
    else:
        known = stand.known_to_all([*before, *theirs.own], members)
        nothing = dict.fromkeys(("given", "received"), None if theirs.own else 0)
        figures = unshown(known, is_empty=not theirs.own) | nothing_added() | nothing
    figures["members"] = sum(_belongs(one, stand.closed.last_day) for one in members)
    hidden = stand.year.months_of_groups[group].hidden
    if stand.closed.is_year:
        figures["months"] = [
            month_of(name, acts_of(group, month.placed), is_shown=name not in hidden)
            for name, month in stand.year.months.items()
            if group in month.formed
        ]
    figures["busy"] = _busy(stand, group, placed, theirs)
    return figures


def _belongs(membership: Membership, day: date) -> bool:
    """Whether somebody belonged at the end of a day."""
    return membership.joined_on <= day and (membership.left_on is None or membership.left_on > day)


def _shown(stand: Stand) -> list[GroupId]:
    return stand.year.groups_shown if stand.closed.is_year else stand.year.groups_shown_in(stand.closed.name)


def _history(stand: Stand, group: GroupId) -> tuple[list[Act], list[Membership]]:
    """What had counted for the group on other days, and its members; others who took part are no members of it."""
    told = stand.told
    before = [
        told.acts[place]
        for place in told.places(stand.number)
        if any(group in side for side in told.belonging(place)) and not stand.is_within(told.acts[place].given_on)
    ]
    members = told.belonged(group, stand.number)
    inside = {one.member for one in members}
    others = people_in(told.acts[place] for place in told.places(stand.number)) - inside
    return before, [*members, *(Membership(one, date.min, date.min) for one in sorted(others))]


def _busy(stand: Stand, group: GroupId, placed: list[Placed], theirs: GroupActs) -> dict[str, Any] | None:
    days: dict[date, list[Placed]] = {act.given_on: [] for act in theirs.own}
    for one in placed:
        if one.act.given_on in days:
            days[one.act.given_on].append(one)
    first, last = stand.closed.period
    hidden = stand.year.months_of_groups[group].hidden
    return busy(
        {day: (behind(group, some), entries_in(acts_of(group, some).own)) for day, some in days.items()},
        first,
        last,
        hidden_months={name for name in hidden if first.isoformat()[:7] <= name <= last.isoformat()[:7]},
        people=FEWEST_TO_COMPARE,
    )
