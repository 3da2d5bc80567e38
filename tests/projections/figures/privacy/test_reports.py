"""Attacks on reports: on months and the year, on kinds, on late entries, on small shares; and what is left to read."""

from collections.abc import Sequence
from datetime import date
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from projections.figures.measures.acts import Act
from projections.figures.measures.statistics import Statistics, statistics
from projections.figures.privacy.cells import BETWEEN_TWO, FEWEST, NETWORK, Audience, Cell, can_replace, fewest, is_safe
from projections.figures.privacy.figures import ALWAYS, decide_disclosure, protected_figures
from projections.figures.privacy.periods import Period, month, shown_months, year
from projections.figures.privacy.tables import ALL, Key
from tests.projections.figures.measures.communities import act, grown, hours, ring

AUDIENCES: tuple[Audience, ...] = ("coordinators", "everyone")
YEAR = year(2025)


def report_of(acts: Sequence[Act], audience: Audience = "everyone", period: Period = YEAR) -> dict[str, Any]:
    """The figures of a period that these readers may see."""
    figures = statistics(acts, [], first_day=period.first_day, as_of=period.last_day)
    return protected_figures(figures, decide_disclosure(acts, period, audience))


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("seed", range(4))
def test_a_year_less_its_months_reveals_nobody(seed: int, audience: Audience) -> None:
    acts = grown(90, seed=seed)[0]
    people = fewest(audience)
    reports = {}
    for number in range(1, 13):
        reports[number] = report_of(acts, audience, month(2025, number))

    whole = report_of(acts, audience)

    for number, report in reports.items():
        mine = [one for one in acts if one.given_on.month == number]
        assert not report["entries"] or is_safe(Cell.of(mine), people)
        if whole["by_month"] and f"2025-{number:02}" in whole["by_month"]:
            assert (whole["by_month"][f"2025-{number:02}"] is None) == (report["entries"] is None)
    hidden = [one for one in acts if reports[one.given_on.month]["entries"] is None]
    if whole["entries"] is not None and hidden:
        assert is_safe(Cell.of(hidden), people)
    for other in AUDIENCES:
        months = shown_months(acts, other)
        left = [one for one in acts if months[one.given_on.isoformat()[:7]] is None]
        assert whole["entries"] is None or not left or is_safe(Cell.of(left), people)
    for kind in (whole["by_kind"] or {}) if whole["entries"] is not None else ():
        shown = {n for n, report in reports.items() if (report["by_kind"] or {}).get(kind)}
        left = [one for one in acts if one.kind == kind and one.given_on.month not in shown]
        assert whole["by_kind"][kind] is None or not left or is_safe(Cell.of(left), people)


@pytest.mark.parametrize("seed", range(3))
def test_all_reports_together_reveal_nobody(seed: int) -> None:
    """A coordinator keeps every report of the year, theirs and everyone's, of all kinds and of each, and sums them up."""
    acts = grown(250, seed=seed)[0]
    cells: dict[Key, list[Act]] = {}
    for one in acts:
        cells.setdefault((one.given_on.isoformat()[:7], one.kind), []).append(one)
    keys = sorted(cells)
    known = [np.zeros(len(keys))]
    for period in (YEAR, *(month(2025, number) for number in range(1, 13))):
        first, last = period
        within = [first.isoformat()[:7] <= name <= last.isoformat()[:7] for name, _ in keys]
        for audience in AUDIENCES:
            report = report_of(acts, audience, period)
            shown = {kind for kind, part in (report["by_kind"] or {}).items() if part}
            shown |= {ALL} if report["entries"] is not None else set()
            for value in shown:
                inside = [here and value in (ALL, kind) for here, (_, kind) in zip(within, keys, strict=True)]
                known.append(np.array(inside, dtype=float))
            for name, part in (report["by_month"] or {}).items():
                known.append(np.array([part is not None and have == name for have, _ in keys], dtype=float))

    rank = np.linalg.matrix_rank(np.array(known))
    unsafe = [key for key in keys if not is_safe(Cell.of(cells[key]), FEWEST["coordinators"])]
    assert unsafe
    for key in unsafe:
        alone = np.array([float(each == key) for each in keys])
        assert np.linalg.matrix_rank(np.vstack([*known, alone])) > rank, f"{key} can be worked out"


def test_no_month_shown_to_everyone_is_one_that_coordinators_need_hidden() -> None:
    """Who reads both would else take January, March and the year, and be left with the three people of February."""
    acts = [
        *ring(7, on=date(2025, 1, 5), prefix="jan"),
        *ring(3, on=date(2025, 2, 5), prefix="feb"),
        *ring(30, on=date(2025, 3, 5)),
        *ring(30, on=date(2025, 4, 5)),
    ]

    coordinators, everyone = (shown_months(acts, audience) for audience in AUDIENCES)

    assert [name for name, cell in coordinators.items() if cell is None] == ["2025-02", "2025-03"]
    assert [name for name, cell in everyone.items() if cell is None] == ["2025-01", "2025-02", "2025-03"]


