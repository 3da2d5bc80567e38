"""Checkpoints and receipts have only one spelling, and prove only one thing."""

from contextlib import suppress
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ledger.exchanges.commands import ReportExchange
from ledger.log.entry import decode
from ledger.refusals import NoSuchEntry
from ledger.seal.signing.signer import Signer
from ledger.seal.verify import verify
from ledger.seal.verifying.canonical import LARGEST_ENTRY_BYTES
from ledger.seal.verifying.merkle import Edge, leaf_hash
from ledger.seal.verifying.note import (
    ED25519,
    LARGEST_SIZE,
    BadNote,
    Checkpoint,
    Note,
    VerifierKey,
    check_checkpoint,
    parse_checkpoint,
    parse_decimal,
    parse_keys,
    sign_note,
)
from ledger.seal.verifying.receipt import LARGEST_RECEIPT_BYTES, LONGEST_PATH, Receipt, parse_receipt
from ledger.seal.verifying.verdict import Verdict
from ledger.time_bank import TimeBank
from tests.cast import BO, TODAY, help_of
from tests.ledger.seal.conftest import SealedCommunity
from tests.ledger.seal.verifying.test_note import mutate

ORIGIN = "elm.example/1"
PRIVATE = Ed25519PrivateKey.from_private_bytes(b"7" * 32)
KEY = VerifierKey(ORIGIN, ED25519, PRIVATE.public_key().public_bytes_raw())
ROOT = Edge(1, [leaf_hash(b"{}")]).root
TEXT = Checkpoint(ORIGIN, 1, ROOT).text
SEALED = sign_note(TEXT, ORIGIN, PRIVATE).data
RECEIPT = Receipt(b"{}", 0, (), SEALED)
LONG_RECEIPT = Receipt(b'{"a":1}', 73_894, (ROOT, leaf_hash(b"")), SEALED)


def test_a_checkpoint_is_three_lines_and_holds_no_date() -> None:
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    checkpoint = parse_checkpoint(text)

    assert (checkpoint.origin, checkpoint.size, checkpoint.text) == ("example.com/behind-the-sofa", 20852163, text)
    assert checkpoint.grouped_root.startswith("0ac5 186a 9186 3e8e") and len(checkpoint.grouped_root.split()) == 16


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n\n",
        TEXT[:-1],
        TEXT + "an extension\n",
        TEXT.replace("\n1\n", "\n01\n"),
        TEXT.replace("\n1\n", "\n+1\n"),
        TEXT.replace("\n1\n", "\n١\n"),
        TEXT.replace("\n1\n", "\n-1\n"),
        TEXT.replace("\n1\n", f"\n{2**63}\n"),
        TEXT.replace("\n1\n", f"\n{'9' * 5000}\n"),
        TEXT.replace(ORIGIN, ""),
        f"{ORIGIN}\n1\nAAAA\n",
    ],
)
def test_a_malformed_checkpoint_is_rejected(text: str) -> None:
    with pytest.raises(BadNote):
        parse_checkpoint(text)


def test_only_the_key_of_the_log_makes_a_seal() -> None:
    stranger = KEY._replace(name="library.example")
    signed_by_the_stranger = sign_note(TEXT, stranger.name, PRIVATE)

    assert check_checkpoint(SEALED, [KEY]).checkpoint == Checkpoint(ORIGIN, 1, ROOT)
    with pytest.raises(BadNote, match="itself"):
        check_checkpoint(signed_by_the_stranger.data, [stranger, KEY])
    with pytest.raises(BadNote):
        check_checkpoint(SEALED, [])


def test_a_receipt_is_parsed_as_it_was_written() -> None:
    for receipt in (RECEIPT, LONG_RECEIPT):
        assert parse_receipt(receipt.data) == receipt
    assert LONG_RECEIPT.data.startswith(b"c2sp.org/tlog-proof@v1\nextra eyJhIjoxfQ==\nindex 73894\n")
    assert RECEIPT.data.endswith(b"\nindex 0\n\n" + SEALED)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        RECEIPT.data.replace(b"@v1", b"@v2"),
        RECEIPT.data.replace(b"extra e30=\n", b""),
        RECEIPT.data.replace(b"extra e30=", b"extra "),
        RECEIPT.data.replace(b"extra e30=", b"extra  e30="),
        RECEIPT.data.replace(b"extra e30=", b"extra e31="),
        RECEIPT.data.replace(b"index 0", b"index 00"),
        RECEIPT.data.replace(b"index 0", b"index"),
        RECEIPT.data.replace(b"index 0\n", b"index 0\nAAAA\n"),
        RECEIPT.data.replace(b"index 0\n", b"index 0\n" + LONG_RECEIPT.data.split(b"\n")[3] * 64),
        Receipt(b"", 0, (), SEALED).data,
        Receipt(b"x" * 65_536, 0, (), SEALED).data,
        Receipt(b"{}", 0, (ROOT,) * 64, SEALED).data,
        Receipt(b"{}", 0, (), b"x" * 300_000).data,
    ],
)
def test_a_malformed_receipt_is_rejected(data: bytes) -> None:
    with pytest.raises(BadNote):
        parse_receipt(data)


@given(st.data())
def test_only_canonical_bytes_are_accepted(data: st.DataObject) -> None:
    mutated = mutate(LONG_RECEIPT.data, data)
    with suppress(BadNote):
        assert parse_receipt(mutated).data == mutated


