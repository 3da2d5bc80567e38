"""Every version of a fact ever stored can be read: the recorded samples, byte for byte, and their tags."""

import pytest

from ledger.catalogue import Fact, facts
from ledger.exchanges.facts import ExchangeReversed, ExchangeSettled
from ledger.log.entry import decode, encode
from ledger.members.facts import MemberLeft, RoleGiven, RoleWithdrawn
from tests.ledger.recorded.samples import EVER_RECORDED, entry_of, one_of_each, recorded_tags

EVER_WRITTEN = [(name, version) for name, kind in facts().items() for version in range(1, kind.stored.version + 1)]


def test_every_version_of_every_kind_has_a_sample() -> None:
    assert EVER_RECORDED.keys() == {f"{name}.v{version}" for name, version in EVER_WRITTEN}


@pytest.mark.parametrize("fact", one_of_each(), ids=lambda fact: fact.stored.name)
def test_a_fact_is_encoded_to_the_bytes_it_was_read_from(fact: Fact) -> None:
    name, version = fact.stored

    assert encode(entry_of(fact)) == EVER_RECORDED[f"{name}.v{version}"]


@pytest.mark.parametrize("kind", EVER_WRITTEN, ids=str)
def test_every_sample_can_still_be_read(kind: tuple[str, int]) -> None:
    name, version = kind
    entry = decode(EVER_RECORDED[f"{name}.v{version}"])

    assert isinstance(entry.data, facts()[name])
    assert (entry.type, entry.ver) == kind


@pytest.mark.parametrize("kind", EVER_WRITTEN, ids=str)
def test_a_fact_has_the_tags_it_is_stored_with(kind: tuple[str, int]) -> None:
    name, version = kind

    assert decode(EVER_RECORDED[f"{name}.v{version}"]).data.tags == recorded_tags(name, version)


@pytest.mark.parametrize("fact", one_of_each(), ids=lambda fact: fact.stored.name)
def test_a_fact_has_tags_and_they_are_ascii_words(fact: Fact) -> None:
    assert fact.tags
    assert len(set(fact.tags)) == len(fact.tags)
    assert all(tag.isascii() and tag.isprintable() and " " not in tag for tag in fact.tags)


def test_only_facts_that_move_minutes_have_account_tags() -> None:
    moving = {type(fact) for fact in one_of_each() if any(tag.startswith("account:") for tag in fact.tags)}

    assert moving == {ExchangeSettled, ExchangeReversed}


def test_facts_that_change_who_coordinates_have_the_coordinators_tag() -> None:
    found = {type(fact) for fact in one_of_each() if "coordinators" in fact.tags}

    assert found == {MemberLeft, RoleGiven, RoleWithdrawn}
