"""Whatever is changed in a bundle, verifying it finds the change and names the entry."""

import csv
import string
from collections.abc import Callable

import pytest

from ledger.seal.verifying.bundle_check import FILES
from ledger.seal.verifying.bundle_files import leaf_lines
from ledger.seal.verifying.merkle import leaf_hash
from ledger.seal.verifying.note import VerifierKey, parse_keys
from ledger.seal.verifying.verdict import NO_POLICY, Verdict
from tests.ledger.seal.conftest import SealedCommunity, lines_of

Check = Callable[..., Verdict]
PLACES_IN_A_FILE = 24


def report_of(verdict: Verdict) -> str:
    return "\n".join(verdict.lines)


def write_lines(community: SealedCommunity, lines: list[bytes]) -> None:
    (community.bundle / "entries.jsonl").write_bytes(b"".join(lines))


def test_a_bundle_as_it_was_written_is_sound(community: SealedCommunity, checked: Check) -> None:
    verdict = checked(community.kept, keys=keys_of(community))

    assert verdict.code == 0, report_of(verdict)
    assert "SOUND" in report_of(verdict) and "the first 14 entries are the ones it seals" in report_of(verdict)
    assert verdict.unchecked == [
        NO_POLICY,
        "whether what was recorded really happened, and whether it was those people who recorded it",
    ]


def keys_of(community: SealedCommunity) -> list[VerifierKey]:
    return parse_keys((community.folder.path / "vkeys.txt").read_bytes())


def test_the_verdict_lists_what_a_bundle_alone_cannot_show(checked: Check) -> None:
    assert "whose key this is" in report_of(checked()) and "the history that others were shown" in report_of(checked())


