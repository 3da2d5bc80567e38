"""A log is cut into segments, which several processes read in order."""

import io
import os
from collections.abc import Callable
from concurrent.futures import Future
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import ClassVar, Self

import pytest

from ledger.seal.verifying.segment_reading import Segment, Task
from ledger.seal.verifying.segments import ENTRIES, cores, read_segments, tasks

ORIGIN = "localhost/elm-street/1"


def test_lines_are_cut_into_segments_and_an_unfinished_line_is_left_out() -> None:
    lines = [b"%d\n" % number for number in range(ENTRIES + 3)]
    cut = list(tasks(io.BytesIO(b"".join(lines)), ENTRIES + 2, ORIGIN, [9, 1, ENTRIES, ENTRIES + 1], b"secret"))

    assert cut == [
        Task(lines[:ENTRIES], 1, ORIGIN, [1, 9, ENTRIES], b"secret"),
        Task(lines[ENTRIES : ENTRIES + 2], ENTRIES + 1, ORIGIN, [ENTRIES + 1], b"secret"),
    ]
    assert list(tasks(io.BytesIO(b"one\ntw"), 5, ORIGIN, [], b"secret")) == [Task([b"one\n"], 1, ORIGIN, [], b"secret")]
    assert list(tasks(io.BytesIO(b""), 5, ORIGIN, [], b"secret")) == []


def test_a_line_longer_than_any_entry_comes_in_pieces() -> None:
    longest = b"x" * 65_536 + b"\n"
    assert [cut.lines for cut in tasks(io.BytesIO(longest), 9, ORIGIN, [], b"")] == [[longest]]
    assert list(tasks(io.BytesIO(longest[:-1]), 9, ORIGIN, [], b"")) == []
    assert [cut.lines for cut in tasks(io.BytesIO(b"x" + longest[:-1]), 9, ORIGIN, [], b"")] == [[b"x" * 65_537]]
    (cut,) = tasks(io.BytesIO(b"x" + longest), 9, ORIGIN, [], b"")
    assert cut.lines == [b"x" * 65_537, b"\n"]


def test_usable_cores_are_counted_where_the_system_can_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 3, 5}, raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: 7)
    assert cores() == 3
    monkeypatch.delattr("os.sched_getaffinity")
    assert cores() == 7
    monkeypatch.setattr("os.cpu_count", lambda: None)
    assert cores() == 1


class Crowd:
    """Replaces a pool of processes: runs everything at once, and records how it was called."""

    called: ClassVar[list[tuple[int, str]]] = []

    def __init__(self, size: int, mp_context: BaseContext) -> None:
        self.called.append((size, mp_context.get_start_method()))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def submit(self, read: Callable[[Task], Segment], task: Task) -> Future[Segment]:
        done: Future[Segment] = Future()
        done.set_result(read(task))
        return done


@pytest.fixture
def crowd(monkeypatch: pytest.MonkeyPatch) -> type[Crowd]:
    monkeypatch.setattr("ledger.seal.verifying.segments.ProcessPoolExecutor", Crowd)
    monkeypatch.setattr("ledger.seal.verifying.segments.cores", lambda: 2)
    monkeypatch.setattr(Crowd, "called", [])
    return Crowd


@pytest.mark.parametrize(
    ("size", "workers", "called"),
    [
        (8 * 1024 * 1024, None, [(2, "spawn")]),
        (8 * 1024 * 1024 - 1, None, []),
        (8 * 1024 * 1024, 1, []),
        (1, 3, [(3, "spawn")]),
    ],
    ids=["large", "small", "alone", "asked for"],
)
def test_a_large_log_uses_a_process_for_each_core(
    size: int, workers: int | None, called: list[tuple[int, str]], crowd: type[Crowd], tmp_path: Path
) -> None:
    work = [Task([b"{}\n"], number, ORIGIN, (), b"") for number in range(1, 9)]
    path = tmp_path / "entries"
    path.touch()
    os.truncate(path, size)

    with path.open("rb") as file:
        read_in_order = [segment.first for segment in read_segments(file, iter(work), workers)]

    assert (read_in_order, crowd.called) == ([1, 2, 3, 4, 5, 6, 7, 8], called)


def test_no_more_is_read_ahead_than_keeps_every_process_busy(crowd: type[Crowd]) -> None:
    waiting = iter([Task([b"{}\n"], number, ORIGIN, (), b"") for number in range(1, 9)])

    segments = read_segments(io.BytesIO(), waiting, 3)

    assert next(segments).first == 1 and [task.first for task in waiting] == [5, 6, 7, 8]
    assert [segment.first for segment in segments] == [2, 3, 4] and crowd.called == [(3, "spawn")]
