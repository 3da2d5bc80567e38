"""The verifier parses entries exactly as the ledger writes them, and in no other spelling."""

import json
import re
from datetime import date
from itertools import count

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.catalogue import facts
from ledger.exchanges.facts import ExchangeReversed, ExchangeSettled, Leg
from ledger.identifiers import AccountId, CategoryKey, is_command_id
from ledger.log.entry import decode, encode
from ledger.seal.verifying.canonical import KINDS, LARGEST_INTEGER, BadEntry, UnknownKind, postings, read_entry
from ledger.seal.verifying.entry_reading import read_in_full
from tests.cast import ANA, BO, EXCHANGE
from tests.ledger.recorded.samples import EVER_RECORDED, entry_of
from tests.ledger.seal.verifying.test_note import mutate

ORIGIN = "localhost/elm-street/1"
SETTLED = EVER_RECORDED["exchange-settled.v1"]


def test_the_verifier_knows_every_kind_of_fact() -> None:
    assert dict(KINDS) == {name: kind.stored.version for name, kind in facts().items()}, (
        "add the fact to KINDS, and what it moves"
    )


@pytest.mark.parametrize("data", EVER_RECORDED.values(), ids=EVER_RECORDED.keys())
def test_the_verifier_reads_every_entry_as_the_ledger_does(data: bytes) -> None:
    entry, original = read_entry(data, ORIGIN), decode(data)

    assert (entry["type"], entry["at"], entry["actor"], entry["for"]) == (
        original.type,
        original.at,
        original.actor,
        original.on_behalf,
    )
    assert rfc8785.dumps(entry) == data


ACCOUNTS = st.from_regex(r"[mg]-[0-9a-z]{1,12}", fullmatch=True)
LEGS = (
    st.tuples(ACCOUNTS, ACCOUNTS, st.integers(1, 1440), st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)?", fullmatch=True))
    .filter(lambda leg: leg[0] != leg[1])
    .map(
        lambda leg: Leg(
            giver=AccountId(leg[0]), receiver=AccountId(leg[1]), minutes=leg[2], category=CategoryKey(leg[3])
        )
    )
)


@settings(max_examples=50, deadline=None)
@given(st.lists(LEGS, min_size=1, max_size=4).map(tuple), st.dates(), st.booleans())
def test_the_verifier_computes_the_postings_of_the_ledger(
    legs: tuple[Leg, ...], given_on: date, is_taken_back: bool
) -> None:
    fact = (
        ExchangeReversed(exchange=EXCHANGE, legs=legs, given_on=given_on, asked_by=BO, approved_by=ANA)
        if is_taken_back
        else ExchangeSettled(exchange=EXCHANGE, legs=legs, given_on=given_on)
    )

    moved = postings(read_entry(encode(entry_of(fact)), ORIGIN))

    assert [tuple(posting) for posting in moved] == [tuple(posting) for posting in fact.postings]


@pytest.mark.parametrize(
    ("fact", "message"),
    [
        ({"x": None}, "a null"),
        ({"x": [None]}, "a null"),
        ({"x": {"y": [1, {"z": None}]}}, "a null"),
        ({"é": 1}, "not ASCII"),
        ({"x": [[], {"é": 1}]}, "not ASCII"),
        ({"x": {"y": {"é": 1}}}, "not ASCII"),
    ],
    ids=count(1),
)
def test_values_that_the_ledger_never_writes_are_rejected_at_any_depth(fact: object, message: str) -> None:
    entry = json.loads(SETTLED)
    entry["type"], entry["data"] = "limits-agreed", fact

    with pytest.raises(BadEntry, match=message):
        read_entry(rfc8785.dumps(entry), ORIGIN)


def test_sealed_texts_and_acting_for_another_are_optional() -> None:
    entry = json.loads(SETTLED)
    del entry["sealed"], entry["for"]

    assert read_entry(rfc8785.dumps(entry), ORIGIN) == entry


@pytest.mark.parametrize("number", [LARGEST_INTEGER, -LARGEST_INTEGER, 0, -1])
def test_every_portable_integer_is_accepted(number: int) -> None:
    entry = json.loads(SETTLED)
    entry["type"], entry["data"] = "limits-agreed", {"x": number}

    assert read_entry(rfc8785.dumps(entry), ORIGIN)["data"] == {"x": number}
    if number:
        further = LARGEST_INTEGER + 1 if number > 0 else -LARGEST_INTEGER - 1
        with pytest.raises(BadEntry, match="not every program can represent"):
            read_entry(rfc8785.dumps(entry).replace(f"{number}".encode(), f"{further}".encode()), ORIGIN)


@pytest.mark.parametrize("identifier", ["-_.:-_.:", "a" * 80, "2026:row.1"])
def test_the_verifier_accepts_every_command_id_of_the_ledger(identifier: str) -> None:
    assert is_command_id(identifier)
    assert read_entry(spelled("command-000001", identifier), ORIGIN)["cmd"] == identifier


