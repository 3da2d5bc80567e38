"""A random sample that anyone can draw again."""

import hashlib
from collections import Counter

import pytest

from ledger.seal.verifying.receipt import draws, sample


def test_the_same_seed_draws_the_same_entries() -> None:
    assert sample("Elm Street 2026-03", 5, 1, 1000) == sample("Elm Street 2026-03", 5, 1, 1000)


def test_this_seed_always_draws_these_entries() -> None:
    """Auditors rely on samples they have drawn, so the draw must never change."""
    assert list(draws("riverside", 1, 5)) == [3, 1, 5, 2, 4]
    assert sample("2026-11-26", 5, 1, 4242) == [773, 1509, 2212, 2653, 4118]


def test_following_the_description_draws_the_same_entries() -> None:
    text = b"common-hours/sample/v1\nriverside\n1\n"

    by_hand = 100 + int(hashlib.sha256(text).hexdigest(), 16) % 51

    assert next(draws("riverside", 100, 150)) == by_hand


def test_a_larger_sample_contains_the_smaller_one() -> None:
    assert set(sample("seed", 10, 1, 500)) < set(sample("seed", 20, 1, 500))


def test_another_seed_draws_other_entries() -> None:
    assert sample("one", 10, 1, 10_000) != sample("two", 10, 1, 10_000)


@pytest.mark.parametrize(("first", "last"), [(1, 1), (1, 7), (40, 46)])
def test_a_sample_as_large_as_the_log_is_the_whole_log(first: int, last: int) -> None:
    assert sample("seed", 200, first, last) == list(range(first, last + 1))


def test_an_empty_range_gives_an_empty_sample() -> None:
    assert sample("seed", 5, 1, 0) == []


def test_no_entry_is_drawn_more_often_than_another() -> None:
    drawn = Counter(number for seed in range(500) for number in sample(str(seed), 2, 1, 10))

    assert all(60 < drawn[number] < 140 for number in range(1, 11)), drawn
