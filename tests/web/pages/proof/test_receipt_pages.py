"""Receipts: files that the verifier accepts, and pages with a code."""

import shutil
import threading
from pathlib import Path

import httpx
import pytest

from ledger.deciding.requests import Caller
from ledger.groups.commands import FormGroup
from ledger.identifiers import COMMUNITY, new_command_id
from ledger.seal.signing.folder import TREE, SealFolder
from ledger.seal.verify import verify
from ledger.seal.verifying.receipt import parse_receipt
from tests.web.neighbourhood import Neighbourhood
from tests.web.pages.conftest import Street
from tests.web.pages.reader import words_on
from tests.web.routes import KEEPERS, MEMBERS, PARTIES, Found
from web.framework.seals import SECONDS_BETWEEN_SEALS, Seals

FOUND: Found = {
    "exchange_receipt": PARTIES | KEEPERS,
    "gift_receipt": MEMBERS,
    "entry_receipt": KEEPERS,
    "show_exchange_receipt": PARTIES | KEEPERS,
    "show_gift_receipt": MEMBERS,
}

ORIGIN = "localhost/riverside/1"


@pytest.fixture
def folder(street: Street) -> SealFolder:
    """The seals of the street, with one made."""
    assert street.neighbourhood.seal is not None
    street.neighbourhood.sealed()
    return SealFolder(street.neighbourhood.seal, ORIGIN)


def code_of(answer: httpx.Response, folder: SealFolder, file: Path) -> int:
    """Return the verdict of the verifier on a downloaded receipt."""
    file.write_bytes(answer.content)
    return verify("receipt", file, keys=[folder.key]).code


def test_parties_coordinators_and_auditors_get_a_receipt_that_verifies(
    street: Street, folder: SealFolder, tmp_path: Path
) -> None:
    exchange = street.helped(by=street.bo_id)
    street.neighbourhood.sealed()

    for browser in (street.ana, street.bo, street.chidi, street.ruth):
        answer = browser.get(f"/exchanges/{exchange}/receipt")
        assert code_of(answer, folder, tmp_path / "receipt") == 0
        assert answer.headers["content-disposition"] == f'attachment; filename="{exchange}.tlog-proof"'
        assert answer.headers["cache-control"] == "private, no-store"
    assert f'"exchange":"{exchange}"' in parse_receipt(answer.content).entry.decode()
    assert '"type":"exchange-settled"' in parse_receipt(answer.content).entry.decode()


def test_other_members_find_no_receipt(street: Street, folder: SealFolder) -> None:
    exchange = street.helped(by=street.bo_id)

    for path in (f"/exchanges/{exchange}/receipt", f"/exchanges/{exchange}/slip"):
        theirs, none = street.eve.get(path), street.eve.get(path.replace(exchange, "x-none"))
        assert (theirs.status_code, theirs.text) == (404, none.text)
        assert street.neighbourhood.browser().get(path).headers["location"].startswith("/sign-in")
    assert street.eve.get("/journal/3/receipt").status_code == 403


def test_a_new_exchange_is_sealed_for_its_receipt(street: Street, folder: SealFolder, tmp_path: Path) -> None:
    before = folder.sizes()
    exchange = street.helped(by=street.bo_id)

    answer = street.bo.get(f"/exchanges/{exchange}/receipt")

    assert code_of(answer, folder, tmp_path / "receipt") == 0
    assert len(folder.sizes()) == len(before) + 1
    again = street.ana.get(f"/exchanges/{exchange}/receipt")
    assert again.content == answer.content and len(folder.sizes()) == len(before) + 1


def test_gifts_have_receipts_and_auditors_get_one_for_any_entry(
    street: Street, folder: SealFolder, tmp_path: Path
) -> None:
    gift = street.gave(COMMUNITY)

    assert code_of(street.eve.get(f"/gifts/{gift}/receipt"), folder, tmp_path / "receipt") == 0
    assert code_of(street.chidi.get("/journal/3/receipt"), folder, tmp_path / "receipt") == 0
    for wrong in ("0", "03", "99999", "three", "9" * 40):
        assert street.ruth.get(f"/journal/{wrong}/receipt").status_code == 404


def test_the_receipt_page_shows_the_entry_and_a_code(street: Street, folder: SealFolder) -> None:
    exchange = street.helped(by=street.bo_id, minutes=150)

    page = street.ana.get(f"/exchanges/{exchange}/slip")
    shown = words_on(page)

    assert "2 h 30 min" in shown and "It does not prove that the help took place" in shown
    assert folder.latest().checkpoint.grouped_root in shown
    assert '<svg viewBox="0 0' in page.text and "style=" not in page.text
    assert f'href="/exchanges/{exchange}/receipt"' in page.text


