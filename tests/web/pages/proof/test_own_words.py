"""Members can prove which words of theirs were sealed, and nobody else's: with a receipt and the salts in their own data."""

from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from ledger.deciding.requests import Caller
from ledger.erasure.commands import AskForErasure, EraseMember
from ledger.exchanges.commands import DeclineExchange
from ledger.identifiers import HOST, new_command_id
from ledger.personal_data.salts import own_salts
from ledger.seal.signing.folder import SealFolder
from ledger.seal.verify import main, verify
from ledger.seal.verifying.note import BadNote
from ledger.seal.verifying.verdict import Verdict
from ledger.seal.verifying.words import read_words
from tests.web.pages.conftest import Street
from tests.web.pages.reader import words_on


@pytest.fixture
def folder(street: Street) -> SealFolder:
    """The street's seals. Ana wrote a note, and Bo a reason."""
    exchange = street.helped(note="Roses, and the “hedge”")
    decline = Caller(id=new_command_id(), by=street.bo_id)
    street.bank.do(DeclineExchange(exchange=exchange, reason="It was Saturday"), by=decline)
    street.neighbourhood.sealed()
    assert street.neighbourhood.seal is not None
    return SealFolder(street.neighbourhood.seal, "localhost/riverside/1")


def entries_of(data: bytes) -> list[dict[str, Any]]:
    return msgspec.json.decode(data)["entries"]


def saved(answer: httpx.Response, path: Path) -> Path:
    assert answer.status_code == 200
    path.write_bytes(answer.content)
    return path


def about(entries: list[dict[str, Any]], field: str) -> dict[str, Any]:
    """The last entry with such words."""
    return [entry for entry in entries if field in entry["words"]][-1]


def checked(street: Street, folder: SealFolder, entry: dict[str, Any], words: Path, place: Path) -> Verdict:
    receipt = saved(street.ana.get(entry["receipt"]), place / "receipt")
    return verify("receipt", receipt, keys=[folder.key], words=words)


def test_a_receipt_proves_which_words_a_member_wrote(street: Street, folder: SealFolder, tmp_path: Path) -> None:
    data = saved(street.ana.get(f"/members/{street.ana_id}/data.json"), tmp_path / "data.json")
    note = about(entries_of(data.read_bytes()), "note")

    verdict = checked(street, folder, note, data, tmp_path)
    assert verdict.code == 0 and "its note says: Roses, and the “hedge”" in verdict.checked
    (tmp_path / "vkeys").write_bytes(f"{folder.key.text}\n".encode())
    offline = ["receipt", str(tmp_path / "receipt"), "--key", str(tmp_path / "vkeys"), "--words", str(data)]
    assert main(offline) == 0

    data.write_text(data.read_text().replace("Roses", "Tulips"))
    assert checked(street, folder, note, data, tmp_path).code == 3


def test_other_peoples_words_have_no_salt_in_the_file_and_no_receipt(street: Street, folder: SealFolder) -> None:
    assert folder.is_begun
    reason = about(entries_of(street.ana.get(f"/members/{street.ana_id}/data.json").content), "reason")

    assert reason["words"]["reason"] == "It was Saturday" and reason["salts"] == {} and reason["receipt"] == ""
    assert street.ana.get(f"/members/{street.ana_id}/data/receipts/{reason['number']}").status_code == 404
    for number in ("0", "1", "999999", "x"):
        assert street.ana.get(f"/members/{street.ana_id}/data/receipts/{number}").status_code == 404
    theirs = about(entries_of(street.bo.get(f"/members/{street.bo_id}/data.json").content), "reason")
    assert street.bo.get(theirs["receipt"]).status_code == 200
    assert street.chidi.get(theirs["receipt"]).status_code == 403


def test_the_page_that_checks_receipts_shows_the_words_to_those_who_may_read_them(
    street: Street, folder: SealFolder, tmp_path: Path
) -> None:
    assert folder.is_begun
    note = about(entries_of(street.ana.get(f"/members/{street.ana_id}/data.json").content), "note")
    receipt = saved(street.ana.get(note["receipt"]), tmp_path / "receipt").read_bytes()

    def shown(who: str) -> str:
        browser = getattr(street, who)
        return words_on(browser.post("/receipts", data={"text": ""}, files={"file": ("r.tlog-proof", receipt)}))

    assert "Roses, and the “hedge”" in shown("chidi")
    assert "The receipt is valid" in shown("ruth") and "Roses" not in shown("ruth")


def test_an_erasure_deletes_the_salts_and_their_receipts(street: Street, folder: SealFolder) -> None:
    assert folder.is_begun
    note = about(entries_of(street.ana.get(f"/members/{street.ana_id}/data.json").content), "note")
    commitments = [
        c for _, data in street.bank.log.scan() for c in msgspec.json.decode(data).get("sealed", {}).values()
    ]
    assert own_salts(street.bank.people, street.ana_id, commitments)

    street.bank.do(AskForErasure(member=street.ana_id), by=street.ana_id)
    street.bank.do(EraseMember(member=street.ana_id), by=HOST)

    assert own_salts(street.bank.people, street.ana_id, commitments) == {}
    assert street.ana.get(note["receipt"]).status_code in (303, 403, 404)


@pytest.mark.parametrize(
    "held",
    [
        b"",
        b"[" * 100_000,
        b"[]",
        b'{"entries":[]}',
        b'{"entries":[{"salts":{"note":"00"},"words":{"note":"x"}}]}',
        b'{"entries":[{"salts":{"note":7},"words":{"note":"x"}}]}',
        b'{"entries":[{"salts":{"note":"' + b"0" * 64 + b'"},"words":{}}]}',
        b'{"entries":[{"salts":{"note":"' + b"0" * 64 + b'"},"words":{"note":1}}]}',
        b'{"entries":[{"salts":{"note":"' + b"0" * 64 + b'"},"words":{"note":"\\ud800"}}]}',
    ],
)
def test_a_file_without_salted_words_is_refused(tmp_path: Path, held: bytes) -> None:
    (tmp_path / "words").write_bytes(held)
    with pytest.raises(BadNote):
        read_words(tmp_path / "words")
