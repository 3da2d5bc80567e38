"""Reports with invented figures of Riverside, and functions that store them for the pages."""

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from projections.figures.reports.kept import (
    COMMUNITY,
    AllFigures,
    Audience,
    Late,
    Report,
    State,
    store_reports,
    store_state,
)
from projections.views import Views

MONTHS = (180, 205, 190, 245, 260, None, 275, 310, 290, 330, 300, 220)
"""Hours of each month of the year; in June there were too few people to show."""

FOR_COORDINATORS: Mapping[str, Any] = {"unconfirmed": 0.03, "late_share": 0.12, "newcomers_waiting": 9, "overloaded": 6}
"""The additional figures of a report for coordinators."""

CHILDREN, GARDEN, MEALS = "children", "garden", "food"


def part(hours: int, times: int, share: float) -> dict[str, Any]:
    """Return one part of the help, as reports store it."""
    return {"minutes": hours * 60, "entries": times, "share": share}


def busy_days(first_day: date, last_day: date) -> dict[str, Any]:
    """Return a map on which most days are busy, the same every time."""
    chance = random.Random(1)
    days = [first_day + timedelta(days=number) for number in range((last_day - first_day).days + 1)]
    bands = {day.isoformat(): chance.choice((0, 0, 1, 1, 1, 2, 2, 3, 4)) for day in days}
    return {"grain": "days", "cells": {day: band for day, band in bands.items() if band}}


def figures_of_a_year(year: int = 2025, **changed: Any) -> dict[str, Any]:
    """Return the figures of a year in Riverside: 148 of 212 members took part."""
    return {
        "first_day": f"{year}-01-01",
        "as_of": f"{year}-12-31",
        "weigh": "minutes",
        "kinds": ["help", "skill-exchange", "gift"],
        "entries": 1_240,
        "minutes": 3_105 * 60,
        "people": 148,
        "enrolled": 212,
        "people_30": 74,
        "people_90": 117,
        "people_365": 148,
        "participation_30": 0.35,
        "participation_90": 0.55,
        "participation_365": 0.7,
        "people_both": 83,
        "people_gave_only": 29,
        "people_received_only": 36,
        "retention": 0.6,
        "retention_people": 40,
        "newcomers": 52,
        "newcomers_began": 41,
        "median_days_to_first_exchange": 23,
        "entries_per_active_member_month": 1.8,
        "minutes_per_active_member_month": 182.0,
        "median_minutes_per_entry": 120.0,
        "holding_days": 41.3,
        "whole": 3_105 * 60,
        "twenty": {"given_back": 5, "comes_round": 4, "passed_on": 11},
        "given_back": 0.25,
        "comes_round": 0.21,
        "passed_on": 0.54,
        "given_back_by_chance": 0.11,
        "comes_round_by_chance": 0.24,
        "passed_on_by_chance": 0.65,
        "whole_given_back": 780 * 60,
        "whole_comes_round": 640 * 60,
        "whole_passed_on": 1_685 * 60,
        "faces_are_exact": True,
        "returned_ties": 0.28,
        "median_people_helped": 2.5,
        "median_helped_by": 2.0,
        "top_tenth_given": 0.38,
        "effective_givers": 46.2,
        "typical_given": [60, 180],
        "typical_received": [60, 210],
        "load": [0.01, 0.02, 0.03, 0.04, 0.05, 0.07, 0.09, 0.13, 0.18, 0.38],
        "load_people": 15,
        "months": [
            {
                "month": f"{year}-{number:02}",
                "given": hours and hours * 60,
                "received": hours and hours * 60,
                "entries": hours and hours // 3,
            }
            for number, hours in enumerate(MONTHS, start=1)
        ],
        "busy": busy_days(date(year, 1, 1), date(year, 12, 31)),
        "by_kind": {"help": part(2_450, 840, 0.68), "skill-exchange": part(655, 160, 0.13), "gift": part(0, 240, 0.19)},
        "by_category": {GARDEN: part(560, 260, 0.21), MEALS: part(830, 610, 0.49), CHILDREN: None},
        "access": None,
        "theil_between": None,
        **changed,
    }


def report(
    year: int = 2025,
    *,
    scope: str = COMMUNITY,
    audience: Audience = "everyone",
    late: Late | None = None,
    **changed: Any,
) -> Report:
    """Return the report of a year; keyword arguments change single figures."""
    return Report(
        scope=scope,
        period=str(year),
        audience=audience,
        first_day=date(year, 1, 1),
        last_day=date(year, 12, 31),
        known_on=date(year + 1, 1, 7),
        entry=4_201,
        looked_at=4_831,
        late=late,
        late_hidden=False,
        figures=figures_of_a_year(year, **changed),
    )


def month_of(year: Report, number: int) -> Report:
    """Return the report of one month, with most figures of its year."""
    own = next(one for one in year.figures["months"] if one["month"].endswith(f"-{number:02}"))
    following = date(year.first_day.year + number // 12, number % 12 + 1, 1)
    return msgspec.structs.replace(
        year,
        period=own["month"],
        first_day=year.first_day.replace(month=number),
        last_day=following - timedelta(days=1),
        known_on=following + timedelta(days=6),
        figures=year.figures | {"minutes": own["given"], "entries": own["entries"], "months": [own], "busy": None},
    )


def hidden(one: Report) -> Report:
    """Return the same report of so few people that nothing is shown."""
    always = {"first_day", "as_of", "weigh", "kinds", "enrolled"}
    figures: Mapping[str, Any] = {name: value if name in always else None for name, value in one.figures.items()}
    return msgspec.structs.replace(one, figures=dict(figures))


def kept(views: Views, reports: Sequence[Report]) -> None:
    """Store reports for the pages, as the process that makes them does."""
    with views.reports._engine.execution_options(writes=True).begin() as connection:
        store_reports(connection, views.reports.identity, list(reports))


def everything() -> AllFigures:
    """Return a few statistics for auditors, and two figures of the network."""
    return AllFigures(
        entry=4_201,
        as_of=date(2026, 1, 7),
        statistics={"entries": 1_240, "rho": 0.281, "by_kind": {"help": {"entries": 3, "minutes": 180, "share": 1.0}}},
        graph={"transitivity": 0.24, "triads": {"300": 7}},
    )


def kept_everything(views: Views) -> None:
    """Store the statistics for auditors."""
    state = State(views.reports.identity, number=4_201, everything=msgspec.json.encode(everything()).decode())
    with views.reports._engine.execution_options(writes=True).begin() as connection:
        store_state(connection, state)
