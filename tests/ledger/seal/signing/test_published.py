"""Everything that readers get is under the last seal and proved against its root, and never waits for the signer."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.log.sqlite_recorder import SQLiteDCBRecorder
from ledger.log.store import Log
from ledger.seal.signing.folder import SEALS, TREE, SealFolder
from ledger.seal.signing.published import HashesOutOfReach, NotAsSealed, NothingSealed, NotUnderTheSeal, Published
from ledger.seal.signing.tree import Tree, level_name
from ledger.seal.verifying.merkle import check_consistency, check_inclusion, leaf_hash
from ledger.seal.verifying.note import Checkpoint, parse_checkpoint, parse_note
from tests.ledger.seal.verifying.test_merkle import naive_root

SIZE = 700
LEAVES = [leaf_hash(b"entry %d" % number) for number in range(1, SIZE + 21)]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    """Twenty entries more than are sealed."""
    log = Log(SQLiteDCBRecorder(tmp_path / "log.db"))
    log.append([("x", b"entry %d" % number, ()) for number in range(1, SIZE + 21)], unless=(), after=0)
    yield log
    log.close()


@pytest.fixture
def published(log: Log, tmp_path: Path) -> Published:
    """Sealed at 300 and at 700 entries; the cache holds more hashes."""
    folder = SealFolder(tmp_path / "seal", "localhost/elm-street/1")
    folder.begin()
    with Tree(folder.path / TREE) as tree:
        tree.follow(log)
        for size in (300, SIZE):
            folder.sign(Checkpoint(folder.origin, size, tree.root_at(size)), keep=True)
    return Published(folder)


def test_nothing_is_published_before_the_first_seal(tmp_path: Path) -> None:
    folder = SealFolder(tmp_path / "seal", "localhost/elm-street/1")

    with pytest.raises(NothingSealed):
        Published(folder).latest()
    folder.begin()
    with pytest.raises(NothingSealed):
        Published(folder).latest()


def test_each_seal_is_found_by_its_number_of_entries(published: Published) -> None:
    assert [published.at(size).checkpoint.size for size in (300, SIZE)] == [300, SIZE]
    assert published.at(SIZE).note == published.latest().note
    for never in (0, 1, 299, SIZE + 20):
        with pytest.raises(NotUnderTheSeal):
            published.at(never)


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 300, 512, 699, 700])
def test_proofs_hold_for_every_size_up_to_the_seal(published: Published, size: int) -> None:
    root = naive_root(LEAVES[:size])

    assert published.root_at(size) == root
    for index in {0, size // 2, size - 1}:
        check_inclusion(LEAVES[index], index, size, published.inclusion(index, size), root)
    check_consistency(size, root, SIZE, naive_root(LEAVES[:SIZE]), published.consistency(size, SIZE))


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 5), (5, 5), (0, 701), (700, 720)])
def test_nothing_after_the_seal_is_proved(published: Published, index: int, size: int) -> None:
    with pytest.raises(NotUnderTheSeal):
        published.inclusion(index, size)


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 5), (-1, 5), (6, 5), (5, 701), (701, 720)])
def test_no_proof_leads_to_a_larger_tree_than_the_sealed_one(published: Published, old: int, new: int) -> None:
    with pytest.raises(NotUnderTheSeal):
        published.consistency(old, new)


def test_a_tile_holds_the_hashes_of_its_level(published: Published) -> None:
    tops = [naive_root(LEAVES[:256]), naive_root(LEAVES[256:512])]

    assert published.tile(0, 0, 256) == LEAVES[:256] and published.tile(0, 1, 256) == LEAVES[256:512]
    assert published.tile(0, 2, 188) == LEAVES[512:700]
    assert published.tile(1, 0, 2) == tops and published.tile(1, 0, 1) == tops[:1]
    assert [published.tile(0, 2, width) for width in (1, 100, 187)] == [
        LEAVES[512 : 512 + width] for width in (1, 100, 187)
    ]


@pytest.mark.parametrize("place", [(0, 2, 189), (0, 2, 256), (0, 3, 1), (1, 0, 3), (2, 0, 1), (63, 0, 1), (0, 0, 0)])
def test_a_tile_that_the_seal_does_not_fill_is_refused(published: Published, place: tuple[int, int, int]) -> None:
    with pytest.raises(NotUnderTheSeal):
        published.tile(*place)


def test_the_largest_tree_of_the_specification_s_own_example(tmp_path: Path) -> None:
    """70,000 entries: 273 tiles, a part of 112 hashes, one of 17 above them, and one of a single hash on top."""
    log = Log(SQLiteDCBRecorder(tmp_path / "log.db"))
    log.append([("x", b"entry %d" % number, ()) for number in range(1, 70_001)], unless=(), after=0)
    folder = SealFolder(tmp_path / "seal", "localhost/elm-street/1")
    folder.begin()
    with Tree(folder.path / TREE) as tree:
        tree.follow(log)
        folder.sign(Checkpoint(folder.origin, 70_000, tree.root_at(70_000)), keep=True)
    published = Published(folder)

    places = ((0, 272, 256), (0, 273, 112), (1, 0, 256), (1, 1, 17), (2, 0, 1))
    assert [len(published.tile(*place)) for place in places] == [256, 112, 256, 17, 1]
    assert published.tile(2, 0, 1) == [naive_root(published.tile(1, 0, 256))]
    assert published.tile(1, 1, 17)[-1] == naive_root(published.tile(0, 272, 256))
    for beyond in ((0, 273, 113), (1, 1, 18), (2, 0, 2), (3, 0, 1)):
        with pytest.raises(NotUnderTheSeal):
            published.tile(*beyond)
    log.close()


def test_entries_come_from_the_log_and_are_checked(published: Published, log: Log) -> None:
    assert published.entries(2, 188, log)[-1] == b"entry 700"
    with pytest.raises(NotUnderTheSeal):
        published.entries(2, 189, log)


def test_an_entry_that_is_not_what_was_sealed_is_named(published: Published, tmp_path: Path) -> None:
    other = Log(SQLiteDCBRecorder(tmp_path / "other.db"))
    texts = [b"entry %d" % number for number in range(1, 600)]
    other.append([("x", b"ENTRY 9" if text == b"entry 9" else text, ()) for text in texts], unless=(), after=0)

    with pytest.raises(NotAsSealed) as changed:
        published.entries(0, 256, other)
    with pytest.raises(NotAsSealed) as missing:
        published.entries(2, 100, other)
    assert (changed.value.number, missing.value.number) == (9, 600)
    with pytest.raises(NotAsSealed):
        published.receipt(9, other)
    other.close()


def test_a_receipt_uses_the_last_seal(published: Published, log: Log) -> None:
    receipt = published.receipt(12, log)
    checkpoint = parse_checkpoint(parse_note(receipt.checkpoint).text)

    assert (receipt.entry, checkpoint.size) == (b"entry 12", SIZE)
    check_inclusion(LEAVES[11], 11, SIZE, receipt.path, checkpoint.root)
    with pytest.raises(NotUnderTheSeal):
        published.receipt(SIZE + 1, log)


def test_a_sealed_position_has_an_entry_number(published: Published) -> None:
    assert [published.number_at(position) for position in (1, 300, SIZE)] == [1, 300, SIZE]
    assert published.number_at(SIZE + 1) is None


def test_readers_do_not_wait_for_the_signer(published: Published, log: Log) -> None:
    given: list[int] = []

    def read() -> None:
        given.extend([len(published.tile(0, 0, 256)), published.receipt(3, log).place])

    with published.folder.alone():
        reader = threading.Thread(target=read)
        reader.start()
        reader.join(10)

    assert given == [256, 2]


@pytest.mark.parametrize("damage", [b"", b"\x00" * 32 * SIZE])
def test_a_damaged_cache_returns_no_hash(published: Published, log: Log, damage: bytes) -> None:
    (published.folder.path / TREE / level_name(0)).write_bytes(damage)

    with pytest.raises(HashesOutOfReach):
        published.tile(0, 0, 256)
    with pytest.raises(HashesOutOfReach):
        published.inclusion(3, SIZE)
    with pytest.raises(HashesOutOfReach):
        published.receipt(4, log)


def test_a_wrong_hash_in_the_cache_is_never_returned(published: Published) -> None:
    file = published.folder.path / TREE / level_name(0)
    hashes = bytearray(file.read_bytes())
    hashes[650 * 32] ^= 1
    file.write_bytes(hashes)

    with pytest.raises(HashesOutOfReach):
        published.tile(0, 2, 188)
    assert published.tile(0, 2, 128) == LEAVES[512:640]


def test_seals_are_readable_without_the_cache(published: Published) -> None:
    for file in (published.folder.path / TREE).iterdir():
        file.unlink()

    assert published.latest().checkpoint.size == SIZE
    assert (published.folder.path / SEALS / "300").read_bytes() == published.at(300).note.data
    with pytest.raises(HashesOutOfReach):
        published.position_of(3)
