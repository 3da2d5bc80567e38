"""What must come before what: each command once, and every correction after an entry that it can correct.

Made for books of any length in little memory: of each entry only a few bytes are kept, and looked at a part at a time.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from ledger.seal.canonical import GIFT, REPORTED, REVERSED, SETTLED, WITHDRAWN, encode, named

PARTS = 256
_SHORT_BYTES = 8
_SUBJECT = struct.Struct(">8sI1s8s")
_COMMAND = struct.Struct(">8sI")
COMMAND_BYTES = _COMMAND.size
LARGEST_NUMBER = 2**32 - 1

_CORRECTS = b"c"
MARKS = {REPORTED: b"r", SETTLED: b"s", REVERSED: b"v", GIFT: b"g", WITHDRAWN: b"w"}
"""What an entry of a kind does to its subject; entries of other kinds may stand anywhere."""
_EXCHANGE = ("exchange", ("given_on", "legs"))
_GIFT = ("gift", ("category", "given_on", "giver", "receiver"))
_TOLD = {b"r": _EXCHANGE, b"s": _EXCHANGE, b"v": _EXCHANGE, b"g": _GIFT, b"w": _GIFT}
"""Where an entry names its subject, and which words of it another must say again."""


class Mark(NamedTuple):
    """What an entry does to which exchange or gift, and in what words: those that another must say again."""

    does: bytes
    subject: str
    said: bytes


def marks_of(entry: Mapping[str, Any]) -> tuple[Mark, ...]:
    """The marks of an entry. Raises BadEntry for a subject that cannot be named."""
    does, fact = MARKS.get(entry["type"]), entry["data"]
    if does is None:
        return ()
    subject, words = _TOLD[does]
    mark = Mark(does, named(entry, subject), encode([fact.get(word) for word in words]))
    if does == b"r" and "corrects" in fact:
        return (mark, Mark(_CORRECTS, named(entry, "corrects"), b""))
    return (mark,)


class Wrong(NamedTuple):
    """An entry that comes too early, too late or twice."""

    number: int
    words: str


class Marks:
    """Remembers a stretch of entries. `secret` makes the short digests ones that nobody could prepare for."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.subjects = bytearray()
        self.commands = bytearray()

    def command(self, number: int, cmd: str) -> None:
        """A command began to be recorded with this entry."""
        self.commands += _COMMAND.pack(self._short(cmd.encode()), number)

    def entry(self, number: int, marks: Iterable[Mark]) -> None:
        """An entry that does something to an exchange or a gift."""
        for does, subject, said in marks:
            self.subjects += _SUBJECT.pack(self._short(subject.encode()), number, does, self._short(said))

    def _short(self, text: bytes) -> bytes:
        return sha256(self._secret + text).digest()[:_SHORT_BYTES]


class Order:
    """Gathers the marks of a whole book, in order, and then says what is wrong."""

    def __init__(self) -> None:
        self.originals: dict[int, int] = {}
        """Number of a correction -> number of the entry that it corrects."""
        self._subjects = [bytearray() for _ in range(PARTS)]
        self._commands = [bytearray() for _ in range(PARTS)]

    def add(self, subjects: bytes, commands: bytes) -> None:
        """The marks of the next stretch."""
        for parts, marks, width in (
            (self._subjects, subjects, _SUBJECT.size),
            (self._commands, commands, _COMMAND.size),
        ):
            for start in range(0, len(marks), width):
                parts[marks[start]] += marks[start : start + width]

    def wrong(self) -> Iterator[Wrong]:
        """Everything that is out of order."""
        for part in self._commands:
            first: dict[bytes, int] = {}
            for command, number in _COMMAND.iter_unpack(part):
                before = first.setdefault(command, number)
                if before != number:
                    yield Wrong(number, f"it answers a command that entry {before} has answered before")
        for part in self._subjects:
            subjects: dict[bytes, dict[bytes, tuple[int, bytes]]] = {}
            for subject, number, mark, said in _SUBJECT.iter_unpack(part):
                so_far = subjects.setdefault(subject, {})
                if words := self._out_of_order(so_far, number, mark, said):
                    yield Wrong(number, words)
                so_far.setdefault(mark, (number, said))

    def _out_of_order(self, so_far: dict[bytes, tuple[int, bytes]], number: int, mark: bytes, said: bytes) -> str:
        name, needed, names_same = _RULES[mark]
        if mark in so_far and mark != _CORRECTS:
            return f"it {name} what entry {so_far[mark][0]} {name} before"
        if not needed:
            return ""
        if needed not in so_far:
            return f"it {name} something that no entry before it tells of"
        original, told = so_far[needed]
        if mark in _CORRECTING:
            self.originals[number] = original
        return "" if not names_same or told == said else f"it does not say the same as entry {original}"


_RULES: Mapping[bytes, tuple[str, bytes, bool]] = {
    b"r": ("reports", b"", False),
    b"s": ("settles", b"r", True),
    b"v": ("reverses", b"s", True),
    _CORRECTS: ("corrects", b"v", False),
    b"g": ("records", b"", False),
    b"w": ("withdraws", b"g", True),
}
"""Mark -> what it does, what must have come before it, and whether both must tell the same."""

_CORRECTING = frozenset({b"v", _CORRECTS, b"w"})
