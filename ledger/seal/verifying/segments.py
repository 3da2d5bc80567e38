"""Reads a log in segments of consecutive entries, and adds the segments up to the totals of the whole log.

Several processes can read at the same time, and none of them ever holds much of the log.
"""

import os
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import BinaryIO, NamedTuple

from ledger.seal.verifying.bundle_files import Correction, Tally, corrections_table
from ledger.seal.verifying.canonical import FOUNDED, LARGEST_ENTRY_BYTES, BadEntry, UnknownKind
from ledger.seal.verifying.entry_reading import COMMAND_BYTES, Marks, SequenceRules, read
from ledger.seal.verifying.merkle import Edge, leaf_hash, levels, perfect_subtrees
from ledger.seal.verifying.times import StepBack, TimeOrder

ENTRIES = 1 << 12
"""A power of two, so that a full segment is one perfect subtree."""
_MOST_FAULTS_IN_SEGMENT = 20
_MOST_FAULTS = 100
"""More are counted, but not described."""
_LONGEST_LINE = LARGEST_ENTRY_BYTES + 2
_WORTH_PROCESSES_BYTES = 8 * 1024 * 1024
"""One process reads a smaller log faster than several can be started."""

Progress = Callable[[int, int], None]
"""Called with the number of entries done, and the number of all."""


class Task(NamedTuple):
    """Lines to read, the number of the first, and the ascending sizes of the log at which roots are wanted."""

    lines: Sequence[bytes]
    first: int
    origin: str
    sizes: Sequence[int]
    secret: bytes


class Fault(NamedTuple):
    """What is wrong with an entry. `is_unknown`: only a newer program can say what it means."""

    number: int
    message: str
    is_unknown: bool


class Erasure(NamedTuple):
    """An entry that says that someone's personal data was erased: on which day, and how many kinds of it."""

    number: int
    day: str
    fields: int


class Segment(NamedTuple):
    """What was read in a segment. `subtrees` are the perfect subtrees of its first leaves, by the size of the whole log.

    `opens` and `closes` are the commands that its first and last entries answer. `founds` says whether its first entry founds
    the community; `opened_at` and `latest_at` are the times of its first and of its latest entry.
    """

    first: int
    leaves: list[bytes]
    subtrees: dict[int, list[tuple[int, bytes]]]
    faults: list[Fault]
    more_faults: int
    balances: dict[str, Tally]
    journal: bytes
    last_day: str
    corrections: list[Correction]
    erasures: list[Erasure]
    subjects: bytes
    commands: bytes
    opens: tuple[str, ...]
    closes: tuple[str, ...]
    founds: bool
    opened_at: str
    latest_at: str
    steps_back: list[StepBack]


def tasks(file: BinaryIO, upto: int, origin: str, sizes: Sequence[int], secret: bytes) -> Iterator[Task]:
    """Cut the first `upto` lines of a file into tasks. A line longer than any entry comes in pieces, each of them a fault.

    A last line without its line break is left out: the number of entries shows that it is missing.
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


def read_segments(file: BinaryIO, work: Iterator[Task], workers: int | None = None) -> Iterator[Segment]:
    """Read the tasks in order, on all cores when that pays, and never far ahead of the caller."""
    wanted = workers or cores()
    if wanted == 1 or (workers is None and os.fstat(file.fileno()).st_size < _WORTH_PROCESSES_BYTES):
        yield from map(read_segment, work)
        return
    # "spawn": each process starts empty, and inherits nothing that its parent holds.
    with ProcessPoolExecutor(wanted, mp_context=get_context("spawn")) as pool:
        ahead: deque[Future[Segment]] = deque()
        for task in work:
            ahead.append(pool.submit(read_segment, task))
            if len(ahead) > wanted:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def cores() -> int:
    """The number of cores that this process may use; not every system can say which they are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def read_segment(task: Task) -> Segment:
    """Read every line of the task. Faults are collected rather than raised, because the hashes are needed anyway."""
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
    return Segment(
        task.first,
        leaves,
        subtrees,
        reading.faults,
        reading.more_faults,
        reading.balances,
        "".join(reading.journal).encode(),
        reading.last_day,
        reading.corrections,
        reading.erasures,
        bytes(reading.marks.subjects),
        bytes(reading.marks.commands),
        reading.opens,
        reading.closes,
        reading.founds,
        reading.opened_at,
        reading.times.latest,
        reading.steps_back,
    )


