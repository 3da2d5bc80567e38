"""A coordinator checks a receipt that someone brings, as a file or as text."""

import shutil
from pathlib import Path

import httpx
import pytest

from ledger.seal.signing.folder import SealFolder
from ledger.seal.signing.tree import Tree
from ledger.seal.verifying.note import Checkpoint
from tests.web.neighbourhood import Browser, Neighbourhood
from tests.web.pages.conftest import Street
from tests.web.pages.proof.test_receipt_pages import ORIGIN
from tests.web.pages.reader import words_on
from tests.web.routes import KEEPERS, Attempt, Found, SecondAttempts

FOUND: Found = {"show_receipt_check": KEEPERS, "check_receipt": KEEPERS}


def check_receipt(street: Street) -> Attempt:
    return Attempt(street.ruth, "/receipts", "/receipts", {"text": ""}, {"text": "c2sp.org/tlog-proof@v1"})


SECOND_ATTEMPTS: SecondAttempts = (check_receipt,)


@pytest.fixture
def receipt(street: Street) -> bytes:
    """The receipt of two and a half hours, with later entries in the log."""
    exchange = street.helped(by=street.bo_id, minutes=150)
    street.neighbourhood.sealed()
    given = street.bo.get(f"/exchanges/{exchange}/receipt").content
    street.helped(by=street.bo_id)
    street.neighbourhood.sealed()
    return given


def handed_in(browser: Browser, file: bytes = b"", text: str = "") -> httpx.Response:
    """Send the form as a browser does: a file and a text, one of them empty."""
    return browser.post("/receipts", data={"text": text}, files={"file": ("hour.tlog-proof", file)})


def test_a_valid_receipt_shows_its_entry(street: Street, receipt: bytes) -> None:
    for browser in (street.chidi, street.ruth):
        shown = words_on(handed_in(browser, receipt))

        assert "The receipt is valid" in shown
        assert "on 21 November 2026, Ana Sousa gave Bo Lindqvist 2 h 30 min" in shown
        assert "Not checked Whether the help took place" in shown
        assert "SOUND: everything that was checked is correct." in shown


def test_the_scanned_text_of_a_receipt_can_be_checked(street: Street, receipt: bytes) -> None:
    pasted = receipt.decode().replace("\n", "\r\n").rstrip()

    for text in (receipt.decode(), pasted, f"  {pasted}\r\n\r\n"):
        assert "The receipt is valid" in words_on(handed_in(street.chidi, text=text))
    without_file = street.chidi.post("/receipts", data={"text": pasted})
    assert "The receipt is valid" in words_on(without_file)


def test_a_receipt_with_one_changed_character_proves_nothing(street: Street, receipt: bytes) -> None:
    place = receipt.index(b"extra ") + 40
    changed = receipt[:place] + (b"A" if receipt[place : place + 1] != b"A" else b"B") + receipt[place + 1 :]

    shown = words_on(handed_in(street.chidi, changed))

    assert "This proves nothing" in shown and "TAMPERED" in shown and "The receipt is valid" not in shown


@pytest.mark.parametrize("text", ["hello", "c2sp.org/tlog-proof@v1", "<script>alert(1)</script>", "x" * 29_000])
def test_other_text_proves_nothing(street: Street, receipt: bytes, text: str) -> None:
    answer = handed_in(street.chidi, text=text)

    assert answer.status_code == 200 and "This proves nothing" in words_on(answer)
    assert "<script>" not in answer.text


def test_a_receipt_of_another_community_cannot_be_checked(street: Street, receipt: bytes, tmp_path: Path) -> None:
    other = receipt.replace(ORIGIN.encode(), b"localhost/elsewhere/1")

    shown = words_on(handed_in(street.chidi, other))

    assert "The receipt cannot be checked here" in shown and "localhost/elsewhere/1" in shown


def test_a_valid_receipt_that_the_record_contradicts_raises_an_alarm(
    street: Street, receipt: bytes, tmp_path: Path
) -> None:
    """The log was made again from an older copy and sealed with the same key, after the old seals were deleted."""
    assert street.neighbourhood.seal is not None
    place = tmp_path / "fresh" / "seal"
    theirs = shutil.copytree(street.neighbourhood.seal, place) / "localhost_riverside_1"
    shutil.rmtree(theirs / "tree")
    fresh = Neighbourhood.founded(tmp_path / "fresh" / "data")
    folder = SealFolder(place, ORIGIN)
    with Tree(theirs / "tree") as tree:
        tree.follow(fresh.bank.log)
        folder.sign(Checkpoint(ORIGIN, tree.size, tree.root_at(tree.size)), keep=True)

    answer = handed_in(fresh.browser(member=fresh.chidi), receipt)

    assert "The receipt is valid, but the record has been changed" in words_on(answer)
    fresh.close()


@pytest.mark.parametrize("file", [b"\x00\x01\xff", b"\xff\xfe" * 100, b"receipt \x07"])
def test_a_file_that_is_not_text_is_refused_beside_its_field(street: Street, receipt: bytes, file: bytes) -> None:
    answer = handed_in(street.chidi, file, text="kept")

    assert answer.status_code == 422 and "A receipt is plain text" in words_on(answer)
    assert ">\nkept</textarea>" in answer.text


def test_an_empty_form_asks_for_a_receipt(street: Street) -> None:
    answer = handed_in(street.chidi)

    assert answer.status_code == 422 and "Choose the receipt file, or paste the text of its code" in words_on(answer)


def test_a_file_that_is_too_long_is_refused_before_it_is_read(street: Street) -> None:
    assert handed_in(street.chidi, b"x" * 40_000).status_code == 413
    almost = handed_in(street.chidi, b"x" * 31_000)
    assert almost.status_code == 422 and "This is too short to be a receipt" in words_on(almost)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n--x--"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="file"\r\n'),
        ('multipart/form-data; boundary="\xff"', b"--x"),
    ],
)
def test_a_truncated_form_holds_nothing(street: Street, kind: str, body: bytes) -> None:
    answer = street.chidi.post("/receipts", content=body, headers={"content-type": kind.encode("latin-1")})

    assert answer.status_code == 422


def test_a_community_without_a_seal_cannot_check_receipts(street: Street, receipt: bytes, tmp_path: Path) -> None:
    app = street.neighbourhood.app(seal=str(tmp_path / "none"))
    chidi = street.neighbourhood.browser(app, member=street.chidi_id)

    shown = words_on(handed_in(chidi, receipt))

    assert "The receipt cannot be checked here" in shown and not (tmp_path / "none").exists()


def test_members_cannot_check_receipts(street: Street, receipt: bytes) -> None:
    assert street.ana.get("/receipts").status_code == 403
    assert handed_in(street.ana, receipt).status_code == 403
