"""The seal over HTTP: these tests rebuild the tree as RFC 6962 describes it."""

import base64
import re
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from ledger.deciding.requests import Caller
from ledger.exchanges.commands import ReportExchange, help_given
from ledger.identifiers import new_command_id
from ledger.log.entry import decode
from ledger.seal.signing.folder import TREE, SealFolder
from ledger.seal.verifying.note import check_note, parse_note
from tests.web.neighbourhood import Browser, Neighbourhood
from tests.web.routes import ANYBODY, AUDITORS, Found

FOR_ANYBODY = ("show_checkpoint", "show_earlier_checkpoint", "show_tile", "prove_inclusion", "prove_consistency")
FOUND: Found = dict.fromkeys(FOR_ANYBODY, ANYBODY) | {"show_entry_tile": AUDITORS}


def root_of(leaves: list[bytes]) -> bytes:
    """MTH, as the RFC defines it."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()


def path_to(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH, as the RFC defines it."""
    if len(leaves) == 1:
        return []
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if index < half:
        return [*path_to(index, leaves[:half]), root_of(leaves[half:])]
    return [*path_to(index - half, leaves[half:]), root_of(leaves[:half])]


def proof_of(old: int, leaves: list[bytes], is_whole: bool = True) -> list[bytes]:
    """PROOF and SUBPROOF, as the RFC defines them."""
    if old == len(leaves):
        return [] if is_whole else [root_of(leaves)]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if old <= half:
        return [*proof_of(old, leaves[:half], is_whole), root_of(leaves[half:])]
    return [*proof_of(old - half, leaves[half:], False), root_of(leaves[:half])]


class Sealed(NamedTuple):
    """A neighbourhood sealed twice, with one entry not sealed yet; and the leaves of its log."""

    neighbourhood: Neighbourhood
    leaves: list[bytes]
    first: int
    last: int

    @property
    def folder(self) -> SealFolder:
        assert self.neighbourhood.seal is not None
        return SealFolder(self.neighbourhood.seal, "localhost/riverside/1")

    @property
    def stranger(self) -> Browser:
        return self.neighbourhood.browser()

    def get(self, path: str) -> httpx.Response:
        return self.stranger.get(path)


def helps(neighbourhood: Neighbourhood, times: int) -> None:
    """Log this many minutes of help from Ana to Bo, two entries each."""
    for _ in range(times):
        leg = help_given(neighbourhood.ana, neighbourhood.bo, 1, "garden")
        command = Caller(id=new_command_id(), by=neighbourhood.bo)
        neighbourhood.bank.do(ReportExchange(legs=(leg,), given_on=date(2026, 11, 21)), by=command)


