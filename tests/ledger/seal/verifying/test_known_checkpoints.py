"""Known seals and those in a bundle: whose key signed them, and whether they are of this log, earlier, later or forged."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.exchanges.commands import ReportExchange
from ledger.seal.signing.bundle_writer import write_bundle
from ledger.seal.signing.signer import Signer
from ledger.seal.verify import verify
from ledger.seal.verifying.merkle import EMPTY_ROOT
from ledger.seal.verifying.note import ED25519, Checkpoint, Signature, VerifierKey, parse_note, sign_note
from ledger.seal.verifying.verdict import Verdict
from ledger.time_bank import TimeBank
from tests.cast import BO, TODAY, clock, counting_ids, help_of
from tests.ledger.seal.conftest import SealedCommunity
from tests.ledger.seal.verifying.test_tampering import keys_of, report_of

Check = Callable[..., Verdict]


def rewritten(community: SealedCommunity, tmp_path: Path, place: Path) -> Path:
    """A consistent bundle of another history of the same community, sealed with the key in `place`."""
    with TimeBank.open(community.data, clock=clock, ids=counting_ids(700)) as bank:
        bank.do(ReportExchange(legs=(help_of(minutes=17),), given_on=TODAY), by=BO)
        write_bundle(Signer(place, bank.log), bank.log, tmp_path / "forged")
    return tmp_path / "forged"


def test_a_bundle_signed_with_another_key_is_rejected(community: SealedCommunity, tmp_path: Path) -> None:
    forged = rewritten(community, tmp_path, tmp_path / "another-seal")

    assert verify("bundle", forged).code == 0, "complete, but the owner of the key is unknown"
    assert "whose key this is" in report_of(verify("bundle", forged))
    assert verify("bundle", forged, keys=keys_of(community)).code == 1
    with_known = verify("bundle", forged, known=[community.kept])
    assert with_known.code == 1 and "not signed with any of the known keys" in report_of(with_known)
    shutil.copy(community.bundle / "vkeys.txt", forged)
    assert verify("bundle", forged).code == 1
    shutil.copy(community.bundle / "checkpoint", forged)
    assert verify("bundle", forged).code == 1


def test_an_older_bundle_is_incomplete_with_a_newer_known_seal(community: SealedCommunity, tmp_path: Path) -> None:
    with TimeBank.open(community.data, clock=clock, ids=counting_ids(700)) as bank:
        bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=BO)
        newer = tmp_path / "newer"
        newer.write_bytes(Signer(community.place, bank.log).seal().note.data)

    verdict = verify("bundle", community.bundle, known=[newer])

    assert verdict.code == 3 and "entries 27 to 28 were sealed and are missing here" in report_of(verdict)


def test_an_unreadable_known_seal_is_not_a_pass(community: SealedCommunity, tmp_path: Path) -> None:
    strange = tmp_path / "strange"
    strange.write_bytes(b"nothing")

    assert verify("bundle", community.bundle, known=[strange]).code == 1
    assert verify("bundle", community.bundle, known=[tmp_path / "nowhere"]).code == 3
    assert verify("bundle", tmp_path / "nowhere").code == 3
    assert verify("receipt", tmp_path / "nowhere").code == 3


def test_a_known_seal_of_another_log_is_not_a_pass(community: SealedCommunity, tmp_path: Path) -> None:
    private = Ed25519PrivateKey.generate()
    oak = VerifierKey("oak.example/1", ED25519, private.public_key().public_bytes_raw())
    theirs = tmp_path / "theirs"
    theirs.write_bytes(sign_note(Checkpoint(oak.name, 0, EMPTY_ROOT).text, oak.name, private).data)

    verdict = verify("bundle", community.bundle, known=[theirs], keys=[*keys_of(community), oak])

    assert verdict.code == 3 and "another log, oak.example/1" in report_of(verdict)


def test_seals_in_the_bundle_must_be_earlier_ones(community: SealedCommunity, checked: Check) -> None:
    seals = community.bundle / "checkpoints"
    shutil.copy(community.bundle / "checkpoint", seals / "26")
    assert "not an earlier seal" in report_of(checked()) and checked().code == 1
    (seals / "26").unlink()
    shutil.copy(seals / "14", seals / "15")
    assert "seals something else" in report_of(checked()) and checked().code == 1
    (seals / "15").unlink()
    (seals / "16").mkdir()
    assert checked().code == 1


def stranger_under(path: Path) -> None:
    """Add a signature by an unknown key."""
    note = parse_note(path.read_bytes())
    path.write_bytes(note._replace(signatures=(*note.signatures, Signature("mallory", b"1234", b"5" * 64))).data)


@pytest.mark.parametrize("name", ["checkpoint", "checkpoints/14"])
def test_a_signature_by_an_unknown_key_is_reported_with_its_seal(
    community: SealedCommunity, checked: Check, name: str
) -> None:
    stranger_under(community.bundle / name)

    assert checked().code == 1 and f"  ! {name}: it has a signature by a key" in report_of(checked())


def test_a_seal_not_signed_by_trusted_keys_is_named(community: SealedCommunity, tmp_path: Path) -> None:
    stranger = VerifierKey("oak.example/1", ED25519, Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    spoiled = tmp_path / "spoiled"
    spoiled.write_bytes(b"x")

    assert "  ! checkpoint: it is not signed with any" in report_of(verify("bundle", community.bundle, keys=[stranger]))
    assert f"  ! {spoiled}: " in report_of(verify("bundle", community.bundle, known=[spoiled]))


def test_each_known_seal_is_checked_whatever_the_others_are(community: SealedCommunity, tmp_path: Path) -> None:
    spoiled, same = tmp_path / "spoiled", tmp_path / "same"
    spoiled.write_bytes(b"x")
    shutil.copy(community.bundle / "checkpoint", same)

    verdict = verify("bundle", community.bundle, known=[spoiled, same])

    assert verdict.code == 1 and f"{same}: the first 26 entries are the ones it seals" in verdict.checked
    assert verify("bundle", community.bundle, known=[same]).code == 0


def test_a_first_bundle_needs_no_folder_of_earlier_seals(community: SealedCommunity, checked: Check) -> None:
    shutil.rmtree(community.bundle / "checkpoints")

    assert checked().code == 0, report_of(checked())
