"""A witness that reads bundles signs what it verified: no file that was put in its place, and nothing that it did not compare."""

from pathlib import Path

import pytest

from ledger.exchanges.commands import ReportExchange
from ledger.seal.signing.bundle_writer import write_bundle
from ledger.seal.signing.folder import SealRefused
from ledger.seal.signing.signer import Signer
from ledger.seal.verify import verify
from ledger.seal.verifying.note import VerifierKey, check_checkpoint
from ledger.seal.verifying.verdict import VerifiedSeal
from ledger.seal.witnessing.witness import SEEN, NotCosigned, Witness, origin_hash
from ledger.time_bank import TimeBank
from tests.cast import ANA, BO, TODAY, help_of
from tests.ledger.seal.conftest import ORIGIN, SealedCommunity
from tests.ledger.seal.witnessing.test_witness import AT, KEY, submission


@pytest.fixture
def laptop(community: SealedCommunity, tmp_path: Path) -> Witness:
    """A member's laptop that follows the community."""
    witness = Witness(tmp_path / "laptop", "ana-laptop")
    witness.follow(community.folder.key)
    return witness


def read(bundle: Path, key: VerifierKey, *known: Path) -> VerifiedSeal:
    """What the check of a sound bundle verified."""
    verified = verify("bundle", bundle, keys=[key], known=known).verified
    assert verified is not None
    return verified


def grown(community: SealedCommunity, bank: TimeBank, bundle: Path) -> Path:
    """A bundle of the community with one more hour of help."""
    bank.do(ReportExchange(legs=(help_of(BO, ANA, 30),), given_on=TODAY), by=ANA)
    write_bundle(Signer(community.place, bank.log), bank.log, bundle)
    return bundle


def test_a_witness_signs_the_bytes_that_were_verified(community: SealedCommunity, laptop: Witness) -> None:
    key, file = community.folder.key, community.bundle / "checkpoint"
    honest = check_checkpoint(file.read_bytes(), [key])
    verified = read(community.bundle, key)
    file.write_bytes(community.kept.read_bytes())

    signed = check_checkpoint(laptop.cosign_verified(verified, AT).data, [key, laptop.key])

    assert signed.checkpoint == honest.checkpoint
    assert laptop.last_signed(ORIGIN) is not None and verify("bundle", community.bundle).verified is None


def test_nothing_can_be_signed_after_a_check_that_found_something(community: SealedCommunity) -> None:
    (community.bundle / "balances.csv").write_bytes(b"")
    assert verify("bundle", community.bundle).verified is None
    assert verify("bundle", community.bundle / "nowhere").verified is None
    assert verify("receipt", community.kept).verified is None


def test_a_bundle_must_have_been_compared_with_the_last_checkpoint_signed(
    community: SealedCommunity, sealed_bank: TimeBank, laptop: Witness, tmp_path: Path
) -> None:
    key, seen = community.folder.key, laptop.folder / SEEN / origin_hash(ORIGIN)
    first = read(community.bundle, key)
    longer = read(grown(community, sealed_bank, tmp_path / "longer"), key)
    laptop.cosign_verified(first, AT)

    laptop.cosign_verified(read(community.bundle, key, seen), AT + 1)
    unseen = VerifiedSeal(longer.sealed, extends=())
    with pytest.raises(NotCosigned, match="not compared"):
        laptop.cosign_verified(unseen, AT + 2)
    another = first.sealed.checkpoint._replace(root=b"x" * 32)
    with pytest.raises(NotCosigned, match="not compared"):
        laptop.cosign_verified(VerifiedSeal(longer.sealed, extends=(another,)), AT + 2)
    laptop.cosign_verified(read(tmp_path / "longer", key, seen), AT + 3)
    with pytest.raises(NotCosigned, match="not compared"):
        laptop.cosign_verified(first, AT + 4)
    last = laptop.last_signed(ORIGIN)
    assert last is not None and last.checkpoint == longer.sealed.checkpoint


def test_a_witness_never_signs_an_earlier_time(
    community: SealedCommunity, sealed_bank: TimeBank, laptop: Witness, tmp_path: Path
) -> None:
    key, seen = community.folder.key, laptop.folder / SEEN / origin_hash(ORIGIN)
    laptop.cosign_verified(read(community.bundle, key), AT)
    longer = read(grown(community, sealed_bank, tmp_path / "longer"), key, seen)
    with pytest.raises(SealRefused, match="earlier time"):
        laptop.cosign_verified(longer, AT - 1)
    assert check_checkpoint(seen.read_bytes(), [key]).checkpoint != longer.sealed.checkpoint

    laptop.cosign_verified(longer, AT)


def test_a_time_signed_for_one_log_counts_for_all_logs(community: SealedCommunity, laptop: Witness) -> None:
    laptop.follow(KEY)
    laptop.add_checkpoint(submission(0, 5), AT)
    verified = read(community.bundle, community.folder.key)

    with pytest.raises(SealRefused, match="earlier time"):
        laptop.cosign_verified(verified, AT - 1)
    (laptop.folder / SEEN / origin_hash("oak.example/1")).write_bytes(b"damaged")
    assert laptop.cosign_verified(verified, AT + 1)
