"""A whole book, put together from its stretches in order: root, balances, corrections, and what is wrong."""

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import BinaryIO

from ledger.seal.journal import Correction, Tally, corrections_table
from ledger.seal.merkle import Edge
from ledger.seal.order import COMMAND_BYTES, Order
from ledger.seal.stretch import Erasure, Fault, Stretch, Task, read_stretch

_WORTH_A_CROWD_BYTES = 8 * 1024 * 1024
"""A smaller book is read by one process sooner than several are started."""
_MOST_FAULTS = 100


class Book:
    """What the stretches so far come to. Balances are in minutes; `roots` are those at the sizes asked for."""

    _closes: tuple[str, ...] = ()
    """The command that the last entry answers."""

    def __init__(self) -> None:
        self.edge = Edge()
        self.roots: dict[int, bytes] = {}
        self.balances: dict[str, Tally] = {}
        self.last_day = ""
        self.faults: list[Fault] = []
        self.erasures: list[Erasure] = []
        self._corrections: list[Correction] = []
        self._order = Order()

    @property
    def size(self) -> int:
        """How many entries were read."""
        return self.edge.size

    def add(self, stretch: Stretch) -> None:
        """The next stretch."""
        assert stretch.first == self.size + 1, "stretches come in order"
        before = (self.edge.size, tuple(self.edge.hashes))
        for size, subtrees in sorted(stretch.subtrees.items()):
            self.edge = Edge(*before)
            for level, subtree in subtrees:
                self.edge.append(subtree, level)
            self.roots[size] = self.edge.root
        for account, (given, received) in stretch.balances.items():
            so_far = self.balances.get(account, Tally(0, 0))
            self.balances[account] = Tally(so_far.given + given, so_far.received + received)
        self.last_day = max(self.last_day, stretch.last_day)
        self.faults.extend(stretch.faults[: _MOST_FAULTS - len(self.faults)])
        self._corrections.extend(stretch.corrections)
        self.erasures.extend(stretch.erasures)
        # The first command may have begun in the stretch before; then it is not a second one.
        goes_on = bool(stretch.opens) and stretch.opens == self._closes
        self._order.add(stretch.subjects, stretch.commands[COMMAND_BYTES if goes_on else 0 :])
        self._closes = stretch.closes or self._closes

    def finish(self) -> bytes:
        """The table of corrections; what is out of order in the whole book is now among the faults."""
        wrong = [Fault(number, words, is_unknown=False) for number, words in self._order.wrong()]
        self.faults = sorted({*self.faults, *wrong})
        return corrections_table(self._corrections, self._order.originals)


def in_stretches(file: BinaryIO, work: Iterator[Task], workers: int | None = None) -> Iterator[Stretch]:
    """Reads the tasks in order, on all cores when that is worth it, and never far ahead of whoever asks."""
    wanted = workers or cores()
    if wanted == 1 or (workers is None and os.fstat(file.fileno()).st_size < _WORTH_A_CROWD_BYTES):
        yield from map(read_stretch, work)
        return
    # "spawn": each process begins empty, so none takes along what its parent holds.
    with ProcessPoolExecutor(wanted, mp_context=get_context("spawn")) as crowd:
        ahead: deque[Future[Stretch]] = deque()
        for task in work:
            ahead.append(crowd.submit(read_stretch, task))
            if len(ahead) > wanted:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def cores() -> int:
    """The cores that this process may use; not every system can say which."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


Told = Callable[[int, int], None]
"""Is told how many entries are done, and of how many."""