def spelled(old: str, new: str) -> bytes:
    """The settled exchange, with part of its bytes replaced."""
    assert old.encode() in SETTLED
    return SETTLED.replace(old.encode(), new.encode(), 1)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"1",
        b"[" * 40_000,
        b"\xff",
        SETTLED + b" ",
        SETTLED + b"\n",
        b" " + SETTLED,
        b"\xef\xbb\xbf" + SETTLED,
        spelled('"v":1', '"v": 1'),
        spelled('"v":1', '"v":1.0'),
        spelled('"v":1', '"v":1e0'),
        spelled('"v":1', '"v":true'),
        spelled('"v":1', '"v":NaN'),
        spelled('"v":1', '"v":1,"v":1'),
        spelled('"v":1', '"v":1,"x":null'),
        spelled('"v":1', '"v":1,"x":1'),
        spelled('"v":1,', ""),
        spelled('"minutes":60', '"minutes":060'),
        spelled('"minutes":60', '"minutes":-0'),
        spelled('"minutes":60', '"minutes":-60'),
        spelled('"minutes":60', '"minutes":0'),
        spelled('"minutes":60', '"minutes":"60"'),
        spelled('"minutes":60', '"minutes":1441'),
        spelled('"minutes":60', '"minutes":9007199254740992'),
        spelled('"minutes":60', f'"minutes":{"9" * 4400}'),
        spelled('"minutes":60', '"minutes":60,"more":1'),
        spelled('"minutes":60', '"minutes":60,"é":1'),
        spelled('"minutes":60', '"minutes":60,"n":null'),
        spelled("m-chidi", "m-\\u0063hidi"),
        spelled("m-chidi", "m-\\ud800"),
        spelled("m-chidi", "m chidi"),
        spelled('"for":"m-bo"', '"for":5'),
        spelled('"for":"m-bo"', '"for":true'),
        spelled('"for":"m-bo"', '"for":""'),
        spelled("m-chidi", "m-chidi\\nm-ana"),
        spelled("2026-03-14T10", "2026-03-14 10"),
        spelled("command-000001", "command 000001"),
        spelled('"exchange":"x-0001"', '"exchange":"x-0001\\n"'),
        spelled('"exchange":"x-0001"', '"exchange":1'),
        spelled('"given_on":"2026-03-14"', '"given_on":"2026-3-14"'),
        spelled('"giver":"m-ana","minutes":60', '"giver":"m ana","minutes":60'),
        re.sub(rb'"legs":\[.*?\]', b'"legs":[]', SETTLED),
        re.sub(rb'"legs":\[.*?\]', b'"legs":{}', SETTLED),
        re.sub(rb'"legs":\[.*?\]', b'"legs":[1]', SETTLED),
        re.sub(rb'"sealed":\{.*?\}', b'"sealed":[]', SETTLED),
        re.sub(rb'"data":\{.*\},"for"', b'"data":[],"for"', SETTLED),
        spelled('"sealed":{"note":"9f', '"sealed":{"note":"9F'),
        spelled(ORIGIN, "localhost/oak-street/1"),
        SETTLED.replace(b"m-bo", b"m-ana"),
        SETTLED.replace(b'"cmd":"command-000001"', b'"cmd":"' + b"c" * 66_000 + b'"'),
    ],
    ids=count(1),
)
def test_entries_in_another_spelling_are_rejected(data: bytes) -> None:
    with pytest.raises(BadEntry):
        read_in_full(1, data, ORIGIN)


@pytest.mark.parametrize(
    "data",
    [spelled('"v":1', '"v":2'), spelled('"ver":1', '"ver":2'), spelled("exchange-settled", "exchange-sold")],
    ids=["format", "version", "kind"],
)
def test_unknown_kinds_are_distinguished_from_damage(data: bytes) -> None:
    with pytest.raises(UnknownKind):
        read_entry(data, ORIGIN)


JSON = st.recursive(
    st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(max_codepoint=127)), inner),
    max_leaves=8,
)


@settings(max_examples=50, deadline=None)
@given(JSON)
def test_canonical_bytes_follow_rfc_8785(value: object) -> None:
    entry = json.loads(SETTLED)
    entry["type"], entry["data"] = "limits-agreed", {"anything": value}

    assert read_entry(rfc8785.dumps(entry), ORIGIN)["data"] == {"anything": value}


@given(st.data())
def test_only_canonical_bytes_are_accepted(data: st.DataObject) -> None:
    mutated = mutate(SETTLED, data)
    try:
        entry = read_entry(mutated, ORIGIN)
    except (BadEntry, UnknownKind):
        return
    assert rfc8785.dumps(entry) == mutated
