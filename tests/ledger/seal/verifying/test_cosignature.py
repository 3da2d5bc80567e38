"""A cosignature has only one spelling, belongs to one witness, and has the format of public witnesses."""

import time
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ledger.seal.verifying.merkle import leaf_hash
from ledger.seal.verifying.note import (
    ED25519,
    BadNote,
    Checkpoint,
    Note,
    Signature,
    VerifierKey,
    check_checkpoint,
    check_note,
    parse_key,
    parse_note,
    sign_note,
)
from ledger.seal.verifying.policy import (
    cosign,
    parse_cosignatures,
    time_in_words,
    with_cosignatures,
    with_only,
    witness_key,
)
from tests.ledger.seal.verifying.test_note import mutate

# A checkpoint of a public log under test, as a public witness (Geomys) cosigned it in August 2026.
TEXT = (
    "coachandhorses2026h1.staging.certificate.transparency.goog\n185550722\n"
    "YXAM0VmnrfvLaBCOOYSJhCaE5F10oGBOo+hkbDa1kng=\n"
)
BY_THE_LOG = (
    "— coachandhorses2026h1.staging.certificate.transparency.goog "
    "MpXgsHy8ZwxXnO+WjtVrPxAzL49Rs1gWTkNVNeEa//5peAzaocRCB3qt3EaibjzY5GILLtGgBP7dBhgcSHy+JQh0OAc=\n"
)
BY_THE_WITNESS = (
    "— witness.navigli.sunlight.geomys.org "
    "o+AP4gAAAABqb7DzNrGFRJnQ9vrJ8xpnwZytnr/ZYczDIsvwvouiSjwOjn7a72ccxBk+lKnZ7dKqkYKER1s/KxLTaVwQD7lJZTC/CQ==\n"
)
NAVIGLI = parse_key("witness.navigli.sunlight.geomys.org+a3e00fe2+BNy/co4C1Hn1p+INwJrfUlgz7W55dSZReusH/GhUhJ/G")

PRIVATE = Ed25519PrivateKey.from_private_bytes(b"7" * 32)
ORIGIN = "elm.example/1"
LOG = VerifierKey(ORIGIN, ED25519, PRIVATE.public_key().public_bytes_raw())
CHECKPOINT = Checkpoint(ORIGIN, 1, leaf_hash(b"{}"))
NOTE = sign_note(CHECKPOINT.text, ORIGIN, PRIVATE)
AT = 1_774_692_000


def witness(number: int) -> tuple[str, Ed25519PrivateKey]:
    return f"w{number}.example", Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


def key_of(number: int) -> VerifierKey:
    return witness_key(*witness(number))


def cosignature_of(number: int, at_seconds: int = AT) -> Signature:
    name, private = witness(number)
    return cosign(CHECKPOINT.text, name, private, at_seconds)


def test_the_signature_of_a_public_witness_verifies() -> None:
    note = parse_note(f"{TEXT}\n{BY_THE_LOG}{BY_THE_WITNESS}".encode())

    (signature,) = check_note(note, [NAVIGLI])

    assert (signature.key, signature.at_seconds) == (NAVIGLI, 1_785_704_691)
    assert parse_cosignatures(TEXT, BY_THE_WITNESS.encode())[0].line == BY_THE_WITNESS
    with pytest.raises(BadNote, match="is wrong"):
        check_note(note._replace(text=TEXT.replace("185550722", "185550723")), [NAVIGLI])


def test_our_cosignatures_parse_with_their_time() -> None:
    signed = with_cosignatures(NOTE, [cosignature_of(1)])
    sealed = check_checkpoint(signed.data, [LOG, key_of(1)])

    assert [(signature.key.name, signature.at_seconds) for signature in sealed.verified] == [
        (ORIGIN, None),
        ("w1.example", AT),
    ]
    assert parse_key(key_of(1).text) == key_of(1) and len(cosignature_of(1).payload) == 72


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)], ids=str)
def test_the_order_of_signatures_does_not_matter(order: tuple[int, ...]) -> None:
    lines = [NOTE.signatures[0], cosignature_of(1), cosignature_of(2)]
    note = Note(NOTE.text, tuple(lines[place] for place in order))

    names = {signature.key.name for signature in check_checkpoint(note.data, [LOG, key_of(1), key_of(2)]).verified}

    assert names == {ORIGIN, "w1.example", "w2.example"}


def test_more_than_sixteen_witnesses_can_sign_a_checkpoint() -> None:
    note = with_cosignatures(NOTE, [cosignature_of(number) for number in range(1, 33)])

    assert len(check_checkpoint(note.data, [LOG, *map(key_of, range(1, 33))]).verified) == 33


