"""Which groups may be shown together with the community and with one another, and their figures.

A group's reports show what its members gave and what they received, but not the total of its acts: together they would
reveal what members gave one another.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import msgspec

from ledger.identifiers import GroupId
from projections.figures.measures.acts import Act, entries_in
from projections.figures.measures.statistics import Statistics
from projections.figures.privacy.cells import (
    EMPTY_CELL,
    FEWEST_TO_COMPARE,
    PARTICIPATION,
    Cell,
    Contributors,
    is_empty_or_safe,
    is_safe,
    people_in_share,
    protected_network,
    protected_shares,
)
from projections.figures.privacy.figures import hidden_figures, rounded_figure, shown_parts, to_five_hours
from projections.figures.privacy.tables import Key, Line, narrowly_known, reduced, shown_cells

WITHOUT_WHOLE = (
    *("minutes", "whole", "whole_given_back", "whole_comes_round", "whole_passed_on"),
    *("minutes_per_active_member_month", "by_month"),
)
"""Figures that, together with hours given and received, would reveal the hours between members of the group."""


class Placed(NamedTuple):
    """An act, with the groups of giver and receiver when it was recorded."""

    act: Act
    giver: Collection[GroupId]
    receiver: Collection[GroupId]


class GroupActs(NamedTuple):
    """The acts of a group: all of them, those its members gave, and those its members received."""

    own: list[Act]
    given: list[Act]
    received: list[Act]


def acts_of(group: GroupId, placed: Iterable[Placed]) -> GroupActs:
    """Return what counts for a group: acts that someone gave or received while they were a member."""
    own: list[Act] = []
    given: list[Act] = []
    received: list[Act] = []
    for act, giver, receiver in placed:
        if group in giver:
            given.append(act)
        if group in receiver:
            received.append(act)
        if group in giver or group in receiver:
            own.append(act)
    return GroupActs(own, given, received)


def contributors_of(group: GroupId, placed: Collection[Placed]) -> Contributors:
    """Return who contributes to a group's figures, and what could be derived from them and the community's."""
    cells = [Cell.of(acts) for acts in acts_of(group, placed)]
    everything = Cell.of(one.act for one in placed)
    rests = tuple(everything.without(cell) for cell in cells)
    return Contributors(cells[0], (*cells[1:], *rests))


def groups_shown_together(placed: Collection[Placed], groups: Iterable[GroupId]) -> list[GroupId]:
    """Return those of these groups, given oldest first, that may be shown together with the community.

    A group is left out if with it, a part of the community with too few people could be derived from any sums and
    differences of what is shown. Younger groups never cause older ones to be hidden.
    """
    shown: list[GroupId] = []
    for group in groups:
        if contributors_of(group, placed).may_be_shown(FEWEST_TO_COMPARE) and not _reveals_a_part(
            placed, [*shown, group]
        ):
            shown.append(group)
    return shown


def kinds_shown_together(
    placed: Collection[Placed],
    groups: Sequence[GroupId],
    community: Mapping[str, Cell | None],
    value: Callable[[Act], str],
) -> dict[GroupId, dict[str, Cell | None]]:
    """Return the kinds (or categories) of each of these groups as a year may show them; hidden ones are None.

    A kind is shown for a group only if it is shown for the community, and the rest is nothing or enough people.
    """
    by_value: dict[str, list[Placed]] = {}
    for one in placed:
        by_value.setdefault(value(one.act), []).append(one)
    passing: dict[GroupId, set[str]] = {group: set() for group in groups}
    for name, theirs in by_value.items():
        if community.get(name) is not None:
            for group in groups_shown_together(theirs, groups):
                passing[group].add(name)
    return {group: _row(group, by_value, passing[group]) for group in groups}


class GroupDisclosure(NamedTuple):
    """What may be shown of a group: nothing, or figures with these kinds and categories."""

    is_shown: bool
    kinds: Mapping[str, Cell | None]
    categories: Mapping[str, Cell | None]


def protected_group_figures(
    figures: Statistics, theirs: GroupActs, withheld: GroupDisclosure, community: Statistics | None
) -> dict[str, Any]:
    """Return a group's figures as they may be shown; hidden ones are None. All readers need ten people.

    `community` are the community's figures of the same days, from which a group's can be subtracted.
    """
    plain: dict[str, Any] = msgspec.to_builtins(figures)
    if not withheld.is_shown or community is None:
        nothing = dict.fromkeys(("given", "received"), None if theirs.own else 0)
        return hidden_figures(plain, is_empty=not theirs.own) | nothing
    hidden = protected_shares(figures, FEWEST_TO_COMPARE) | _reveals_others(figures, community)
    figure = plain | hidden | protected_network(figures, theirs.own, FEWEST_TO_COMPARE)
    figure |= dict.fromkeys(WITHOUT_WHOLE)
    for name, of, cells in (
        ("by_kind", "evenness_of_kinds", withheld.kinds),
        ("by_category", "evenness_of_categories", withheld.categories),
    ):
        figure[name] = shown_parts(_both_sides(plain[name], theirs, name.removeprefix("by_")), cells)
        if not figure[name] or not all(figure[name].values()):
            figure[of] = None
    shown = {name: rounded_figure(name, value, figures.weigh) for name, value in figure.items()}
    return shown | {
        "given": to_five_hours(sum(act.minutes for act in theirs.given)),
        "received": to_five_hours(sum(act.minutes for act in theirs.received)),
    }


def month_figures(month: str, acts: GroupActs, *, is_shown: bool) -> dict[str, Any]:
    """Return a month as charts show it: minutes given by members and to members, and entries."""
    if not is_shown and acts.own:
        return {"month": month, "given": None, "received": None, "entries": None}
    return {
        "month": month,
        "given": to_five_hours(sum(act.minutes for act in acts.given)),
        "received": to_five_hours(sum(act.minutes for act in acts.received)),
        "entries": entries_in(acts.own),
    }


def _row(
    group: GroupId, by_value: Mapping[str, Collection[Placed]], passing: Collection[str]
) -> dict[str, Cell | None]:
    """Return the kinds of a group, hiding more until the hidden ones together are safe, and the rest too."""
    acts = {name: acts_of(group, placed) for name, placed in by_value.items()}
    cells = {("", name): _cell_by_side(theirs) for name, theirs in acts.items() if theirs.own}
    if not cells:
        return {}
    unshown_cells = [key for key in cells if key[1] not in passing]
    found = shown_cells(cells, "everyone", hidden=unshown_cells, compares_groups=True)
    row = {key[1]: found[key] for key in cells}
    left = [one for name, cell in row.items() if cell is None for one in by_value[name]]
    if not left or contributors_of(group, left).may_be_shown(FEWEST_TO_COMPARE):
        return row
    return dict.fromkeys(row)


def _cell_by_side(acts: GroupActs) -> Cell:
    """Return a cell with each act once, and minutes once for each side that is in the group."""
    return Cell(Cell.of([*acts.given, *acts.received]).minutes, Cell.of(acts.own).acts)


def _both_sides(of: Mapping[str, Any], acts: GroupActs, attribute: str) -> dict[str, Any]:
    """Return the parts with the minutes that members gave plus those that they received, which can be the same."""
    minutes = dict.fromkeys(of, 0)
    for act in (*acts.given, *acts.received):
        minutes[getattr(act, attribute)] += act.minutes
    return {name: part | {"minutes": minutes[name]} for name, part in of.items()}


def _reveals_others(figures: Statistics, community: Statistics) -> dict[str, Any]:
    """Hide participation that, subtracted from the community's, would reveal a few people outside the group."""
    hidden: dict[str, Any] = {}
    for name in PARTICIPATION:
        mine, all_of_them = (people_in_share(getattr(one, name), one.enrolled) for one in (figures, community))
        others = all_of_them - mine, (community.enrolled - all_of_them) - (figures.enrolled - mine)
        if any(0 < count < FEWEST_TO_COMPARE for count in others):
            hidden[name] = None
    return hidden