@pytest.fixture(scope="session")
def sealed_riverside(riverside: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data and seal, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("sealed")
    living = Neighbourhood(shutil.copytree(riverside, folder / "data"))
    living.sealed()
    helps(living, 130)
    living.sealed()
    helps(living, 1)
    living.close()
    return folder


@pytest.fixture
def sealed(sealed_riverside: Path, tmp_path: Path) -> Iterator[Sealed]:
    """An open copy of that folder."""
    living = Neighbourhood(shutil.copytree(sealed_riverside, tmp_path / "sealed") / "data")
    leaves = [sha256(b"\x00" + data).digest() for _, data in living.bank.log.scan()]
    assert living.seal is not None
    first, last = SealFolder(living.seal, "localhost/riverside/1").sizes()
    yield Sealed(living, leaves, first, last)
    living.close()


def hashes_in(answer: httpx.Response) -> list[bytes]:
    return [base64.b64decode(line, validate=True) for line in answer.text.splitlines()]


def test_anyone_can_read_the_last_seal_and_its_signature_is_valid(sealed: Sealed) -> None:
    answer = sealed.get("/checkpoint")
    origin, size, root = parse_note(answer.content).text.splitlines()

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert (origin, size) == ("localhost/riverside/1", str(sealed.last))
    assert base64.b64decode(root) == root_of(sealed.leaves[: sealed.last])
    assert check_note(parse_note(answer.content), [sealed.folder.key])


def test_earlier_seals_stay_available(sealed: Sealed) -> None:
    early, late = (sealed.get(f"/checkpoint/{size}") for size in (sealed.first, sealed.last))

    assert base64.b64decode(early.text.splitlines()[2]) == root_of(sealed.leaves[: sealed.first])
    assert late.content == sealed.get("/checkpoint").content
    assert sealed.get(f"/checkpoint/{sealed.first + 1}").status_code == 404


def test_each_entry_has_an_inclusion_proof_in_each_tree(sealed: Sealed) -> None:
    for size in (1, 2, sealed.first, 256, sealed.last):
        for index in (0, size // 3, size - 1):
            answer = sealed.get(f"/proof/inclusion?index={index}&size={size}")

            assert hashes_in(answer) == path_to(index, sealed.leaves[:size])
            assert "immutable" in answer.headers["cache-control"]


def test_each_tree_has_a_consistency_proof_to_each_later_one(sealed: Sealed) -> None:
    for old, new in ((1, 2), (sealed.first, sealed.last), (7, sealed.first), (128, 256), (256, sealed.last)):
        answer = sealed.get(f"/proof/consistency?from={old}&to={new}")

        assert hashes_in(answer) == proof_of(old, sealed.leaves[:new])
    assert sealed.get(f"/proof/consistency?from={sealed.last}&to={sealed.last}").content == b""


def test_tiles_hold_the_leaves_and_the_hashes_above_them(sealed: Sealed) -> None:
    rest = sealed.last - 256

    assert sealed.get("/tile/0/000").content == b"".join(sealed.leaves[:256])
    assert sealed.get(f"/tile/0/001.p/{rest}").content == b"".join(sealed.leaves[256 : sealed.last])
    assert sealed.get("/tile/1/000.p/1").content == root_of(sealed.leaves[:256])
    assert sealed.get("/tile/0/000.p/255").content == b"".join(sealed.leaves[:255])
    whole = sealed.get("/tile/0/000")
    assert whole.headers["content-type"] == "application/octet-stream" and "content-encoding" not in whole.headers


def test_an_auditor_reads_entries_that_hash_to_their_tile(sealed: Sealed) -> None:
    ruth = sealed.neighbourhood.browser(member=sealed.neighbourhood.ruth)
    answer = ruth.get(f"/tile/entries/001.p/{sealed.last - 256}")
    entries, rest = list[bytes](), answer.content
    while rest:
        length = int.from_bytes(rest[:2])
        entries.append(rest[2 : 2 + length])
        rest = rest[2 + length :]

    assert [sha256(b"\x00" + entry).digest() for entry in entries] == sealed.leaves[256 : sealed.last]
    assert decode(entries[-1]).type == "exchange-settled"
    assert answer.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("who", ["ana", "chidi"])
def test_only_auditors_read_entries(sealed: Sealed, who: str) -> None:
    browser = sealed.neighbourhood.browser(member=getattr(sealed.neighbourhood, who))

    assert browser.get("/tile/entries/000").status_code == 403
    assert sealed.get("/tile/entries/000").headers["location"].startswith("/sign-in")


def test_nothing_beyond_the_seal_is_sent(sealed: Sealed) -> None:
    beyond = sealed.last + 1

    for path in (
        f"/checkpoint/{beyond}",
        f"/proof/inclusion?index=0&size={beyond}",
        f"/proof/inclusion?index={sealed.last}&size={sealed.last}",
        f"/proof/consistency?from=1&to={beyond}",
        "/proof/consistency?from=9&to=8",
        "/proof/consistency?from=0&to=8",
        f"/tile/0/001.p/{beyond - 256}",
        "/tile/0/001",
        "/tile/0/002.p/1",
        "/tile/1/000.p/2",
        "/tile/2/000.p/1",
    ):
        answer = sealed.get(path)
        assert (answer.status_code, answer.text) == (404, "The last seal does not cover that.\n"), path


@pytest.mark.parametrize(
    "path",
    [
        "/checkpoint/007",
        "/checkpoint/+7",
        "/checkpoint/seven",
        "/checkpoint/%D9%A7",
        "/proof/inclusion",
        "/proof/inclusion?index=1",
        "/proof/inclusion?size=7&index=1",
        "/proof/inclusion?index=01&size=7",
        "/proof/inclusion?index=1&size=7&size=8",
        "/proof/inclusion?index=1&size=7&more=1",
        "/proof/inclusion?index=-1&size=7",
        "/proof/inclusion?index=1.0&size=7",
        "/proof/inclusion?index=%201&size=7",
        "/proof/inclusion?index=1&size=99999999999999999999999",
        "/proof/consistency?from=&to=7",
        "/proof/consistency?index=1&size=7",
    ],
)
def test_a_number_has_one_spelling(neighbourhood: Neighbourhood, path: str) -> None:
    answer = neighbourhood.browser().get(path)

    assert answer.status_code == 422 and answer.text.startswith("Write each number in digits")


@pytest.mark.parametrize(
    "path",
    [
        "/tile/00/000",
        "/tile/64/000",
        "/tile/x/000",
        "/tile/0/0",
        "/tile/0/0000",
        "/tile/0/x000/000",
        "/tile/0/001/000",
        "/tile/0/x001/x000",
        "/tile/0/000.p/0",
        "/tile/0/000.p/01",
        "/tile/0/000.p/256",
        "/tile/0/000.p/",
        "/tile/0/000/",
        "/tile/0//000",
        "/tile/0/000.p/1/1",
        "/tile/0/x001/x001/x001/x001/x001/x001/001",
        "/tile/-1/000",
    ],
)
def test_a_tile_has_one_name(neighbourhood: Neighbourhood, path: str) -> None:
    answer = neighbourhood.browser().get(path)

    assert answer.status_code == 404 and "not been sealed" not in answer.text


def test_a_client_with_a_current_copy_gets_304(sealed: Sealed) -> None:
    for path in ("/checkpoint", "/tile/0/000", "/proof/inclusion?index=3&size=9"):
        mark = sealed.get(path).headers["etag"]

        again = sealed.stranger.get(path, headers={"if-none-match": f'"other", {mark}'})
        other = sealed.stranger.get(path, headers={"if-none-match": '"other"'})

        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", mark)
        assert other.status_code == 200


def test_the_checkpoint_is_revalidated_and_a_tile_is_cached(sealed: Sealed) -> None:
    assert sealed.get("/checkpoint").headers["cache-control"] == "public, no-cache"
    assert re.search(r"public, max-age=\d{7,}, immutable", sealed.get("/tile/0/000").headers["cache-control"])
    assert sealed.get("/tile/0/009").headers["cache-control"] == "private, no-store"
    assert sealed.stranger.head("/tile/0/000").headers["content-length"] == "8192"


def test_cached_responses_carry_no_cookie(sealed: Sealed) -> None:
    ana = sealed.neighbourhood.browser(member=sealed.neighbourhood.ana)
    bo = sealed.neighbourhood.browser(member=sealed.neighbourhood.bo)
    sealed.neighbourhood.clock.passes(timedelta(days=30))

    assert "set-cookie" not in ana.get("/checkpoint").headers
    assert "set-cookie" in bo.get("/").headers


def test_a_record_that_was_never_sealed_says_so_and_makes_no_key(neighbourhood: Neighbourhood) -> None:
    stranger, place = neighbourhood.browser(), neighbourhood.seal

    for path in ("/checkpoint", "/checkpoint/3", "/tile/0/000.p/1", "/proof/inclusion?index=0&size=1"):
        answer = stranger.get(path)
        assert (answer.status_code, answer.text) == (404, "This record has not been sealed yet.\n")
    assert place is not None and not place.exists()


def test_hashes_that_cannot_be_read_give_an_error(sealed: Sealed) -> None:
    shutil.rmtree(sealed.folder.path / TREE)

    answer = sealed.get("/tile/0/000")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert sealed.get("/checkpoint").status_code == 200
