"""Nothing is written that others could not read and verify: a value that gets past the types is rejected, or is canonical."""

import json
from typing import Any

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger.agreements.facts import CategoriesAgreed, LimitsAgreed
from ledger.log.entry import Entry, UnwritableEntry, check_writable, encode
from ledger.members.facts import MemberInvited
from ledger.seal.verifying.canonical import read_entry
from tests.cast import ANA
from tests.ledger.log.test_entry import entry_of

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.sampled_from([2**53 - 1, 2**53, -(2**53) + 1, -(2**53)])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def entry_around(data: object) -> dict[str, Any]:
    """The envelope of a real entry, with any value in place of its fact."""
    return {**json.loads(encode(entry_of(MemberInvited(member=ANA)))), "data": {"x": data}}


@given(ANYTHING)
def test_accepted_bytes_are_canonical_and_the_verifier_reads_them(anything: object) -> None:
    try:
        data = msgspec.json.encode(entry_around(anything), order="sorted")
        check_writable(data)
    except (UnwritableEntry, UnicodeEncodeError):
        return

    assert data == rfc8785.dumps(json.loads(data))
    assert read_entry(data, "localhost/elm-street/1")["data"] == {"x": anything}


@given(ANYTHING)
def test_canonical_bytes_are_accepted(anything: object) -> None:
    if has_fractions_nulls_or_foreign_keys(anything):
        return
    data = msgspec.json.encode(entry_around(anything), order="sorted")

    try:
        same = rfc8785.dumps(json.loads(data)) == data
    except rfc8785.IntegerDomainError:
        same = False
    assert same == is_let_through(data)


def has_fractions_nulls_or_foreign_keys(value: object) -> bool:
    match value:
        case None | float():
            return True
        case dict():
            return any(not key.isascii() or has_fractions_nulls_or_foreign_keys(value[key]) for key in value)
        case list():
            return any(has_fractions_nulls_or_foreign_keys(each) for each in value)
        case _:
            return False


def is_let_through(data: bytes) -> bool:
    try:
        check_writable(data)
    except UnwritableEntry:
        return False
    return True


@given(
    st.dictionaries(
        st.sampled_from(["at", "actor", "on_behalf", "cmd", "wish", "nonce", "log"]), st.text(max_size=70), min_size=1
    )
)
def test_an_envelope_is_rejected_or_the_verifier_reads_it(envelope: dict[str, str]) -> None:
    entry = entry_of(MemberInvited(member=ANA), **envelope)
    try:
        data = encode(entry)
    except (UnwritableEntry, UnicodeEncodeError):
        return

    read_entry(data, entry.log)


@pytest.mark.parametrize(
    ("envelope", "message"),
    [
        ({"at": "2026-03-14T10:30:00Z"}, "the time it was recorded is not valid"),
        ({"actor": ""}, "identifier"),
        ({"actor": "Ana Silva"}, "identifier"),
        ({"on_behalf": "m ana"}, "identifier"),
        ({"wish": ""}, "identifier"),
        ({"cmd": "short"}, "its command"),
        ({"nonce": "1" * 31}, "its command"),
        ({"log": ""}, "its command"),
        ({"sealed": {"note": "Lawn and hedge"}}, "commitment"),
        ({"sealed": {"the note": "0" * 64}}, "commitment"),
    ],
)
def test_each_part_of_an_envelope_is_checked(envelope: dict[str, object], message: str) -> None:
    with pytest.raises(UnwritableEntry, match=message):
        encode(entry_of(MemberInvited(member=ANA), **envelope))


@pytest.mark.parametrize("minutes", [60.0, 1.5, None, 2**53, -(2**53)])
def test_a_value_that_gets_past_the_types_is_not_written(minutes: Any) -> None:
    with pytest.raises(UnwritableEntry):
        encode(entry_of(LimitsAgreed(debit_limit_minutes=minutes)))


def test_a_key_that_other_programs_sort_differently_is_not_written() -> None:
    categories: Any = ({"é": "label"},)

    with pytest.raises(UnwritableEntry, match="ASCII"):
        encode(entry_of(CategoriesAgreed(categories=categories)))


def test_the_verifier_accepts_an_envelope_that_was_written() -> None:
    written: Entry = entry_of(MemberInvited(member=ANA), on_behalf=ANA, sealed={"name": "ab" * 32})

    assert read_entry(encode(written), written.log)["for"] == ANA
