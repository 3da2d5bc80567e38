"""Reads a log in segments of consecutive entries, and adds the segments up to the totals of the whole log.

Several processes can read at the same time, and none of them ever holds much of the log.
"""

import os
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import BinaryIO

from ledger.seal.verifying.bundle_files import Correction, Tally, corrections_table
from ledger.seal.verifying.canonical import LARGEST_ENTRY_BYTES
from ledger.seal.verifying.merkle import Edge
from ledger.seal.verifying.rules.replay import Replay
from ledger.seal.verifying.segment_reading import Erasure, Fault, Segment, Task, read_segment
from ledger.seal.verifying.sequence import COMMAND_BYTES, SequenceRules
from ledger.seal.verifying.times import StepBack, TimeOrder

ENTRIES = 1 << 12
"""A power of two, so that a full segment is one perfect subtree."""
_MOST_FAULTS = 100
"""More are counted, but not described."""
_LONGEST_LINE = LARGEST_ENTRY_BYTES + 2
_MOST_BYTES = 4 * 1024 * 1024
"""A segment of usual entries is smaller. Several are held at a time, and each is copied a few times."""
_WORTH_PROCESSES_BYTES = 8 * 1024 * 1024
"""One process reads a smaller log faster than several can be started."""

Progress = Callable[[int, int], None]
"""Called with the number of entries done, and the number of all."""


def tasks(
    file: BinaryIO, upto: int, origin: str, sizes: Sequence[int], secret: bytes, zone: str | None = None
) -> Iterator[Task]:
    """Cut the first `upto` lines of a file into tasks. A line longer than any entry comes in pieces, each of them a fault.

    A last line without its line break is left out: the number of entries shows that it is missing.
    """
    first = 1
    wanted = sorted(set(sizes))
    lines: list[bytes] = []
    while True:
        # A segment starts at a multiple of its size, so that its subtrees fit into the tree of the whole log.
        before = first - 1
        most = min(ENTRIES, before & -before or ENTRIES, upto - before)
        is_full = _read_lines(file, lines, most)
        if not lines:
            return
        taken = min(len(lines), most)
        if is_full and taken < most:
            taken = 1 << taken.bit_length() - 1
        last = before + taken
        within = wanted[bisect_left(wanted, first) : bisect_right(wanted, last)]
        yield Task(lines[:taken], first, origin, within, secret, zone)
        del lines[:taken]
        first = last + 1


def _read_lines(file: BinaryIO, lines: list[bytes], most: int) -> bool:
    """Read up to this many lines, after those that are there. Return whether they are too many bytes for more of them."""
    size = sum(map(len, lines))
    while len(lines) < most:
        if size >= _MOST_BYTES:
            return True
        line = file.readline(_LONGEST_LINE)
        if not line.endswith(b"\n") and len(line) < _LONGEST_LINE:
            return False
        lines.append(line)
        size += len(line)
    return False


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


class LogTotals:
    """The totals of the segments so far; with a replay, the rules are checked, too.

    Balances are in minutes; `roots` holds those at the sizes that were asked for.
    """

    _closes: tuple[str, ...] = ()
    """The command that the last entry answers."""

    def __init__(self, replay: Replay | None = None) -> None:
        self._replay = replay
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
        if self._replay is not None:
            for number, message in self._replay.violations(segment.timeline):
                self._fault(number, message, is_unknown=False)
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
        for number, message in self._rules.violations(self._replay and self._replay.stories):
            self._fault(number, message, is_unknown=False)
        self.faults.sort()
        return corrections_table(self._corrections, self._rules.originals)
