"""The verification as an auditor calls it: by words on a command line, with an answer for everything."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.seal.checkpoint import Checkpoint
from ledger.seal.merkle import Edge, leaf_hash
from ledger.seal.note import ED25519, VerifierKey, sign_note
from ledger.seal.order import LARGEST_NUMBER
from ledger.seal.private_key import KEY
from ledger.seal.receipt import Receipt
from ledger.seal.verify import WRONG_CALL, main, verify
from tests.ledger.recorded.record import FOLDER
from tests.ledger.seal.conftest import ORIGIN, Book

PRIVATE = Ed25519PrivateKey.from_private_bytes(b"7" * 32)
OURS = VerifierKey(ORIGIN, ED25519, PRIVATE.public_key().public_bytes_raw())
SETTLED = (FOLDER / "exchange-settled.v1.json").read_bytes()


def receipt_of(entry: bytes) -> bytes:
    """The receipt of the only entry of a log."""
    edge = Edge()
    edge.append(leaf_hash(entry))
    return Receipt(entry, 0, (), sign_note(Checkpoint(ORIGIN, 1, edge.root).text, ORIGIN, PRIVATE).data).data


def test_a_bundle_is_checked_against_seals_and_keys_that_were_kept(
    book: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = str(book.folder.path / "vkeys.txt")

    assert main(["bundle", str(book.bundle), "--known", str(book.kept), "--key", keys]) == 0
    told = capsys.readouterr().out
    assert told.startswith("Checked:\n  + the seal over 26 entries") and told.endswith(
        "SOUND: everything that was checked fits.\n"
    )


@pytest.mark.parametrize("words", [[], ["bundle"], ["book", "x"], ["bundle", "x", "--key", "no-such-file"], ["--what"]])
def test_a_wrong_call_is_told_apart_from_every_verdict(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)

    assert ended.value.code == WRONG_CALL and capsys.readouterr().err.startswith("usage:")


def test_a_key_file_that_holds_a_private_key_is_no_file_of_public_ones(book: Book) -> None:
    with pytest.raises(SystemExit):
        main(["bundle", str(book.bundle), "--key", str(book.folder.path / KEY)])


def test_a_receipt_of_an_entry_that_only_a_newer_program_knows_is_incomplete(tmp_path: Path) -> None:
    path = tmp_path / "receipt"
    path.write_bytes(receipt_of(SETTLED.replace(b'"ver":1', b'"ver":2')))

    assert verify("receipt", path, keys=[OURS]).code == 3


def test_a_receipt_of_what_is_no_entry_proves_nothing_however_well_signed(tmp_path: Path) -> None:
    path = tmp_path / "receipt"
    for entry in (
        b"{}",
        SETTLED.replace(b'"minutes":60', b'"minutes": 60'),
        SETTLED.replace(b"elm-street", b"oak-street"),
    ):
        path.write_bytes(receipt_of(entry))
        assert verify("receipt", path, keys=[OURS]).code == 1


def test_a_receipt_beside_another_root_over_as_many_entries_is_forked(tmp_path: Path) -> None:
    path, kept = tmp_path / "receipt", tmp_path / "kept"
    path.write_bytes(receipt_of(SETTLED))
    kept.write_bytes(sign_note(Checkpoint(ORIGIN, 1, leaf_hash(b"another")).text, ORIGIN, PRIVATE).data)

    assert verify("receipt", path, keys=[OURS], known=[kept]).code == 2
    assert verify("receipt", path, known=[kept]).code == 2, "gravest first: that no key was given weighs less"
    kept.write_bytes(b"spoiled")
    assert verify("receipt", path, keys=[OURS], known=[kept]).code == 1
    assert verify("receipt", path, keys=[OURS], known=[tmp_path / "nowhere"]).code == 3


def test_a_seal_over_more_entries_than_can_be_counted_is_incomplete(book: Book) -> None:
    huge = Checkpoint(ORIGIN, LARGEST_NUMBER + 1, leaf_hash(b""))
    (book.bundle / "vkeys.txt").write_text(f"{OURS.text}\n")
    (book.bundle / "policy").write_text(f"log {OURS.text}\nquorum none\n")
    (book.bundle / "checkpoint").write_bytes(sign_note(huge.text, ORIGIN, PRIVATE).data)

    assert verify("bundle", book.bundle).code == 3


def test_a_file_that_cannot_be_read_is_incomplete_and_no_stumble(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.seal.inspection.in_stretches", _lost_disk)

    verdict = verify("bundle", book.bundle)

    assert verdict.code == 3 and "the disk is gone" in "\n".join(verdict.lines)


def _lost_disk(*_: object) -> None:
    raise OSError(5, "the disk is gone")


def test_many_findings_are_counted_and_not_all_shown(book: Book) -> None:
    for size in range(100, 140):
        (book.bundle / "checkpoints" / str(size)).write_bytes(b"x")

    lines = verify("bundle", book.bundle).lines

    assert "  ! and 20 more" in lines and sum(line.startswith("  !") for line in lines) == 21
