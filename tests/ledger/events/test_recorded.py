"""Every version of a fact ever stored can be read: the recorded samples, byte for byte."""

import pytest

from ledger.catalogue import Fact, facts
from ledger.log.entry import decode, encode
from tests.ledger.facts import one_of_each
from tests.ledger.recorded.record import FOLDER, entry_of, sample

EVER_WRITTEN = [(name, version) for name, kind in facts().items() for version in range(1, kind.stored.version + 1)]


def test_there_is_one_fact_of_each_kind_to_compare_with() -> None:
    assert [fact.stored.name for fact in one_of_each()] == list(facts())


def test_every_version_of_every_kind_has_a_sample() -> None:
    assert {path.name for path in FOLDER.glob("*.json")} == {sample(*kind).name for kind in EVER_WRITTEN}


@pytest.mark.parametrize("fact", one_of_each(), ids=lambda fact: fact.stored.name)
def test_a_recorded_entry_is_read_as_the_current_fact_and_encoded_to_the_same_bytes(fact: Fact) -> None:
    stored = sample(*fact.stored).read_bytes()

    entry = decode(stored)

    assert entry == entry_of(fact)
    assert encode(entry) == stored


@pytest.mark.parametrize("kind", EVER_WRITTEN, ids=str)
def test_every_sample_can_still_be_read(kind: tuple[str, int]) -> None:
    entry = decode(sample(*kind).read_bytes())

    assert isinstance(entry.data, facts()[kind[0]])
    assert (entry.type, entry.ver) == kind
