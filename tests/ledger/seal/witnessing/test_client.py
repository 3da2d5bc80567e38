"""A log asks witnesses to sign. One that does not answer stops nothing; one that has seen another history is reported."""

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from time import monotonic

import pytest

from ledger.exchanges.commands import ReportExchange
from ledger.seal.signing.folder import CONTRADICTION, SealRefused
from ledger.seal.signing.signer import Signer
from ledger.seal.verifying.note import check_checkpoint
from ledger.seal.witnessing.client import (
    LARGEST_REPLY_BYTES,
    SECONDS_FOR_ALL,
    SECONDS_TO_ANSWER,
    HttpReply,
    NoReply,
    WitnessAnswer,
    ask_witnesses,
    send,
)
from ledger.seal.witnessing.witness import Witness
from ledger.seal.witnessing.witnesses import ACKNOWLEDGED
from ledger.time_bank import TimeBank
from tests.cast import BO, TODAY, clock, counting_ids, help_of
from tests.ledger.seal.conftest import ORIGIN, SealedCommunity
from tests.ledger.seal.witnessing.neighbours import AT, open_to, replying, saying


class Street:
    """A signer, and witnesses it can reach."""

    def __init__(self, signer: Signer, bank: TimeBank, folder: Path, stack: ExitStack) -> None:
        self.signer = signer
        self.bank = bank
        self._folder = folder
        self._stack = stack
        self.now = AT

    def witness(self, name: str, *, follows: bool = True) -> Witness:
        """Add a reachable witness."""
        witness = Witness(self._folder / name, f"{name}.example")
        if follows:
            witness.follow(self.signer.key)
        self.signer.witnesses.add(name, witness.key, self._stack.enter_context(open_to(witness, lambda: self.now)))
        return witness

    def stranger(self, name: str, *parts: bytes, every_seconds: float = 0.0) -> None:
        """Add a server that is not a witness."""
        key = Witness(self._folder / name, f"{name}.example").key
        self.signer.witnesses.add(name, key, self._stack.enter_context(saying(*parts, every_seconds=every_seconds)))

    def help(self) -> None:
        self.bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=BO)

    def ask(self) -> dict[str, WitnessAnswer]:
        """Seal, and ask all witnesses."""
        return {answer.name: answer for answer in ask_witnesses(self.signer, self.signer.seal(whole=False))}


@pytest.fixture
def street(sealed_bank: TimeBank, community: SealedCommunity, tmp_path: Path) -> Iterator[Street]:
    with ExitStack() as stack:
        yield Street(Signer(community.place, sealed_bank.log), sealed_bank, tmp_path / "street", stack)


def test_signatures_of_witnesses_are_stored_with_the_seal(street: Street) -> None:
    library, hall = street.witness("library"), street.witness("hall")
    for _ in range(3):
        street.help()
        answers = street.ask()
        assert [answer.signature is not None for answer in answers.values()] == [True, True]

    latest = street.signer.folder.latest()
    by_number = street.signer.folder.path / "checkpoints" / str(latest.checkpoint.size)
    signatures = check_checkpoint(latest.note.data, [street.signer.key, library.key, hall.key]).verified
    assert [(each.key.name, each.at_seconds) for each in signatures] == [
        (ORIGIN, None),
        ("hall.example", AT),
        ("library.example", AT),
    ]
    assert by_number.read_bytes() == latest.note.data
    seen = library.last_signed(ORIGIN)
    assert seen is not None and seen.checkpoint == latest.checkpoint
    assert street.signer.receipt(16).checkpoint == latest.note.data, "a receipt has the signatures too"


def test_witnesses_sign_an_unchanged_log_again_and_nothing_is_added(street: Street) -> None:
    library = street.witness("library")
    street.ask()
    before = street.signer.folder.latest()
    street.now += 86_400

    street.ask()

    latest = street.signer.folder.latest()
    assert latest.checkpoint == before.checkpoint and len(latest.note.signatures) == 2
    signatures = check_checkpoint(latest.note.data, [street.signer.key, library.key]).verified
    assert signatures[-1].at_seconds == AT + 86_400


