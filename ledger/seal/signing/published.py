"""What is sealed, for readers: notes, tiles, proofs and receipts, all of them under the last seal.

Nothing here waits for a lock, signs, or changes a file. Hashes come from the cache of the tree and are proved against the
signed root before they are returned. A cache that is damaged, or is being rebuilt, raises `HashesOutOfReach` and never returns
a wrong hash. Nothing after the last seal is shown.
"""

import os
from bisect import bisect_left
from collections.abc import Generator, Sequence
from contextlib import contextmanager

from ledger.log.store import Log
from ledger.seal.signing.folder import TREE, SealFolder
from ledger.seal.signing.tree import POSITION_BYTES, POSITIONS, level_name
from ledger.seal.verifying.merkle import (
    HASH_BYTES,
    Edge,
    ProofFails,
    check_consistency,
    check_inclusion,
    consistency,
    edge_at,
    inclusion,
    leaf_hash,
)
from ledger.seal.verifying.note import Checkpoint, Sealed
from ledger.seal.verifying.receipt import Receipt

TILE_WIDTH = 256
TILE_LEVELS = 8
"""A tile holds 256 consecutive hashes, which is eight levels of the tree (C2SP tlog-tiles)."""


class NothingSealed(Exception):
    """There is no seal yet."""


class NotUnderTheSeal(Exception):
    """The last seal does not cover this, or no tree has it."""


class HashesOutOfReach(Exception):
    """The cache of hashes is missing, damaged or being rebuilt. The next seal repairs it."""


