"""The checkpoint: the size and root of a log's tree under the name of the log (C2SP tlog-checkpoint v1.0.0)."""

from collections.abc import Sequence
from typing import NamedTuple

from ledger.seal.merkle import HASH_BYTES
from ledger.seal.note import BadNote, Note, VerifierKey, Word, check_note, from_base64, parse_note, to_base64

LARGEST_SIZE = 2**63 - 1
_MOST_DIGITS = len(str(LARGEST_SIZE))


class Checkpoint(NamedTuple):
    """What is signed: the log's origin, how many entries it has, and the root over them. It holds no date."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text of the note."""
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"

    @property
    def grouped_root(self) -> str:
        """The root for people who compare two sheets of paper: sixteen groups of four."""
        return grouped(self.root)


class Sealed(NamedTuple):
    """A checkpoint, the note it came in, and the signatures that were found good."""

    checkpoint: Checkpoint
    note: Note
    words: list[Word]


def parse_checkpoint(text: str) -> Checkpoint:
    """Reads the text of a note. Refuses lines beyond the three, whose meaning nobody could check."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise BadNote("a checkpoint is an origin, a size and a root, a line each")
    origin, size, root, _ = lines
    if not origin:
        raise BadNote("a checkpoint names the log that it is of")
    parsed = Checkpoint(origin, parse_decimal(size), from_base64(root))
    if len(parsed.root) != HASH_BYTES:
        raise BadNote(f"a root has {HASH_BYTES} bytes")
    return parsed


def check_checkpoint(data: bytes, keys: Sequence[VerifierKey]) -> Sealed:
    """The checkpoint in a signed note. Raises BadNote unless a key that bears the log's own name has signed it."""
    note = parse_note(data)
    checkpoint = parse_checkpoint(note.text)
    words = check_note(note, keys)
    if not any(word.key.name == checkpoint.origin and word.at_seconds is None for word in words):
        raise BadNote(f"no key of {checkpoint.origin} itself has signed it")
    return Sealed(checkpoint, note, words)


def parse_decimal(text: str) -> int:
    """A whole number in its one spelling: digits, and no zero before them."""
    if not (text.isascii() and text.isdigit()) or (text[0] == "0" and text != "0"):
        raise BadNote("a number is written in digits, without a zero before them")
    if len(text) > _MOST_DIGITS or int(text) > LARGEST_SIZE:
        raise BadNote("no log is that long")
    return int(text)


def grouped(root: bytes) -> str:
    """A hash in groups of four hexadecimal digits."""
    digits = root.hex()
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))
