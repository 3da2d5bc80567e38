"""Short random words that say what they name and nothing about whom."""

import pytest

from ledger.identifiers import (
    is_category_key,
    is_command_id,
    is_group,
    is_identifier,
    is_member,
    new_command_id,
    random_id,
)


def test_identifiers_are_twelve_letters_that_are_not_mistaken_for_one_another() -> None:
    drawn = [random_id() for _ in range(1000)]

    assert len(set(drawn)) == 1000
    assert all(len(identifier) == 12 and not set(identifier) & set("ilouILOU") for identifier in drawn)
    assert all(is_identifier(f"m-{identifier}") for identifier in drawn)


def test_a_new_command_has_an_id_that_is_accepted() -> None:
    assert is_command_id(new_command_id())


@pytest.mark.parametrize(
    "text", ["", "short", "a" * 81, "with space", "half-\ud800-way", "new-line\n", "null-null\x00", "é" * 9]
)
def test_other_texts_are_no_command_ids(text: str) -> None:
    assert not is_command_id(text)


@pytest.mark.parametrize("text", ["", "m-", "M-ana", "y-ana", "m-ANA", "m-ana\n", "m-" + "a" * 27, "community"])
def test_other_texts_are_no_identifiers(text: str) -> None:
    assert not is_identifier(text)


def test_identifiers_say_what_they_name() -> None:
    assert is_member("m-ana")
    assert is_group("g-garden")
    assert not is_member("g-garden")
    assert not is_group("community")


@pytest.mark.parametrize(
    ("key", "is_one"),
    [
        ("garden", True),
        ("day-care-2", True),
        ("", False),
        ("-a", False),
        ("a--b", False),
        ("A", False),
        ("a" * 41, False),
        ("a\n", False),
    ],
)
def test_keys_of_categories_are_small_words_joined_by_dashes(key: str, is_one: bool) -> None:
    assert is_category_key(key) is is_one
