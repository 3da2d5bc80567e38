"""Whether help reaches every group: by hand, against arrays and a table of Student's t, and by trial."""

import random

import numpy as np
import pytest

from ledger.identifiers import GroupId, MemberId
from projections.figures.measures.activity import GroupAccess, access, between_groups, students_t
from projections.figures.measures.acts import Act
from tests.projections.figures.measures.communities import act, grown

HILL, RIVER = GroupId("g-hill"), GroupId("g-river")


def received(*minutes: int, prefix: str = "m") -> list[Act]:
    """Somebody from outside helps each of these people for so long."""
    return [act(f"{prefix}-{place}", f"{prefix}-{place + 1}", length) for place, length in enumerate(minutes)]


def members(group: GroupId, prefix: str, people: int) -> dict[MemberId, tuple[GroupId, ...]]:
    return {MemberId(f"{prefix}-{place}"): (group,) for place in range(people)}


def test_a_group_that_receives_half_as_much_has_a_ratio_of_a_half() -> None:
    """Six people each, of whom one only gave: what five received is shared by six."""
    acts = received(60, 60, 60, 60, 60, prefix="h") + received(120, 120, 120, 120, 120, prefix="r")

    (hill,) = access(acts, members(HILL, "h", 6))

    assert hill[:5] == (HILL, 6, 6, 50.0, 0.5)
    assert (hill.low or 0) < 0.5 < (hill.high or 0)


def test_members_of_two_groups_count_in_both_and_people_in_no_group_as_others() -> None:
    acts = received(*[60] * 11)
    belongings = {MemberId(f"m-{place}"): (HILL, RIVER) if place == 0 else (HILL,) for place in range(6)}

    hill, river = access(acts, belongings)

    assert (hill.group, hill.people, hill.others) == (HILL, 6, 6)
    assert (river.group, river.people, river.others) == (RIVER, 1, 11)


def test_a_group_without_active_members_is_not_compared() -> None:
    assert access(received(60), members(HILL, "z", 4)) == []
    assert access([], {}) == []


def test_with_fewer_than_five_people_or_nothing_received_there_is_no_ratio() -> None:
    few = access(received(*[60] * 9), members(HILL, "m", 4))
    nothing = access([act(f"h-{place}", "z", 60) for place in range(6)] + received(*[60] * 6), members(HILL, "h", 6))

    assert few[0][4:] == (None, None, None)
    assert nothing[0] == GroupAccess(HILL, 6, 8, 0.0, None, None, None)


def test_the_interval_agrees_with_arrays() -> None:
    acts = grown(200)[0]
    got = dict.fromkeys({one for each in acts for one in (each.giver, each.receiver)}, 0)
    for each in acts:
        got[each.receiver] += each.minutes
    belongings = dict.fromkeys(sorted(got)[::3], (HILL,))
    inside = np.array([got[member] for member in belongings])
    outside = np.array([minutes for member, minutes in got.items() if member not in belongings])
    terms = [side.var(ddof=1) / len(side) / side.mean() ** 2 for side in (inside, outside)]

    (hill,) = access(acts, belongings)

    assert hill.ratio == pytest.approx(inside.mean() / outside.mean())
    assert hill.ratio is not None and hill.low is not None and hill.high is not None
    assert np.sqrt(hill.low * hill.high) == pytest.approx(hill.ratio)
    assert 1.96 < np.log(hill.high / hill.ratio) / np.sqrt(sum(terms)) < 2.05


@pytest.mark.parametrize(("degrees", "table"), [(4, 2.776), (9, 2.262), (20, 2.086), (100, 1.984), (10**9, 1.960)])
def test_students_t_agrees_with_printed_tables(degrees: int, table: float) -> None:
    assert students_t(degrees) == pytest.approx(table, abs=0.01)


def test_most_intervals_of_groups_that_receive_the_same_contain_one() -> None:
    chance = random.Random(3)
    trials = [
        access(
            received(*(15 * chance.randint(0, 16) for _ in range(60))),
            {MemberId(f"m-{place}"): (HILL,) for place in range(20)},
        )[0]
        for _ in range(200)
    ]

    held = sum((one.low or 2) <= 1 <= (one.high or 0) for one in trials)

    assert 180 <= held <= 199


def test_inequality_lies_between_groups_if_people_differ_only_by_group() -> None:
    acts = [act(f"h-{place - 1}", f"h-{place}", 60) for place in range(5)]
    acts += [act(f"r-{place - 1}", f"r-{place}", 300) for place in range(5)]
    acts += [act("h-4", "h--1", 60), act("r-4", "r--1", 300)]
    belongings = members(HILL, "h", 5) | {MemberId("h--1"): (HILL,)}

    assert between_groups(acts, belongings) == pytest.approx(1)
    mixed = {MemberId(f"{prefix}-{place}"): (HILL,) for prefix in "hr" for place in range(2)}
    assert between_groups(acts, mixed) == pytest.approx(0, abs=1e-9)


def test_there_is_no_inequality_if_everyone_receives_the_same() -> None:
    assert between_groups([act("a", "b"), act("b", "a")], {MemberId("a"): (HILL,)}) is None
    assert between_groups([act("a", "b", kind="gift")], {}) is None


def test_within_and_between_groups_make_all_of_the_inequality() -> None:
    """By Theil's own decomposition; who is in two groups counts in the first of them, who is in none apart."""
    acts = grown(200)[0]
    people = sorted({one for each in acts for one in (each.giver, each.receiver)})
    belongings = {member: (RIVER, HILL)[place % 2 :] for place, member in enumerate(people) if place % 3}
    got = np.array([sum(each.minutes for each in acts if each.receiver == member) for member in people], dtype=float)
    part = np.array([min(belongings.get(member, ()), default="") for member in people])

    def theil(amounts: np.ndarray) -> float:
        shares = amounts[amounts > 0] / amounts.mean()
        return float((shares * np.log(shares)).sum() / len(amounts))

    within = sum(got[part == name].sum() / got.sum() * theil(got[part == name]) for name in np.unique(part))

    assert between_groups(acts, belongings) == pytest.approx(1 - within / theil(got))
