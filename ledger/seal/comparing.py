"""Files of a bundle beside what they should hold, a part at a time."""

from collections.abc import Sequence
from operator import ne
from pathlib import Path
from typing import BinaryIO

from ledger.seal.merkle import HASH_BYTES, Edge

LEAF_LINE_BYTES = 2 * HASH_BYTES + 1
_LONGEST_LINE = 4096
_MOST_OPENING_BYTES = 32 * 1024 * 1024


def leaf_lines(leaves: Sequence[bytes]) -> bytes:
    """Hashes as `leaves.txt` holds them: one on each line, hexadecimal."""
    return b"".join(leaves).hex("\n", HASH_BYTES).encode() + b"\n"


def is_same(path: Path, expected: bytes) -> bool:
    """Whether the file holds these bytes and no more."""
    return read_at_most(path, len(expected)) == expected


def read_at_most(path: Path, limit: int) -> bytes:
    """A file's bytes; of one that is longer, one byte more than `limit`, for which whoever asked will refuse it."""
    with path.open("rb") as file:
        return file.read(limit + 1)


def goes_on(file: BinaryIO) -> bool:
    """Whether something follows in a file that should be at its end."""
    return file.read(1) != b""


class LeafLines:
    """`leaves.txt` beside the hashes of the entries.

    `differing` is the number of the first line that is not the hash of its entry. `are_sealed` says, when the two do not
    fit, whether the file still leads to the sealed root, so that it is the entry that was changed.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._entries = 0
        self.differing: int | None = None
        self.hint = ""
        self.are_sealed = False

    def compare(self, first: int, leaves: Sequence[bytes]) -> None:
        """The next hashes, from entry `first` on."""
        self._entries += len(leaves)
        if self.differing is not None:
            return
        expected = leaf_lines(leaves)
        found = self._file.read(len(expected))
        if found == expected:
            return
        place = _first_difference(found, expected) // LEAF_LINE_BYTES
        self.differing = first + place
        lines, leaf = found.split(b"\n"), leaves[place].hex().encode()
        if leaf in lines:
            self.hint = f": its line holds what was sealed as entry {first + lines.index(leaf):,}"

    def end(self, size: int, root: bytes) -> None:
        """After the last entry: nothing may follow, and if something did not fit, the file is asked for its own root."""
        if self.differing is None and self._entries == size and goes_on(self._file):
            self.differing = size + 1
        if self.differing is not None:
            self.are_sealed = self._leads_to(root, size)

    def _leads_to(self, root: bytes, size: int) -> bool:
        self._file.seek(0)
        edge = Edge()
        try:
            for _ in range(size):
                edge.append(bytes.fromhex(self._file.read(LEAF_LINE_BYTES).decode()))
        except ValueError:
            return False
        return edge.root == root and not goes_on(self._file)


class JournalLines:
    """`journal.ledger` beside the movements of the entries. `differing` is about the first line that is not the same."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.differing: int | None = None
        self.opening = self._read_opening()
        self._lines = self.opening.count(b"\n")

    def compare(self, expected: bytes) -> None:
        """The next movements."""
        if self.differing is not None:
            return
        found = self._file.read(len(expected))
        if found == expected:
            self._lines += expected.count(b"\n")
            return
        at = _first_difference(found, expected)
        self.differing = self._lines + expected[:at].count(b"\n") + 1

    def end(self, closing: bytes) -> None:
        """The end of the journal, after which there is nothing."""
        self.compare(closing)
        if self.differing is None and goes_on(self._file):
            self.differing = self._lines + 1

    def _read_opening(self) -> bytes:
        """The comments, and behind an empty line the accounts, up to the next empty line."""
        opening = bytearray()
        blanks = 0
        while blanks < 2 and len(opening) < _MOST_OPENING_BYTES and (line := self._file.readline(_LONGEST_LINE)):
            opening += line
            blanks += line == b"\n"
        return bytes(opening)


def _first_difference(found: bytes, expected: bytes) -> int:
    differs = enumerate(map(ne, found, expected))
    return next((place for place, is_so in differs if is_so), min(len(found), len(expected)))
