"""The seal page and its sheets, also when the record does not match."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.groups.commands import FormGroup
from ledger.seal.signing.folder import DAY, LATEST, SealFolder, write_durably
from ledger.seal.signing.signer import Signer, daily_seal
from ledger.seal.verifying.note import COSIGNATURE, Note, Signature, VerifierKey, cosigned_text
from ledger.seal.witnessing.witnesses import Witnesses
from tests.web.pages.conftest import Street
from tests.web.pages.proof.test_receipt_pages import ORIGIN, put_back
from tests.web.pages.reader import words_on
from tests.web.routes import MEMBERS, Found

FOUND: Found = {"show_seal": MEMBERS, "show_sheet": MEMBERS, "show_earlier_sheet": MEMBERS}


@pytest.fixture
def folder(street: Street) -> SealFolder:
    """The seals of the street, with one made."""
    assert street.neighbourhood.seal is not None
    street.neighbourhood.sealed()
    return SealFolder(street.neighbourhood.seal, ORIGIN)


def signer_of(street: Street) -> Signer:
    assert street.neighbourhood.seal is not None
    return Signer(street.neighbourhood.seal, street.bank.log, clock=street.neighbourhood.clock)


def test_every_member_sees_the_last_seal_its_date_and_its_key(street: Street, folder: SealFolder) -> None:
    sealed = folder.latest().checkpoint
    street.helped(by=street.bo_id)

    shown = words_on(street.eve.get("/seal"))

    assert f"The seal covers {sealed.size} entries" in shown
    assert "Sealed on 22 November 2026 at 12:00." in shown
    assert "2 entries have been added since. The next seal will cover them." in shown
    assert sealed.grouped_root in shown and folder.key.text in shown
    assert "Nobody else has signed it yet." in shown


def test_a_seal_shows_when_it_was_last_found_unchanged(street: Street, folder: SealFolder) -> None:
    size, now = folder.latest().checkpoint.size, street.neighbourhood.clock.now
    signer_of(street).record_date(size, now + timedelta(seconds=20), DAY)
    assert "nothing new had been added" not in words_on(street.eve.get("/seal"))

    signer_of(street).record_date(size, now + timedelta(days=1), DAY)
    assert "On 23 November 2026 at 12:00, nothing new had been added." in words_on(street.eve.get("/seal"))


def test_a_record_that_was_never_sealed_says_so(street: Street) -> None:
    shown = words_on(street.ana.get("/seal"))

    assert "This record has not been sealed yet." in shown and "hours seal" in shown
    assert street.ana.get("/seal/sheet").status_code == 404
    assert street.neighbourhood.seal is not None and not street.neighbourhood.seal.exists()


def test_earlier_seals_are_listed_newest_first_in_pages(street: Street, folder: SealFolder) -> None:
    for minute in range(1, 46):
        street.helped(by=street.bo_id, minutes=1)
        street.neighbourhood.clock.passes(timedelta(minutes=minute))
        signer_of(street).seal(whole=False)
    sizes = folder.sizes()

    first = street.ana.get("/seal")
    second = street.ana.get(_older(first.text))
    third = street.ana.get(_older(second.text))

    assert [_listed(page.text) for page in (first, second, third)] == [
        sizes[-2:-22:-1],
        sizes[-22:-42:-1],
        sizes[-42::-1],
    ]
    assert _older(third.text) == "" and street.ana.get("/seal?before=x").status_code == 422


def _listed(text: str) -> list[int]:
    return [int(size) for size in re.findall(r'href="/seal/sheet/(\d+)"', text)]


def _older(text: str) -> str:
    found = re.search(r'href="([^"]+)" rel="next"', text)
    return found[1].replace("&amp;", "&") if found else ""


def test_the_seal_sheet_shows_the_root_the_previous_seal_and_a_code(street: Street, folder: SealFolder) -> None:
    first = folder.latest().checkpoint
    street.helped(by=street.bo_id)
    second = street.neighbourhood.sealed().checkpoint

    page = street.bo.get("/seal/sheet")
    shown = words_on(page)

    assert second.grouped_root in shown and f"{second.size} entries · sealed on 22 November 2026 at 12:00" in shown
    assert "Previous seal" in shown and first.grouped_root in shown
    assert f"https://hours.example.org/checkpoint/{second.size}" in shown
    assert "<title>The seal as a code</title>" in page.text
    early = words_on(street.bo.get(f"/seal/sheet/{first.size}"))
    assert first.grouped_root in early and "None. This is the first seal." in early


def test_the_seal_sheet_shows_the_last_monthly_seal(street: Street, folder: SealFolder) -> None:
    zone, clock = street.neighbourhood.clock.now.tzinfo, street.neighbourhood.clock
    assert zone is not None
    daily_seal(signer_of(street), clock.now, zone)
    clock.passes(timedelta(days=9))
    street.helped(by=street.bo_id)
    month = daily_seal(signer_of(street), clock.now, zone)
    clock.passes(timedelta(days=3))
    street.helped(by=street.bo_id)
    street.neighbourhood.sealed()
    street.helped(by=street.bo_id)
    street.neighbourhood.sealed()

    shown = words_on(street.neighbourhood.browser(member=street.ana_id).get("/seal/sheet"))

    assert month is not None and month.checkpoint.grouped_root in shown
    assert "Last monthly seal before this one" in shown and "1 December 2026 at 12:00" in shown


@pytest.mark.parametrize("size", ["0", "007", "seven", "99999"])
def test_a_seal_that_does_not_exist_has_no_sheet(street: Street, folder: SealFolder, size: str) -> None:
    assert street.ana.get(f"/seal/sheet/{size}").status_code == 404


def test_witnesses_who_signed_are_named(street: Street, folder: SealFolder) -> None:
    """The library is one of the community's witnesses; the key of the other is unknown here."""
    library = witness_key("library.example.org", 1)
    Witnesses(folder).add("library", library[1], "")
    Witnesses(folder).add("school", witness_key("school.example.org", 2)[1], "")
    note = folder.latest().note
    word = cosigned(note, *library, at_seconds=1_795_000_000)
    other = Signature("passer-by.example.org", b"\x00\x00\x00\x01", bytes(72))
    write_durably(folder.path / LATEST, Note(note.text, (*note.signatures, word, other)).data)

    shown = words_on(street.ana.get("/seal"))

    assert "Seen and signed by these witnesses: library, 18 November 2026 at 11:06" in shown
    assert "Not yet signed by: school" in shown
    assert "but their signatures are not checked here: passer-by.example.org" in shown
    assert "library" in words_on(street.ana.get("/seal/sheet"))


