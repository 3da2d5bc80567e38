"""A receipt proves one entry to whoever has the key, and nothing to whoever has not."""

from pathlib import Path

import pytest

from ledger.application.time_bank import TimeBank
from ledger.log.entry import decode
from ledger.refusals import EntryToCome
from ledger.seal.signing.signer import Signer
from ledger.seal.verify import verify
from ledger.seal.verifying.note import parse_keys
from ledger.seal.verifying.receipt import parse_receipt
from ledger.seal.verifying.verdict import Verdict
from tests.cast import BO, TODAY, command, help_of
from tests.ledger.seal.conftest import Book


@pytest.fixture
def receipt(sealed_bank: TimeBank, book: Book, tmp_path: Path) -> Path:
    """The receipt of entry 16, which settled an hour and a half."""
    path = tmp_path / "exchange.tlog-proof"
    path.write_bytes(Signer(book.place, sealed_bank.log).receipt(16).data)
    return path


def check(book: Book, path: Path, *known: Path) -> Verdict:
    return verify("receipt", path, known=known, keys=parse_keys((book.bundle / "vkeys.txt").read_bytes()))


def test_a_receipt_says_what_was_recorded_and_that_it_is_under_the_seal(book: Book, receipt: Path) -> None:
    verdict = check(book, receipt)

    assert verdict.code == 0
    assert "the entry is number 16 of the 26 under the seal" in verdict.checked
    assert any("exchange-settled" in line and "m-ana +90 min, m-bo -90 min" in line for line in verdict.checked)


def test_without_a_key_nothing_is_proven(receipt: Path) -> None:
    verdict = verify("receipt", receipt)

    assert verdict.code == 3 and any("--key" in line for line in verdict.unchecked)


def test_one_bit_changed_anywhere_in_a_receipt_is_found(book: Book, receipt: Path) -> None:
    original = receipt.read_bytes()
    for place in range(0, len(original), 7):
        changed = bytearray(original)
        changed[place] ^= 1 << place % 8
        receipt.write_bytes(changed)

        assert check(book, receipt).code == 1, f"byte {place}"


def test_a_receipt_of_another_entry_does_not_pass_under_this_number(book: Book, receipt: Path) -> None:
    parsed = parse_receipt(receipt.read_bytes())
    for wrong in (
        parsed._replace(place=16),
        parsed._replace(entry=parsed.entry.replace(b"90", b"91")),
        parsed._replace(path=parsed.path[1:]),
        parsed._replace(path=(*parsed.path, parsed.path[0])),
        parsed._replace(checkpoint=book.kept.read_bytes()),
    ):
        receipt.write_bytes(wrong.data)
        assert check(book, receipt).code == 1


def test_a_receipt_is_compared_with_a_seal_over_the_same_entries_only(book: Book, receipt: Path) -> None:
    same = check(book, receipt, book.bundle / "checkpoint")
    other = check(book, receipt, book.kept)

    assert same.code == 0 and any("is the same seal" in line for line in same.checked)
    assert other.code == 3, "what could not be compared is no pass"


def test_a_receipt_is_given_under_the_last_seal_unless_the_entry_is_newer(sealed_bank: TimeBank, book: Book) -> None:
    signer = Signer(book.place, sealed_bank.log)
    sealed_before = signer.folder.latest().checkpoint.size
    sealed_bank.exchanges.report((help_of(),), TODAY, command=command(BO))

    old, new = signer.receipt(3), signer.receipt(sealed_before + 2)

    assert old.checkpoint.split(b"\n")[1] == b"26" and new.checkpoint.split(b"\n")[1] == b"28"
    assert decode(new.entry).type == "exchange-settled"
    for number in (0, 29):
        with pytest.raises(EntryToCome):
            signer.receipt(number)
