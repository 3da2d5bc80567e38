"""The hash tree follows RFC 6962, and wrong proofs fail."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.seal.verifying.merkle import (
    EMPTY_ROOT,
    Edge,
    ProofFails,
    check_consistency,
    check_inclusion,
    consistency,
    edge_at,
    inclusion,
    leaf_hash,
    levels,
    node_hash,
)

# The reference tree of the Certificate Transparency project: its leaves, and the root after each of them.
REFERENCE_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
REFERENCE_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
REFERENCE_PATH_OF_THE_SIXTH = [
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
]

SIZES = st.integers(1, 70)


def naive_root(leaves: list[bytes]) -> bytes:
    """The definition, word for word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else EMPTY_ROOT
    half = 1
    while 2 * half < len(leaves):
        half *= 2
    return node_hash(naive_root(leaves[:half]), naive_root(leaves[half:]))


LEAVES = [leaf_hash(b"%d" % number) for number in range(70)]


def nodes(level: int, index: int) -> bytes:
    """The perfect subtrees of the tree above LEAVES."""
    return naive_root(LEAVES[index << level : (index + 1) << level])


def test_the_reference_tree_has_the_reference_roots() -> None:
    edge = Edge()
    roots: list[str] = []
    for leaf in REFERENCE_LEAVES:
        edge.append(leaf_hash(bytes.fromhex(leaf)))
        roots.append(edge.root.hex())

    assert roots == REFERENCE_ROOTS
    assert Edge().root == EMPTY_ROOT


def test_the_reference_path_leads_to_the_reference_root() -> None:
    leaf = leaf_hash(bytes.fromhex(REFERENCE_LEAVES[5]))
    path = [bytes.fromhex(node) for node in REFERENCE_PATH_OF_THE_SIXTH]

    check_inclusion(leaf, 5, 8, path, bytes.fromhex(REFERENCE_ROOTS[7]))


@given(SIZES)
def test_a_growing_tree_has_the_root_that_the_definition_gives(size: int) -> None:
    edge = Edge()
    for number, leaf in enumerate(LEAVES[:size], start=1):
        for level, node in enumerate(edge.append(leaf)):
            assert node == nodes(level, (number >> level) - 1)

    assert edge.root == naive_root(LEAVES[:size]) == edge_at(size, nodes).root


@given(st.integers(0, 20))
def test_levels_end_with_the_one_that_has_no_pairs(size: int) -> None:
    found = levels(LEAVES[:size])

    assert [len(level) for level in found] == [size >> level for level in range(max(1, size.bit_length()))]
    assert all(node == nodes(level, index) for level, row in enumerate(found) for index, node in enumerate(row))


@settings(max_examples=60, deadline=None)
@given(SIZES, st.data())
def test_whole_subtrees_can_be_appended(size: int, data: st.DataObject) -> None:
    level = data.draw(st.integers(0, 3))
    begin = size >> level << level
    one, other = edge_at(begin, nodes), edge_at(begin, nodes)
    leaves = [leaf_hash(b"new %d" % number) for number in range(1 << level)]

    for leaf in leaves:
        one.append(leaf)
    other.append(naive_root(leaves), level)

    assert (one.size, one.root) == (other.size, other.root)


@settings(max_examples=60, deadline=None)
@given(SIZES, st.data())
def test_every_leaf_has_a_path_and_only_that_one_verifies(size: int, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, size - 1))
    path, root = inclusion(place, size, nodes), naive_root(LEAVES[:size])

    check_inclusion(LEAVES[place], place, size, path, root)

    refused(check_inclusion, leaf_hash(b"another"), place, size, path, root)
    refused(check_inclusion, LEAVES[place], place, size, path, leaf_hash(b"another"))
    refused(check_inclusion, LEAVES[place], place, size, [*path, root], root)
    refused(check_inclusion, LEAVES[place], place, size, [root, *path], root)
    refused(check_inclusion, LEAVES[place], -1, size, path, root)
    refused(check_inclusion, LEAVES[place], size, size, path, root)
    refused(check_inclusion, LEAVES[place], place, 0, path, root)
    if path:
        refused(check_inclusion, LEAVES[place], place, size, path[1:], root)
        refused(check_inclusion, LEAVES[place], place, size, path[:-1], root)
        refused(check_inclusion, LEAVES[place], place, size, flipped(path, data), root)
        refused(check_inclusion, LEAVES[place], place ^ 1, size, path, root)


@settings(max_examples=60, deadline=None)
@given(SIZES, st.data())
def test_every_older_tree_has_a_proof_and_only_that_one_verifies(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    roots = naive_root(LEAVES[:old]), naive_root(LEAVES[:size])
    proof = consistency(old, size, nodes)

    check_consistency(old, roots[0], size, roots[1], proof)

    another = leaf_hash(b"another")
    refused(check_consistency, old, another, size, roots[1], proof)
    refused(check_consistency, old, roots[0], size, another, proof)
    refused(check_consistency, 0, roots[0], size, roots[1], proof)
    refused(check_consistency, size + 1, roots[0], size, roots[1], proof)
    refused(check_consistency, old, roots[0], size, roots[1], [*proof, another])
    if proof:
        refused(check_consistency, old, roots[0], size, roots[1], proof[:-1])
        refused(check_consistency, old, roots[0], size, roots[1], flipped(proof, data))
        refused(check_consistency, old, roots[0], size, roots[1], [])


@pytest.mark.parametrize("hashes", [b"", b"short", b"x" * 33])
def test_values_that_are_not_hashes_are_rejected(hashes: bytes) -> None:
    refused(check_inclusion, hashes, 0, 1, [], hashes)
    refused(check_consistency, 1, hashes, 1, hashes, [])


def refused(check: object, *what: object) -> None:
    assert callable(check)
    with pytest.raises(ProofFails):
        check(*what)


def flipped(path: list[bytes], data: st.DataObject) -> list[bytes]:
    """The path with one bit changed."""
    number, bit = data.draw(st.integers(0, len(path) - 1)), data.draw(st.integers(0, 255))
    changed = int.from_bytes(path[number]) ^ 1 << bit
    return [*path[:number], changed.to_bytes(32), *path[number + 1 :]]


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("length", [31, 33])
def test_hashes_of_another_length_are_rejected_everywhere(place: int, length: int) -> None:
    hashes = [LEAVES[0], naive_root(LEAVES[:2]), LEAVES[1]]
    hashes[place] = (hashes[place] * 2)[:length]
    first, second, third = hashes

    with pytest.raises(ProofFails, match="a hash has 32 bytes"):
        check_inclusion(first, 0, 2, [third], second)
    with pytest.raises(ProofFails, match="a hash has 32 bytes"):
        check_consistency(1, first, 2, second, [third])


def test_the_boundary_between_two_hashes_cannot_be_moved() -> None:
    leaf, other = LEAVES[0] + LEAVES[1][:1], LEAVES[1][1:]
    assert node_hash(leaf, other) == naive_root(LEAVES[:2]), "the same bytes, parted elsewhere"

    with pytest.raises(ProofFails):
        check_inclusion(leaf, 0, 2, [other], naive_root(LEAVES[:2]))