def witness_key(name: str, seed: int) -> tuple[Ed25519PrivateKey, VerifierKey]:
    private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    return private, VerifierKey(name, COSIGNATURE, private.public_key().public_bytes_raw())


def cosigned(note: Note, private: Ed25519PrivateKey, key: VerifierKey, *, at_seconds: int) -> Signature:
    signature = private.sign(cosigned_text(note.text, at_seconds))
    return Signature(key.name, key.id, at_seconds.to_bytes(8) + signature)


def test_a_restored_older_log_raises_an_alarm_and_the_last_seal_stays(street: Street, tmp_path: Path) -> None:
    last = street.neighbourhood.browser().get("/checkpoint").content
    older = put_back(street, tmp_path)
    last = street.neighbourhood.browser().get("/checkpoint").content

    for member, reads_more in ((older.ana, False), (older.chidi, True), (older.ruth, True)):
        page = older.browser(member=member).get("/seal")
        assert 'role="alert"' in page.text and "The record does not match its seal" in words_on(page)
        assert ("are missing" in words_on(page) and "older backup was restored" in page.text) == reads_more
    assert older.browser().get("/checkpoint").content == last
    assert older.browser().get("/tile/0/000.p/5").status_code == 200
    older.close()


def test_a_log_that_diverged_from_its_seal_raises_an_alarm(street: Street, tmp_path: Path) -> None:
    older = put_back(street, tmp_path)
    for name in ("One", "Two", "Three", "Four", "Five"):
        older.bank.do(FormGroup(name=name), by=older.host_command())

    page = older.browser(member=older.ana).get("/seal")

    assert "The record does not match its seal" in words_on(page)
    older.close()


def test_a_seal_that_cannot_be_read_differs_from_a_missing_one(street: Street, folder: SealFolder) -> None:
    (folder.path / LATEST).write_bytes(b"")

    page = street.ana.get("/seal")

    assert "The last seal cannot be read" in words_on(page) and "not been sealed yet" not in words_on(page)
    assert street.neighbourhood.browser().get("/checkpoint").status_code == 503
