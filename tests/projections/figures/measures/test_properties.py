"""What must hold of all figures at once, in whatever way a few people helped each other."""

import random
from datetime import timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.identifiers import MemberId
from projections.figures.measures.activity import SharedPart
from projections.figures.measures.acts import KINDS, Act, Membership, Weighting, add_up_ties, select_acts
from projections.figures.measures.network import graph
from projections.figures.measures.statistics import Statistics, statistics
from tests.projections.figures.measures.communities import CATEGORIES, FIRST, act

DAYS = 120
PEOPLE = [f"m-{letter}" for letter in "abcdefg"]
MEMBERS = [Membership(MemberId(name), FIRST + timedelta(days=7 * place)) for place, name in enumerate(PEOPLE)]
LAST = FIRST + timedelta(days=DAYS - 1)


@st.composite
def histories(draw: st.DrawFn) -> list[Act]:
    """What a few people did in four months, in the order in which it was recorded; some helped themselves."""
    entries = draw(
        st.lists(
            st.tuples(
                *(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), st.integers(1, 300)),
                *(st.integers(0, DAYS - 1), st.sampled_from(KINDS), st.sampled_from(CATEGORIES)),
            ),
            max_size=25,
        )
    )
    acts: list[Act] = []
    for number, (giver, receiver, minutes, day, kind, category) in enumerate(entries, start=1):
        pairs = ((giver, receiver), (receiver, giver))[: 2 if kind == "skill-exchange" else 1]
        on = FIRST + timedelta(days=day)
        acts += [act(*pair, minutes, on, kind=kind, category=category, number=number) for pair in pairs]
    return acts


weighs = st.sampled_from(["minutes", "acts"])
quickly = settings(max_examples=25, deadline=None)


def figures(acts: list[Act], weigh: Weighting, *, first: int = 0, last: int = DAYS - 1) -> Statistics:
    first_day = FIRST + timedelta(days=first) if first else None
    return statistics(acts, MEMBERS, as_of=FIRST + timedelta(days=last), first_day=first_day, weigh=weigh)


@given(histories(), weighs, st.integers(0, 10**6))
@quickly
def test_the_order_within_a_day_changes_nothing(acts: list[Act], weigh: Weighting, seed: int) -> None:
    order = random.Random(seed).sample(sorted({one.number for one in acts}), len({one.number for one in acts}))
    numbers = {number: place for place, number in enumerate(order, start=1)}
    recorded_otherwise = sorted(
        (msgspec.structs.replace(one, number=numbers[one.number]) for one in acts),
        key=lambda one: (one.given_on, one.number),
    )

    assert figures(recorded_otherwise, weigh) == figures(acts, weigh)
    assert graph(select_acts(recorded_otherwise, last_day=LAST), weigh) == graph(
        select_acts(acts, last_day=LAST), weigh
    )


@given(histories(), weighs, st.integers(1, DAYS - 2))
@quickly
def test_two_periods_together_are_the_whole(acts: list[Act], weigh: Weighting, cut: int) -> None:
    whole, early = figures(acts, weigh), figures(acts, weigh, last=cut - 1)
    late = figures(acts, weigh, first=cut)

    for name in ("entries", "minutes", "whole"):
        assert getattr(early, name) + getattr(late, name) == getattr(whole, name)
    for name in ("by_kind", "by_category", "by_month"):
        parts: dict[str, SharedPart] = getattr(whole, name)
        for part, total in parts.items():
            both = [getattr(period, name).get(part, SharedPart(0, 0, 0.0)) for period in (early, late)]
            assert sum(one.entries for one in both) == total.entries
            assert sum(one.minutes for one in both) == total.minutes
    ties = [
        add_up_ties((one for one in acts if (one.given_on - FIRST).days in days), weigh)
        for days in (range(cut), range(cut, DAYS))
    ]
    together = {pair: sum(part.get(pair, 0) for part in ties) for part in ties for pair in part}
    assert together == add_up_ties(acts, weigh)


@given(histories(), weighs, st.integers(0, 10**6))
@quickly
def test_what_is_taken_back_is_in_no_figure(acts: list[Act], weigh: Weighting, which: int) -> None:
    """Not by hiding it: with it gone, no figure tells that it was ever there, whichever it was."""
    numbers = sorted({one.number for one in acts})
    taken_back = numbers[which % len(numbers)] if numbers else 0
    left = [one for one in acts if one.number != taken_back]
    never_there = [msgspec.structs.replace(one, number=one.number - (one.number > taken_back)) for one in left]

    assert figures(left, weigh) == figures(never_there, weigh)
    for name in ("entries", "minutes", "whole", "people", "ties"):
        assert getattr(figures(left, weigh), name) <= getattr(figures(acts, weigh), name)


@given(histories(), weighs)
@quickly
def test_figures_of_every_community_are_within_bounds(acts: list[Act], weigh: Weighting) -> None:
    found = figures(acts, weigh)

    assert found.whole_given_back + found.whole_comes_round + found.whole_passed_on == found.whole
    assert min(found.whole_given_back, found.whole_comes_round, found.whole_passed_on) >= 0
    if found.imbalance is not None and found.passed_on is not None:
        assert found.imbalance <= found.passed_on + 1e-12
    by_chance = [found.given_back_by_chance, found.comes_round_by_chance, found.passed_on_by_chance]
    assert sum(one or 0 for one in by_chance) == 0 or abs(sum(one or 0 for one in by_chance) - 1) < 1e-9
    for name in (
        "given_back",
        "comes_round",
        "passed_on",
        "returned_ties",
        "gini_given",
        "top_tenth_given",
        "retention",
    ):
        assert getattr(found, name) is None or 0 <= getattr(found, name) <= 1