class _Reading:
    def __init__(self, task: Task) -> None:
        self._origin = task.origin
        self.marks = Marks(task.secret)
        self.faults: list[Fault] = []
        self.more_faults = 0
        self.balances: dict[str, Tally] = {}
        self.journal: list[str] = []
        self.corrections: list[Correction] = []
        self.erasures: list[Erasure] = []
        self.last_day = ""
        self.opens: tuple[str, ...] = ()
        self.closes: tuple[str, ...] = ()
        self.founds = False
        self.opened_at = ""
        self.times = TimeOrder()
        self.steps_back: list[StepBack] = []

    def take(self, number: int, data: bytes, *, is_ended: bool) -> None:
        try:
            if not is_ended:
                raise BadEntry("its line does not end where an entry ends")
            self._read(number, data)
        except (BadEntry, UnknownKind) as error:
            if len(self.faults) < _MOST_FAULTS_IN_SEGMENT:
                self.faults.append(Fault(number, str(error), isinstance(error, UnknownKind)))
            else:
                self.more_faults += 1

    def _read(self, number: int, data: bytes) -> None:
        entry = read(number, data, self._origin)
        # The entries that answer one command are consecutive, have one actor and one fingerprint, and come once.
        if not self.opens:
            self.opens, self.opened_at = entry.command, entry.at
            self.founds = entry.kind == FOUNDED
        if entry.command != self.closes:
            self.marks.command(number, entry.command[0])
            self.closes = entry.command
        self.marks.entry(number, entry.marks)
        if entry.correction is not None:
            self.corrections.append(entry.correction)
        if entry.erased is not None:
            self.erasures.append(Erasure(number, entry.at[:10], entry.erased))
        if step := self.times.step_back(number, entry.at):
            self.steps_back.append(step)
        if not entry.moved:
            return
        for account, given, received in entry.moved:
            so_far = self.balances.get(account, Tally(0, 0))
            self.balances[account] = Tally(so_far.given + given, so_far.received + received)
        self.journal.append(entry.journal)
        self.last_day = max(self.last_day, entry.at[:10])


class LogTotals:
    """The totals of the segments so far. Balances are in minutes; `roots` holds those at the sizes that were asked for."""

    _closes: tuple[str, ...] = ()
    """The command that the last entry answers."""

    def __init__(self) -> None:
        self.edge = Edge()
        self.roots: dict[int, bytes] = {}
        self.balances: dict[str, Tally] = {}
        self.last_day = ""
        self.faults: list[Fault] = []
        self.more_faults = 0
        self.erasures: list[Erasure] = []
        self.is_founded = False
        self.steps_back: list[StepBack] = []
        self._times = TimeOrder()
        self._corrections: list[Correction] = []
        self._rules = SequenceRules()

    @property
    def size(self) -> int:
        """The number of entries read."""
        return self.edge.size

    def add(self, segment: Segment) -> None:
        """Add the next segment."""
        assert segment.first == self.size + 1, "segments come in order"
        before = (self.edge.size, tuple(self.edge.hashes))
        for size, subtrees in sorted(segment.subtrees.items()):
            self.edge = Edge(*before)
            for level, subtree in subtrees:
                self.edge.append(subtree, level)
            self.roots[size] = self.edge.root
        for account, (given, received) in segment.balances.items():
            so_far = self.balances.get(account, Tally(0, 0))
            self.balances[account] = Tally(so_far.given + given, so_far.received + received)
        self.last_day = max(self.last_day, segment.last_day)
        self.is_founded |= segment.founds
        self._add_times(segment)
        for fault in segment.faults:
            self._fault(*fault)
        self.more_faults += segment.more_faults
        self._corrections.extend(segment.corrections)
        self.erasures.extend(segment.erasures)
        # If the first command began in the segment before, it must not count as a second one.
        continues = bool(segment.opens) and segment.opens == self._closes
        self._rules.add(segment.subjects, segment.commands[COMMAND_BYTES if continues else 0 :])
        self._closes = segment.closes or self._closes

    def _add_times(self, segment: Segment) -> None:
        steps = segment.steps_back
        if segment.opened_at and (step := self._times.step_back(segment.first, segment.opened_at)):
            steps = [step, *steps]
        starts_again = any(step.is_too_large for step in steps)
        self._times.latest = segment.latest_at if starts_again else max(self._times.latest, segment.latest_at)
        for step in steps:
            if step.is_too_large:
                self._fault(step.number, f"it was recorded {step.in_words} before an earlier entry", is_unknown=False)
            else:
                self.steps_back.append(step)

    def _fault(self, number: int, message: str, is_unknown: bool) -> None:
        """Keep a fault, or only count it if there are many: a log can be wrong from end to end."""
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(Fault(number, message, is_unknown))
        else:
            self.more_faults += 1

    def finish(self) -> bytes:
        """Return the table of corrections, and add what breaks the sequence rules to the faults."""
        for number, message in self._rules.violations():
            self._fault(number, message, is_unknown=False)
        self.faults.sort()
        return corrections_table(self._corrections, self._rules.originals)