@given(st.binary(max_size=300))
def test_arbitrary_bytes_never_crash_the_parser(data: bytes) -> None:
    for parse in (parse_receipt, lambda data: check_checkpoint(data, [KEY])):
        with pytest.raises(BadNote):
            parse(data)


@given(st.text(max_size=30))
def test_a_number_has_one_spelling(text: str) -> None:
    with suppress(BadNote):
        assert str(parse_decimal(text)) == text


def test_the_largest_size_of_a_log_is_accepted_and_one_more_is_not() -> None:
    assert parse_decimal(str(LARGEST_SIZE)) == LARGEST_SIZE
    with pytest.raises(BadNote, match="no log is that large"):
        parse_decimal(str(LARGEST_SIZE + 1))


def test_a_note_with_another_text_is_not_a_checkpoint() -> None:
    with pytest.raises(BadNote):
        check_checkpoint(Note("a\nb\nc\nd\n", sign_note("a\nb\nc\nd\n", ORIGIN, PRIVATE).signatures).data, [KEY])


@pytest.mark.parametrize("length", [1, LARGEST_ENTRY_BYTES])
def test_the_smallest_and_the_largest_entry_fit_in_a_receipt(length: int) -> None:
    receipt = Receipt(b"x" * length, 0, (), SEALED)

    assert parse_receipt(receipt.data) == receipt


def test_the_longest_path_and_largest_receipt_are_accepted_and_no_more() -> None:
    longest = Receipt(b"{}", 0, (ROOT,) * LONGEST_PATH, SEALED)
    largest = LONG_RECEIPT.data.ljust(LARGEST_RECEIPT_BYTES, b"x")

    assert parse_receipt(longest.data) == longest
    assert parse_receipt(largest).place == LONG_RECEIPT.place
    for data in (longest._replace(path=(ROOT,) * (LONGEST_PATH + 1)).data, largest + b"x"):
        with pytest.raises(BadNote):
            parse_receipt(data)


@pytest.mark.parametrize("lines", [["extra e30=", "e30="], ["e30=", "index 0"], ["extra e30="], ["index 0"]])
def test_a_receipt_without_entry_or_index_is_rejected(lines: list[str]) -> None:
    head = RECEIPT.data.split(b"\n")[0].decode()

    with pytest.raises(BadNote, match="the entry and its index"):
        parse_receipt("\n".join([head, *lines, "", ""]).encode() + SEALED)


@pytest.fixture
def receipt(sealed_bank: TimeBank, community: SealedCommunity, tmp_path: Path) -> Path:
    """The receipt of entry 16, which settled an hour and a half."""
    path = tmp_path / "exchange.tlog-proof"
    path.write_bytes(Signer(community.place, sealed_bank.log).receipt(16).data)
    return path


def check(community: SealedCommunity, path: Path, *known: Path) -> Verdict:
    return verify("receipt", path, known=known, keys=parse_keys((community.bundle / "vkeys.txt").read_bytes()))


def test_a_receipt_shows_what_was_recorded_and_that_it_is_sealed(community: SealedCommunity, receipt: Path) -> None:
    verdict = check(community, receipt)

    assert verdict.code == 0
    assert "the entry is number 16 of the 26 that are sealed" in verdict.checked
    assert any("exchange-settled" in line and "m-ana +90 min, m-bo -90 min" in line for line in verdict.checked)


def test_without_a_key_a_receipt_proves_nothing(receipt: Path) -> None:
    verdict = verify("receipt", receipt)

    assert verdict.code == 3 and any("--key" in line for line in verdict.unchecked)


def test_one_bit_changed_anywhere_in_a_receipt_is_found(community: SealedCommunity, receipt: Path) -> None:
    original = receipt.read_bytes()
    for place in range(0, len(original), 7):
        changed = bytearray(original)
        changed[place] ^= 1 << place % 8
        receipt.write_bytes(changed)

        assert check(community, receipt).code == 1, f"byte {place}"


def test_a_receipt_of_another_entry_fails_with_this_number(community: SealedCommunity, receipt: Path) -> None:
    parsed = parse_receipt(receipt.read_bytes())
    for wrong in (
        parsed._replace(place=16),
        parsed._replace(entry=parsed.entry.replace(b"90", b"91")),
        parsed._replace(path=parsed.path[1:]),
        parsed._replace(path=(*parsed.path, parsed.path[0])),
        parsed._replace(checkpoint=community.kept.read_bytes()),
    ):
        receipt.write_bytes(wrong.data)
        assert check(community, receipt).code == 1


def test_a_receipt_is_compared_with_a_seal_over_the_same_entries_only(
    community: SealedCommunity, receipt: Path
) -> None:
    same = check(community, receipt, community.bundle / "checkpoint")
    other = check(community, receipt, community.kept)

    assert same.code == 0 and any("is the same seal" in line for line in same.checked)
    assert other.code == 3, "what could not be compared is no pass"


def test_a_receipt_uses_the_last_seal_unless_the_entry_is_newer(
    sealed_bank: TimeBank, community: SealedCommunity
) -> None:
    signer = Signer(community.place, sealed_bank.log)
    sealed_before = signer.folder.latest().checkpoint.size
    sealed_bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=BO)

    old, new = signer.receipt(3), signer.receipt(sealed_before + 2)

    assert old.checkpoint.split(b"\n")[1] == b"26" and new.checkpoint.split(b"\n")[1] == b"28"
    assert decode(new.entry).type == "exchange-settled"
    for number in (0, 29):
        with pytest.raises(NoSuchEntry):
            signer.receipt(number)
