"""The hash tree of a log, computed from its entries in order and cached in files that can be deleted.

Each level has an append-only file with 32 bytes per node, and another file holds the position of each entry in the log: about
72 bytes per entry. After a crash the files may differ in length; then whatever some of them lack is cut off the others.
"""

import os
from bisect import bisect_left
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Self

from ledger.log.store import Log
from ledger.seal.verifying.merkle import HASH_BYTES, Edge, edge_at, leaf_hash

POSITIONS = "positions"
POSITION_BYTES = 8
_BATCH = 2_000

EntryProgress = Callable[[int], None]
"""Called with the number of the last entry read."""

Look = Callable[[int, bytes], None]
"""Called with the number and the bytes of an entry that is read."""


class Tree:
    """The tree of one log. Only one process at a time may have it open (`SealFolder.alone`)."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._positions = _Column(folder / POSITIONS, POSITION_BYTES)
        self._levels: list[_Column] = []
        while self._path(len(self._levels)).exists() or not self._levels:
            self._levels.append(_Column(self._path(len(self._levels)), HASH_BYTES))
        self.size = self._whole_size()
        self._cut_to(self.size)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for column in (self._positions, *self._levels):
            column.close()

    def follow(self, log: Log, progress: EntryProgress = lambda number: None) -> None:
        """Add the entries that the log has after the last one in the tree."""
        edge = edge_at(self.size, self.node)
        entries = log.scan(after=self.position_of(self.size) if self.size else 0)
        while batch := list(islice(entries, _BATCH)):
            completed: list[list[bytes]] = []
            for _, data in batch:
                for level, node in enumerate(edge.append(leaf_hash(data))):
                    if level == len(completed):
                        completed.append([])
                    completed[level].append(node)
            for level, nodes in enumerate(completed):
                if level == len(self._levels):
                    self._levels.append(_Column(self._path(level), HASH_BYTES))
                self._levels[level].append(nodes)
            self._positions.append([position.to_bytes(POSITION_BYTES) for position, _ in batch])
            self.size = edge.size
            progress(self.size)

    def node(self, level: int, index: int) -> bytes:
        """The hash of a perfect subtree."""
        return self._levels[level].at(index)

    def root_at(self, size: int) -> bytes:
        """The root over the first `size` entries."""
        return self.edge_at(size).root

    def edge_at(self, size: int) -> Edge:
        """The right edge over the first `size` entries."""
        assert size <= self.size, "the tree is not that large"
        return edge_at(size, self.node)

    def position_of(self, number: int) -> int:
        """The position in the log of the entry with this number."""
        return int.from_bytes(self._positions.at(number - 1))

    def number_at(self, position: int) -> int:
        """The number of the entry at this position in the log, which must be in the tree."""
        return bisect_left(range(self.size), position, key=lambda place: self.position_of(place + 1)) + 1

    def reread(
        self,
        log: Log,
        after: int,
        upto: int,
        progress: EntryProgress = lambda number: None,
        look: Look = lambda number, data: None,
    ) -> int | None:
        """Read entries `after` + 1 to `upto` again. Return the number of the first that differs or is missing, or None.

        A log that was moved may have other positions. Then the cache is stale, and only the order of the entries counts.
        """
        number = after
        entries = log.scan(after=self.position_of(after) if after else 0)
        while number < upto and (batch := list(islice(entries, min(_BATCH, upto - number)))):
            known = self._levels[0].between(number, number + len(batch))
            for (_, data), leaf in zip(batch, known, strict=True):
                number += 1
                if leaf_hash(data) != leaf:
                    return number
                look(number, data)
            progress(number)
        return number + 1 if number < upto else None

    def forget(self) -> None:
        """Empty the cache."""
        self.size = 0
        self._cut_to(0)

    def _path(self, level: int) -> Path:
        return self._folder / level_name(level)

    def _whole_size(self) -> int:
        size = min(len(self._positions), len(self._levels[0]))
        for level, column in enumerate(self._levels):
            if len(column) < size >> level:
                size = ((len(column) + 1) << level) - 1
        highest = len(self._levels)
        return min(size, (1 << highest) - 1)

    def _cut_to(self, size: int) -> None:
        self._positions.cut_to(size)
        for level, column in enumerate(self._levels):
            column.cut_to(size >> level)


def level_name(level: int) -> str:
    """The name of the file with the hashes of one level."""
    return f"level-{level:02}"


class _Column:
    """A file of records of a fixed width."""

    def __init__(self, path: Path, width: int) -> None:
        self._file: BinaryIO = path.open("a+b", buffering=0)
        self._width = width

    def __len__(self) -> int:
        return os.fstat(self._file.fileno()).st_size // self._width

    def at(self, index: int) -> bytes:
        record = os.pread(self._file.fileno(), self._width, index * self._width)
        assert len(record) == self._width, "callers stay within the size of the tree"
        return record

    def between(self, first: int, last: int) -> list[bytes]:
        width = self._width
        records = os.pread(self._file.fileno(), (last - first) * width, first * width)
        return [records[start : start + width] for start in range(0, len(records), width)]

    def append(self, records: list[bytes]) -> None:
        data = memoryview(b"".join(records))
        while data:
            data = data[self._file.write(data) :]

    def cut_to(self, records: int) -> None:
        os.ftruncate(self._file.fileno(), records * self._width)

    def close(self) -> None:
        self._file.close()
