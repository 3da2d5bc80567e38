"""Turns statistics into the figures that may be shown."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from projections.figures.measures.activity import by_month
from projections.figures.measures.acts import Act, Kind, month_of
from projections.figures.measures.statistics import Statistics
from projections.figures.privacy.cells import (
    FEWEST,
    Audience,
    Cell,
    fewest,
    is_safe,
    protected_network,
    protected_shares,
)
from projections.figures.privacy.periods import Period, shown_months
from projections.figures.privacy.tables import ALL, Key, shown_cells

ROUNDED_MINUTES = 300
"""Published lengths are rounded to five hours."""

ROUNDED_MEAN = 5
"""Means are rounded to this many minutes, because an exact one would reveal the whole."""

GIFTS: tuple[Kind, ...] = ("gift",)
"""Kinds that have no minutes, as everyone knows."""

ALWAYS = ("first_day", "as_of", "weigh", "kinds", "enrolled")
NOTHING_HAPPENED = {"entries": 0, "minutes": 0, "people": 0}
LENGTHS = ("minutes", "whole", "whole_given_back", "whole_comes_round", "whole_passed_on")
MEANS = ("minutes_per_active_member_month", "median_minutes_per_entry")


class Disclosure(NamedTuple):
    """What may be shown of a period: anything at all, and which kinds, categories and months.

    `counted` are the acts that the report counts, `within` those that the reports of its months count.
    """

    people: int
    is_shown: bool
    is_empty: bool
    counted: Collection[Act]
    kinds: Mapping[str, Cell | None]
    categories: Mapping[str, Cell | None]
    months: Mapping[str, Cell | None]
    within: Collection[Act]


def decide_disclosure(
    acts: Iterable[Act], period: Period, audience: Audience, *, counted: Collection[Act] | None = None
) -> Disclosure:
    """Decide what may be shown of a month or year of the community.

    `acts` are those of the calendar year that the reports of its months count, and `counted` those that the period's own
    report counts, if it includes late ones that its months could not.
    """
    first, last = period
    year = [act for act in acts if act.given_on.year == first.year and act.given_on <= last]
    within = [act for act in year if act.given_on >= first]
    people = fewest(audience)
    months: dict[Audience, dict[str, Cell | None]] = {reader: shown_months(year, reader) for reader in FEWEST}
    of_kinds = _shown_totals(within, months, audience, _kind_of, without_minutes=GIFTS)
    of_categories = _shown_totals(within, months, audience, _category_of)
    counting = within if counted is None else counted
    is_shown = None not in (of_kinds[ALL], of_categories[ALL]) and is_safe(Cell.of(counting), people)
    shown = {name: cell for name, cell in months[audience].items() if name >= month_of(first)}
    return Disclosure(people, is_shown, not within and not counting, counting, of_kinds, of_categories, shown, within)


def protected_figures(figures: Statistics, shown: Disclosure) -> dict[str, Any]:
    """Return the figures as they may be shown; hidden ones are None. Lengths are rounded to five hours, shares to hundredths."""
    plain: dict[str, Any] = msgspec.to_builtins(figures)
    if not shown.is_shown:
        return hidden_figures(plain, is_empty=shown.is_empty)
    figure = plain | protected_shares(figures, shown.people) | protected_network(figures, shown.counted, shown.people)
    of_months: dict[str, Any] = msgspec.to_builtins(by_month(shown.within))
    figure["by_kind"] = shown_parts(plain["by_kind"], shown.kinds)
    figure["by_category"] = shown_parts(plain["by_category"], shown.categories)
    figure["by_month"] = shown_parts(of_months, shown.months)
    for evenness, of in (("evenness_of_kinds", "by_kind"), ("evenness_of_categories", "by_category")):
        if not figure[of] or not all(figure[of].values()):
            figure[evenness] = None
    return {name: rounded_figure(name, value, figures.weigh) for name, value in figure.items()}


def hidden_figures(plain: Mapping[str, Any], *, is_empty: bool) -> dict[str, Any]:
    """Return every figure by name, without values except what is always shown, and zero if nothing happened."""
    bare = {name: plain[name] if name in ALWAYS else None for name in Statistics.__struct_fields__}
    return bare | NOTHING_HAPPENED if is_empty else bare


def _kind_of(act: Act) -> str:
    return act.kind


def _category_of(act: Act) -> str:
    return act.category


def _shown_totals(
    acts: Iterable[Act],
    months: Mapping[Audience, Mapping[str, Cell | None]],
    audience: Audience,
    value: Callable[[Act], str],
    *,
    without_minutes: Collection[str] = (),
) -> dict[str, Cell | None]:
    """Return the values of an attribute over the period, and their total ALL, as they may be shown; None if hidden.

    What the tables of a month show stays shown, and is the same for all readers. A year's tables come later, and hide
    whatever would reveal hidden cells of a month. What is hidden from coordinators is hidden from everyone.
    """
    by_key: dict[str, dict[Key, list[Act]]] = {}
    for act in acts:
        name = month_of(act.given_on)
        by_key.setdefault(name, {}).setdefault((name, value(act)), []).append(act)
    cells: dict[Key, Cell] = {}
    decided: dict[Key, Cell | None] = {}
    for name, theirs in by_key.items():
        of_month = {key: Cell.of(some) for key, some in theirs.items()}
        cells |= of_month
        if len(of_month) == 1:
            continue  # it equals the month's total
        if months["everyone"][name]:
            shown = shown_cells(of_month, "everyone", settled=[(name, ALL)], without_minutes=without_minutes)
            decided |= {key: shown[key] for key in of_month}
        else:
            decided |= dict.fromkeys(of_month)
    hidden = {key for key, cell in decided.items() if cell is None}
    whole: dict[Key, Cell | None] = {}
    for reader in FEWEST:
        totals = {(name, ALL): months[reader][name] for name in by_key}
        totals |= {key: months[reader][name] for name, theirs in by_key.items() for key in theirs if len(theirs) == 1}
        whole = shown_cells(
            cells,
            reader,
            hidden=[*hidden, *(key for key, cell in totals.items() if cell is None)],
            settled=[key for key, cell in {**decided, **totals}.items() if cell is not None],
            without_minutes=without_minutes,
        )
        hidden |= {key for key, cell in whole.items() if key[0] == ALL and cell is None}
        if reader == audience:
            break
    return {key[1]: cell for key, cell in whole.items() if key[0] == ALL}


def shown_parts(of: Mapping[str, Any], cells: Mapping[str, Cell | None]) -> dict[str, Any]:
    """Return the parts that may be shown, with rounded lengths; hidden ones are None."""
    return {
        name: {"entries": part["entries"], "minutes": to_five_hours(part["minutes"]), "share": round(part["share"], 2)}
        if cells.get(name) is not None
        else None
        for name, part in of.items()
        if name in cells
    }


def rounded_figure(name: str, value: Any, weigh: str) -> Any:
    """Round a figure as it is published."""
    if value is None:
        return None
    if name == "minutes" or (name in LENGTHS and weigh == "minutes"):
        return to_five_hours(value)
    if name in MEANS:
        return float(round(value / ROUNDED_MEAN) * ROUNDED_MEAN)
    return round(value, 2) if isinstance(value, float) else value


def to_five_hours(minutes: int) -> int:
    """Round minutes to the nearest five hours, half up."""
    return (minutes + ROUNDED_MINUTES // 2) // ROUNDED_MINUTES * ROUNDED_MINUTES
