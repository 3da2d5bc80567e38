"""Comparing the files of a bundle finds the first line that differs, and reads no more than it has to."""

import io
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from ledger.seal.verifying.bundle_files import (
    LEAF_LINE_BYTES,
    JournalLines,
    LeafLines,
    has_more,
    is_same,
    leaf_lines,
    read_at_most,
)
from ledger.seal.verifying.merkle import Edge, leaf_hash

LEAVES = [leaf_hash(bytes([number])) for number in range(5)]
OTHER = leaf_hash(b"another")
OPENING = b"; whose\n\naccount a\naccount b\n\n"
ONE, TWO, END = b"one\n  a 1\n\n", b"two\n  b 2\n\n", b"end\n"


class Endless(io.RawIOBase):
    """An endless file that records how much was read."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def readline(self, size: int | None = -1, /) -> bytes:
        return self.read(size)

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None and size >= 0, "all of it would be too much"
        self.asked.append(size)
        return b"x" * size


class EndlessPath:
    def __init__(self) -> None:
        self.file = Endless()

    def is_file(self) -> bool:
        return True

    def open(self, mode: str) -> AbstractContextManager[Endless]:
        assert mode == "rb"
        return nullcontext(self.file)


def test_reading_an_endless_file_stops_one_byte_after_the_limit() -> None:
    path: Any = EndlessPath()

    assert read_at_most(path, 7) == b"x" * 8
    assert not is_same(path, b"xxx")
    assert path.file.asked == [8, 4]


def test_has_more_reads_one_byte() -> None:
    endless: Any = Endless()

    assert has_more(endless) and endless.asked == [1]
    assert not has_more(io.BytesIO())


@pytest.mark.parametrize(("held", "same"), [(b"abc", True), (b"abcd", False), (b"ab", False), (b"abd", False)])
def test_is_same_compares_the_whole_file(held: bytes, same: bool, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(held)

    assert is_same(tmp_path / "file", b"abc") is same


def compared(data: bytes, leaves: list[bytes] = LEAVES) -> LeafLines:
    """Compare the file with the hashes of the entries, in two pieces; the seal is over `LEAVES`."""
    lines = LeafLines(io.BytesIO(data))
    lines.compare(1, leaves[:2])
    lines.compare(3, leaves[2:])
    edge = Edge()
    for leaf in LEAVES:
        edge.append(leaf)
    lines.end(len(LEAVES), edge.root)
    return lines


def with_other(place: int) -> list[bytes]:
    return [*LEAVES[:place], OTHER, *LEAVES[place + 1 :]]


def test_matching_hashes_have_no_difference() -> None:
    lines = compared(leaf_lines(LEAVES))

    assert (lines.differing, lines.hint, lines.are_sealed) == (None, "", False)


@pytest.mark.parametrize("place", range(5))
def test_a_changed_entry_is_named_and_the_hashes_are_still_sealed(place: int) -> None:
    lines = compared(leaf_lines(LEAVES), with_other(place))

    assert (lines.differing, lines.hint, lines.are_sealed) == (place + 1, "", True)


@pytest.mark.parametrize("place", range(5))
def test_a_changed_line_is_named_and_the_hashes_are_not_sealed(place: int) -> None:
    lines = compared(leaf_lines(with_other(place)))

    assert (lines.differing, lines.are_sealed) == (place + 1, False)


def test_only_the_first_difference_is_named() -> None:
    lines = compared(leaf_lines(LEAVES), [OTHER, LEAVES[1], OTHER, *LEAVES[3:]])

    assert (lines.differing, lines.are_sealed) == (1, True)


@pytest.mark.parametrize(("place", "moved_from"), [(0, 2), (3, 5)])
def test_a_moved_entry_is_named_with_its_sealed_number(place: int, moved_from: int) -> None:
    moved = [*LEAVES[:place], LEAVES[moved_from - 1], *LEAVES[place + 1 :]]

    assert compared(leaf_lines(LEAVES), moved).hint == f": its line contains what was sealed as entry {moved_from:,}"


def test_lines_with_spaces_are_rejected() -> None:
    spoiled = leaf_lines([OTHER]) + b" " * LEAF_LINE_BYTES + leaf_lines(LEAVES[2:])
    moved = [LEAVES[0], LEAVES[3], LEAVES[3], LEAVES[3], LEAVES[4]]

    assert compared(spoiled, moved).hint == ""
    in_two = leaf_lines(LEAVES).replace(LEAVES[2].hex().encode(), b"a" * 31 + b" " + b"b" * 32)
    assert compared(in_two, [*LEAVES[:2], LEAVES[4], *LEAVES[3:]]).hint.endswith("entry 5")
    assert compared(leaf_lines(LEAVES[:2]) + b" " + leaf_lines(LEAVES[2:]), moved).differing == 2


@pytest.mark.parametrize("more", [b"x", leaf_lines([OTHER])], ids=["a byte", "a line"])
def test_extra_lines_differ_after_the_last_line(more: bytes) -> None:
    lines = compared(leaf_lines(LEAVES) + more)

    assert (lines.differing, lines.are_sealed) == (6, False)
    assert not compared(leaf_lines(LEAVES) + more, with_other(2)).are_sealed


def test_a_truncated_or_malformed_list_of_hashes_is_not_sealed() -> None:
    whole = leaf_lines(LEAVES)

    assert compared(whole[:-LEAF_LINE_BYTES]).differing == 5
    for spoiled in (whole[:-LEAF_LINE_BYTES], whole.replace(b"\n", b"zz", 1), b"\xff" + whole[1:], b""):
        assert not compared(spoiled, with_other(2)).are_sealed


def test_extra_lines_are_fine_when_entries_are_missing() -> None:
    lines = LeafLines(io.BytesIO(leaf_lines(LEAVES)))
    lines.compare(1, LEAVES[:2])
    lines.end(5, OTHER)

    assert lines.differing is None


def journal(data: bytes, *pieces: bytes) -> JournalLines:
    lines = JournalLines(io.BytesIO(data))
    for piece in pieces:
        lines.compare(piece)
    lines.end(END)
    return lines


def test_a_matching_journal_has_no_difference() -> None:
    lines = journal(OPENING + ONE + TWO + END, ONE, TWO)

    assert lines.opening == OPENING and lines.differing is None


WHOLE = OPENING + ONE + TWO + END
LINES = WHOLE.splitlines(keepends=True)
BEHIND_THE_OPENING = range(len(OPENING.splitlines()), len(LINES))


@pytest.mark.parametrize("place", BEHIND_THE_OPENING)
def test_the_first_different_line_of_a_journal_is_named(place: int) -> None:
    changed = b"".join([*LINES[:place], b"?" + LINES[place][1:], *LINES[place + 1 :]])

    assert journal(changed, ONE, TWO).differing == place + 1


def test_an_endless_opening_of_a_journal_is_cut_at_the_limit() -> None:
    endless: Any = Endless()

    assert len(JournalLines(endless).opening) == 32 * 1024 * 1024 and max(endless.asked) <= 4096


def test_a_longer_or_truncated_journal_differs_there() -> None:
    assert journal(WHOLE + b"more\n", ONE, TWO).differing == len(LINES) + 1
    assert journal(WHOLE[: -len(END)], ONE, TWO).differing == len(LINES)
    assert journal(OPENING + ONE, ONE, TWO).differing == len((OPENING + ONE).splitlines()) + 1