def test_what_a_month_showed_stays_shown_and_the_year_hides_more() -> None:
    """January told of its gifts. With those of the year, February's, from three people, would follow."""
    gifts = [act(f"m-{a}", f"m-{b}", on=date(2025, 1, 5), kind="gift") for a, b in combinations(range(12), 2)]
    few = [act(f"m-{place}", f"m-{place + 1}", on=date(2025, 2, 5), kind="gift") for place in range(3)]
    acts = [*ring(30, on=date(2025, 1, 5)), *gifts, *ring(30, on=date(2025, 2, 5)), *few]

    january = report_of(acts, period=month(2025, 1))
    whole = report_of(acts)

    assert january["by_kind"]["gift"]["entries"] == 66
    assert whole["entries"] == 66 + 60 + 60 + 3
    assert whole["by_kind"] == {"gift": None, "help": None}


def test_published_figures_change_only_if_the_change_reveals_nobody() -> None:
    """Entries of March come in late, one after the other; whoever kept the report before looks at the difference."""
    first, late = ring(20), grown(80, days=90)[0]
    reported = Cell.of(first)
    so_far = list(first)
    changes = 0
    for one in late:
        so_far.append(one)
        now = Cell.of(so_far)
        if can_replace(reported, now, 10):
            assert is_safe(now.without(reported), 10)
            reported, changes = now, changes + 1

    assert 0 < changes < len(late) / 5


def test_a_reversal_alone_does_not_change_what_was_shown() -> None:
    acts = ring(20)

    assert not can_replace(Cell.of(acts), Cell.of(acts[1:]), 5)
    assert can_replace(Cell.of(acts), Cell.of(acts), 5)
    assert not can_replace(Cell.of(acts), Cell.of([*acts[1:], *ring(12, prefix="n")]), 5), "nor behind others"


def test_a_kind_is_hidden_when_another_hidden_one_would_follow_from_it() -> None:
    gifts = [act(f"m-{place}", f"m-{place + 1}", kind="gift") for place in range(3)]

    report = report_of([*ring(30), *gifts])

    assert report["entries"] == 63 and report["by_kind"] == {"gift": None, "help": None}


# What is shown


def test_too_few_people_see_only_what_is_always_shown() -> None:
    acts = ring(9)

    shown = report_of(acts)

    assert {name for name, value in shown.items() if value is not None} <= set(ALWAYS)
    assert report_of(acts, "coordinators")["entries"] == 18


def test_every_figure_is_rounded() -> None:
    acts = grown(400)[0]

    shown = report_of(acts)

    assert list(shown) == list(Statistics.__struct_fields__)
    assert all(value == round(value, 2) for value in shown.values() if isinstance(value, float))
    for name in ("minutes", "whole", "whole_given_back", "whole_comes_round", "whole_passed_on"):
        assert shown[name] % 300 == 0
    assert all(part["minutes"] % 300 == 0 for part in shown["by_month"].values() if part)


def test_network_figures_need_twenty_people() -> None:
    few, enough = ring(19), ring(20)

    assert all(report_of(few)[name] is None for name in (*NETWORK, *BETWEEN_TWO))
    assert report_of(enough)["ties"] == 40


def test_one_pair_that_helped_both_ways_is_not_revealed() -> None:
    """One pair among thirty people helped both ways: even its share of all help would tell of the two."""
    acts = [*ring(30), *hours("xy", "yx")]

    shown = report_of(acts)

    assert shown["ties"] == 62
    assert all(shown[name] is None for name in BETWEEN_TWO)


def test_the_top_tenth_is_shown_when_it_is_enough_people() -> None:
    ninety, more = ring(90), ring(91)

    assert report_of(ninety)["top_tenth_given"] is None
    assert report_of(more)["top_tenth_given"] == 0.11
    assert report_of(ninety)["top_fifth_given"] == 0.2


def test_a_share_is_not_a_small_count_in_disguise() -> None:
    """Two of forty only received; nobody may work out who by asking thirty-eight."""
    acts = [*ring(38), act("m-1", "late-1"), act("m-2", "late-2")]

    shown = report_of(acts)

    assert (shown["only_received"], shown["only_gave"], shown["both"]) == (None, None, None)
    assert shown["participation_365"] == 1.0
    assert shown["participation_90"] == 0.0


def test_participation_does_not_reveal_a_few_people_by_subtraction() -> None:
    """Thirty took part in December, and three of them in its last thirty days."""
    acts = [*ring(30, on=date(2025, 12, 1)), act("m-1", "m-2", on=YEAR.last_day), act("m-2", "m-3", on=YEAR.last_day)]

    shown = report_of(acts)

    assert (shown["participation_365"], shown["participation_30"]) == (1.0, None)
