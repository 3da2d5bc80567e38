"""Hours of twenty and hundredths that sum up: by hand, and whatever the weights."""

from hypothesis import given
from hypothesis import strategies as st

from projections.figures.measures.acts import add_up_ties, apportion
from projections.figures.measures.reciprocity import Faces, faces
from projections.figures.privacy.additions import split_of_twenty_hours
from tests.projections.figures.measures.communities import grown


def split(given_back: int, comes_round: int, passed_on: int) -> Faces:
    return Faces(given_back + comes_round + passed_on, given_back, comes_round, passed_on, is_exact=True)


def test_each_part_has_its_share_of_twenty_hours() -> None:
    assert split_of_twenty_hours(split(25, 20, 55)) == (5, 4, 11)
    assert split_of_twenty_hours(split(0, 0, 7)) == (0, 0, 20)


def test_the_largest_remainders_are_rounded_up() -> None:
    """A third each is 6 and two thirds of an hour: two of them become 7, and one stays at 6."""
    assert sorted(split_of_twenty_hours(split(1, 1, 1))) == [6, 7, 7]


def test_a_part_with_any_hours_has_at_least_one() -> None:
    assert split_of_twenty_hours(split(1, 1, 9_998)) == (1, 1, 18)
    assert split_of_twenty_hours(split(1, 0, 9_999)) == (1, 0, 19)


def test_there_are_no_hours_to_split_if_nothing_was_given() -> None:
    assert split_of_twenty_hours(faces({})) == (0, 0, 0)


@given(st.tuples(*[st.integers(0, 10**9)] * 3).filter(any))
def test_twenty_hours_add_up_and_are_near_the_exact_shares(parts: tuple[int, int, int]) -> None:
    hours = split_of_twenty_hours(split(*parts))

    assert sum(hours) == 20
    assert [bool(hour) for hour in hours] == [bool(part) for part in parts]
    assert all(abs(hour - 20 * part / sum(parts)) < 2 for hour, part in zip(hours, parts, strict=True))


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any), st.integers(1, 100))
def test_parts_add_up_are_within_one_of_the_exact_shares_and_keep_their_order(weights: list[int], parts: int) -> None:
    weights.sort()
    found = apportion(weights, parts)

    assert sum(found) == parts
    assert found == sorted(found)
    assert all(abs(part - parts * weight / sum(weights)) < 1 for part, weight in zip(found, weights, strict=True))


def test_a_grown_community_has_all_three_parts() -> None:
    hours = split_of_twenty_hours(faces(add_up_ties(grown(250)[0], "minutes")))

    assert sum(hours) == 20 and min(hours) >= 1
