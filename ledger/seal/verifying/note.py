"""Signed notes and the checkpoints in them.

A note is a text with signatures (C2SP signed-note v1.0.0, tlog-cosignature v1.0.1). A checkpoint is a text with the name of a
log, its size and the root of its tree (C2SP tlog-checkpoint v1.0.0). Parsing is strict: only the bytes that would be written
are accepted, so a note has only one spelling.
"""

import base64
import binascii
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.seal.verifying.merkle import HASH_BYTES

LARGEST_NOTE_BYTES = 128 * 1024
MOST_SIGNATURES = 64
"""The specification requires at least 16."""
LONGEST_NAME = 255
MOST_KEYS = 64

ED25519 = 1
COSIGNATURE = 4
"""Key types: the log's own signature, and a witness's signature with its time."""
_SIGNATURE_BYTES = {ED25519: 64, COSIGNATURE: 8 + 64}
_DASH = "\N{EM DASH} "
_LATEST = 2**63 - 1
_PRIME = 2**255 - 19
_WITHOUT_SIGN = 2**255 - 1
_SMALL_ORDER = frozenset(
    {
        0,
        1,
        _PRIME - 1,
        int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
        int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
    }
)
"""The second coordinates of the points of Ed25519 whose order divides 8: some signature by such a key fits any text."""


class BadNote(Exception):
    """This is not a valid note, checkpoint, key or policy, or lacks a required signature; the message says which."""


class VerifierKey(NamedTuple):
    """The public half of a key, with its name. `kind` is ED25519 or COSIGNATURE."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys apart; far too few to identify a key you trust."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """The key as a line that other programs can read: name, key id, and key."""
        return f"{self.name}+{self.id.hex()}+{to_base64(bytes([self.kind]) + self.public)}"


class Signature(NamedTuple):
    """A signature line: the signer's name, the id of the key, and the bytes."""

    name: str
    key_id: bytes
    payload: bytes

    @property
    def line(self) -> str:
        return f"{_DASH}{self.name} {to_base64(self.key_id + self.payload)}\n"


class Note(NamedTuple):
    """A text that ends in a line break, and the signatures under it, in order."""

    text: str
    signatures: tuple[Signature, ...]

    @property
    def data(self) -> bytes:
        """The note as it is stored and sent."""
        return (self.text + "\n" + "".join(signature.line for signature in self.signatures)).encode()


class VerifiedSignature(NamedTuple):
    """A signature that was verified: its key and, for a witness, its time (seconds since 1970, UTC)."""

    key: VerifierKey
    at_seconds: int | None


def parse_key(line: str) -> VerifierKey:
    """Parse `name+id+key`. Reject keys of an unknown kind, and an id that does not belong to the key."""
    name, _, rest = line.partition("+")
    key_id, plus, key = rest.partition("+")
    if not plus:
        raise BadNote("a key is written as name+id+key")
    _must_be_a_name(name)
    data = from_base64(key)
    if len(data) != 33 or data[0] not in _SIGNATURE_BYTES:
        raise BadNote(f"the key of {name} is of an unknown kind")
    parsed = VerifierKey(name, data[0], data[1:])
    y = int.from_bytes(parsed.public, "little") & _WITHOUT_SIGN
    if y >= _PRIME or y in _SMALL_ORDER:
        raise BadNote(f"the key of {name} is one that anyone can sign for")
    if key_id != parsed.id.hex():
        raise BadNote(f"the key of {name} does not match its id")
    return parsed


def parse_keys(data: bytes) -> list[VerifierKey]:
    """Parse a file of keys, one on each line."""
    if len(data) > LARGEST_NOTE_BYTES:
        raise BadNote("a file of keys cannot be that large")
    *lines, end = _text(data).split("\n")
    if end or not 0 < len(lines) <= MOST_KEYS:
        raise BadNote(f"a file of keys has 1 to {MOST_KEYS} lines, each ending in a line break")
    keys = [parse_key(line) for line in lines]
    if len({(key.name, key.id) for key in keys}) != len(keys):
        raise BadNote("the file holds the same key twice")
    return keys


