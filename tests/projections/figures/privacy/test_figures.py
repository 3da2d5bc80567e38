"""Attacks on a figure and on a table: by knowing one's own entries, and by taking one figure from another."""

import random

import msgspec
import numpy as np
import pytest

from projections.figures.measures.acts import Act
from projections.figures.privacy.cells import EMPTY_CELL, FEWEST, Audience, Cell, fewest, is_safe
from projections.figures.privacy.tables import ALL, Key, shown_cells
from tests.projections.figures.measures.communities import act, grown, ring

AUDIENCES: tuple[Audience, ...] = ("coordinators", "everyone")


def minutes(cell: Cell | None) -> int:
    return sum(cell.minutes.values()) if cell else 0


# One figure


@pytest.mark.parametrize(("audience", "people"), [("coordinators", 5), ("everyone", 10)])
def test_a_figure_needs_enough_people(audience: Audience, people: int) -> None:
    assert fewest(audience) == people
    assert is_safe(Cell.of(ring(people)), people)
    assert not is_safe(Cell.of(ring(people - 1)), people)


def test_comparing_groups_needs_ten_people_for_all_readers() -> None:
    assert fewest("coordinators", compares_groups=True) == 10


@pytest.mark.parametrize("turned", [False, True])
def test_one_person_must_not_be_half_of_a_figure_nor_two_nearly_all(turned: bool) -> None:
    """Neither of what was given nor of what was received."""

    def cell(*shares: int) -> Cell:
        acts = [
            act(f"g-{giver}", f"r-{(giver + other) % 20}", share, number=1000 + 50 * giver + other)
            for giver, share in enumerate(shares)
            for other in range(20)
        ]
        if turned:
            acts = [msgspec.structs.replace(one, giver=one.receiver, receiver=one.giver) for one in acts]
        return Cell.of(acts)

    assert is_safe(cell(50, 20, 15, 15), 10)
    assert not is_safe(cell(51, 19, 15, 15), 10)
    assert is_safe(cell(45, 40, 8, 7), 10)
    assert not is_safe(cell(46, 40, 7, 7), 10)


def test_knowing_your_own_entries_does_not_reveal_anyone_elses() -> None:
    """Ana received nearly everything, from many: what is left over, once she takes her own away, is Bo's alone."""
    to_ana = [act(f"m-{place}", "ana", 60) for place in range(12)]
    elsewhere = [act("bo", f"m-{place}", 30) for place in range(10)]

    assert not is_safe(Cell.of([*to_ana, *elsewhere]), 10)


@pytest.mark.parametrize("seed", range(8))
def test_no_member_learns_anothers_hours_to_within_a_tenth_from_a_figure_that_is_shown(seed: int) -> None:
    acts = [one for one in grown(40, seed=seed, days=120)[0] if one.minutes]
    chance = random.Random(seed)
    for size in (10, 20, 30, 40, 60):
        some = chance.sample(acts, min(size, len(acts)))
        if is_safe(Cell.of(some), 5):
            assert not learned_by_somebody(some)


def learned_by_somebody(acts: list[Act]) -> list[tuple[str, str]]:
    """Who can say of whom how much they gave, or received, to within a tenth: from the sum, and their own entries."""
    people = {one for each in acts for one in (each.giver, each.receiver)}
    whole = sum(each.minutes for each in acts)
    learned: list[tuple[str, str]] = []
    for member in people:
        unknown = whole - sum(each.minutes for each in acts if member in (each.giver, each.receiver))
        for other in people - {member}:
            for gives in (True, False):
                theirs = [each for each in acts if (each.giver if gives else each.receiver) == other]
                truth = sum(each.minutes for each in theirs)
                least = sum(each.minutes for each in theirs if member in (each.giver, each.receiver))
                most = least + unknown
                if truth > least and max(most - truth, 0) < 0.1 * truth:
                    learned.append((member, other))
    return learned


def test_an_empty_cell_is_always_shown() -> None:
    cells = {("2025", "garden"): Cell.of(ring(12)), ("2025", "food"): EMPTY_CELL}

    assert shown_cells(cells, "everyone")["2025", "food"] == EMPTY_CELL


# Tables


def test_a_cell_is_not_found_by_subtracting_the_others_from_the_total() -> None:
    cells = {
        ("2025", "food"): Cell.of(ring(3, prefix="f")),
        ("2025", "garden"): Cell.of(ring(30)),
        ("2025", "lifts"): Cell.of(ring(12, prefix="l")),
    }

    shown = shown_cells(cells, "everyone")

    assert shown["2025", "food"] is None and shown["2025", "lifts"] is None
    assert shown["2025", "garden"] is not None and shown["2025", ALL] is not None