def _reveals_a_part(placed: Iterable[Placed], groups: Sequence[GroupId]) -> bool:
    """Whether a part of the community that must stay hidden follows from the figures of the community and these groups.

    The parts are by the groups of giver and receiver. Numbers of acts are shown for each group as a whole; minutes for what
    its members gave and for what they received, where gifts count for nothing.
    """
    every = list(placed)
    parts_of_acts = _split(every, groups)
    own = [[int(group in giver or group in receiver) for giver, receiver in parts_of_acts] for group in groups]
    parts_of_minutes = _split((one for one in every if one.act.minutes), groups)
    sides = [[int(group in pair[side]) for pair in parts_of_minutes] for group in groups for side in (0, 1)]
    both = [[sum(group in side for side in pair) for pair in parts_of_minutes] for group in groups]
    return any(
        split and _can_be_derived(list(split.values()), [[1] * len(split), *shown_sums])
        for split, shown_sums in ((parts_of_acts, own), (parts_of_minutes, sides), (parts_of_minutes, both))
    )


def _split(
    placed: Iterable[Placed], groups: Sequence[GroupId]
) -> dict[tuple[frozenset[GroupId], frozenset[GroupId]], Cell]:
    """Divide acts by which of these groups giver and receiver were in."""
    chosen = frozenset(groups)
    split: dict[tuple[frozenset[GroupId], frozenset[GroupId]], list[Act]] = {}
    for act, giver, receiver in placed:
        split.setdefault((chosen.intersection(giver), chosen.intersection(receiver)), []).append(act)
    return {pair: Cell.of(acts) for pair, acts in split.items()}


def _can_be_derived(cells: Sequence[Cell], shown_sums: Sequence[Sequence[int]]) -> bool:
    """Whether parts that are neither nothing nor enough people can be derived from the sums that are shown."""
    solved = reduced(
        [{place: Fraction(times) for place, times in enumerate(row) if times} for row in shown_sums], range(len(cells))
    )
    rows = [[row.get(place, Fraction(0)) for place in range(len(cells))] for row in solved]
    rows += [
        [Fraction(one - other) for one, other in zip(larger, smaller, strict=True)]
        for larger in shown_sums
        for smaller in shown_sums
    ]
    for row in rows:
        if any(row) and min(row) >= 0:
            together = EMPTY_CELL.with_others(*(cell for cell, times in zip(cells, row, strict=True) if times))
            if not is_empty_or_safe(together, FEWEST_TO_COMPARE):
                return True
    return _can_be_narrowed(cells, [row for row in shown_sums if max(row) == 1])


def _can_be_narrowed(cells: Sequence[Cell], shown_sums: Sequence[Sequence[int]]) -> bool:
    """Whether a hidden part can be narrowed down because no amount is below zero."""
    whole: dict[Key, Cell] = {("part", str(place)): cell for place, cell in enumerate(cells)}
    hidden = set(whole)
    lines: list[Line] = []
    for place, row in enumerate(shown_sums):
        of = tuple(("part", str(number)) for number, times in enumerate(row) if times)
        total = ("total", str(place))
        whole[total] = EMPTY_CELL.with_others(*(whole[part] for part in of))
        lines.append(Line(of, total))
    unsafe = {key for key in hidden if not is_safe(whole[key], FEWEST_TO_COMPARE)}
    return bool(unsafe & narrowly_known(hidden, whole, lines))
