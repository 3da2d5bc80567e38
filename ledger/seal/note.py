"""Signed notes: a text, and the names of those who signed it (C2SP signed-note v1.0.0, tlog-cosignature v1.0.1).

Parsing is strict: what is read is byte for byte what would be written, so that one note has one spelling.
"""

import base64
import binascii
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LARGEST_NOTE_BYTES = 128 * 1024
MOST_SIGNATURES = 64
"""The specification asks for 16 at least."""
LONGEST_NAME = 255
MOST_KEYS = 64

ED25519 = 1
COSIGNATURE = 4
"""Key types: the log's own signature, and a witness's word with the time it was given."""
_SIGNATURE_BYTES = {ED25519: 64, COSIGNATURE: 8 + 64}
_DASH = "\N{EM DASH} "
_LATEST = 2**63 - 1


class BadNote(Exception):
    """This is no signed note, or no key, or not signed by whom it should be; the sentence says which."""


class VerifierKey(NamedTuple):
    """The public half of a key, with its name. `kind` is ED25519 or COSIGNATURE."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that tell one key from another; not enough to trust one by."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """The key as one line: name, key id, and key, as other programs read it."""
        return f"{self.name}+{self.id.hex()}+{to_base64(bytes([self.kind]) + self.public)}"


class Signature(NamedTuple):
    """One line under a note: who, with which key, and the bytes."""

    name: str
    key_id: bytes
    payload: bytes

    @property
    def line(self) -> str:
        return f"{_DASH}{self.name} {to_base64(self.key_id + self.payload)}\n"


class Note(NamedTuple):
    """A text ending in a line break, and the signatures under it, in their order."""

    text: str
    signatures: tuple[Signature, ...]

    @property
    def data(self) -> bytes:
        """The note as it is kept and sent."""
        return (self.text + "\n" + "".join(signature.line for signature in self.signatures)).encode()


class Word(NamedTuple):
    """A signature that was found good: by which key, and for a witness also when (seconds since 1970, UTC)."""

    key: VerifierKey
    at_seconds: int | None


def parse_key(line: str) -> VerifierKey:
    """Reads `name+id+key`. Refuses unknown kinds of keys, and an id that is not this key's."""
    name, _, rest = line.partition("+")
    key_id, plus, key = rest.partition("+")
    if not plus:
        raise BadNote("a key is written as name+id+key")
    _must_be_a_name(name)
    data = from_base64(key)
    if len(data) != 33 or data[0] not in _SIGNATURE_BYTES:
        raise BadNote(f"the key of {name} is of a kind that is not known here")
    parsed = VerifierKey(name, data[0], data[1:])
    if key_id != parsed.id.hex():
        raise BadNote(f"the key of {name} does not fit its own id")
    return parsed


def parse_keys(data: bytes) -> list[VerifierKey]:
    """Reads a file of keys, one on each line."""
    if len(data) > LARGEST_NOTE_BYTES:
        raise BadNote("a file of keys is not that large")
    *lines, end = _text(data).split("\n")
    if end or not 0 < len(lines) <= MOST_KEYS:
        raise BadNote(f"a file of keys has 1 to {MOST_KEYS} lines, each ended by a line break")
    keys = [parse_key(line) for line in lines]
    if len({(key.name, key.id) for key in keys}) != len(keys):
        raise BadNote("one key stands in the file twice")
    return keys


def parse_note(data: bytes) -> Note:
    """Reads a note, without asking whether its signatures are good."""
    if len(data) > LARGEST_NOTE_BYTES:
        raise BadNote(f"a note has at most {LARGEST_NOTE_BYTES} bytes")
    whole = _text(data)
    end = whole.rfind("\n\n")
    if end < 1 or not whole.endswith("\n"):
        raise BadNote("a note is a text, an empty line, and signatures")
    lines = whole[end + 2 : -1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise BadNote(f"a note has at most {MOST_SIGNATURES} signatures")
    return Note(whole[: end + 1], tuple(_parse_signature(line) for line in lines))


def check_note(note: Note, keys: Iterable[VerifierKey]) -> list[Word]:
    """The good signatures by these keys. Raises BadNote when one of theirs is bad, or when there is none at all.

    Lines of unknown keys are passed over, as the specification asks.
    """
    known = {(key.name, key.id): key for key in keys}
    words = [
        _check(note.text, key, signature.payload)
        for signature in note.signatures
        if (key := known.get((signature.name, signature.key_id))) is not None
    ]
    if not words:
        raise BadNote("it is signed by none of the keys that are known")
    return words


def sign_note(text: str, name: str, private: Ed25519PrivateKey) -> Note:
    """The text, signed. It must be one that `parse_note` reads."""
    key = VerifierKey(name, ED25519, private.public_key().public_bytes_raw())
    signed = Note(text, (Signature(name, key.id, private.sign(text.encode())),))
    assert parse_note(signed.data) == signed, "only what can be read again is signed"
    return signed


def cosigned_text(text: str, at_seconds: int) -> bytes:
    """What a witness signs: the checkpoint, and when it was seen."""
    return f"cosignature/v1\ntime {at_seconds}\n{text}".encode()


def to_base64(data: bytes) -> str:
    """Standard base64, with padding."""
    return base64.b64encode(data).decode()


def from_base64(text: str) -> bytes:
    """Reads standard base64 in its one spelling: unused bits are zero, nothing but its alphabet."""
    try:
        data = base64.b64decode(text)
    except (binascii.Error, ValueError) as error:
        raise BadNote("this is no base64") from error
    # Decoding passes over signs that it does not know; written again, they are missing.
    if to_base64(data) != text:
        raise BadNote("this base64 is not written in the one way that counts")
    return data


def _parse_signature(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space:
        raise BadNote("a signature is a long dash, a name, and base64")
    _must_be_a_name(name)
    data = from_base64(encoded)
    if len(data) < 5:
        raise BadNote("a signature has more than four bytes")
    return Signature(name, data[:4], data[4:])


def _check(text: str, key: VerifierKey, payload: bytes) -> Word:
    if len(payload) != _SIGNATURE_BYTES[key.kind]:
        raise BadNote(f"the signature of {key.name} is not of its length")
    at_seconds = None
    message = text.encode()
    if key.kind == COSIGNATURE:
        at_seconds = int.from_bytes(payload[:8])
        if at_seconds > _LATEST:
            raise BadNote(f"the signature of {key.name} is from no time there is")
        message, payload = cosigned_text(text, at_seconds), payload[8:]
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(payload, message)
    except InvalidSignature:
        raise BadNote(f"the signature of {key.name} is bad") from None
    return Word(key, at_seconds)


def _text(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise BadNote("a note is text in UTF-8") from None
    if any(sign < " " and sign != "\n" for sign in text):
        raise BadNote("a note holds no control characters but line breaks")
    return text


def _must_be_a_name(name: str) -> None:
    if not 0 < len(name) <= LONGEST_NAME or "+" in name or any(sign.isspace() for sign in name):
        raise BadNote("a name has no spaces and no plus sign")


__all__: Sequence[str] = [
    "COSIGNATURE",
    "ED25519",
    "BadNote",
    "Note",
    "Signature",
    "VerifierKey",
    "Word",
    "check_note",
    "cosigned_text",
    "from_base64",
    "parse_key",
    "parse_keys",
    "parse_note",
    "sign_note",
    "to_base64",
]
