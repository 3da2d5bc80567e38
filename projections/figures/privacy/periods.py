"""The periods that figures are shown for: whole months and years. Which months are hidden, and what may come late.

If readers could choose any days, two reports that differ by a day would reveal what one person did on it.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from projections.figures.measures.acts import Act, month_of
from projections.figures.privacy.cells import (
    EMPTY_CELL,
    FEWEST,
    Audience,
    Cell,
    Contributors,
    can_replace,
    combined_contributors,
    fewest,
    is_empty_or_safe,
    is_safe,
)


class Period(NamedTuple):
    """The first and last day of a month or year."""

    first_day: date
    last_day: date


def month(year: int, number: int) -> Period:
    """Return the days of a month; 1 is January."""
    following = date(year + number // 12, number % 12 + 1, 1)
    return Period(date(year, number, 1), following - timedelta(days=1))


def year(number: int) -> Period:
    """Return the days of a calendar year."""
    return Period(date(number, 1, 1), date(number, 12, 31))


FEWEST_FOR_ALL = max(FEWEST.values())
"""People needed for what is decided once for all readers."""


class HiddenMonths(NamedTuple):
    """Which months of a year are hidden, and whether the year may be shown all the same."""

    hidden: frozenset[str]
    year_is_safe: bool


def hidden_months(
    months: Mapping[str, Contributors],
    audience: Audience,
    *,
    hidden: Collection[str] = (),
    vetoed: Collection[str] = (),
    compares_groups: bool = False,
) -> HiddenMonths:
    """Return which months, YYYY-MM, of a year are hidden. Each is decided by what came before it, when it is over.

    After a month with too few people the next ones are hidden too, until the hidden ones could be shown together, so that the
    year may be shown. What is hidden from coordinators is hidden from everyone. `hidden` months are hidden already. `vetoed`
    ones would reveal something together with other groups; their sum might as well, so they hide the year.
    """
    gone: set[str] = set()
    left: list[Contributors] = []
    people = 0
    for reader in FEWEST:
        people = fewest(reader, compares_groups=compares_groups)
        left = []
        for name in sorted(months):
            contributors = months[name]
            if contributors.is_empty:
                continue
            waits = bool(left) and not combined_contributors(left).may_be_shown(people)
            if name in {*gone, *hidden, *vetoed} or waits or not contributors.may_be_shown(people):
                gone.add(name)
                left.append(contributors)
        if reader == audience:
            break
    is_safe_together = not left or combined_contributors(left).may_be_shown(people)
    return HiddenMonths(frozenset(gone), is_safe_together and not gone.intersection(vetoed))


def shown_months(acts: Iterable[Act], audience: Audience) -> dict[str, Cell | None]:
    """Return the months, YYYY-MM, of a year of the community as their reports show them; hidden ones are None."""
    by_month: dict[str, list[Act]] = {}
    for act in acts:
        by_month.setdefault(month_of(act.given_on), []).append(act)
    cells = {name: Cell.of(by_month[name]) for name in sorted(by_month)}
    hidden = hidden_months({name: Contributors(cell) for name, cell in cells.items()}, audience).hidden
    return {name: None if name in hidden else cell for name, cell in cells.items()}


class LateActs(NamedTuple):
    """Acts of a period that were recorded late, and acts that were taken back late."""

    came: Collection[Act] = ()
    gone: Collection[Act] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing came late."""
        return not self.came and not self.gone

    def is_empty_or_safe(self, people: int) -> bool:
        """Whether both are empty or based on enough people."""
        return is_empty_or_safe(Cell.of(self.came), people) and is_empty_or_safe(Cell.of(self.gone), people)


def can_update_late(reported: LateActs, now: LateActs, people: int) -> bool:
    """Whether a report may say what is late now, after it has said what was late before."""
    return all(
        can_replace(Cell.of(before), Cell.of(after), people) and is_empty_or_safe(Cell.of(after), people)
        for before, after in ((reported.came, now.came), (reported.gone, now.gone))
    )


def can_include_late(counted: Collection[Act], known: Collection[Act], late: LateActs, unreported: LateActs) -> bool:
    """Whether a year may count all that is `known`, including late acts, instead of what its months' reports `counted`.

    Anyone who saved the months' reports sees the difference, in total and by kind and category, so that has to be safe.
    `unreported` is the part of it that the months' reports do not show as late.
    """
    if late.is_empty or not late.is_empty_or_safe(FEWEST_FOR_ALL) or not unreported.is_empty_or_safe(FEWEST_FOR_ALL):
        return False
    return all(_is_safe_by(name, counted, known, late) for name in ("all", "kind", "category"))


def _is_safe_by(name: str, before: Collection[Act], after: Collection[Act], late: LateActs) -> bool:
    changes = (_cells(name, late.came), _cells(name, late.gone))
    if not all(is_empty_or_safe(cell, FEWEST_FOR_ALL) for cells in changes for cell in cells.values()):
        return False
    earlier, later = _cells(name, before), _cells(name, after)
    return all(
        is_safe(later.get(value, EMPTY_CELL), people) or not is_safe(earlier.get(value, EMPTY_CELL), people)
        for value in {*changes[0], *changes[1]}
        for people in FEWEST.values()
    )


def _cells(name: str, acts: Iterable[Act]) -> dict[str, Cell]:
    values: dict[str, list[Act]] = {}
    for act in acts:
        values.setdefault("all" if name == "all" else getattr(act, name), []).append(act)
    return {value: Cell.of(some) for value, some in values.items()}
