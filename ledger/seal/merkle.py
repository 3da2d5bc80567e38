"""The tree of hashes of RFC 6962: leaves, nodes, the root, and proofs that a leaf or an older tree is in a tree.

SHA-256 throughout. A leaf is hashed behind a zero byte and a node behind a one, so that neither passes for the other.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

Nodes = Callable[[int, int], bytes]
"""The hash of a perfect subtree by its level and index: level 0 are the leaves, each level above halves their number."""


class ProofFails(Exception):
    """The proof does not lead to the root that it should lead to."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of an entry's stored bytes."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return sha256(b"\x01" + left + right).digest()


class Edge:
    """The right edge of a growing tree: the perfect subtrees it falls into, the largest first. All that appending needs."""

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self.hashes = list(hashes)
        assert len(self.hashes) == size.bit_count(), "a tree has one perfect subtree for each binary digit of its size"

    def append(self, node: bytes, level: int = 0) -> list[bytes]:
        """Adds a leaf, or a perfect subtree of 2**level leaves; answers what that completed, level by level from this one."""
        assert self.size % (1 << level) == 0, "a subtree begins where a subtree of its size may begin"
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
    """The hashes of all perfect subtrees over these leaves: the leaves themselves, and level by level those above."""
    found = [leaves]
    while len(found[-1]) > 1:
        found.append(list(map(node_hash, found[-1][::2], found[-1][1::2])))
    return found


def perfect_subtrees(size: int, nodes: Nodes) -> list[tuple[int, bytes]]:
    """The perfect subtrees that a tree of this size falls into: level and hash, the largest first."""
    subtrees: list[tuple[int, bytes]] = []
    begin = 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            subtrees.append((level, nodes(level, begin >> level)))
            begin += 1 << level
    return subtrees


def edge_at(size: int, nodes: Nodes) -> Edge:
    """The right edge as it was when the tree had this size."""
    return Edge(size, [subtree for _, subtree in perfect_subtrees(size, nodes)])


def inclusion(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """The path from leaf `index` to the root of the first `size` leaves (RFC 6962, 2.1.1)."""
    assert 0 <= index < size, "only a leaf of the tree has a path in it"
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
    assert 0 < old <= new, "a proof leads from a tree that has leaves to one that has as many or more"
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
    """Raises ProofFails unless the path leads from this leaf hash at `index` to the root (RFC 9162, 2.1.3.2)."""
    _must_be_hashes(leaf, root, *path)
    if not 0 <= index < size:
        raise ProofFails("there is no such leaf in the tree")
    place, last = index, size - 1
    node = leaf
    for other in path:
        if last == 0:
            raise ProofFails("the path is too long")
        if place & 1 or place == last:
            node = node_hash(other, node)
            while place & 1 == 0:  # ends, for here no place is zero: it is odd, or as great as the last
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, other)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise ProofFails("the path is too short")
    if node != root:
        raise ProofFails("the path leads to another root")


def check_consistency(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Raises ProofFails unless the tree of `old` leaves is the beginning of the tree of `new` (RFC 9162, 2.1.4.2)."""
    _must_be_hashes(old_root, new_root, *proof)
    if not 0 < old <= new:
        raise ProofFails("only a tree with leaves is the beginning of another")
    if old == new:
        if proof or old_root != new_root:
            raise ProofFails("two trees of one size have two roots")
        return
    if not proof:
        raise ProofFails("the proof is too short")
    # A perfect tree is itself the first node of the path, and so is left out of the proof.
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
            while place & 1 == 0:  # ends, for here no place is zero: it is odd, or as great as the last
                place, last = place >> 1, last >> 1
        else:
            new_node = node_hash(new_node, other)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise ProofFails("the proof is too short")
    if old_node != old_root or new_node != new_root:
        raise ProofFails("the proof leads to other roots")


def _must_be_hashes(*hashes: bytes) -> None:
    if any(len(node) != HASH_BYTES for node in hashes):
        raise ProofFails(f"a hash has {HASH_BYTES} bytes")


def _split(width: int) -> int:
    """The largest power of two below the width: where RFC 6962 parts a tree."""
    return 1 << (width - 1).bit_length() - 1


def _range_root(begin: int, end: int, nodes: Nodes) -> bytes:
    width = end - begin
    if width & (width - 1) == 0:
        level = width.bit_length() - 1
        return nodes(level, begin >> level)
    middle = begin + _split(width)
    return node_hash(_range_root(begin, middle, nodes), _range_root(middle, end, nodes))
