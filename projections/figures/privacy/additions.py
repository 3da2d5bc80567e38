"""Figures of reports beyond the statistics, each as it may be shown; None if it is based on too few people."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal

from ledger.identifiers import MemberId
from projections.figures.measures.activity import GroupAccess
from projections.figures.measures.acts import Act, add_up_ties, apportion, given, month_of
from projections.figures.measures.reciprocity import Faces
from projections.figures.measures.spread import Quartiles, load_groups, typical_month
from projections.figures.measures.statistics import Statistics
from projections.figures.privacy.cells import (
    FEWEST,
    FEWEST_IN_NETWORK,
    FEWEST_TO_COMPARE,
    LARGEST_PERCENT,
    TWO_LARGEST_PERCENT,
    Cell,
    Contributors,
    combined_contributors,
    is_empty_or_safe,
    people_in_share,
)

FACES = ("given_back", "comes_round", "passed_on")
PEOPLE_COUNTS: Mapping[str, tuple[str, Literal["enrolled", "people"]]] = {
    "people_30": ("participation_30", "enrolled"),
    "people_90": ("participation_90", "enrolled"),
    "people_365": ("participation_365", "enrolled"),
    "people_gave_only": ("only_gave", "people"),
    "people_received_only": ("only_received", "people"),
    "people_both": ("both", "people"),
}
"""Numbers of people, each with the share it is shown with and what that is a share of."""

TENTHS, FIFTHS = 10, 5
PEOPLE_FOR_TENTHS, PEOPLE_FOR_FIFTHS = 100, 50

USUAL_MINUTES = 30
"""Typical ranges are rounded to half an hour, because each end is one person's own month."""

BANDS = (3, 5, 7)
"""Exchanges and gifts from which a day or week is in the next band."""

Grain = Literal["days", "weeks", "months"]


def derived_figures(figures: Statistics, shown: Mapping[str, Any], acts: Sequence[Act]) -> dict[str, Any]:
    """Derive figures from the statistics of these acts, given what is `shown` of them."""
    weights = [getattr(figures, f"whole_{face}") for face in FACES]
    faces = Faces(figures.whole, *weights, is_exact=figures.faces_are_exact)
    counts = {
        name: None if shown[share] is None else people_in_share(getattr(figures, share), getattr(figures, of))
        for name, (share, of) in PEOPLE_COUNTS.items()
    }
    is_network = shown["tied_people"] is not None
    twenty = None if shown["given_back"] is None else dict(zip(FACES, split_of_twenty_hours(faces), strict=True))
    usual = typical_month(acts) if is_network else None
    return {
        "twenty": twenty,
        **counts,
        **(_load(acts) if is_network else dict.fromkeys(("load", "load_people"))),
        "typical_given": usual and _rounded_range(usual.given),
        "typical_received": usual and _rounded_range(usual.received),
    }


def no_derived_figures() -> dict[str, Any]:
    """Return the names of derived figures without values."""
    return dict.fromkeys(("twenty", *PEOPLE_COUNTS, "load", "load_people", "typical_given", "typical_received"))


def activity_calendar(
    days: Mapping[date, tuple[Contributors, int]],
    first_day: date,
    last_day: date,
    *,
    hidden_months: Collection[str],
    people: int,
) -> dict[str, Any] | None:
    """Show how busy each day was, in bands of exchanges and gifts: 1 or 2, 3 or 4, 5 or 6, 7 or more.

    `days` have contributors and the number of exchanges and gifts. By day, by week from Monday, or by month, whichever is
    the finest in which every part of a month could be shown by itself. None if a month is hidden.
    """
    if hidden_months:
        return None
    grains: tuple[Grain, ...] = ("days", "weeks", "months")
    for grain in grains:
        pieces: dict[tuple[str, str], list[Contributors]] = {}
        counts = {
            _calendar_cell(first_day + timedelta(days=day), grain): 0 for day in range((last_day - first_day).days + 1)
        }
        for day, (behind, count) in days.items():
            cell = _calendar_cell(day, grain)
            pieces.setdefault((cell, month_of(day)), []).append(behind)
            counts[cell] += count
        if grain == "months" or all(combined_contributors(some).may_be_shown(people) for some in pieces.values()):
            return {"grain": grain, "cells": {cell: _band(count) for cell, count in sorted(counts.items())}}
    raise AssertionError("months are the coarsest")


