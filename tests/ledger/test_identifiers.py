"""Identifiers are short random words that show what kind of thing they identify, and nothing else."""

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


def test_identifiers_are_twelve_characters_without_look_alikes() -> None:
    drawn = [random_id() for _ in range(1000)]

    assert len(set(drawn)) == 1000
    assert all(len(identifier) == 12 and not set(identifier) & set("ilouILOU") for identifier in drawn)
    assert all(is_identifier(f"m-{identifier}") for identifier in drawn)


def test_a_new_command_id_is_valid() -> None:
    assert is_command_id(new_command_id())


@pytest.mark.parametrize(
    "text", ["", "short", "a" * 81, "with space", "half-\ud800-way", "new-line\n", "null-null\x00", "é" * 9]
)
def test_other_texts_are_not_command_ids(text: str) -> None:
    assert not is_command_id(text)


@pytest.mark.parametrize("text", ["", "m-", "M-ana", "y-ana", "m-ANA", "m-ana\n", "m-" + "a" * 27, "community"])
def test_other_texts_are_not_identifiers(text: str) -> None:
    assert not is_identifier(text)


def test_identifiers_show_what_kind_they_are() -> None:
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
def test_category_keys_are_lower_case_words_joined_by_dashes(key: str, is_one: bool) -> None:
    assert is_category_key(key) is is_one
