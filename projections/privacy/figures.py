"""The door: statistics go in, and what may be shown comes out."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

import msgspec

from projections.measures.acts import KINDS, Act, Kind
from projections.measures.load import top_people
from projections.measures.statistics import Statistics
from projections.privacy.cells import FEWEST, NOTHING, Audience, Cell, fewest, is_safe
from projections.privacy.periods import fixed_period, must_be_one_attribute
from projections.privacy.tables import ALL, Key, shown_cells

FEWEST_IN_NETWORK = 20
"""People with a tie, for any figure about who helps whom."""

ROUNDED_MINUTES = 300
"""Published lengths are rounded to five hours."""

ALWAYS = ("first_day", "as_of", "weigh", "kinds", "enrolled")
LENGTHS = ("minutes", "whole", "whole_given_back", "whole_comes_round", "whole_passed_on")
NETWORK = (
    *("tied_people", "ties", "median_people_helped", "median_helped_by", "gini_given", "gini_received"),
    *("effective_givers", "shuffles", "faces_are_exact", "returned_ties_by_chance", "given_back_by_chance", "whole"),
)
BETWEEN_TWO = (
    *("mutual_pairs", "returned_ties", "returned_ties_beyond_chance", "rho", "given_back", "given_back_beyond_chance"),
    *("comes_round", "passed_on", "whole_given_back", "whole_comes_round", "whole_passed_on"),
)
NEWCOMERS = ("newcomers_began", "first_gave", "first_received")
WAITS = ("median_days_to_first_exchange", "median_days_to_first_giving", "median_days_to_first_receiving")


def protected(
    figures: Statistics, acts: Iterable[Act], audience: Audience, *, today: date, rest: Collection[Act] = ()
) -> dict[str, Any]:
    """The figures of a month or year that is over, by name, for these readers; None where too few people are behind.

    `acts` are those of the calendar year, of every kind; `rest` those that narrowing to a group left out of it. Lengths are
    rounded to five hours, shares to hundredths: an exact share would give its whole away. Refuses other periods, and
    narrowing by more than one attribute; narrowed to a kind, figures are shown where the table of kinds shows it.
    """
    assert figures.first_day is not None, "figures to be shown have a period"
    period = fixed_period(figures.first_day, figures.as_of, today=today)
    year = [act for act in acts if act.given_on.year == period.first_day.year and act.given_on <= period.last_day]
    within = [act for act in year if act.given_on >= period.first_day]
    must_be_one_attribute(len(_narrowed_to(figures)) + bool(rest))
    people = fewest(audience, compares_groups=bool(rest))
    months = shown_months(year, audience)
    kinds, categories = (_table(within, months, audience, value) for value in (_kind_of, _category_of))
    counted = [act for act in within if act.kind in figures.kinds]
    plain: dict[str, Any] = msgspec.to_builtins(figures)
    total_is_shown = kinds.values[ALL] is not None and categories.values[ALL] is not None
    kind_is_shown = all(kinds.values.get(kind) is not None for kind in _narrowed_to(figures))
    rest_is_safe = not rest or is_safe(Cell.of(rest), people)
    if not (total_is_shown and kind_is_shown and rest_is_safe and is_safe(Cell.of(counted), people)):
        return {name: value if name in ALWAYS else None for name, value in plain.items()}
    shown = plain | _protected_shares(figures, people) | _protected_network(figures, counted, people)
    is_narrowed = bool(_narrowed_to(figures))
    of_months = {name: cell if categories.months[name] else None for name, cell in kinds.months.items()}
    shown["by_kind"] = _parts(plain["by_kind"], kinds.values)
    shown["by_category"] = None if is_narrowed else _parts(plain["by_category"], categories.values)
    shown["by_month"] = None if is_narrowed else _parts(plain["by_month"], of_months)
    for evenness, parts in (("evenness_of_kinds", "by_kind"), ("evenness_of_categories", "by_category")):
        if not shown[parts] or not all(shown[parts].values()):
            shown[evenness] = None
    return {name: _rounded(name, value, figures.weigh) for name, value in shown.items()}


def _narrowed_to(figures: Statistics) -> tuple[Kind, ...]:
    """The kinds that figures are narrowed to; none when they count every kind."""
    return () if set(figures.kinds) == set(KINDS) else figures.kinds


def _kind_of(act: Act) -> str:
    return act.kind


def _category_of(act: Act) -> str:
    return act.category


class _Table(NamedTuple):
    """The values of one attribute with their total ALL, and the months, as they may be shown; None where they may not."""

    values: dict[str, Cell | None]
    months: dict[str, Cell | None]


def _table(
    acts: Iterable[Act], of_month: Mapping[str, Cell | None], audience: Audience, value: Callable[[Act], str]
) -> _Table:
    """The cells of one attribute, and of the months, as they may be shown for the whole period.

    What the tables of a month show stays shown; a year's come later, and give way where a month's would follow from them.
    """
    by_key: dict[str, dict[Key, list[Act]]] = {}
    for act in acts:
        name = act.given_on.isoformat()[:7]
        by_key.setdefault(name, {}).setdefault((name, value(act)), []).append(act)
    cells: dict[Key, Cell] = {}
    decided: dict[Key, Cell | None] = {}
    for name, theirs in by_key.items():
        parts = {key: Cell.of(some) for key, some in theirs.items()}
        cells |= parts
        shown = shown_cells(parts, audience) if of_month[name] else dict.fromkeys([*parts, (name, ALL)])
        decided |= {key: cell for key, cell in shown.items() if key[0] != ALL}
    whole = shown_cells(
        cells,
        audience,
        hidden=[key for key, cell in decided.items() if cell is None],
        settled=[key for key, cell in decided.items() if cell is not None],
    )
    return _Table(
        {key[1]: cell for key, cell in whole.items() if key[0] == ALL},
        {key[0]: cell for key, cell in decided.items() if key[1] == ALL},
    )


def shown_months(acts: Iterable[Act], audience: Audience) -> dict[str, Cell | None]:
    """The months of a year as their reports show them, YYYY-MM; None for those that are hidden.

    One month alone must not follow from the year and the others. So after a month with too few people the next is hidden
    too, until they could be shown together. Each is decided when it is over, by what was before it.
    """
    by_month: dict[str, list[Act]] = {}
    for act in acts:
        by_month.setdefault(act.given_on.isoformat()[:7], []).append(act)
    cells = {name: Cell.of(by_month[name]) for name in sorted(by_month)}
    gone: set[str] = set()
    for reader in FEWEST:
        people = fewest(reader)
        hidden = NOTHING
        for name, cell in cells.items():
            waits = not hidden.is_empty and not is_safe(hidden, people)
            if name in gone or waits or not is_safe(cell, people):
                gone.add(name)
                hidden = hidden.with_others(cell)
        if reader == audience:
            break
    return {name: None if name in gone else cell for name, cell in cells.items()}


def _parts(parts: Mapping[str, Any], cells: Mapping[str, Cell | None]) -> dict[str, Any]:
    """The parts that are shown, with rounded lengths; the others are named, with None."""
    return {
        name: {
            "entries": part["entries"],
            "minutes": _to_five_hours(part["minutes"]),
            "share": round(part["share"], 2),
        }
        if cells.get(name) is not None
        else None
        for name, part in parts.items()
        if name in cells
    }


def _protected_shares(figures: Statistics, people: int) -> dict[str, Any]:
    """Shares that are counts of people in disguise: shown where neither the count nor what it leaves is small."""
    hidden: dict[str, Any] = {}
    roles = {name: _count(getattr(figures, name), figures.people) for name in ("only_gave", "only_received", "both")}
    if any(0 < count < people for count in roles.values()):
        hidden |= dict.fromkeys(roles)
    left = figures.enrolled
    for name in ("participation_ever", "participation_365", "participation_90", "participation_30"):
        count = _count(getattr(figures, name), figures.enrolled)
        if 0 < count < people or 0 < left - count < people:
            hidden[name] = None
        else:
            left = count
    back = _count(figures.retention, figures.retention_people)
    if not _both_large(back, figures.retention_people, people):
        hidden |= dict.fromkeys(("retention", "retention_people"))
    if figures.newcomers < people:
        hidden |= dict.fromkeys(("newcomers", *NEWCOMERS, *WAITS))
    elif not _both_large(figures.newcomers_began, figures.newcomers, people):
        hidden |= dict.fromkeys((*NEWCOMERS, *WAITS))
    else:
        began = [_count(getattr(figures, name), figures.newcomers_began) for name in NEWCOMERS[1:]]
        if any(0 < count < people for count in (*began, figures.newcomers_began - sum(began))):
            hidden |= dict.fromkeys(NEWCOMERS[1:])
    return hidden


def _protected_network(figures: Statistics, counted: Iterable[Act], people: int) -> dict[str, Any]:
    """Figures about who helps whom, and about the few who give most."""
    hidden: dict[str, Any] = {}
    for name, part in (("top_tenth_given", 10), ("top_fifth_given", 5)):
        if top_people(figures.tied_people, part) < people:
            hidden[name] = None
    if figures.tied_people < max(FEWEST_IN_NETWORK, people):
        return hidden | dict.fromkeys((*NETWORK, *BETWEEN_TWO, "top_tenth_given", "top_fifth_given"))
    counted = list(counted)
    pairs = {(act.giver, act.receiver) for act in counted}
    mutual = Cell.of(act for act in counted if (act.receiver, act.giver) in pairs)
    if not mutual.is_empty and not is_safe(mutual, people):
        hidden |= dict.fromkeys(BETWEEN_TWO)
    return hidden


def _both_large(count: int, of: int, people: int) -> bool:
    """Whether those counted, and those left over, are nobody or enough."""
    return of >= people and not 0 < count < people and not 0 < of - count < people


def _count(share: float | None, of: int) -> int:
    return round((share or 0) * of)


def _rounded(name: str, value: Any, weigh: str) -> Any:
    if name == "minutes" or (name in LENGTHS and weigh == "minutes"):
        return None if value is None else _to_five_hours(value)
    return round(value, 2) if isinstance(value, float) else value


def _to_five_hours(minutes: int) -> int:
    """The nearest five hours, half up."""
    return (minutes + ROUNDED_MINUTES // 2) // ROUNDED_MINUTES * ROUNDED_MINUTES
