"""Figures of reports beyond the statistics, each as it may be shown; None where too few people are behind it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal

from ledger.identifiers import MemberId
from projections.figures.measures.activity import Access
from projections.figures.measures.acts import Act, collapse, given, in_parts
from projections.figures.measures.reciprocity import Faces
from projections.figures.measures.spread import Range, load_groups, typical_month
from projections.figures.measures.statistics import Statistics
from projections.figures.privacy.cells import (
    FEWEST,
    FEWEST_IN_NETWORK,
    FEWEST_TO_COMPARE,
    LARGEST_PERCENT,
    TWO_LARGEST_PERCENT,
    Behind,
    Cell,
    all_behind,
    how_many,
    is_harmless,
)

FACES = ("given_back", "comes_round", "passed_on")
COUNTS: Mapping[str, tuple[str, Literal["enrolled", "people"]]] = {
    "people_30": ("participation_30", "enrolled"),
    "people_90": ("participation_90", "enrolled"),
    "people_365": ("participation_365", "enrolled"),
    "people_gave_only": ("only_gave", "people"),
    "people_received_only": ("only_received", "people"),
    "people_both": ("both", "people"),
}
"""Numbers of people, by the share that each goes with and is shown with, and what that is a share of."""

TENTHS, FIFTHS = 10, 5
PEOPLE_FOR_TENTHS, PEOPLE_FOR_FIFTHS = 100, 50

USUAL_MINUTES = 30
"""The usual range is rounded to half an hour: one of its ends is one person's own month."""

BANDS = (3, 5, 7)
"""From so many exchanges and gifts on, a day or week falls into the next band above the first."""

Grain = Literal["days", "weeks", "months"]


def added(figures: Statistics, shown: Mapping[str, Any], acts: Sequence[Act]) -> dict[str, Any]:
    """What follows from the statistics of these acts, given which of them are `shown`."""
    weights = [getattr(figures, f"whole_{face}") for face in FACES]
    faces = Faces(figures.whole, *weights, is_exact=figures.faces_are_exact)
    counts = {
        name: None if shown[share] is None else how_many(getattr(figures, share), getattr(figures, of))
        for name, (share, of) in COUNTS.items()
    }
    is_network = shown["tied_people"] is not None
    twenty = None if shown["given_back"] is None else dict(zip(FACES, of_twenty(faces), strict=True))
    usual = typical_month(acts) if is_network else None
    return {
        "twenty": twenty,
        **counts,
        **(_load(acts) if is_network else dict.fromkeys(("load", "load_people"))),
        "typical_given": usual and _usual(usual.given),
        "typical_received": usual and _usual(usual.received),
    }


def nothing_added() -> dict[str, Any]:
    """The names of what `added` adds, without values."""
    return dict.fromkeys(("twenty", *COUNTS, "load", "load_people", "typical_given", "typical_received"))


def busy(
    days: Mapping[date, tuple[Behind, int]],
    first_day: date,
    last_day: date,
    *,
    hidden_months: Collection[str],
    people: int,
) -> dict[str, Any] | None:
    """How busy each day was, in bands of exchanges and gifts: 1 or 2, 3 or 4, 5 or 6, 7 and more.

    `days` say what lies behind each, and how many there were. In days, else weeks from Monday on, else months: the finest
    in which every part of a month that is not empty could be shown by itself. None where a month is hidden.
    """
    if hidden_months:
        return None
    grains: tuple[Grain, ...] = ("days", "weeks", "months")
    for grain in grains:
        pieces: dict[tuple[str, str], list[Behind]] = {}
        counts = {_cell_of(first_day + timedelta(days=day), grain): 0 for day in range((last_day - first_day).days + 1)}
        for day, (behind, count) in days.items():
            cell = _cell_of(day, grain)
            pieces.setdefault((cell, day.isoformat()[:7]), []).append(behind)
            counts[cell] += count
        if grain == "months" or all(all_behind(some).may_be_shown(people) for some in pieces.values()):
            return {"grain": grain, "cells": {cell: _band(count) for cell, count in sorted(counts.items())}}
    raise AssertionError("months are the coarsest")


def shown_access(found: Iterable[Access], shown: Collection[str], between: float | None, active: int) -> dict[str, Any]:
    """What groups receive, beside everybody else; only of groups that are `shown` themselves, with enough on both sides.

    `between` is told where every group with anybody active is listed.
    """
    every = list(found)
    rows = [
        {
            "group": one.group,
            "received_per_member": _to_usual(one.received_each),
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
    """A share for coordinators; None where those behind it, or behind what it leaves, are too few."""
    people = FEWEST["coordinators"]
    if not of or not is_harmless(part, people) or not is_harmless(rest, people):
        return None
    return round(number / of, 2)


def count_of(number: int, of: int) -> int | None:
    """A number of people for coordinators; None where it, or what it leaves of all, is small."""
    people = FEWEST["coordinators"]
    return None if 0 < number < people or 0 < of - number < people else number


def _load(acts: Iterable[Act]) -> dict[str, Any]:
    """How the load is shared, by tenths or fifths of the people; none where one or two are most of such a part."""
    ties = collapse(acts, "minutes")
    gave = given(ties)
    for groups, least in ((TENTHS, PEOPLE_FOR_TENTHS), (FIFTHS, PEOPLE_FOR_FIFTHS)):
        if len(gave) >= least and not _stands_out(gave, groups):
            return {"load": load_groups(ties, groups), "load_people": len(gave) // groups}
    return dict.fromkeys(("load", "load_people"))


def _stands_out(gave: Mapping[MemberId, int], groups: int) -> bool:
    """Whether somebody, or two, gave nearly all that one of so many equal groups of people gave."""
    ordered = sorted(gave.values())
    for group in range(groups):
        theirs = ordered[group * len(ordered) // groups : -(-(group + 1) * len(ordered) // groups)]
        whole, first, second = sum(theirs), theirs[-1], theirs[-2]
        if 100 * first > LARGEST_PERCENT * whole > 0 or 100 * (first + second) > TWO_LARGEST_PERCENT * whole > 0:
            return True
    return False


def _usual(found: Range | None) -> list[int] | None:
    return [_to_usual(found.low), _to_usual(found.high)] if found and found.people >= FEWEST_IN_NETWORK else None


def _to_usual(minutes: float) -> int:
    """The nearest half hour; half an hour at least, if it is anything."""
    return max(USUAL_MINUTES, round(minutes / USUAL_MINUTES) * USUAL_MINUTES) if minutes else 0


def _cell_of(day: date, grain: Grain) -> str:
    match grain:
        case "days":
            return day.isoformat()
        case "weeks":
            return (day - timedelta(days=day.weekday())).isoformat()
        case "months":
            return day.isoformat()[:7]


def _band(count: int) -> int:
    return 1 + sum(count >= band for band in BANDS) if count else 0


HOURS_SHOWN = 20


def of_twenty(faces: Faces) -> tuple[int, int, int]:
    """Of every twenty hours: given back, come round, passed on. Three times 0 when nothing was given.

    A face that has any hours has one of the twenty at least, taken from the largest: what happened does not vanish.
    """
    weights = (faces.given_back, faces.comes_round, faces.passed_on)
    hours = in_parts(weights, HOURS_SHOWN)
    for place, weight in enumerate(weights):
        if weight and not hours[place]:
            hours[hours.index(max(hours))] -= 1
            hours[place] = 1
    given_back, comes_round, passed_on = hours
    return given_back, comes_round, passed_on
