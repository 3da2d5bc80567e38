"""What was sealed, for readers: notes, tiles, proofs and receipts, all of them under the last seal that was given.

Nothing here waits for whoever seals, signs, or changes a file. Hashes come from the cache of the tree, and are led up to the
signed root before they are handed out: a cache that is damaged, or just being made anew, gives `HashesOutOfReach`, never a
wrong hash. Nothing beyond the last seal is told.
"""

import os
from bisect import bisect_left
from collections.abc import Generator, Sequence
from contextlib import contextmanager

from ledger.log.store import Log
from ledger.seal.checkpoint import Checkpoint, Sealed
from ledger.seal.folder import TREE, SealFolder
from ledger.seal.merkle import (
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
from ledger.seal.receipt import Receipt
from ledger.seal.tree import POSITION_BYTES, POSITIONS, level_name

TILE_WIDTH = 256
TILE_LEVELS = 8
"""A tile holds 256 hashes side by side: eight levels of the tree (C2SP tlog-tiles)."""


class NothingSealed(Exception):
    """No seal was given yet."""


class NotUnderTheSeal(Exception):
    """Asked for something that the last seal does not cover, or that no tree has."""


class HashesOutOfReach(Exception):
    """The cache of hashes is missing, damaged, or being made anew; it mends itself with the next seal."""


class NotAsSealed(Exception):
    """An entry of the log is not what was sealed: `number`, from one on."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Published:
    """Reads one folder of seals, from as many threads as like to. A folder without its last seal raises SealRefused."""

    def __init__(self, folder: SealFolder) -> None:
        self.folder = folder
        self._tree = folder.path / TREE

    def latest(self) -> Sealed:
        """The last seal that was given; refused with NothingSealed while there is none over any entry."""
        sealed = self.folder.latest() if self.folder.is_begun else None
        if sealed is None or sealed.checkpoint.size == 0:
            raise NothingSealed
        return sealed

    def at(self, size: int) -> Sealed:
        """The seal that was given over this many entries."""
        if not 0 < size <= self.latest().checkpoint.size or size not in self.folder.sizes():
            raise NotUnderTheSeal
        return self.folder.given(size)

    def root_at(self, size: int) -> bytes:
        """The root over the first entries, shown to be the beginning of what was sealed last."""
        return self._root_at(size, self.latest().checkpoint)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The path from the leaf with this index, from zero on, to the root over the first `size` entries."""
        return self._inclusion(index, size, self.latest().checkpoint)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the first `old` entries are the beginning of the first `new` ones."""
        last = self.latest().checkpoint
        if not 0 < old <= new <= last.size:
            raise NotUnderTheSeal
        old_root, new_root = self._root_at(old, last), self._root_at(new, last)
        proof = consistency(old, new, self._node)
        with _holding():
            check_consistency(old, old_root, new, new_root, proof)
        return proof

    def tile(self, level: int, index: int, width: int) -> list[bytes]:
        """Hashes side by side: `width` of them from `index` times 256 on, each over 256**level entries."""
        last = self.latest().checkpoint
        height, first = TILE_LEVELS * level, index * TILE_WIDTH
        if not 1 <= width <= TILE_WIDTH or (first + width) << height > last.size:
            raise NotUnderTheSeal
        hashes = self._nodes(height, first, width)
        self._must_lead_up(hashes, height, first, last)
        return hashes

    def entries(self, index: int, width: int, log: Log) -> list[bytes]:
        """The stored bytes of the entries whose hashes are in this tile of level 0, read from the log and hashed again."""
        leaves = self.tile(0, index, width)
        number = index * TILE_WIDTH + 1
        stored = log.from_position(self.position_of(number) - 1, limit=width)
        for place, leaf in enumerate(leaves):
            if place >= len(stored) or leaf_hash(stored[place].data) != leaf:
                raise NotAsSealed(number + place)
        return [entry.data for entry in stored]

    def receipt(self, number: int, log: Log) -> Receipt:
        """The receipt of an entry, by its number, under the last seal."""
        sealed = self.latest()
        path = self._inclusion(number - 1, sealed.checkpoint.size, sealed.checkpoint)
        stored = log.from_position(self.position_of(number) - 1, limit=1)
        if not stored or leaf_hash(stored[0].data) != self._node(0, number - 1):
            raise NotAsSealed(number)
        return Receipt(stored[0].data, number - 1, tuple(path), sealed.note.data)

    def leaf(self, number: int) -> bytes:
        """The hash of an entry as it was sealed: from the cache, shown to lead to the root that was signed."""
        last = self.latest().checkpoint
        self._inclusion(number - 1, last.size, last)
        return self._node(0, number - 1)

    def number_at(self, position: int) -> int | None:
        """The number of the sealed entry at this position of the log; None when it came after the last seal."""
        size = self.latest().checkpoint.size
        if position > self.position_of(size):
            return None
        return bisect_left(range(size), position, key=lambda place: self.position_of(place + 1)) + 1

    def position_of(self, number: int) -> int:
        """Where in the log the entry with this number lies, as far as the cache knows."""
        return int.from_bytes(self._records(POSITIONS, number - 1, 1, POSITION_BYTES))

    def _inclusion(self, index: int, size: int, last: Checkpoint) -> list[bytes]:
        if not 0 <= index < size <= last.size:
            raise NotUnderTheSeal
        root, leaf = self._root_at(size, last), self._node(0, index)
        path = inclusion(index, size, self._node)
        with _holding():
            check_inclusion(leaf, index, size, path, root)
        return path

    def _root_at(self, size: int, last: Checkpoint) -> bytes:
        if not 0 < size <= last.size:
            raise NotUnderTheSeal
        root = edge_at(size, self._node).root
        with _holding():
            check_consistency(size, root, last.size, last.root, consistency(size, last.size, self._node))
        return root

    def _must_lead_up(self, hashes: Sequence[bytes], height: int, first: int, last: Checkpoint) -> None:
        """Each perfect subtree over some of the hashes must be in the sealed tree, at its place."""
        place = first
        while place < first + len(hashes):
            rest = first + len(hashes) - place
            levels = min((place & -place or TILE_WIDTH).bit_length(), rest.bit_length()) - 1
            edge = Edge()
            for node in hashes[place - first : place - first + (1 << levels)]:
                edge.append(node)
            # The subtree is a leaf of the tree above it, whose last leaf may be a subtree that is not full yet.
            above, index = height + levels, place >> levels
            path = inclusion(index << above, last.size, self._node)[above:]
            with _holding():
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
def _holding() -> Generator[None]:
    """What was put together from the cache must lead to the signed root."""
    try:
        yield
    except ProofFails as error:
        raise HashesOutOfReach from error
