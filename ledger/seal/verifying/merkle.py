"""The hash tree of RFC 6962: leaves, nodes, the root, and proofs that a leaf or an older tree is part of a tree.

Every hash is SHA-256. A leaf is hashed after a zero byte and a node after a one, so that neither can pass for the other.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

Nodes = Callable[[int, int], bytes]
"""Returns the hash of a perfect subtree, given its level and index. Level 0 holds the leaves; each level above holds half as many."""


class ProofFails(Exception):
    """The proof does not lead to the expected root."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of an entry's stored bytes."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return sha256(b"\x01" + left + right).digest()


class Edge:
    """The right edge of a growing tree: its perfect subtrees, largest first. This is all that appending needs."""

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self.hashes = list(hashes)
        assert len(self.hashes) == size.bit_count(), "a tree has one perfect subtree for each binary digit of its size"

    def append(self, node: bytes, level: int = 0) -> list[bytes]:
        """Append a leaf, or a perfect subtree of 2**level leaves. Return the nodes this completes, from this level upwards."""
        assert self.size % (1 << level) == 0, "a subtree starts at a multiple of its size"
        completed = [node]
        height = level
        while self.size >> height & 1:
            node = node_hash(self.hashes.pop(), node)
            completed.append(node)
            height += 1
        self.hashes.append(node)
        self.size += 1 << level
        return completed

    @property
    def root(self) -> bytes:
        """The root of the whole tree."""
        if not self.hashes:
            return EMPTY_ROOT
        *others, root = self.hashes
        for left in reversed(others):
            root = node_hash(left, root)
        return root


def levels(leaves: Sequence[bytes]) -> list[Sequence[bytes]]:
    """The hashes of all perfect subtrees over these leaves, level by level, starting with the leaves."""
    found = [leaves]
    while len(found[-1]) > 1:
        found.append(list(map(node_hash, found[-1][::2], found[-1][1::2])))
    return found


def perfect_subtrees(size: int, nodes: Nodes) -> list[tuple[int, bytes]]:
    """The perfect subtrees of a tree of this size, as level and hash, largest first."""
    subtrees: list[tuple[int, bytes]] = []
    begin = 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            subtrees.append((level, nodes(level, begin >> level)))
            begin += 1 << level
    return subtrees


def edge_at(size: int, nodes: Nodes) -> Edge:
    """The right edge that the tree had at this size."""
    return Edge(size, [subtree for _, subtree in perfect_subtrees(size, nodes)])


def inclusion(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """The path from leaf `index` to the root of the first `size` leaves (RFC 6962, 2.1.1)."""
    assert 0 <= index < size, "only a leaf in the tree has a path"
    path: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(_range_root(middle, end, nodes))
            end = middle
        else:
            path.append(_range_root(begin, middle, nodes))
            begin = middle
    return path[::-1]


def consistency(old: int, new: int, nodes: Nodes) -> list[bytes]:
    """The proof that the first `old` leaves are unchanged in the first `new` ones (RFC 6962, 2.1.2)."""
    assert 0 < old <= new, "a proof leads from a tree with leaves to one with at least as many"
    proof: list[bytes] = []
    begin, end = 0, new
    while old != end:
        middle = begin + _split(end - begin)
        if old <= middle:
            proof.append(_range_root(middle, end, nodes))
            end = middle
        else:
            proof.append(_range_root(begin, middle, nodes))
            begin = middle
    if begin:
        proof.append(_range_root(begin, end, nodes))
    return proof[::-1]


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Raise ProofFails unless the path leads from this leaf hash at `index` to the root (RFC 9162, 2.1.3.2)."""
    _must_be_hashes(leaf, root, *path)
    if not 0 <= index < size:
        raise ProofFails("the tree has no such leaf")
    place, last = index, size - 1
    node = leaf
    for other in path:
        if last == 0:
            raise ProofFails("the path is too long")
        if place & 1 or place == last:
            node = node_hash(other, node)
            while place & 1 == 0:  # terminates, because place is never zero here: it is odd, or equal to last
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, other)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise ProofFails("the path is too short")
    if node != root:
        raise ProofFails("the path leads to another root")


def check_consistency(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Raise ProofFails unless the tree of `old` leaves is the start of the tree of `new` (RFC 9162, 2.1.4.2)."""
    _must_be_hashes(old_root, new_root, *proof)
    if not 0 < old <= new:
        raise ProofFails("only a tree with leaves can be the start of another")
    if old == new:
        if proof or old_root != new_root:
            raise ProofFails("two trees of the same size have different roots")
        return
    if not proof:
        raise ProofFails("the proof is too short")
    # A perfect tree is itself the first node of the path, so the proof leaves it out.
    start, *path = [old_root, *proof] if old & (old - 1) == 0 else proof
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old_node = new_node = start
    for other in path:
        if last == 0:
            raise ProofFails("the proof is too long")
        if place & 1 or place == last:
            old_node, new_node = node_hash(other, old_node), node_hash(other, new_node)
            while place & 1 == 0:  # terminates, because place is never zero here: it is odd, or equal to last
                place, last = place >> 1, last >> 1
        else:
            new_node = node_hash(new_node, other)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise ProofFails("the proof is too short")
    if old_node != old_root or new_node != new_root:
        raise ProofFails("the proof leads to different roots")


def _must_be_hashes(*hashes: bytes) -> None:
    if any(len(node) != HASH_BYTES for node in hashes):
        raise ProofFails(f"a hash has {HASH_BYTES} bytes")


def _split(width: int) -> int:
    """The largest power of two below the width: where RFC 6962 splits a tree."""
    return 1 << (width - 1).bit_length() - 1


def _range_root(begin: int, end: int, nodes: Nodes) -> bytes:
    width = end - begin
    if width & (width - 1) == 0:
        level = width.bit_length() - 1
        return nodes(level, begin >> level)
    middle = begin + _split(width)
    return node_hash(_range_root(begin, middle, nodes), _range_root(middle, end, nodes))