def test_a_gift_has_a_receipt_page_too(street: Street, folder: SealFolder) -> None:
    gift = street.gave(COMMUNITY)

    shown = words_on(street.eve.get(f"/gifts/{gift}/slip"))

    assert "Receipt: this gift is on record" in shown and "Ana Sousa" in shown


def test_an_exchange_offers_its_receipt_once_it_counts(street: Street, folder: SealFolder) -> None:
    waiting, settled = street.helped(), street.helped(by=street.bo_id)
    gift = street.gave()

    assert f"/exchanges/{waiting}/slip" not in street.ana.get(f"/exchanges/{waiting}").text
    assert f"/exchanges/{settled}/slip" in street.ana.get(f"/exchanges/{settled}").text
    assert f"/gifts/{gift}/slip" in street.bo.get(f"/gifts/{gift}").text
    assert "/journal/3/receipt" in street.ruth.get("/journal/3").text


def test_a_record_that_was_never_sealed_offers_no_receipt(street: Street) -> None:
    exchange = street.helped(by=street.bo_id)

    for what in ("slip", "receipt"):
        answer = street.ana.get(f"/exchanges/{exchange}/{what}")
        assert (answer.status_code, "has not been sealed yet" in words_on(answer)) == (404, True)
    assert "/slip" not in street.ana.get(f"/exchanges/{exchange}").text
    assert street.neighbourhood.seal is not None and not street.neighbourhood.seal.exists()


class Watch:
    """Seconds that pass only while a process waits."""

    def __init__(self) -> None:
        self.seconds, self.waited = 1000.0, list[float]()

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.seconds += seconds


def seals_of(street: Street, watch: Watch) -> Seals:
    return Seals(str(street.neighbourhood.seal), street.bank, ORIGIN, clock=lambda: watch.seconds, wait=watch.wait)


def test_at_most_one_seal_a_second_is_made_for_receipts(street: Street, folder: SealFolder) -> None:
    watch = Watch()
    seals, before = seals_of(street, watch), len(folder.sizes())

    for _ in range(3):
        street.helped(by=street.bo_id, minutes=1)
        seals.receipt(position=street.bank.log.head())

    assert len(folder.sizes()) == before + 3
    assert watch.waited == [SECONDS_BETWEEN_SEALS] * 2


def test_many_requests_at_once_share_one_seal(street: Street, folder: SealFolder) -> None:
    seals, before = seals_of(street, Watch()), len(folder.sizes())
    for minutes in range(1, 9):
        street.helped(by=street.bo_id, minutes=minutes)
    positions = range(street.bank.log.head() - 7, street.bank.log.head() + 1)
    given: list[int] = []
    asking = [
        threading.Thread(target=lambda at=position: given.append(seals.receipt(position=at).place))
        for position in positions
    ]

    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()

    assert sorted(given) == [position - 1 for position in positions]
    assert len(folder.sizes()) == before + 1


def test_an_existing_receipt_is_sent_while_another_process_seals(street: Street, folder: SealFolder) -> None:
    exchange = street.helped(by=street.bo_id)
    street.neighbourhood.sealed()

    with folder.alone():
        assert street.bo.get(f"/exchanges/{exchange}/receipt").status_code == 200
        assert street.bo.get(f"/exchanges/{exchange}/slip").status_code == 200


def test_a_deleted_cache_is_made_again(street: Street, folder: SealFolder, tmp_path: Path) -> None:
    exchange = street.helped(by=street.bo_id)
    street.neighbourhood.sealed()
    shutil.rmtree(folder.path / TREE)

    assert code_of(street.bo.get(f"/exchanges/{exchange}/receipt"), folder, tmp_path / "receipt") == 0
    assert street.neighbourhood.browser().get("/tile/0/000.p/3").status_code == 200


def test_a_restored_older_log_gets_no_receipt_for_its_new_entries(street: Street, tmp_path: Path) -> None:
    older = put_back(street, tmp_path)
    command = Caller(id=new_command_id(), by=older.host_command().by, via="cli")
    older.bank.do(FormGroup(name="Another history"), by=command)
    head = older.views.catch_up().number

    answer = older.browser(member=older.ruth).get(f"/journal/{head}/receipt")

    assert answer.status_code == 503 and "The record does not match its seal" in words_on(answer)
    assert older.browser(member=older.ruth).get("/journal/3/receipt").status_code == 200
    older.close()


def put_back(street: Street, tmp_path: Path) -> Neighbourhood:
    """A neighbourhood with a restored log from before its last seal, and all its seals."""
    neighbourhood = street.neighbourhood
    neighbourhood.sealed()
    shutil.copytree(neighbourhood.bank.place.path, tmp_path / "older" / "data")
    street.helped(by=street.bo_id)
    street.helped(by=street.bo_id)
    neighbourhood.sealed()
    assert neighbourhood.seal is not None
    shutil.copytree(neighbourhood.seal, tmp_path / "older" / "seal")
    return Neighbourhood(tmp_path / "older" / "data")
