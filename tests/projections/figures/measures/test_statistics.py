"""All figures together: their names, what they count, and what must hold whatever happened."""

import random
from datetime import timedelta

import msgspec
import pytest

from projections.figures.measures.acts import Act, Weighting
from projections.figures.measures.statistics import Statistics, definitions, statistics
from tests.projections.figures.measures.communities import FIRST, act, grown, hours

DAY = timedelta(days=1)
LAST = FIRST + 364 * DAY
RELIED_ON = (
    *("entries", "people", "ties", "mutual_pairs", "returned_ties", "returned_ties_by_chance", "rho", "given_back"),
    *("given_back_by_chance", "comes_round", "passed_on", "only_gave", "only_received", "both", "top_tenth_given"),
    *("top_fifth_given", "gini_given", "gini_received", "effective_givers", "by_kind", "by_category", "by_month"),
    *("participation_30", "participation_90", "participation_365", "retention", "median_days_to_first_exchange"),
    "turnover",
)
"""Names in files and programs of other people: never changed, only added to."""


def of(acts: list[Act], weigh: Weighting = "acts") -> Statistics:
    return statistics(acts, [], as_of=LAST, weigh=weigh)


def test_the_names_of_figures_do_not_change() -> None:
    assert set(RELIED_ON) <= set(Statistics.__struct_fields__)


def test_every_figure_says_what_it_counts() -> None:
    assert list(definitions()) == list(Statistics.__struct_fields__)
    assert all(definitions().values())


def test_a_village_of_three_by_hand() -> None:
    """Ana helped Bo twice and Chidi once, Bo helped Ana; Ruth stayed out of it."""
    acts = [act("ana", "bo", 60), act("ana", "bo", 60), act("bo", "ana", 30), act("ana", "chidi", 30)]

    found = of(acts, "minutes")

    assert (found.entries, found.minutes, found.people, found.ties, found.mutual_pairs) == (4, 180, 3, 3, 1)
    assert (found.only_gave, found.only_received, found.both) == (0, pytest.approx(1 / 3), pytest.approx(2 / 3))
    assert (found.returned_ties, found.rho) == (pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert (found.whole, found.whole_given_back, found.whole_comes_round, found.whole_passed_on) == (180, 60, 0, 120)
    assert (found.top_tenth_given, found.gini_given) == (pytest.approx(150 / 180), pytest.approx(5 / 9))
    assert found.effective_givers == pytest.approx(180**2 / (150**2 + 30**2))


def test_an_empty_community_has_figures_and_no_shares() -> None:
    found = of([])

    assert (found.entries, found.people, found.ties, found.whole, found.by_month) == (0, 0, 0, 0, {})
    assert found.given_back is None and found.rho is None and found.turnover is None and found.gini_given is None


def test_by_minutes_gifts_count_as_entries_and_not_as_ties() -> None:
    acts = [*hours("ab", "ba"), act("c", "a", kind="gift")]

    by_minutes, by_acts = of(acts, "minutes"), of(acts, "acts")
    without = statistics(acts, [], as_of=LAST, weigh="minutes", kinds=("help",))

    assert (by_minutes.entries, by_minutes.people, by_minutes.only_gave) == (3, 3, pytest.approx(1 / 3))
    assert (by_minutes.ties, by_minutes.tied_people, by_minutes.passed_on) == (2, 2, 0)
    assert (by_acts.ties, by_acts.tied_people) == (3, 3)
    weighed = ("ties", "tied_people", "given_back", "passed_on", "gini_given", "effective_givers")
    assert [getattr(by_minutes, name) for name in weighed] == [getattr(without, name) for name in weighed]


def test_only_the_chosen_kinds_count() -> None:
    acts = [*hours("ab"), act("c", "a", kind="gift")]

    found = statistics(acts, [], as_of=LAST, kinds=("gift",))

    assert (found.entries, found.kinds, list(found.by_kind)) == (1, ("gift",), ["gift"])


def test_the_three_ways_help_travels_are_shares_of_the_whole() -> None:
    found = of(grown(150)[0])

    assert found.whole_given_back + found.whole_comes_round + found.whole_passed_on == found.whole
    assert (found.given_back or 0) + (found.comes_round or 0) + (found.passed_on or 0) == pytest.approx(1)


@pytest.mark.parametrize("weigh", ["minutes", "acts"])
def test_the_order_of_recording_changes_no_figure(weigh: Weighting) -> None:
    acts, members = grown(150)
    shuffled = random.Random(5).sample(acts, len(acts))
    numbers = {number: place for place, number in enumerate(dict.fromkeys(one.number for one in shuffled), start=1)}
    renumbered = [msgspec.structs.replace(one, number=numbers[one.number]) for one in shuffled]

    assert statistics(renumbered, members, as_of=LAST, weigh=weigh) == statistics(
        acts, members, as_of=LAST, weigh=weigh
    )


def test_what_was_taken_back_is_in_no_figure() -> None:
    acts, members = grown(150)
    taken_back = random.Random(5).choice(acts).number
    without = [one for one in acts if one.number != taken_back]

    found = statistics(without, members, as_of=LAST)

    assert found.entries == statistics(acts, members, as_of=LAST).entries - 1
    assert found == statistics([one for one in reversed(acts) if one.number != taken_back], members, as_of=LAST)


def test_two_periods_together_count_as_much_as_the_whole() -> None:
    acts, members = grown(150)
    middle = FIRST + 180 * DAY

    early = statistics(acts, members, as_of=middle)
    late = statistics(acts, members, as_of=LAST, first_day=middle + DAY)
    whole = statistics(acts, members, as_of=LAST)

    for name in ("entries", "minutes", "whole"):
        assert getattr(early, name) + getattr(late, name) == getattr(whole, name)
    for name in ("by_kind", "by_category", "by_month"):
        for part, total in getattr(whole, name).items():
            parts = [getattr(period, name).get(part) for period in (early, late)]
            assert sum(each.entries for each in parts if each) == total.entries
            assert sum(each.minutes for each in parts if each) == total.minutes


def test_a_period_looks_back_for_those_who_were_there_before() -> None:
    acts, members = grown(150)
    late = statistics(acts, members, as_of=LAST, first_day=FIRST + 200 * DAY)
    whole = statistics(acts, members, as_of=LAST)

    assert late.participation_365 == whole.participation_365
    assert late.enrolled == whole.enrolled
    assert late.newcomers == 0 < whole.newcomers


def test_grown_communities_look_like_real_ones() -> None:
    """Within what was found in real time banks, skill exchanges apart: else the tests above would prove little."""
    acts, members = grown(1_000)

    found = statistics(acts, members, as_of=LAST, weigh="acts", kinds=("help", "gift"))

    assert 0.10 <= (found.returned_ties or 0) <= 0.45
    assert 0.07 <= (found.given_back or 0) <= 0.37
    assert 0.65 <= (found.gini_given or 0) <= 0.90
    assert 0.70 <= (found.top_fifth_given or 0) <= 0.92
    assert 0.19 <= (found.both or 0) <= 0.65
