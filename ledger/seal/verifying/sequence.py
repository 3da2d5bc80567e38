"""The sequence rules: each command is answered once, and each correction follows an entry that it can correct.

They work for logs of any length in little memory: only a few bytes of each entry are kept, and checked a part at a time.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ledger.seal.verifying.marks import COMMAND, CORRECTS, SUBJECT
from ledger.seal.verifying.rules.stories import Stories

PARTS = 256
COMMAND_BYTES = COMMAND.size


class OutOfSequence(NamedTuple):
    """An entry that comes too early, too late or twice, or that its exchange or gift does not allow."""

    number: int
    message: str


class SequenceRules:
    """Gathers the marks of a whole log in order, then reports what breaks the rules."""

    def __init__(self) -> None:
        self.originals: dict[int, int] = {}
        """The number of a correction -> the number of the entry that it corrects."""
        self._subjects = [bytearray() for _ in range(PARTS)]
        self._commands = [bytearray() for _ in range(PARTS)]

    def add(self, subjects: bytes, commands: bytes) -> None:
        """Add the marks of the next segment."""
        for parts, marks, width in ((self._subjects, subjects, SUBJECT.size), (self._commands, commands, COMMAND.size)):
            for start in range(0, len(marks), width):
                parts[marks[start]] += marks[start : start + width]

    def violations(self, stories: Stories | None = None) -> Iterator[OutOfSequence]:
        """Every entry that is out of sequence, or wrong going by the story of its exchange. Fills `originals` as it goes."""
        for part in self._commands:
            first: dict[bytes, int] = {}
            for command, number in COMMAND.iter_unpack(part):
                before = first.setdefault(command, number)
                if before != number:
                    yield OutOfSequence(number, f"it answers a command that entry {before} answered before")
        for part in self._subjects:
            subjects: dict[bytes, dict[bytes, tuple[int, bytes]]] = {}
            for subject, number, does, repeated in SUBJECT.iter_unpack(part):
                if does in _RULES:
                    so_far = subjects.setdefault(subject, {})
                    if message := self._violation(so_far, number, does, repeated):
                        yield OutOfSequence(number, message)
                    so_far.setdefault(does, (number, repeated))
                if stories is not None and (message := stories.step(subject, number, does, repeated)):
                    yield OutOfSequence(number, message)
            if stories is not None:
                stories.start_again()

    def _violation(self, so_far: dict[bytes, tuple[int, bytes]], number: int, does: bytes, repeated: bytes) -> str:
        verb, needed, must_repeat = _RULES[does]
        if does in so_far and does != CORRECTS:
            return f"it {verb} what entry {so_far[does][0]} already {verb}"
        if not needed:
            return ""
        if needed not in so_far:
            return f"it {verb} something that no earlier entry mentions"
        original, values = so_far[needed]
        if does in _CORRECTING:
            self.originals[number] = original
        return "" if not must_repeat or values == repeated else f"it does not match entry {original}"


_RULES: Mapping[bytes, tuple[str, bytes, bool]] = {
    b"r": ("reports", b"", False),
    b"s": ("settles", b"r", True),
    b"v": ("reverses", b"s", True),
    CORRECTS: ("corrects", b"v", False),
    b"g": ("records", b"", False),
    b"w": ("withdraws", b"g", True),
}
"""Mark -> its verb, the mark that must have come before it, and whether both must have the same values."""

_CORRECTING = frozenset({b"v", CORRECTS, b"w"})
