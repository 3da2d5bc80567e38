"""Reads one segment of consecutive entries: their hashes, what they move, what they need to be allowed, and what is wrong with them."""

from collections.abc import Sequence
from typing import NamedTuple

from ledger.seal.verifying.bundle_files import Correction, Tally
from ledger.seal.verifying.canonical import FOUNDED, BadEntry, UnknownKind
from ledger.seal.verifying.entry_reading import read
from ledger.seal.verifying.marks import Marks
from ledger.seal.verifying.merkle import leaf_hash, levels, perfect_subtrees
from ledger.seal.verifying.rules.loggable_days import LoggableDays
from ledger.seal.verifying.rules.requirements import Change, RequirementReader, Requirements
from ledger.seal.verifying.times import StepBack, TimeOrder

_MOST_FAULTS_IN_SEGMENT = 20


class Task(NamedTuple):
    """Lines to read, the number of the first, and the ascending sizes of the log at which roots are wanted.

    `zone` is the community's time zone; without it, the rules are not read.
    """

    lines: Sequence[bytes]
    first: int
    origin: str
    sizes: Sequence[int]
    secret: bytes
    zone: str | None = None


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
    timeline: list[Requirements | Change]


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
        {account: Tally(*minutes) for account, minutes in reading.balances.items()},
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
        [] if reading.rules is None else reading.rules.timeline,
    )


class _Reading:
    def __init__(self, task: Task) -> None:
        self._origin = task.origin
        self.marks = Marks(task.secret)
        self.rules = None if task.zone is None else RequirementReader(LoggableDays(task.zone), self.marks)
        self.faults: list[Fault] = []
        self.more_faults = 0
        self.balances: dict[str, list[int]] = {}
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
            self._fault(number, str(error), isinstance(error, UnknownKind))

    def _fault(self, number: int, message: str, is_unknown: bool) -> None:
        if len(self.faults) < _MOST_FAULTS_IN_SEGMENT:
            self.faults.append(Fault(number, message, is_unknown))
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
        if self.rules is not None and (message := self.rules.take(number, entry)):
            self._fault(number, message, is_unknown=False)
        if entry.correction is not None:
            self.corrections.append(entry.correction)
        if entry.erased is not None:
            self.erasures.append(Erasure(number, entry.at[:10], entry.erased))
        if step := self.times.step_back(number, entry.at):
            self.steps_back.append(step)
        if not entry.moved:
            return
        for account, given, received in entry.moved:
            so_far = self.balances.setdefault(account, [0, 0])
            so_far[0] += given
            so_far[1] += received
        self.journal.append(entry.journal)
        self.last_day = max(self.last_day, entry.at[:10])
