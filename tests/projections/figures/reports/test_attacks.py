"""Attacks on all reports together: by whoever keeps every one of them, for everybody and for coordinators, and sums them up."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pytest

from ledger.identifiers import GroupId
from projections.figures.measures.acts import Act
from projections.figures.privacy.cells import FEWEST, FEWEST_TO_COMPARE, Audience, Cell, is_safe
from projections.figures.reports.kept import COMMUNITY, Report
from tests.projections.figures.reports.written import DAY, lively

SEEDS = (1, 4)
Reports = Mapping[tuple[str, str, Audience], Report]


@cache
def kept(seed: int) -> Reports:
    return lively(seed).reports()


class Part(NamedTuple):
    """Acts that no report tells apart: of a month, kind and category, between members of these groups."""

    month: str
    kind: str
    category: str
    giver: frozenset[GroupId]
    receiver: frozenset[GroupId]


Chosen = Callable[[Part], int]


@cache
def behind(seed: int) -> dict[Part, list[Act]]:
    """What the reports of the months count, worked out once more from when each act was recorded and taken back."""
    told = lively(seed).chronicle()
    formed = {group: told.calendar.recorded_on(number).isoformat()[:7] for number, group in told.formed}
    parts: dict[Part, list[Act]] = {}
    for place, one in enumerate(told.acts):
        month = one.given_on.isoformat()[:7]
        closes = (one.given_on.replace(day=1) + 31 * DAY).replace(day=1) + 6 * DAY
        if told.counts(place, told.calendar.last_entry_on(closes)):
            there = frozenset(group for group, since in formed.items() if since <= month)
            giver, receiver = (there.intersection(side) for side in told.groups_of(place))
            parts.setdefault(Part(month, one.kind, one.category, giver, receiver), []).append(one)
    return parts


def of(period: str, scope: str = COMMUNITY, side: str = "own", value: str = "") -> Chosen:
    """How often each part counts in a figure."""

    def times(part: Part) -> int:
        if not part.month.startswith(period) or value not in ("", part.kind, part.category):
            return 0
        gave, received = scope in part.giver, scope in part.receiver
        of_group = {"own": gave or received, "given": gave, "received": received, "both": gave + received}
        return 1 if scope == COMMUNITY else int(of_group[side])

    return times


def told_by(report: Report) -> Iterator[tuple[str, Chosen]]:
    """Every sum that a report tells: of acts, and of minutes."""
    scope, period, figures = report.scope, report.period, report.figures
    if figures["entries"] is not None:
        yield "acts", of(period, scope)
    for side in ("minutes",) if scope == COMMUNITY else ("given", "received"):
        if figures[side] is not None:
            yield "minutes", of(period, scope, side)
    for name in ("by_kind", "by_category"):
        for value, part in (figures[name] or {}).items():
            if part is not None:
                yield "acts", of(period, scope, value=value)
                yield "minutes", of(period, scope, "both", value)
    for month in figures.get("months") or ():
        if month["entries"] is not None:
            yield "acts", of(month["month"], scope)
            yield from (("minutes", of(month["month"], scope, side)) for side in ("given", "received"))


def targets(parts: Iterable[Part], groups: Iterable[str]) -> Iterator[Chosen]:
    """What nobody may learn of a few: a group, or what it leaves of the community, in a month or the year, by kind."""
    every = list(parts)
    periods = ["2025", *sorted({part.month for part in every})]
    values = ["", *{part.kind for part in every}, *{part.category for part in every}]
    for period, value in product(periods, values):
        whole = of(period, value=value)
        yield whole
        for group, side in product(groups, ("own", "given", "received")):
            inside = of(period, group, side, value)
            yield inside
            yield lambda part, whole=whole, inside=inside: whole(part) - inside(part)
    for period, giver, receiver in {
        (name, part.giver, part.receiver) for part in every for name in ("2025", part.month)
    }:
        yield (
            lambda part, period=period, giver=giver, receiver=receiver: (
                part.month.startswith(period) and (part.giver, part.receiver) == (giver, receiver)
            )
        )


@pytest.mark.parametrize(("readers", "people"), [(("everyone",), 10), (("everyone", "coordinators"), 5)])
@pytest.mark.parametrize("seed", SEEDS)
def test_no_sums_of_reports_reveal_a_few_people(seed: int, readers: tuple[Audience, ...], people: int) -> None:
    """Months against years, groups against the community and one another, by kind and by category, all at once."""
    parts = behind(seed)
    names = list(parts)
    has_minutes = np.array([any(one.minutes for one in parts[part]) for part in names], dtype=float)
    told: dict[str, list[np.ndarray]] = {"acts": [], "minutes": []}
    for (_, _, reader), report in kept(seed).items():
        for what, times in told_by(report) if reader in readers else ():
            told[what].append(np.array([float(times(part)) for part in names]))
    spans = {"acts": span(told["acts"]), "minutes": span([row * has_minutes for row in told["minutes"]])}
    groups = {scope for scope, _, _ in kept(seed) if scope != COMMUNITY}
    attacked = 0
    for times in targets(names, groups):
        aim = np.array([float(times(part)) for part in names])
        cell = Cell.of(one for part, wanted in zip(names, aim, strict=True) if wanted for one in parts[part])
        if cell.is_empty or is_safe(cell, people):
            continue
        attacked += 1
        assert not follows(aim, spans["acts"]), sorted(cell.acts)
        assert not cell.minutes or not follows(aim * has_minutes, spans["minutes"]), sorted(cell.minutes)
    assert attacked > 100 and len(told["acts"]) > 20


def span(rows: list[np.ndarray]) -> np.ndarray:
    """Directions at right angles to one another, of which every sum of the rows is made."""
    _, lengths, directions = np.linalg.svd(np.unique(np.array(rows), axis=0), full_matrices=False)
    return directions[lengths > 1e-9]


def follows(aim: np.ndarray, known: np.ndarray) -> bool:
    return bool(np.linalg.norm(aim - known.T @ (known @ aim)) < 1e-7)


@pytest.mark.parametrize("seed", SEEDS)
def test_everyone_sees_nothing_that_is_hidden_from_coordinators(seed: int) -> None:
    for (scope, period, reader), report in kept(seed).items():
        if reader == "coordinators":
            everyone = kept(seed)[scope, period, "everyone"]
            assert everyone.late == report.late and everyone.looked_at == report.looked_at
            for name, value in everyone.figures.items():
                theirs = report.figures[name]
                if name == "busy" and theirs and value:
                    assert len(theirs["cells"]) >= len(value["cells"])
                else:
                    assert not hides_more(theirs, value), f"{scope} {period} {name}"


def hides_more(coordinators: Any, everyone: Any) -> bool:
    """Whether there is nothing for coordinators in a place where everyone reads something."""
    match everyone:
        case None:
            return False
        case dict() if isinstance(coordinators, dict):
            return any(hides_more(coordinators.get(name), value) for name, value in everyone.items())
        case list() if isinstance(coordinators, list):
            return any(hides_more(one, other) for one, other in zip(coordinators, everyone, strict=False))
        case _:
            return coordinators is None


@pytest.mark.parametrize("seed", SEEDS)
def test_each_square_of_a_calendar_and_the_rest_of_its_month_have_enough_people(seed: int) -> None:
    maps = 0
    for (scope, period, reader), report in kept(seed).items():
        busy = report.figures["busy"]
        if busy is None:
            continue
        maps += 1
        pieces: dict[tuple[str, str], list[Act]] = {}
        for part, acts in behind(seed).items():
            for one in acts if of(period, scope)(part) else ():
                pieces.setdefault((square(one.given_on, busy["grain"]), part.month), []).append(one)
        for (cell, _), acts in pieces.items():
            assert busy["cells"][cell] >= 1
            assert is_safe(Cell.of(acts), FEWEST[reader] if scope == COMMUNITY else FEWEST_TO_COMPARE)
        busy_ones = {cell for cell, band in busy["cells"].items() if band}
        assert busy_ones == {cell for cell, _ in pieces}
    assert maps > 5


def square(day: date, grain: str) -> str:
    if grain == "months":
        return day.isoformat()[:7]
    return str(day - timedelta(days=day.weekday()) if grain == "weeks" else day)


# A group beside the community, and beside another