def parse_note(data: bytes) -> Note:
    """Parse a note without verifying its signatures."""
    if len(data) > LARGEST_NOTE_BYTES:
        raise BadNote(f"a note cannot have more than {LARGEST_NOTE_BYTES} bytes")
    whole = _text(data)
    end = whole.rfind("\n\n")
    if end < 1 or not whole.endswith("\n"):
        raise BadNote("a note consists of a text, an empty line and signatures")
    lines = whole[end + 2 : -1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise BadNote(f"a note cannot have more than {MOST_SIGNATURES} signatures")
    return Note(whole[: end + 1], tuple(_parse_signature(line) for line in lines))


def check_note(note: Note, keys: Iterable[VerifierKey]) -> list[VerifiedSignature]:
    """Verify the signatures by these keys. Raise BadNote if one of them is bad, or if there is none.

    Signatures by unknown keys are ignored, as the specification requires.
    """
    known = {(key.name, key.id): key for key in keys}
    verified = [
        _check(note.text, key, signature.payload)
        for signature in note.signatures
        if (key := known.get((signature.name, signature.key_id))) is not None
    ]
    if not verified:
        raise BadNote("it is not signed with any of the known keys")
    return verified


def sign_note(text: str, name: str, private: Ed25519PrivateKey) -> Note:
    """Sign a text. It must be one that `parse_note` accepts."""
    key = VerifierKey(name, ED25519, private.public_key().public_bytes_raw())
    signed = Note(text, (Signature(name, key.id, private.sign(text.encode())),))
    assert parse_note(signed.data) == signed, "only what can be parsed again is signed"
    return signed


def cosigned_text(text: str, at_seconds: int) -> bytes:
    """The bytes that a witness signs: the checkpoint, and when it was seen."""
    return f"cosignature/v1\ntime {at_seconds}\n{text}".encode()


def to_base64(data: bytes) -> str:
    """Standard base64, with padding."""
    return base64.b64encode(data).decode()


def from_base64(text: str) -> bytes:
    """Decode standard base64. Reject unused bits that are not zero, and characters outside its alphabet."""
    try:
        data = base64.b64decode(text)
    except (binascii.Error, ValueError) as error:
        raise BadNote("this is not base64") from error
    # Decoding ignores unknown characters, so encode again and compare.
    if to_base64(data) != text:
        raise BadNote("this base64 is not in its canonical form")
    return data


def _parse_signature(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space:
        raise BadNote("a signature consists of a long dash, a name and base64")
    _must_be_a_name(name)
    data = from_base64(encoded)
    if len(data) < 5:
        raise BadNote("a signature has more than four bytes")
    return Signature(name, data[:4], data[4:])


def _check(text: str, key: VerifierKey, payload: bytes) -> VerifiedSignature:
    if len(payload) != _SIGNATURE_BYTES[key.kind]:
        raise BadNote(f"the signature of {key.name} has the wrong length")
    at_seconds = None
    message = text.encode()
    if key.kind == COSIGNATURE:
        at_seconds = int.from_bytes(payload[:8])
        if at_seconds > _LATEST:
            raise BadNote(f"the signature of {key.name} has an impossible time")
        message, payload = cosigned_text(text, at_seconds), payload[8:]
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(payload, message)
    except InvalidSignature:
        raise BadNote(f"the signature of {key.name} is wrong") from None
    return VerifiedSignature(key, at_seconds)


def _text(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise BadNote("a note is text in UTF-8") from None
    if any(character < " " and character != "\n" for character in text):
        raise BadNote("a note cannot contain control characters other than line breaks")
    return text


def _must_be_a_name(name: str) -> None:
    if not 0 < len(name) <= LONGEST_NAME or "+" in name or any(character.isspace() for character in name):
        raise BadNote("a name cannot contain spaces or plus signs")


LARGEST_SIZE = 2**63 - 1
_MOST_DIGITS = len(str(LARGEST_SIZE))


class Checkpoint(NamedTuple):
    """What is signed: the log's origin, its number of entries, and the root over them. It has no date."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text of the note."""
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"

    @property
    def grouped_root(self) -> str:
        """The root in sixteen groups of four digits, for comparing on paper."""
        return grouped(self.root)


class Sealed(NamedTuple):
    """A checkpoint, the note that contains it, and the signatures that were verified."""

    checkpoint: Checkpoint
    note: Note
    verified: list[VerifiedSignature]


def parse_checkpoint(text: str) -> Checkpoint:
    """Parse the text of a note. Reject a fourth line, because no one could check what it means."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise BadNote("a checkpoint has three lines: an origin, a size and a root")
    origin, size, root, _ = lines
    if not origin:
        raise BadNote("a checkpoint names its log")
    parsed = Checkpoint(origin, parse_decimal(size), from_base64(root))
    if len(parsed.root) != HASH_BYTES:
        raise BadNote(f"a root has {HASH_BYTES} bytes")
    return parsed


def check_checkpoint(data: bytes, keys: Sequence[VerifierKey]) -> Sealed:
    """The checkpoint in a signed note. Raise BadNote unless a key with the log's own name signed it."""
    note = parse_note(data)
    checkpoint = parse_checkpoint(note.text)
    verified = check_note(note, keys)
    if not any(each.key.name == checkpoint.origin and each.at_seconds is None for each in verified):
        raise BadNote(f"no key of {checkpoint.origin} itself signed it")
    return Sealed(checkpoint, note, verified)


def parse_decimal(text: str) -> int:
    """Parse a decimal number without leading zeros."""
    if not (text.isascii() and text.isdigit()) or (text[0] == "0" and text != "0"):
        raise BadNote("a number has digits only, and no leading zero")
    if len(text) > _MOST_DIGITS or int(text) > LARGEST_SIZE:
        raise BadNote("no log is that large")
    return int(text)


def grouped(root: bytes) -> str:
    """A hash in groups of four hexadecimal digits."""
    digits = root.hex()
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))
