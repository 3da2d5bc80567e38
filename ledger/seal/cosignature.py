"""A witness's word: that it has seen a checkpoint, and when (C2SP tlog-cosignature v1.0.1, Ed25519, type 0x04).

It says: at that time, this was the largest tree of that log that I had seen, and it holds every smaller one I had seen.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.seal.note import COSIGNATURE, BadNote, Note, Signature, VerifierKey, check_note, cosigned_text, parse_note

_LAST_SECOND = 253_402_300_799
"""Of the year 9999; a word may name a later one."""


def witness_key(name: str, private: Ed25519PrivateKey) -> VerifierKey:
    """The public half of a witness's key."""
    return VerifierKey(name, COSIGNATURE, private.public_key().public_bytes_raw())


def cosign(text: str, name: str, private: Ed25519PrivateKey, at_seconds: int) -> Signature:
    """The word of a witness on the text of a checkpoint. The time is in seconds since 1970, UTC, and never left out."""
    assert at_seconds > 0, "a witness says when"
    signed = private.sign(cosigned_text(text, at_seconds))
    return Signature(name, witness_key(name, private).id, at_seconds.to_bytes(8) + signed)


def parse_words(text: str, data: bytes) -> tuple[Signature, ...]:
    """The signature lines that a witness answers with, as lines under this text. Raises BadNote for anything else."""
    note = parse_note(f"{text}\n".encode() + data)
    if note.text != text:
        raise BadNote("a witness answers with signatures only")
    return note.signatures


def with_words(note: Note, words: Iterable[Signature]) -> Note:
    """The note with these cosignatures; a newer one takes the place of an older one of the same key.

    The log's own signatures come first and the others follow by name, so that the order of answers leaves no trace.
    """
    kept = {(each.name, each.key_id): each for each in note.signatures}
    kept.update({(each.name, each.key_id): each for each in words})
    log_name = note.text.partition("\n")[0]
    ordered = sorted(kept.values(), key=lambda each: (each.name != log_name, each.name, each.key_id))
    return Note(note.text, tuple(ordered))


def only_of(note: Note, keys: Sequence[VerifierKey]) -> Note:
    """The note with the signatures of these keys alone. Raises BadNote when one of theirs is bad, or none is there."""
    check_note(note, keys)
    known = {(key.name, key.id) for key in keys}
    return Note(note.text, tuple(each for each in note.signatures if (each.name, each.key_id) in known))


def time_in_words(at_seconds: int) -> str:
    """When a word was given: "2026-03-28 10:00 UTC"."""
    if at_seconds > _LAST_SECOND:
        return "a day after the year 9999"
    return f"{datetime.fromtimestamp(at_seconds, UTC):%Y-%m-%d %H:%M} UTC"