def test_a_witness_with_another_size_is_asked_again_from_that_size(street: Street) -> None:
    street.witness("library")
    street.ask()
    acknowledged = street.signer.folder.path / ACKNOWLEDGED
    remembered = acknowledged.read_text()
    street.help()
    street.ask()

    for forgotten in (b"", remembered.encode(), re.sub(r" \d+\n", " 3\n", remembered).encode()):
        acknowledged.write_bytes(forgotten)
        street.help()
        assert street.ask()["library"].signature is not None
    assert acknowledged.read_text() == re.sub(
        r" \d+\n", f" {street.signer.folder.latest().checkpoint.size}\n", remembered
    )


def test_a_seal_over_fewer_entries_is_not_shown(street: Street) -> None:
    street.witness("library")
    street.help()
    street.ask()

    assert ask_witnesses(street.signer, street.signer.seal(upto=14)) == []


LINE = "— {}.example AAAAAAAA\n".format
STRANGE = {
    "not-there": (replying("500 Oops"), "it answered with 500"),
    "busy": (replying("503 Busy"), "it answered with 503"),
    "moved": (replying("302 Found", b"", "Location: http://127.0.0.1:1/"), "it answered with 302"),
    "unsigned": (replying("200 OK", b""), "not signed with its key"),
    "scribbling": (replying("200 OK", b"\xff\x00"), "not signed with its key"),
    "other-key": (replying("200 OK", LINE("somebody").encode()), "not signed with its key"),
    "bad-size": (replying("409 Conflict", b"many\n"), "makes no sense"),
    "bad-bytes": (replying("409 Conflict", b"\xff"), "makes no sense"),
    "long": (replying("200 OK", b"x" * (LARGEST_REPLY_BYTES + 1)), "too long"),
    "no-http": (b"hello\r\n\r\n", "cannot be reached"),
    "cut-off": (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", "not signed with its key"),
}


def test_bad_answers_do_not_prevent_storing_good_signatures(street: Street, tmp_path: Path) -> None:
    library = street.witness("library")
    street.witness("away", follows=False)
    for name, (answer, _) in STRANGE.items():
        street.stranger(name, answer)
    street.signer.witnesses.add("gone", Witness(tmp_path / "gone", "gone.example").key, "http://127.0.0.1:1")

    answers = street.ask()

    assert answers["library"].signature is not None and not any(answer.contradicts for answer in answers.values())
    assert "does not follow this log yet" in answers["away"].reason
    assert "cannot be reached (Connection refused)" in answers["gone"].reason
    for name, (_, reason) in STRANGE.items():
        assert reason in answers[name].reason, name
    latest = street.signer.folder.latest()
    assert [each.name for each in latest.note.signatures] == [ORIGIN, library.name]


def test_slow_witnesses_do_not_delay_the_others_for_long(street: Street) -> None:
    street.witness("library")
    street.stranger("silent")
    street.stranger(
        "dripping", *([b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"] + [b"x"] * 5000), every_seconds=0.5
    )
    began = monotonic()

    answers = street.ask()

    assert monotonic() - began < 2 * SECONDS_FOR_ALL
    assert answers["library"].signature is not None
    assert answers["silent"].reason == f"it did not answer within {SECONDS_TO_ANSWER} seconds"
    assert answers["dripping"].reason == f"it did not answer within {SECONDS_FOR_ALL} seconds"


def test_a_witness_is_not_asked_a_third_time(street: Street) -> None:
    calls: list[bytes | None] = []
    sizes = iter([b"3\n", b"5\n"])
    street.stranger("library")

    def changing(_url: str, data: bytes | None) -> HttpReply:
        calls.append(data)
        return HttpReply(409, next(sizes))

    (answer,) = ask_witnesses(street.signer, street.signer.seal(), send=changing)

    assert "several seals at the same time" in answer.reason and [data[:6] for data in calls if data] == [
        b"old 0\n",
        b"old 3\n",
    ]


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://127.0.0.1", "HTTPS:x", "", "http://127.0.0.1:99999"])
def test_only_http_addresses_are_requested(url: str) -> None:
    with pytest.raises(NoReply):
        send(url)


def twin_of(community: SealedCommunity, tmp_path: Path) -> SealedCommunity:
    """A copy of the whole community: data, key, seals."""
    folder = shutil.copytree(community.data.parent, tmp_path / "twin")
    return SealedCommunity(folder / "data", folder / "seal", folder / "bundle", folder / "kept")


@pytest.mark.parametrize("more", [1, 2, 3], ids=["fewer", "as-many", "more"])
def test_the_second_of_two_sealing_copies_is_detected_and_stops_sealing(
    street: Street, community: SealedCommunity, tmp_path: Path, more: int
) -> None:
    twin = twin_of(community, tmp_path)
    library = street.witness("library")
    street.help()
    street.help()
    assert street.ask()["library"].signature is not None

    with TimeBank.open(twin.data, clock=clock, ids=counting_ids(900)) as bank:
        signer = Signer(twin.place, bank.log)
        signer.witnesses.add("library", library.key, street.signer.witnesses.policy.witnesses[0].url)
        for _ in range(more):
            bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=BO)
        (answer,) = ask_witnesses(signer, signer.seal())

        assert answer.contradicts and answer.signature is None and "signed with this log's key" in answer.reason
        for seal_again in (signer.seal, lambda: signer.receipt(3)):
            with pytest.raises(SealRefused, match="that this log does not contain"):
                seal_again()
        assert (signer.folder.path / CONTRADICTION).read_bytes().startswith(ORIGIN.encode())
    assert street.ask()["library"].signature is not None, "the first goes on"


def test_a_backup_restored_with_its_seal_is_detected_and_sealing_resumes_with_the_newer_log(
    street: Street, community: SealedCommunity, tmp_path: Path
) -> None:
    old = twin_of(community, tmp_path)
    library = street.witness("library")
    street.help()
    street.ask()
    address = street.signer.witnesses.policy.witnesses[0].url

    with TimeBank.open(old.data, clock=clock, ids=counting_ids(500)) as bank:
        signer = Signer(old.place, bank.log)
        signer.witnesses.add("library", library.key, address)
        (answer,) = ask_witnesses(signer, signer.seal())
        assert "it has seen 28 entries of this log, which has only 26" in answer.reason and answer.contradicts
        with pytest.raises(SealRefused, match="seal of 28 entries"):
            signer.seal()

    newer = Signer(old.place, street.bank.log)
    assert newer.seal().checkpoint == street.signer.folder.latest().checkpoint, "the newer log holds what was shown"


def test_a_shown_seal_counts_only_with_our_own_signature(street: Street, community: SealedCommunity) -> None:
    library = street.witness("library")
    street.ask()
    shown = street.signer.folder.latest().note.data

    for answer in (b"", b"nonsense", shown.replace(b"\n26\n", b"\n27\n"), shown, community.kept.read_bytes()):
        assert not street.signer.is_contradicted_by(answer)
    assert library.name and not (street.signer.folder.path / CONTRADICTION).exists()


def test_a_claim_without_proof_is_reported_and_stops_nothing(street: Street) -> None:
    street.stranger("liar", replying("409 Conflict", b"99\n"))
    street.stranger("judge", replying("422 Unprocessable Content", b""))

    answers = street.ask()

    assert answers["liar"].contradicts and "it has seen 99 entries" in answers["liar"].reason
    assert answers["judge"].contradicts and "a different history" in answers["judge"].reason
    street.help()
    assert street.signer.seal(), "anybody can claim that"
