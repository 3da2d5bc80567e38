"""A bundle can be made to harm the person who checks it. The check ends soon, in little memory, and says what it found in few lines."""

import os
from io import BytesIO

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.seal.verify import verify
from ledger.seal.verifying.merkle import leaf_hash
from ledger.seal.verifying.note import ED25519, BadNote, Checkpoint, VerifierKey, parse_key, parse_note, sign_note
from ledger.seal.verifying.segments import ENTRIES, LogTotals, read_segments, tasks
from tests.ledger.seal.conftest import ORIGIN, SealedCommunity
from tests.ledger.seal.verifying.test_tampering import keys_of, report_of

PRIVATE = Ed25519PrivateKey.from_private_bytes(b"7" * 32)
OURS = VerifierKey(ORIGIN, ED25519, PRIVATE.public_key().public_bytes_raw())
SMALL_ORDER = [
    "00" * 32,
    "01" + "00" * 31,
    "ec" + "ff" * 30 + "7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
]


def test_a_seal_that_claims_thousands_of_millions_of_entries_is_refused_soon(community: SealedCommunity) -> None:
    huge = Checkpoint(ORIGIN, 4_000_000_000, leaf_hash(b""))
    (community.bundle / "vkeys.txt").write_text(f"{OURS.text}\n")
    (community.bundle / "policy").write_text(f"log {OURS.text}\nquorum none\n")
    (community.bundle / "checkpoint").write_bytes(sign_note(huge.text, ORIGIN, PRIVATE).data)
    leaves = community.bundle / "leaves.txt"
    leaves.write_bytes(b"0" * 65 + leaves.read_bytes()[65:])

    verdict = verify("bundle", community.bundle)

    assert verdict.code == 1 and "entries 27 to 4,000,000,000 are missing" in report_of(verdict)


@pytest.mark.parametrize("name", ["checkpoints/15", "checkpoint", "entries.jsonl"])
def test_a_pipe_is_not_opened(community: SealedCommunity, name: str) -> None:
    path = community.bundle / name
    path.unlink(missing_ok=True)
    os.mkfifo(path)

    assert verify("bundle", community.bundle).code in (1, 3)


def test_twenty_thousand_other_files_take_one_line(community: SealedCommunity) -> None:
    for number in range(20_000):
        (community.bundle / f"other-{number}").touch()

    verdict = verify("bundle", community.bundle, keys=keys_of(community))

    assert verdict.code == 0 and sum("not part of a bundle" in line for line in verdict.lines) == 1


def test_segments_of_long_lines_are_short_and_lead_to_the_same_root() -> None:
    lines = [b"x" * (60_000 if 100 < number < 300 else 10) for number in range(ENTRIES + 500)]
    file = BytesIO(b"".join(line + b"\n" for line in lines))
    long = [*tasks(file, len(lines), ORIGIN, [], b"secret")]
    totals, whole = LogTotals(), LogTotals()
    for task in long:
        assert sum(map(len, task.lines)) < 5_000_000
    file.seek(0)
    for segment in read_segments(file, iter(long), 1):
        totals.add(segment)
    for line in lines:
        whole.edge.append(leaf_hash(line))

    assert [line for task in long for line in task.lines] == [line + b"\n" for line in lines]
    assert totals.edge.root == whole.edge.root and len(long) > 2


@pytest.mark.parametrize("name", ["checkpoint", "checkpoints/14"])
def test_signatures_doubled_are_another_spelling(community: SealedCommunity, name: str) -> None:
    path = community.bundle / name
    note = parse_note(path.read_bytes())
    path.write_bytes(note._replace(signatures=note.signatures * 2).data)

    verdict = verify("bundle", community.bundle)

    assert verdict.code == 1 and f"{name}: its signatures are not in their order" in report_of(verdict)


@pytest.mark.parametrize("public", SMALL_ORDER)
def test_keys_that_anyone_can_sign_for_are_refused(public: str) -> None:
    for data in (bytes.fromhex(public), bytes.fromhex(public)[:31] + bytes([bytes.fromhex(public)[31] | 0x80])):
        with pytest.raises(BadNote, match="anyone can sign"):
            parse_key(VerifierKey("oak.example/1", ED25519, data).text)
    assert parse_key(OURS.text) == OURS