def protected_access(
    found: Iterable[GroupAccess], shown: Collection[str], between: float | None, active: int
) -> dict[str, Any]:
    """Show what groups receive compared with everyone else, for groups that are `shown` and have enough people on both sides.

    `between` is only shown if every group with an active member is listed.
    """
    every = list(found)
    rows = [
        {
            "group": one.group,
            "received_per_member": _to_half_hours(one.received_each),
            "ratio": round(one.ratio, 2),
            "low": round(one.low, 2),
            "high": round(one.high, 2),
        }
        for one in every
        if one.group in shown
        and FEWEST_TO_COMPARE <= one.people <= active - FEWEST_TO_COMPARE
        and one.ratio is not None
        and one.low is not None
        and one.high is not None
    ]
    are_all = len(rows) == len(every)
    return {
        "access": rows or None,
        "theil_between": round(between, 2) if rows and are_all and between is not None else None,
    }


def share_of(part: Cell, rest: Cell, number: int, of: int) -> float | None:
    """Return a share for coordinators; None if it, or the rest, is based on too few people."""
    people = FEWEST["coordinators"]
    if not of or not is_empty_or_safe(part, people) or not is_empty_or_safe(rest, people):
        return None
    return round(number / of, 2)


def count_of(number: int, of: int) -> int | None:
    """Return a number of people for coordinators; None if it, or the rest, is small."""
    people = FEWEST["coordinators"]
    return None if 0 < number < people or 0 < of - number < people else number


def _load(acts: Iterable[Act]) -> dict[str, Any]:
    """Return how the load is shared by tenths or fifths of the people; None if one or two people dominate such a part."""
    ties = add_up_ties(acts, "minutes")
    gave = given(ties)
    for groups, least in ((TENTHS, PEOPLE_FOR_TENTHS), (FIFTHS, PEOPLE_FOR_FIFTHS)):
        if len(gave) >= least and not _stands_out(gave, groups):
            return {"load": load_groups(ties, groups), "load_people": len(gave) // groups}
    return dict.fromkeys(("load", "load_people"))


def _stands_out(gave: Mapping[MemberId, int], groups: int) -> bool:
    """Whether one or two people gave nearly everything that one of these equal groups gave."""
    ordered = sorted(gave.values())
    for group in range(groups):
        theirs = ordered[group * len(ordered) // groups : -(-(group + 1) * len(ordered) // groups)]
        whole, first, second = sum(theirs), theirs[-1], theirs[-2]
        if 100 * first > LARGEST_PERCENT * whole > 0 or 100 * (first + second) > TWO_LARGEST_PERCENT * whole > 0:
            return True
    return False


def _rounded_range(found: Quartiles | None) -> list[int] | None:
    return (
        [_to_half_hours(found.low), _to_half_hours(found.high)] if found and found.people >= FEWEST_IN_NETWORK else None
    )


def _to_half_hours(minutes: float) -> int:
    """Round to the nearest half hour, but never down to nothing."""
    return max(USUAL_MINUTES, round(minutes / USUAL_MINUTES) * USUAL_MINUTES) if minutes else 0


def _calendar_cell(day: date, grain: Grain) -> str:
    match grain:
        case "days":
            return day.isoformat()
        case "weeks":
            return (day - timedelta(days=day.weekday())).isoformat()
        case "months":
            return month_of(day)


def _band(count: int) -> int:
    return 1 + sum(count >= band for band in BANDS) if count else 0


HOURS_TO_SPLIT = 20


def split_of_twenty_hours(faces: Faces) -> tuple[int, int, int]:
    """Split twenty hours into given back, come round and passed on, in proportion; all 0 if nothing was given.

    A part that has any hours has at least one of the twenty, taken from the largest.
    """
    weights = (faces.given_back, faces.comes_round, faces.passed_on)
    hours = apportion(weights, HOURS_TO_SPLIT)
    for place, weight in enumerate(weights):
        if weight and not hours[place]:
            hours[hours.index(max(hours))] -= 1
            hours[place] = 1
    given_back, comes_round, passed_on = hours
    return given_back, comes_round, passed_on