@pytest.mark.parametrize("name", [*FILES, "checkpoints/14", "checkpoints/24"])
def test_one_changed_bit_in_any_file_is_detected(community: SealedCommunity, checked: Check, name: str) -> None:
    path = community.bundle / name
    original = path.read_bytes()
    for place in range(0, len(original), max(1, len(original) // PLACES_IN_A_FILE)):
        changed = bytearray(original)
        changed[place] ^= 1 << place % 8
        path.write_bytes(changed)

        verdict = checked()

        assert verdict.code in (1, 3), f"{name}, byte {place}: {report_of(verdict)}"
        if name == "entries.jsonl":
            number = original.count(b"\n", 0, place) + 1
            assert f"entry {number}" in report_of(verdict) or f"entries {number} to" in report_of(verdict), report_of(
                verdict
            )
        else:
            assert verdict.code == 1 and name in report_of(verdict), report_of(verdict)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_always_reported(community: SealedCommunity, checked: Check, name: str) -> None:
    (community.bundle / name).unlink()

    assert checked().code == 3 and f"{name} is missing" in report_of(checked())


@pytest.mark.parametrize("name", FILES)
def test_a_longer_or_truncated_file_is_detected(community: SealedCommunity, checked: Check, name: str) -> None:
    path = community.bundle / name
    original = path.read_bytes()
    for changed in (original + b"\n", original + original[-65:], original[:-1], original[: len(original) // 2], b""):
        path.write_bytes(changed)
        assert checked().code in (1, 3), f"{name}: {len(changed)} bytes of {len(original)}"


def deleted(lines: list[bytes]) -> list[bytes]:
    return lines[:9] + lines[10:]


def inserted(lines: list[bytes]) -> list[bytes]:
    return [*lines[:9], lines[9].replace(b'"nonce":"', b'"nonce":"0', 1), *lines[9:]]


def repeated(lines: list[bytes]) -> list[bytes]:
    return [*lines[:10], lines[9], *lines[10:]]


def swapped(lines: list[bytes]) -> list[bytes]:
    return [*lines[:9], lines[10], lines[9], *lines[11:]]


def one_minute_more(lines: list[bytes]) -> list[bytes]:
    place = next(place for place, line in enumerate(lines) if b"exchange-settled" in line)
    return [*lines[:place], lines[place].replace(b'"minutes":90', b'"minutes":91'), *lines[place + 1 :]]


def another_in_place(lines: list[bytes]) -> list[bytes]:
    return [*lines[:9], lines[8], *lines[10:]]


def one_at_the_end(lines: list[bytes]) -> list[bytes]:
    return [*lines, lines[-1]]


@pytest.mark.parametrize(
    ("change", "code", "finding"),
    [
        (deleted, 1, "entry 10 does not match what was sealed: its line contains what was sealed as entry 11"),
        (inserted, 1, "entry 10 does not match what was sealed"),
        (repeated, 1, "entry 11 does not match what was sealed: its line contains what was sealed as entry 10"),
        (swapped, 1, "entry 10 does not match what was sealed: its line contains what was sealed as entry 11"),
        (one_minute_more, 1, "entry 16 does not match what was sealed"),
        (another_in_place, 1, "entry 10 does not match what was sealed: its line contains what was sealed as entry 9"),
        (one_at_the_end, 1, "continues after entry 26"),
        (lambda lines: lines[:20], 3, "entries 21 to 26 are missing"),
        (lambda lines: [*lines[:20], lines[20][:-9]], 3, "entries 21 to 26 are missing"),
        (lambda lines: [*lines[:25], lines[25][:-1]], 3, "entries 26 to 26 are missing"),
        (lambda lines: [], 3, "entries 1 to 26 are missing"),
        (lambda lines: lines[1:], 1, "entry 1 does not match what was sealed"),
        (lambda lines: [*lines[:9], b"\n", *lines[10:]], 1, "entry 10"),
        (lambda lines: [*lines[:9], b"x" * 200_000 + b"\n", *lines[10:]], 1, "entry 10"),
    ],
    ids=string.ascii_lowercase[:14],
)
def test_lines_changed_moved_or_lost_are_named(
    community: SealedCommunity, checked: Check, change: Callable[[list[bytes]], list[bytes]], code: int, finding: str
) -> None:
    lines = lines_of(community)
    assert len(lines) == 26
    write_lines(community, change(lines))

    verdict = checked()

    assert (verdict.code, finding in report_of(verdict)) == (code, True), report_of(verdict)


def test_entries_changed_together_with_their_hashes_still_fail_the_root(
    community: SealedCommunity, checked: Check
) -> None:
    write_lines(community, one_minute_more(lines_of(community)))
    leaves = [leaf_hash(line.removesuffix(b"\n")) for line in lines_of(community)]
    (community.bundle / "leaves.txt").write_bytes(leaf_lines(leaves))

    verdict = checked()

    assert verdict.code == 1 and "do not lead to the sealed root" in report_of(verdict)
    assert "the first 24 entries are not the ones it seals" in report_of(verdict), "earlier seals show roughly where"


def test_an_entry_and_an_unrelated_hash_are_both_reported(community: SealedCommunity, checked: Check) -> None:
    """Then neither file leads to the seal, so there is no telling which of the two was right."""
    write_lines(community, one_minute_more(lines_of(community)))
    leaves = [leaf_hash(line.removesuffix(b"\n")) for line in lines_of(community)]
    (community.bundle / "leaves.txt").write_bytes(leaf_lines([leaf_hash(b"another"), *leaves[1:]]))

    verdict = checked()

    assert verdict.code == 1 and "do not lead to the sealed root" in report_of(verdict)
    assert "leaves.txt, line 1, is not the hash of that entry" in report_of(verdict)
    assert "does not match what was sealed" not in report_of(verdict)


def test_what_is_left_of_a_truncated_log_is_compared(community: SealedCommunity, checked: Check) -> None:
    write_lines(community, lines_of(community)[:20])

    verdict = checked(community.kept)

    assert verdict.code == 3 and not any("checkpoints/24" in line for line in verdict.checked)
    assert "checkpoints/14: the first 14 entries are the ones it seals" in verdict.checked
    assert f"{community.kept}: the first 14 entries are the ones it seals" in verdict.checked, (
        "after one that nothing is left of"
    )


def test_changed_tables_that_still_add_up_are_detected(community: SealedCommunity, checked: Check) -> None:
    path = community.bundle / "balances.csv"
    rows = list(csv.reader(path.read_text().splitlines()))
    for row, more in zip(rows[1:], (1, -1), strict=True):
        row[1], row[3] = str(int(row[1]) + more), str(int(row[3]) + more)
    path.write_text("".join(",".join(row) + "\n" for row in rows))

    assert checked().code == 1 and "balances.csv does not match the entries" in report_of(checked())


def test_an_unknown_file_in_the_folder_is_reported(community: SealedCommunity, checked: Check) -> None:
    (community.bundle / "notes.txt").write_text("mine")

    assert checked().code == 0 and "'notes.txt', which is not part of a bundle" in report_of(checked())


@pytest.mark.parametrize(("old", "new", "line"), [("commodity min", "commodity max", 1), ("account", "accounts", 1)])
def test_a_changed_opening_of_the_journal_is_reported_from_line_one(
    community: SealedCommunity, checked: Check, old: str, new: str, line: int
) -> None:
    path = community.bundle / "journal.ledger"
    path.write_text(path.read_text().replace(old, new, 1))

    assert checked().code == 1 and f"does not match the entries, from about line {line}" in report_of(checked())


def test_text_in_a_bundle_cannot_steer_a_terminal(community: SealedCommunity, checked: Check) -> None:
    (community.bundle / "\x1b[2J").write_text("")
    lines = lines_of(community)
    write_lines(community, [lines[0].replace(b"community-founded", b"community-\\u001b[31m" + b"x" * 900), *lines[1:]])

    assert checked().code == 1 and "\x1b" not in report_of(checked()) and max(map(len, checked().lines)) < 600
