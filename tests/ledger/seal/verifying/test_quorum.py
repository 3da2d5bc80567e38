"""Verifying requires the signatures that a policy names. A missing signature never passes."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.exchanges.commands import ReportExchange
from ledger.seal.signing.bundle_writer import write_bundle
from ledger.seal.signing.signer import Signer
from ledger.seal.verify import main, verify
from ledger.seal.verifying.bundle_files import guide
from ledger.seal.verifying.note import Signature, check_checkpoint, parse_keys, parse_note, sign_note
from ledger.seal.verifying.policy import Policy, cosign, parse_policy, time_in_words, with_cosignatures
from ledger.seal.verifying.receipt import parse_receipt
from ledger.seal.verifying.verdict import NO_POLICY, Verdict
from ledger.time_bank import TimeBank
from tests.cast import BO, TODAY, help_of
from tests.ledger.seal.conftest import SealedCommunity
from tests.ledger.seal.signing.test_bundle_writer import files_of
from tests.ledger.seal.verifying.test_cosignature import AT, key_of, witness
from tests.ledger.seal.verifying.test_tampering import report_of


def see(signer: Signer, number: int, *, name: str = "", at_seconds: int = AT) -> Signature:
    """Have one of the witnesses sign the last seal, and store the signature."""
    latest = signer.folder.latest()
    own_name, private = witness(number)
    cosignature = cosign(latest.note.text, name or own_name, private, at_seconds)
    signer.add_cosignatures(latest.checkpoint, [cosignature])
    return cosignature


@pytest.fixture
def signer(sealed_bank: TimeBank, community: SealedCommunity) -> Signer:
    """Three witnesses, two of which must sign each seal. The library and Elm Street have signed."""
    signer = Signer(community.place, sealed_bank.log)
    for number, name in enumerate(("library", "elm-street", "hall"), start=1):
        signer.witnesses.add(name, key_of(number), f"https://{name}.example")
    signer.witnesses.need(2)
    signer.seal()
    for number in (1, 2):
        see(signer, number)
    return signer


@pytest.fixture
def witnessed_community(community: SealedCommunity, sealed_bank: TimeBank, signer: Signer) -> SealedCommunity:
    """The community with a bundle that two witnesses have signed."""
    shutil.rmtree(community.bundle)
    write_bundle(signer, sealed_bank.log, community.bundle)
    return community


def policy_of(community: SealedCommunity) -> Policy:
    return parse_policy((community.bundle / "policy").read_bytes())


def test_a_bundle_has_signatures_policy_and_keys_and_passes_its_policy(witnessed_community: SealedCommunity) -> None:
    verdict = verify(
        "bundle", witnessed_community.bundle, policy=policy_of(witnessed_community), known=[witnessed_community.kept]
    )

    assert verdict.code == 0, report_of(verdict)
    assert (
        "the policy requires the signatures of at least 2 of library, elm-street, hall: they are there"
        in verdict.checked
    )
    assert any("signed by the witness w1.example on 2026-03-28 10:00 UTC" in line for line in verdict.checked)
    assert NO_POLICY not in verdict.unchecked and not any("whose key this is" in line for line in verdict.unchecked)
    assert "http" not in (witnessed_community.bundle / "policy").read_text()
    assert "at least 2 of library, elm-street, hall" in (witnessed_community.bundle / "README.txt").read_text()
    keys = parse_keys((witnessed_community.bundle / "vkeys.txt").read_bytes())
    assert keys == [witnessed_community.folder.key, *map(key_of, (1, 2, 3))]


def test_without_a_policy_no_signature_is_required_and_the_verdict_says_so(
    witnessed_community: SealedCommunity,
) -> None:
    verdict = verify("bundle", witnessed_community.bundle)

    assert verdict.code == 0 and NO_POLICY in verdict.unchecked
    assert any("signed by the witness w2.example" in line for line in verdict.checked), (
        "existing signatures are reported all the same"
    )


def test_a_missing_signature_is_incomplete_and_named(witnessed_community: SealedCommunity) -> None:
    three = policy_of(witnessed_community)
    three = three._replace(groups=(three.groups[0]._replace(needed=3),))

    verdict = verify("bundle", witnessed_community.bundle, policy=three)

    assert verdict.code == 3 and "no signature from hall" in report_of(verdict)


def test_only_signatures_under_this_seal_count(
    witnessed_community: SealedCommunity, signer: Signer, sealed_bank: TimeBank, tmp_path: Path
) -> None:
    sealed_bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=BO)
    write_bundle(signer, sealed_bank.log, tmp_path / "newer")

    verdict = verify("bundle", tmp_path / "newer", policy=policy_of(witnessed_community))

    assert verdict.code == 3 and "no signature from library, elm-street, hall" in report_of(verdict)
    earlier = parse_note((tmp_path / "newer" / "checkpoints" / "26").read_bytes())
    assert len(earlier.signatures) == 3, "earlier seals keep their signatures"


def test_a_policy_with_another_log_or_witness_key_does_not_pass(witnessed_community: SealedCommunity) -> None:
    ours = policy_of(witnessed_community)
    other_log = ours._replace(logs=(ours.logs[0]._replace(public=key_of(9).public),))
    one = ours.witnesses[0]
    impostor = ours._replace(
        witnesses=(one._replace(key=one.key._replace(public=key_of(9).public)), *ours.witnesses[1:])
    )

    assert verify("bundle", witnessed_community.bundle, policy=other_log).code == 1
    assert verify("bundle", witnessed_community.bundle, policy=impostor).code == 3
    no_log = ours._replace(logs=())
    unnamed = verify("bundle", witnessed_community.bundle, policy=no_log)
    assert unnamed.code == 0 and any("whose key this is" in line for line in unnamed.unchecked)
    stranger = [ours.logs[0]._replace(public=key_of(9).public)]
    assert verify("bundle", witnessed_community.bundle, policy=no_log, keys=stranger).code == 1, (
        "the keys count as well"
    )
    assert verify("bundle", witnessed_community.bundle, policy=ours, keys=stranger).code == 1


def test_a_known_seal_must_be_of_the_log_in_the_policy(witnessed_community: SealedCommunity, tmp_path: Path) -> None:
    """The bundle's own policy names a second key of the log; the policy that the auditor was given does not."""
    ours, bundle = policy_of(witnessed_community), witnessed_community.bundle
    second = Ed25519PrivateKey.from_private_bytes(b"9" * 32)
    own = ours.logs[0]
    wider = ours._replace(logs=(own, own._replace(public=second.public_key().public_bytes_raw())))
    sealed = check_checkpoint((bundle / "checkpoint").read_bytes(), [own])
    (bundle / "policy").write_text(wider.text)
    (bundle / "vkeys.txt").write_text("".join(f"{key.text}\n" for key in (*wider.logs, *wider.keys)))
    (bundle / "README.txt").write_bytes(guide(sealed.checkpoint, [*wider.logs, *wider.keys], wider))
    kept = tmp_path / "kept"
    kept.write_bytes(sign_note(sealed.checkpoint.text, own.name, second).data)

    assert verify("bundle", bundle, policy=ours).code == 0
    assert verify("bundle", bundle, policy=wider, known=[kept]).code == 0
    verdict = verify("bundle", bundle, policy=ours, known=[kept])
    assert verdict.code == 1 and f"{kept}: it is not signed with any of the known keys" in report_of(verdict)