def test_unknown_keys_are_ignored_and_a_bad_signature_by_a_known_one_invalidates_the_note() -> None:
    stranger = Signature("w2.example", b"0000", b"x" * 20)
    note = with_cosignatures(NOTE, [cosignature_of(1), stranger])
    spoiled = with_cosignatures(
        NOTE,
        [cosignature_of(1)._replace(payload=cosignature_of(1, AT + 1).payload[:8] + cosignature_of(1).payload[8:])],
    )

    assert len(check_checkpoint(note.data, [LOG, key_of(1), key_of(2)]).verified) == 2, "the name alone is not a key"
    with pytest.raises(BadNote, match="is wrong"):
        check_checkpoint(spoiled.data, [LOG, key_of(1)])
    assert check_checkpoint(spoiled.data, [LOG]).verified, "a signature by an unknown key does no harm"


def test_every_signature_of_a_witness_is_verified() -> None:
    twice = Note(NOTE.text, (*NOTE.signatures, cosignature_of(1), cosignature_of(1, AT + 60)))
    once_bad = Note(NOTE.text, (*twice.signatures, cosignature_of(1)._replace(payload=b"x" * 72)))

    assert [signature.at_seconds for signature in check_checkpoint(twice.data, [LOG, key_of(1)]).verified] == [
        None,
        AT,
        AT + 60,
    ]
    with pytest.raises(BadNote):
        check_checkpoint(once_bad.data, [LOG, key_of(1)])


def test_a_newer_signature_replaces_the_older_and_the_order_of_answers_does_not_show() -> None:
    one_way = with_cosignatures(
        with_cosignatures(NOTE, [cosignature_of(2), cosignature_of(1)]), [cosignature_of(1, AT + 60)]
    )
    other_way = with_cosignatures(
        with_cosignatures(NOTE, [cosignature_of(1)]), [cosignature_of(1, AT + 60), cosignature_of(2)]
    )

    assert one_way.data == other_way.data
    assert [each.name for each in one_way.signatures] == [ORIGIN, "w1.example", "w2.example"]
    assert with_only(one_way, [LOG]) == NOTE


def test_the_signature_of_the_log_comes_first() -> None:
    names = ["a.example", "zz.example", ORIGIN[:-1], f"{ORIGIN}1"]
    signatures = [cosign(CHECKPOINT.text, name, witness(number)[1], AT) for number, name in enumerate(names, start=1)]

    for order in (signatures, signatures[::-1]):
        assert [each.name for each in with_cosignatures(NOTE, order).signatures] == [ORIGIN, *sorted(names)]
    twice = [cosign(CHECKPOINT.text, "a.example", witness(number)[1], AT) for number in (1, 2, 3)]
    ids = [each.key_id for each in with_cosignatures(NOTE, twice).signatures[1:]]
    assert ids == sorted(ids) and len(ids) == 3


def test_a_log_key_is_not_a_witness_key_nor_the_other_way_round() -> None:
    as_witness = cosign(CHECKPOINT.text, ORIGIN, PRIVATE, AT)
    alone = Note(NOTE.text, (as_witness,))

    with pytest.raises(BadNote, match="itself"):
        check_checkpoint(alone.data, [LOG, witness_key(ORIGIN, PRIVATE)])
    assert as_witness.key_id != LOG.id


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"no signature\n",
        cosignature_of(1).line.encode()[:-1],
        cosignature_of(1).line.encode() + b"\n",
        b"another text\n\n" + cosignature_of(1).line.encode(),
        cosignature_of(1).line.encode().replace(b" ", b"  "),
        cosignature_of(1).line.encode() * 65,
    ],
    ids=range(8),
)
def test_only_signature_lines_are_accepted_from_a_witness(data: bytes) -> None:
    with pytest.raises(BadNote):
        parse_cosignatures(CHECKPOINT.text, data)


@given(st.data())
def test_every_change_to_a_cosignature_is_detected(data: st.DataObject) -> None:
    line = cosignature_of(1).line.encode()
    mutated = mutate(line, data)
    with suppress(BadNote):
        signatures = parse_cosignatures(CHECKPOINT.text, mutated)
        assert "".join(signature.line for signature in signatures).encode() == mutated, "one canonical form"
        if check_note(Note(CHECKPOINT.text, signatures), [key_of(1)]):
            assert mutated == line


def test_the_time_of_a_signature_is_shown_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert time_in_words(1_780_000_000) == "2026-05-28 20:26 UTC"
    finally:
        monkeypatch.undo()
        time.tzset()
