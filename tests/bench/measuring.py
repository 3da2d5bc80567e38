"""Measures two ways of doing the same job in turn, so that a busy machine disturbs both alike."""

import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import psutil


class Line(NamedTuple):
    """One line of the report: what was measured, ours, the other's, their ratio, and the budget for it."""

    what: str
    ours: str
    other: str
    ratio: float | None
    budget: str
    kept: bool | None

    @property
    def verdict(self) -> str:
        """Whether the budget was kept."""
        return "" if self.kept is None else "kept" if self.kept else "**missed**"


class Pair(NamedTuple):
    """Medians of two jobs that were timed in turn, in seconds each."""

    ours: float
    other: float

    @property
    def ratio(self) -> float:
        """How many times the other's time ours took."""
        return self.ours / self.other


def in_turn(ours: Callable[[], float], other: Callable[[], float], *, rounds: int) -> Pair:
    """Run both jobs in turn. Each returns its own seconds. The first round is not counted."""
    first: list[float] = []
    second: list[float] = []
    for number in range(rounds + 1):
        timed = (ours(), other()) if number % 2 else tuple(reversed((other(), ours())))
        if number:
            first.append(timed[0])
            second.append(timed[1])
    return Pair(statistics.median(first), statistics.median(second))


def seconds(job: Callable[[], object], times: int = 1) -> float:
    """Seconds that one of `times` runs of the job took."""
    begun = time.perf_counter()
    for _ in range(times):
        job()
    return (time.perf_counter() - begun) / times


class Ran(NamedTuple):
    """A whole process: its seconds, the most memory it or one that it started held, in MB, and all their seconds of processor."""

    seconds: float
    megabytes: float
    worked: float


def process(command: Sequence[str]) -> Ran:
    """Runs a command, output thrown away, and watches its memory."""
    launched = [sys.executable, "-m", "tests.bench.launcher", *command]
    told = subprocess.run(launched, capture_output=True, text=True, check=False)
    if told.returncode:
        raise RuntimeError(f"{command[0]} failed: {told.stderr}")
    took, kilobytes, worked = told.stdout.split()
    return Ran(float(took), int(kilobytes) / 1024, float(worked))


def memory_of(pid: int) -> float:
    """Megabytes that a running process holds by itself."""
    return psutil.Process(pid).memory_info().rss / 2**20


def machine() -> str:
    """The machine in a line."""
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{psutil.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, "
        f"Python {sys.version.split()[0]}"
    )


def milliseconds(value: float) -> str:
    """Seconds as milliseconds, with the digits that matter."""
    return f"{value * 1000:.2f} ms" if value < 0.1 else f"{value * 1000:.0f} ms"
