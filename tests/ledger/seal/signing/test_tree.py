"""The tree follows the log; its cache can be truncated or deleted at any time."""

import shutil
from pathlib import Path

import pytest

from ledger.log.sqlite_recorder import SQLiteDCBRecorder
from ledger.log.store import Log
from ledger.seal.signing.tree import Tree
from ledger.seal.verifying.merkle import Edge, check_inclusion, inclusion, leaf_hash


@pytest.fixture
def log(tmp_path: Path) -> Log:
    """Three hundred entries."""
    log = Log(SQLiteDCBRecorder(tmp_path / "log.db"))
    log.append([("x", b"entry %d" % number, ()) for number in range(1, 301)], unless=(), after=0)
    return log


def root_over(size: int) -> bytes:
    edge = Edge()
    for number in range(1, size + 1):
        edge.append(leaf_hash(b"entry %d" % number))
    return edge.root


def test_tree_returns_every_root_path_and_position(log: Log, tmp_path: Path) -> None:
    with Tree(tmp_path / "tree") as tree:
        tree.follow(log)

        assert tree.size == 300 and [tree.root_at(size) for size in (0, 1, 255, 256, 300)] == [
            root_over(size) for size in (0, 1, 255, 256, 300)
        ]
        check_inclusion(leaf_hash(b"entry 77"), 76, 300, inclusion(76, 300, tree.node), root_over(300))
        assert all(tree.number_at(tree.position_of(number)) == number for number in (1, 2, 150, 300))
    log.close()


def test_tree_continues_from_its_files(log: Log, tmp_path: Path) -> None:
    with Tree(tmp_path / "tree") as tree:
        tree.follow(log)
    log.append([("x", b"entry 301", ())], unless=(), after=0)

    with Tree(tmp_path / "tree") as tree:
        known = tree.size
        tree.follow(log)

        assert (known, tree.size, tree.root_at(301)) == (300, 301, root_over(301))
    log.close()


@pytest.mark.parametrize("name", ["positions", "level-00", "level-01", "level-05", "level-08"])
@pytest.mark.parametrize("left", [0.0, 0.37, 0.99])
def test_truncated_files_are_completed(log: Log, tmp_path: Path, name: str, left: float) -> None:
    with Tree(tmp_path / "tree") as tree:
        tree.follow(log)
    path = tmp_path / "tree" / name
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * left)])

    with Tree(tmp_path / "tree") as tree:
        assert tree.size < 300
        tree.follow(log)

        assert (tree.size, tree.root_at(300), tree.reread(log, 0, 300)) == (300, root_over(300), None)
    log.close()


def test_missing_files_are_rebuilt(log: Log, tmp_path: Path) -> None:
    for gone in ("level-03", "positions", ""):
        with Tree(tmp_path / "tree") as tree:
            tree.follow(log)
            assert tree.root_at(300) == root_over(300)
        path = tmp_path / "tree" / gone
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    log.close()


def test_reread_names_the_first_entry_that_changed(log: Log, tmp_path: Path) -> None:
    with Tree(tmp_path / "tree") as tree:
        tree.follow(log)
        other = Log(SQLiteDCBRecorder(tmp_path / "other.db"))
        other.append(
            [("x", b"entry %d" % (0 if number == 42 else number), ()) for number in range(1, 101)], unless=(), after=0
        )

        assert tree.reread(other, 0, 300) == 42
        assert tree.reread(other, 42, 300) == 101, "the first that is missing"
        assert tree.reread(other, 42, 100) is None
    log.close()
    other.close()
