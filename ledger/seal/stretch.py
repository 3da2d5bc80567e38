"""A stretch of consecutive entries, read once: their hashes, their movements, and what is wrong with them.

A book is cut into stretches so that several processes can read it, and so that none of them ever holds much of it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from ledger.seal.canonical import LARGEST_ENTRY_BYTES, BadEntry, UnknownKind
from ledger.seal.journal import Correction, Tally
from ledger.seal.merkle import leaf_hash, levels, perfect_subtrees
from ledger.seal.order import Marks
from ledger.seal.reading import read

ENTRIES = 1 << 12
"""A power of two, so that a whole stretch is one perfect subtree."""
_MOST_FAULTS = 20
_LONGEST_LINE = LARGEST_ENTRY_BYTES + 2


class Task(NamedTuple):
    """Lines to read, the number of the first, and the sizes of the book at which roots are wanted, ascending."""

    lines: Sequence[bytes]
    first: int
    origin: str
    sizes: Sequence[int]
    secret: bytes


class Fault(NamedTuple):
    """An entry that cannot stand as it is. `is_unknown`: only a newer program can say what it means."""

    number: int
    words: str
    is_unknown: bool


class Erasure(NamedTuple):
    """An entry that says that somebody's personal data is gone: when, and how many kinds of it."""

    number: int
    day: str
    fields: int


class Stretch(NamedTuple):
    """What a stretch came to. `subtrees` are the perfect subtrees of its first leaves, by size of the whole book."""

    first: int
    leaves: list[bytes]
    subtrees: dict[int, list[tuple[int, bytes]]]
    faults: list[Fault]
    balances: dict[str, Tally]
    journal: bytes
    last_day: str
    corrections: list[Correction]
    erasures: list[Erasure]
    subjects: bytes
    commands: bytes
    opens: tuple[str, ...]
    closes: tuple[str, ...]


def tasks(file: BinaryIO, upto: int, origin: str, sizes: Sequence[int], secret: bytes) -> Iterator[Task]:
    """Cuts the first `upto` lines of a file. A line that is longer than any entry comes in pieces, each of them a fault.

    A last line that breaks off is no entry: what is missing there is told by the number of entries.
    """
    first = 1
    wanted = sorted(set(sizes))
    while lines := _lines(file, min(ENTRIES, upto - first + 1)):
        last = first + len(lines) - 1
        yield Task(lines, first, origin, wanted[bisect_left(wanted, first) : bisect_right(wanted, last)], secret)
        first = last + 1


def _lines(file: BinaryIO, most: int) -> list[bytes]:
    lines = [line for _ in range(most) if (line := file.readline(_LONGEST_LINE))]
    if lines and not lines[-1].endswith(b"\n") and len(lines[-1]) < _LONGEST_LINE:
        lines.pop()
    return lines


def read_stretch(task: Task) -> Stretch:
    """Reads every line of the task. Faults are gathered, not raised: the hashes are wanted all the same."""
    reading = _Reading(task)
    leaves: list[bytes] = []
    for number, line in enumerate(task.lines, start=task.first):
        data = line.removesuffix(b"\n")
        leaves.append(leaf_hash(data))
        reading.take(number, data, is_ended=line.endswith(b"\n"))
    hashes = levels(leaves)
    subtrees = {
        size: perfect_subtrees(size - task.first + 1, lambda level, index: hashes[level][index])
        for size in {*task.sizes, task.first + len(task.lines) - 1}
    }
    return Stretch(
        task.first,
        leaves,
        subtrees,
        reading.faults,
        reading.balances,
        "".join(reading.journal).encode(),
        reading.last_day,
        reading.corrections,
        reading.erasures,
        bytes(reading.marks.subjects),
        bytes(reading.marks.commands),
        reading.opens,
        reading.closes,
    )


class _Reading:
    def __init__(self, task: Task) -> None:
        self._origin = task.origin
        self.marks = Marks(task.secret)
        self.faults: list[Fault] = []
        self.balances: dict[str, Tally] = {}
        self.journal: list[str] = []
        self.corrections: list[Correction] = []
        self.erasures: list[Erasure] = []
        self.last_day = ""
        self.opens: tuple[str, ...] = ()
        self.closes: tuple[str, ...] = ()

    def take(self, number: int, data: bytes, *, is_ended: bool) -> None:
        try:
            if not is_ended:
                raise BadEntry("its line does not end where an entry ends")
            self._read(number, data)
        except (BadEntry, UnknownKind) as error:
            if len(self.faults) < _MOST_FAULTS:
                self.faults.append(Fault(number, str(error), isinstance(error, UnknownKind)))

    def _read(self, number: int, data: bytes) -> None:
        entry = read(number, data, self._origin)
        self._command(number, entry.command)
        self.marks.entry(number, entry.marks)
        if entry.correction is not None:
            self.corrections.append(entry.correction)
        if entry.erased is not None:
            self.erasures.append(Erasure(number, entry.day, entry.erased))
        if not entry.moved:
            return
        for account, given, received in entry.moved:
            so_far = self.balances.get(account, Tally(0, 0))
            self.balances[account] = Tally(so_far.given + given, so_far.received + received)
        self.journal.append(entry.journal)
        self.last_day = max(self.last_day, entry.day)

    def _command(self, number: int, command: tuple[str, str, str]) -> None:
        """Entries that answer one command stand together, say the same wish of the same person, and come once."""
        if not self.opens:
            self.opens = command
        if command != self.closes:
            self.marks.command(number, command[0])
            self.closes = command