def test_a_bad_signature_by_a_witness_in_the_policy_invalidates_the_seal(witnessed_community: SealedCommunity) -> None:
    ours = policy_of(witnessed_community)
    path = witnessed_community.bundle / "checkpoint"
    note = parse_note(path.read_bytes())
    bad = [each._replace(payload=bytes(72)) for each in note.signatures if each.name == "w2.example"]
    path.write_bytes(with_cosignatures(note, bad).data)

    for policy in (ours, None):
        verdict = verify("bundle", witnessed_community.bundle, policy=policy)
        assert verdict.code == 1 and "checkpoint: the signature of w2.example is wrong" in report_of(verdict)


@pytest.mark.parametrize("name", ["checkpoint", "policy", "vkeys.txt", "README.txt", "checkpoints/24"])
def test_one_changed_bit_in_cosignatures_is_detected(witnessed_community: SealedCommunity, name: str) -> None:
    path = witnessed_community.bundle / name
    original = path.read_bytes()
    for place in range(0, len(original), max(1, len(original) // 120)):
        changed = bytearray(original)
        changed[place] ^= 1 << place % 8
        path.write_bytes(changed)

        verdict = verify("bundle", witnessed_community.bundle, workers=1)

        assert verdict.code == 1, f"{name}, byte {place}: {report_of(verdict)}"


SECOND_SPELLINGS: dict[str, Callable[[str], str]] = {
    "a comment": lambda text: f"# hello\n{text}",
    "an empty line": lambda text: f"{text}\n",
    "two spaces": lambda text: text.replace(" ", "  ", 1),
    "an address": lambda text: text.replace(f"{key_of(3).text}\n", f"{key_of(3).text} http://hall.example\n"),
    "no quorum": lambda text: text.replace("quorum witnesses", "quorum none"),
    "bytes that are no text": lambda text: text.replace("hall", "\udcff"),
}


@pytest.mark.parametrize("change", SECOND_SPELLINGS)
def test_the_policy_in_a_bundle_is_canonical(witnessed_community: SealedCommunity, change: str) -> None:
    path = witnessed_community.bundle / "policy"
    path.write_bytes(SECOND_SPELLINGS[change](path.read_text()).encode("utf-8", "surrogateescape"))

    verdict = verify("bundle", witnessed_community.bundle)

    assert verdict.code == 1, report_of(verdict)


def test_same_log_and_seals_give_the_same_bytes_and_a_later_signature_changes_one_file(
    witnessed_community: SealedCommunity, signer: Signer, sealed_bank: TimeBank, tmp_path: Path
) -> None:
    write_bundle(signer, sealed_bank.log, tmp_path / "again")
    sealed_bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=BO)
    signer.seal()
    write_bundle(signer, sealed_bank.log, tmp_path / "later", upto=26)
    first = files_of(witnessed_community.bundle)
    assert files_of(tmp_path / "again") == first == files_of(tmp_path / "later")

    name, private = witness(3)
    sealed = signer.seal(upto=26)
    signer.add_cosignatures(sealed.checkpoint, [cosign(sealed.note.text, name, private, AT)])
    write_bundle(signer, sealed_bank.log, tmp_path / "seen", upto=26)
    seen = files_of(tmp_path / "seen")
    assert {name for name in seen if seen[name] != first[name]} == {"checkpoint"}
    assert verify("bundle", tmp_path / "seen", policy=policy_of(witnessed_community)).code == 0


def test_a_removed_witness_leaves_no_trace_in_new_bundles(
    witnessed_community: SealedCommunity, signer: Signer, sealed_bank: TimeBank, tmp_path: Path
) -> None:
    signer.witnesses.remove("elm-street")
    write_bundle(signer, sealed_bank.log, tmp_path / "fewer")

    assert verify("bundle", tmp_path / "fewer").code == 0
    assert all(b"w2.example" not in data for data in files_of(tmp_path / "fewer").values())


def test_a_receipt_has_cosignatures_and_can_be_checked_with_the_policy_alone(
    witnessed_community: SealedCommunity, signer: Signer, tmp_path: Path
) -> None:
    path = tmp_path / "receipt"
    receipt = signer.receipt(16)
    path.write_bytes(receipt.data)
    ours = policy_of(witnessed_community)

    good = verify("receipt", path, policy=ours)
    assert good.code == 0 and any("w1.example on 2026-03-28" in line for line in good.checked)
    assert verify("receipt", path, keys=[signer.key]).unchecked[0] == NO_POLICY
    assert NO_POLICY in verify("receipt", path).unchecked and verify("receipt", path).code == 3
    three = ours._replace(groups=(ours.groups[0]._replace(needed=3),))
    assert verify("receipt", path, policy=three).code == 3
    assert verify("receipt", path, policy=ours._replace(logs=())).code == 3, "the owner of the key is unknown"
    none_needed = ours._replace(quorum="none")
    assert "the policy requires no signature of a witness" in verify("receipt", path, policy=none_needed).checked

    note = parse_note(receipt.checkpoint)
    path.write_bytes(receipt._replace(checkpoint=note._replace(signatures=note.signatures[:2]).data).data)
    assert verify("receipt", path, policy=ours).code == 3
    assert parse_receipt(path.read_bytes()).entry == receipt.entry


def test_a_note_signed_only_by_witnesses_is_not_a_seal(witnessed_community: SealedCommunity) -> None:
    path = witnessed_community.bundle / "checkpoint"
    note = parse_note(path.read_bytes())
    path.write_bytes(note._replace(signatures=note.signatures[1:]).data)

    assert verify("bundle", witnessed_community.bundle, policy=policy_of(witnessed_community)).code == 1


def test_the_policy_is_an_option_of_the_command(
    witnessed_community: SealedCommunity, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["bundle", str(witnessed_community.bundle), "--policy"]
    assert main([*arguments, str(witnessed_community.bundle / "policy")]) == 0
    assert "they are there" in capsys.readouterr().out
    for wrong in (tmp_path / "nowhere", witnessed_community.bundle / "README.txt"):
        with pytest.raises(SystemExit) as ended:
            main([*arguments, str(wrong)])
        assert ended.value.code == 64


def test_a_signature_from_an_impossible_year_still_counts(witnessed_community: SealedCommunity, signer: Signer) -> None:
    see(signer, 3, at_seconds=2**63 - 1)

    latest = signer.folder.latest()
    assert check_checkpoint(latest.note.data, [signer.key, key_of(3)]).verified[-1].at_seconds == 2**63 - 1
    assert time_in_words(2**63 - 1) == "a day after the year 9999"
    assert time_in_words(253_402_300_799) == "9999-12-31 23:59 UTC"


def test_signatures_in_another_order_are_another_spelling(witnessed_community: SealedCommunity) -> None:
    path = witnessed_community.bundle / "checkpoint"
    note = parse_note(path.read_bytes())
    verdicts: list[Verdict] = []
    for signatures in (note.signatures, note.signatures[::-1]):
        path.write_bytes(note._replace(signatures=signatures).data)
        verdicts.append(verify("bundle", witnessed_community.bundle, policy=policy_of(witnessed_community)))

    assert [verdict.code for verdict in verdicts] == [0, 1]