def test_the_total_is_hidden_if_no_other_cell_can_hide_it() -> None:
    cells = {("2025", "food"): Cell.of(ring(3, prefix="f")), ("2025", "garden"): Cell.of(ring(30))}

    shown = shown_cells(cells, "everyone", settled=[("2025", "garden")])

    assert shown["2025", "food"] is None and shown["2025", ALL] is None
    assert shown["2025", "garden"] is not None


def random_table(seed: int) -> dict[Key, Cell]:
    acts, _ = grown(150, seed=seed, days=240)
    table: dict[Key, list[Act]] = {}
    for one in acts:
        table.setdefault((one.given_on.isoformat()[:7], one.category), []).append(one)
    return {key: Cell.of(some) for key, some in table.items()}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("audience", AUDIENCES)
def test_no_sums_of_what_is_shown_reveal_a_hidden_cell(seed: int, audience: Audience) -> None:
    """Every figure is a sum of cells: a hidden one is found if it lies in the space that the shown ones span."""
    cells = random_table(seed)
    shown = shown_cells(cells, audience)
    keys = sorted(cells)

    def sum_of(key: Key) -> np.ndarray:
        return np.array(
            [float(all(want in (ALL, have) for want, have in zip(key, each, strict=True))) for each in keys]
        )

    known = np.array([sum_of(key) for key, cell in shown.items() if cell is not None] or [np.zeros(len(keys))])
    rank = np.linalg.matrix_rank(known)
    hidden = [key for key, cell in shown.items() if cell is None]
    everything = {key: union(cells, key) for key in shown}
    for key in hidden:
        if not is_safe(everything[key], FEWEST[audience]):
            assert np.linalg.matrix_rank(np.vstack([known, sum_of(key)])) > rank, f"{key} can be worked out"
    for total in (key for key, cell in shown.items() if cell is not None and ALL in key):
        assert leftover_is_safe(total, shown, everything, FEWEST[audience])
    assert hidden, "there was something to attack"


def union(cells: dict[Key, Cell], key: Key) -> Cell:
    return EMPTY_CELL.with_others(
        *(
            cell
            for each, cell in cells.items()
            if all(want in (ALL, have) for want, have in zip(key, each, strict=True))
        )
    )


def leftover_is_safe(total: Key, shown: dict[Key, Cell | None], everything: dict[Key, Cell], people: int) -> bool:
    """What remains of a total when its shown parts are taken away, along periods and along values."""
    for axis in (0, 1):
        if total[axis] != ALL:
            continue
        parts = [key for key in shown if key[1 - axis] == total[1 - axis] and key[axis] != ALL]
        left = [everything[key] for key in parts if shown[key] is None]
        if left and not is_safe(EMPTY_CELL.with_others(*left), people):
            return False
    return True


@pytest.mark.parametrize("seed", range(4))
def test_what_everyone_sees_reveals_nothing_hidden_from_coordinators(seed: int) -> None:
    cells = random_table(seed)

    everyone, coordinators = (shown_cells(cells, audience) for audience in ("everyone", "coordinators"))

    assert [key for key, cell in everyone.items() if cell is not None and coordinators[key] is None] == []


def test_a_hidden_cell_between_two_hidden_blocks_does_not_follow_from_their_margins() -> None:
    """Rows less columns of one block would leave just the cell that joins it to the other."""
    large, small = Cell.of(ring(40)), Cell.of(ring(4, prefix="s"))
    cells = {(f"p{row}", f"v{column}"): large for row in range(4) for column in range(4)}
    cells["p1", "v2"] = small
    blocks = [
        (f"p{row}", f"v{column}") for first in (0, 2) for row in (first, first + 1) for column in (first, first + 1)
    ]

    shown = shown_cells(cells, "everyone", hidden=blocks)

    outside = [key for key, cell in shown.items() if cell is None and key not in (*blocks, ("p1", "v2"))]
    assert outside, "more is hidden, so that the one is not alone between the blocks"


def test_an_amount_is_not_narrowed_down_because_none_is_below_zero() -> None:
    """Three people's 6,000 minutes and a hidden neighbour cell are one line; what that neighbour can be is known to be little."""
    few, thin = Cell.of(ring(3, 1_000, prefix="few")), Cell.of(ring(12, 5, prefix="thin"))
    cells = {
        ("p", "a"): few,
        ("p", "b"): thin,
        ("p", "c"): Cell.of(ring(40)),
        ("q", "a"): Cell.of(ring(41)),
        ("q", "b"): Cell.of(ring(12, 5, prefix="other")),
        ("q", "c"): Cell.of(ring(42)),
    }

    shown = shown_cells(cells, "everyone", hidden=[("p", "b"), ("q", "a"), ("q", "b")])

    assert shown["p", "a"] is None
    if shown["p", ALL] and shown["p", "c"] and shown[ALL, "b"]:
        left = minutes(shown["p", ALL]) - minutes(shown["p", "c"])
        assert left - minutes(shown[ALL, "b"]) < 0.9 * minutes(few), "the other cell can hold enough of it"