class NotAsSealed(Exception):
    """The entry with this number (counting from 1) is not what was sealed."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Published:
    """Reads one folder of seals; safe to use from many threads. A folder whose last seal is missing raises SealRefused."""

    def __init__(self, folder: SealFolder) -> None:
        self.folder = folder
        self._tree = folder.path / TREE

    def latest(self) -> Sealed:
        """The last seal. Raise NothingSealed while no entry is sealed."""
        sealed = self.folder.latest() if self.folder.is_begun else None
        if sealed is None or sealed.checkpoint.size == 0:
            raise NothingSealed
        return sealed

    def at(self, size: int) -> Sealed:
        """The seal over this many entries."""
        if not 0 < size <= self.latest().checkpoint.size or size not in self.folder.sizes():
            raise NotUnderTheSeal
        return self.folder.at(size)

    def root_at(self, size: int) -> bytes:
        """The root over the first `size` entries, proved to be the start of what was sealed last."""
        return self._root_at(size, self.latest().checkpoint)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The path from the leaf with this index (counting from 0) to the root over the first `size` entries."""
        return self._inclusion(index, size, self.latest().checkpoint)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the first `old` entries are the start of the first `new` ones."""
        last = self.latest().checkpoint
        if not 0 < old <= new <= last.size:
            raise NotUnderTheSeal
        old_root, new_root = self._root_at(old, last), self._root_at(new, last)
        proof = consistency(old, new, self._node)
        with _proved():
            check_consistency(old, old_root, new, new_root, proof)
        return proof

    def tile(self, level: int, index: int, width: int) -> list[bytes]:
        """`width` consecutive hashes starting at `index` times 256, each over 256**level entries."""
        last = self.latest().checkpoint
        height, first = TILE_LEVELS * level, index * TILE_WIDTH
        if not 1 <= width <= TILE_WIDTH or (first + width) << height > last.size:
            raise NotUnderTheSeal
        hashes = self._nodes(height, first, width)
        self._must_be_sealed(hashes, height, first, last)
        return hashes

    def entries(self, index: int, width: int, log: Log) -> list[bytes]:
        """The stored bytes of the entries whose hashes are in this tile of level 0, read from the log and checked."""
        leaves = self.tile(0, index, width)
        number = index * TILE_WIDTH + 1
        stored = log.from_position(self.position_of(number) - 1, limit=width)
        for place, leaf in enumerate(leaves):
            if place >= len(stored) or leaf_hash(stored[place].data) != leaf:
                raise NotAsSealed(number + place)
        return [entry.data for entry in stored]

    def receipt(self, number: int, log: Log) -> Receipt:
        """The receipt of the entry with this number, under the last seal."""
        sealed = self.latest()
        path = self._inclusion(number - 1, sealed.checkpoint.size, sealed.checkpoint)
        stored = log.from_position(self.position_of(number) - 1, limit=1)
        if not stored or leaf_hash(stored[0].data) != self._node(0, number - 1):
            raise NotAsSealed(number)
        return Receipt(stored[0].data, number - 1, tuple(path), sealed.note.data)

    def leaf(self, number: int) -> bytes:
        """The hash of an entry as it was sealed: from the cache, proved against the signed root."""
        last = self.latest().checkpoint
        self._inclusion(number - 1, last.size, last)
        return self._node(0, number - 1)

    def number_at(self, position: int) -> int | None:
        """The number of the sealed entry at this position in the log, or None if it is later than the last seal."""
        size = self.latest().checkpoint.size
        if position > self.position_of(size):
            return None
        return bisect_left(range(size), position, key=lambda place: self.position_of(place + 1)) + 1

    def position_of(self, number: int) -> int:
        """The position in the log of the entry with this number, according to the cache."""
        return int.from_bytes(self._records(POSITIONS, number - 1, 1, POSITION_BYTES))

    def _inclusion(self, index: int, size: int, last: Checkpoint) -> list[bytes]:
        if not 0 <= index < size <= last.size:
            raise NotUnderTheSeal
        root, leaf = self._root_at(size, last), self._node(0, index)
        path = inclusion(index, size, self._node)
        with _proved():
            check_inclusion(leaf, index, size, path, root)
        return path

    def _root_at(self, size: int, last: Checkpoint) -> bytes:
        if not 0 < size <= last.size:
            raise NotUnderTheSeal
        root = edge_at(size, self._node).root
        with _proved():
            check_consistency(size, root, last.size, last.root, consistency(size, last.size, self._node))
        return root

    def _must_be_sealed(self, hashes: Sequence[bytes], height: int, first: int, last: Checkpoint) -> None:
        """Check that each perfect subtree over some of the hashes is in the sealed tree at its place."""
        place = first
        while place < first + len(hashes):
            rest = first + len(hashes) - place
            levels = min((place & -place or TILE_WIDTH).bit_length(), rest.bit_length()) - 1
            edge = Edge()
            for node in hashes[place - first : place - first + (1 << levels)]:
                edge.append(node)
            # The subtree is a leaf of the tree above it, whose last leaf may be a subtree that is not yet full.
            above, index = height + levels, place >> levels
            path = inclusion(index << above, last.size, self._node)[above:]
            with _proved():
                check_inclusion(edge.root, index, ((last.size - 1) >> above) + 1, path, last.root)
            place += 1 << levels

    def _node(self, level: int, index: int) -> bytes:
        return self._nodes(level, index, 1)[0]

    def _nodes(self, level: int, first: int, count: int) -> list[bytes]:
        records = self._records(level_name(level), first, count, HASH_BYTES)
        return [records[start : start + HASH_BYTES] for start in range(0, len(records), HASH_BYTES)]

    def _records(self, name: str, first: int, count: int, width: int) -> bytes:
        try:
            with (self._tree / name).open("rb", buffering=0) as file:
                records = os.pread(file.fileno(), count * width, first * width)
        except OSError as error:
            raise HashesOutOfReach from error
        if len(records) != count * width:
            raise HashesOutOfReach
        return records


@contextmanager
def _proved() -> Generator[None]:
    """Raise HashesOutOfReach if what was read from the cache does not lead to the signed root."""
    try:
        yield
    except ProofFails as error:
        raise HashesOutOfReach from error
