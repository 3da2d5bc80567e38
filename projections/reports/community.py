"""The community's figures of a closed period, as the readers of a report may see them."""

from collections.abc import Collection
from datetime import date
from typing import Any

from ledger.identifiers import GroupId, MemberId
from projections.measures.access import access, between_groups
from projections.measures.acts import Act, entries_in, people_in
from projections.measures.care import newcomers_waiting, overload
from projections.measures.statistics import Statistics
from projections.privacy.additions import added, busy, count_of, nothing_added, share_of, shown_access
from projections.privacy.cells import FEWEST_TO_COMPARE, Audience, Behind, Cell, is_harmless
from projections.privacy.figures import Shown, passed, to_five_hours, unshown
from projections.reports.closing import CLOSES_AFTER_DAYS
from projections.reports.standing import Stand
from projections.reports.years import Month


def community_figures(stand: Stand, shown: Shown, statistics: Statistics | None, audience: Audience) -> dict[str, Any]:
    """Every figure by its name; None where too few people are behind it for these readers."""
    if statistics is None or not shown.is_shown:
        figures = unshown(stand.known_to_all(stand.known.acts, stand.known.members), is_empty=shown.is_empty)
        figures |= nothing_added() | dict.fromkeys(("access", "theil_between"))
    else:
        figures = passed(statistics, shown)
        figures |= added(statistics, figures, stand.acts)
        figures |= _access(stand)
    hidden = {name for name, cell in shown.months.items() if cell is None}
    if stand.closed.is_year:
        figures["months"] = [_month(month, stand, name in hidden) for name, month in stand.year.months.items()]
    figures["busy"] = _busy(stand, hidden, shown.people)
    return figures | (_care(stand, figures["enrolled"]) if audience == "coordinators" else {})


def _month(month: Month, stand: Stand, is_hidden: bool) -> dict[str, Any]:
    """A month as its own report tells of it: what came late since is not in it."""
    if is_hidden:
        return {"month": month.name, "given": None, "received": None, "entries": None}
    acts = [stand.told.acts[place] for place in month.places]
    given = to_five_hours(sum(act.minutes for act in acts))
    return {"month": month.name, "given": given, "received": given, "entries": entries_in(acts)}


def _busy(stand: Stand, hidden: Collection[str], people: int) -> dict[str, Any] | None:
    """From the acts that the months' reports count, whatever the year takes in."""
    days: dict[date, list[Act]] = {}
    for act in stand.year.acts:
        if stand.is_within(act.given_on):
            days.setdefault(act.given_on, []).append(act)
    first, last = stand.closed.period
    return busy(
        {day: (Behind(Cell.of(acts)), entries_in(acts)) for day, acts in days.items()},
        first,
        last,
        hidden_months=hidden,
        people=people,
    )


def _access(stand: Stand) -> dict[str, Any]:
    """Groups by who belongs to them when the period closed, where that is all but the same as who belonged at the time."""
    year, name = stand.year, stand.closed.name
    shown = year.groups_shown if stand.closed.is_year else year.groups_shown_in(name)
    belongings = stand.told.belongings(stand.number)
    consistent = [group for group in shown if _tells_no_more(stand, group, belongings)]
    found = access(stand.acts, belongings)
    return shown_access(found, consistent, between_groups(stand.acts, belongings), len(people_in(stand.acts)))


def _tells_no_more(stand: Stand, group: GroupId, belongings: dict[MemberId, tuple[GroupId, ...]]) -> bool:
    """Whether what members received is what the group received but for nobody, or enough people."""
    placed = stand.year.placed if stand.closed.is_year else stand.year.months[stand.closed.name].placed
    theirs = {id(act) for act in stand.acts if group in belongings.get(act.receiver, ())}
    at_the_time = {id(one.act) for one in placed if group in one.receiver}
    by_id = {id(act): act for act in (*stand.acts, *(one.act for one in placed))}
    differences = (theirs - at_the_time, at_the_time - theirs)
    return all(is_harmless(Cell.of(by_id[one] for one in some), FEWEST_TO_COMPARE) for some in differences)


def _care(stand: Stand, enrolled: int) -> dict[str, Any]:
    """What coordinators look after: words that are missing, late entries, newcomers, and signs of overload."""
    waits = [one for one in stand.told.waiting(stand.number) if stand.is_within(one.given_on)]
    pairs = [pair for one in waits for pair in one.pairs]
    waiting = Cell({}, {pair: pairs.count(pair) for pair in dict.fromkeys(pairs)})
    entries = entries_in(stand.acts)
    late = [act for act in stand.acts if _is_late(stand, act)]
    in_time = [act for act in stand.acts if not _is_late(stand, act)]
    overloaded = overload(stand.known.acts, stand.closed.last_day)
    waiting_newcomers = newcomers_waiting(stand.known.acts, stand.known.members, stand.closed.last_day)
    return {
        "unconfirmed": share_of(waiting, Cell.of(stand.acts), len(waits), len(waits) + entries),
        "late_share": share_of(Cell.of(late), Cell.of(in_time), entries_in(late), entries),
        "newcomers_waiting": count_of(len(waiting_newcomers), enrolled),
        "overloaded": count_of(len(overloaded), len(people_in(stand.acts))),
    }


def _is_late(stand: Stand, act: Act) -> bool:
    return (stand.told.calendar.recorded_on(act.number) - act.given_on).days > CLOSES_AFTER_DAYS
