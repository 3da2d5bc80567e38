"""The bytes of an entry are canonical, read back as written, and rejected if they are not understood."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger.agreements.facts import CategoriesAgreed, Category, LimitsAgreed
from ledger.catalogue import Fact, facts
from ledger.hours import LARGEST_INTEGER
from ledger.identifiers import CategoryKey, CommandId, MemberId
from ledger.log.entry import (
    FORMAT,
    LARGEST_ENTRY_BYTES,
    Entry,
    UnreadableEntry,
    UnwritableEntry,
    decode,
    encode,
    instant,
    instant_text,
)
from ledger.members.facts import MemberInvited
from tests.cast import ANA
from tests.ledger.facts import any_fact
from tests.ledger.recorded.samples import one_of_each

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
commitments = st.text("0123456789abcdef", min_size=64, max_size=64)


def entry_of(fact: Fact, **envelope: object) -> Entry:
    """Return an entry with this fact."""
    name, version = fact.stored
    given: dict[str, object] = {
        "v": FORMAT,
        "log": "localhost/elm-street/1",
        "type": name,
        "ver": version,
        "at": "2026-03-14T10:30:00.000000Z",
        "actor": ANA,
        "via": "web",
        "cmd": CommandId("command-000001"),
        "wish": "0" * 32,
        "nonce": "1" * 32,
        "data": fact,
    }
    return Entry(**(given | envelope))  # pyright: ignore[reportArgumentType]


def bytes_with(changes: Mapping[str, object], fact: Fact | None = None) -> bytes:
    """Return the bytes of an entry with some values changed."""
    return json.dumps(json.loads(encode(entry_of(fact or MemberInvited(member=ANA)))) | changes).encode()


@given(
    any_fact(),
    text.filter(bool),
    st.dictionaries(st.sampled_from(["name", "note", "reason"]), commitments),
    st.none() | st.just(ANA),
)
def test_an_entry_is_canonical_json_and_reads_back_as_written(
    fact: Fact, words: str, sealed: dict[str, str], on_behalf: MemberId | None
) -> None:
    entry = entry_of(fact, log=words, sealed=sealed, on_behalf=on_behalf)

    data = encode(entry)

    assert data == rfc8785.dumps(json.loads(data))
    assert decode(data) == entry
    assert encode(decode(data)) == data


@given(any_fact())
def test_an_entry_has_no_nulls_or_fractions_and_its_keys_are_sorted_ascii(fact: Fact) -> None:
    def look(value: object) -> None:
        match value:
            case dict():
                assert list(value) == sorted(value)
                assert all(key.isascii() for key in value)
                for inner in value.values():
                    look(inner)
            case list():
                for inner in value:
                    look(inner)
            case _:
                assert isinstance(value, str | int)

    look(json.loads(encode(entry_of(fact))))


def test_a_fact_only_has_integers_that_every_program_reads_alike() -> None:
    largest = LimitsAgreed(debit_limit_minutes=-LARGEST_INTEGER, upper_limit_minutes=LARGEST_INTEGER)

    assert decode(encode(entry_of(largest))).data == largest
    for beyond in (-LARGEST_INTEGER - 1, LARGEST_INTEGER + 1, 2**70):
        with pytest.raises(UnwritableEntry, match="2\\^53-1"):
            encode(entry_of(LimitsAgreed(debit_limit_minutes=beyond)))
        with pytest.raises(UnreadableEntry):
            decode(bytes_with({"data": {"debit_limit_minutes": beyond}}, LimitsAgreed(debit_limit_minutes=0)))


def test_an_entry_only_names_a_beneficiary_when_someone_acts_for_another() -> None:
    assert b'"for"' not in encode(entry_of(MemberInvited(member=ANA)))
    assert b'"for":"m-ana"' in encode(entry_of(MemberInvited(member=ANA), on_behalf=ANA))
    assert b"null" not in encode(entry_of(LimitsAgreed(debit_limit_minutes=0)))


def test_an_entry_that_is_too_large_is_rejected() -> None:
    label = "é" * (LARGEST_ENTRY_BYTES // 2)
    too_large = CategoriesAgreed(categories=(Category(key=CategoryKey("a"), label=label),))

    with pytest.raises(UnreadableEntry, match="larger than 65535"):
        encode(entry_of(too_large))


def test_an_instant_is_written_in_utc_with_microseconds() -> None:
    in_tokyo = datetime(2026, 3, 14, 19, 30, tzinfo=timezone(timedelta(hours=9)))

    assert instant_text(in_tokyo) == "2026-03-14T10:30:00.000000Z"
    assert instant(instant_text(in_tokyo)) == in_tokyo
    assert entry_of(MemberInvited(member=ANA)).recorded_at == datetime(2026, 3, 14, 10, 30, tzinfo=UTC)


# What is not understood


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"v": 2}, "entry format 2 is not known"),
        ({"v": 0}, "entry format 0 is not known"),
        ({"type": "member-teleported"}, "“member-teleported” is not known here"),
        ({"ver": 2}, "“member-invited” version 2 is newer than version 1"),
        ({"ver": 0}, "“member-invited” has no version 0"),
        ({"ver": -1}, "“member-invited” has no version -1"),
    ],
)
def test_an_entry_of_a_newer_program_is_rejected_with_a_reason(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(UnreadableEntry, match=sentence):
        decode(bytes_with(changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"data": {}},
        {"data": {"member": 7}},
        {"data": {"member": "m-ana", "name": "Ana"}},
        {"data": []},
        {"data": None},
        {"via": "pigeon"},
        {"at": None},
        {"extra": 1},
        {"v": "1"},
        {"sealed": {"name": 1}},
    ],
    ids=str,
)
def test_a_damaged_entry_is_rejected(changes: dict[str, object]) -> None:
    with pytest.raises(UnreadableEntry):
        decode(bytes_with(changes))


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00", b"null", b"[]", b"{}", b"{", b"\xff\xfe", b'{"v":1}', b"[" * 100_000, b'{"data":' + b"[" * 100_000],
    ids=lambda data: repr(data[:10]),
)
def test_bytes_that_are_not_an_entry_are_rejected(data: bytes) -> None:
    with pytest.raises(UnreadableEntry, match="not an entry"):
        decode(data)


@pytest.mark.parametrize("minutes", [0, -1, 1441, 1.5, "60", True])
def test_minutes_that_no_rule_allows_are_damage(minutes: object) -> None:
    (settled,) = [fact for fact in one_of_each() if type(fact).__name__ == "ExchangeSettled"]
    data = json.loads(encode(entry_of(settled)))
    data["data"]["legs"][0]["minutes"] = minutes

    with pytest.raises(UnreadableEntry):
        decode(json.dumps(data).encode())


@given(st.sampled_from(one_of_each()), st.data())
def test_a_flipped_bit_never_reads_as_the_same_entry(fact: Fact, data: st.DataObject) -> None:
    kept = bytearray(encode(entry_of(fact)))
    place = data.draw(st.integers(0, len(kept) * 8 - 1))
    kept[place // 8] ^= 1 << place % 8

    try:
        read = decode(bytes(kept))
    except UnreadableEntry:
        return
    assert read != entry_of(fact)


# Names and versions


def test_every_fact_has_a_lower_case_name_and_a_version() -> None:
    for name, kind in facts().items():
        assert name.replace("-", "").isalpha()
        assert name == name.lower()
        assert kind.stored.version >= 1


def test_a_fact_is_stored_under_its_name_in_the_catalogue() -> None:
    assert MemberInvited(member=ANA).stored == ("member-invited", 1)


def test_facts_are_immutable() -> None:
    for fact in one_of_each():
        assert type(fact).__struct_config__.frozen
        field = msgspec.structs.fields(fact)[0].encode_name
        with pytest.raises(AttributeError):
            setattr(fact, field, "something else")
