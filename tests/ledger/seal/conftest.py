"""A community with a bit of everything in its log, sealed twice and bundled. Each test that changes it gets a copy."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import settings

from ledger.exchanges.commands import ApproveReversal, AskForReversal, ReportExchange
from ledger.exchanges.facts import ExchangeReported
from ledger.gifts.commands import RecordGift, WithdrawGift
from ledger.gifts.facts import GiftRecorded
from ledger.identifiers import COMMUNITY
from ledger.seal.signing.bundle_writer import write_bundle
from ledger.seal.signing.folder import SealFolder
from ledger.seal.signing.signer import Signer
from ledger.seal.verify import verify
from ledger.seal.verifying.verdict import Verdict
from ledger.time_bank import TimeBank
from tests.cast import ANA, BO, CHIDI, GARDENING, TODAY, clock, counting_ids, founded, help_of, skills

ORIGIN = "localhost/elm-street/1"

# A busy machine must not fail a property.
settings.register_profile("without a deadline", deadline=None)
settings.load_profile("without a deadline")


class SealedCommunity(NamedTuple):
    """The paths of a community, its seals, a bundle, and an earlier seal that someone kept."""

    data: Path
    place: Path
    bundle: Path
    kept: Path

    @property
    def folder(self) -> SealFolder:
        return SealFolder(self.place, ORIGIN)


def live_a_little(bank: TimeBank) -> None:
    """Help, a skill exchange, help taken back and corrected, and a gift that was a mistake."""
    wrong = (
        bank.do(ReportExchange(legs=(help_of(minutes=90),), given_on=TODAY, note="Lawn “and” hedge"), by=BO)
        .fact(ExchangeReported)
        .exchange
    )
    bank.do(ReportExchange(legs=skills(), given_on=TODAY), by=CHIDI)
    bank.do(AskForReversal(exchange=wrong, reason="It was an hour"), by=BO)
    bank.do(ApproveReversal(exchange=wrong), by=ANA)
    bank.do(ReportExchange(legs=(help_of(minutes=60),), given_on=TODAY, corrects=wrong), by=BO)
    gift = (
        bank.do(RecordGift(giver=ANA, receiver=COMMUNITY, category=GARDENING, given_on=TODAY), by=ANA)
        .fact(GiftRecorded)
        .gift
    )
    bank.do(WithdrawGift(gift=gift, reason="Twice"), by=ANA)


@pytest.fixture(scope="session")
def sealed_community(tmp_path_factory: pytest.TempPathFactory) -> SealedCommunity:
    """The community for all tests. Do not change it."""
    folder = tmp_path_factory.mktemp("sealed")
    with founded(folder / "data") as bank:
        signer = Signer(folder / "seal", bank.log)
        kept = folder / "kept"
        kept.write_bytes(signer.seal().note.data)
        live_a_little(bank)
        signer.seal()
        bank.do(ReportExchange(legs=(help_of(BO, ANA, 45),), given_on=TODAY), by=ANA)
        write_bundle(signer, bank.log, folder / "bundle")
    return SealedCommunity(folder / "data", folder / "seal", folder / "bundle", kept)


@pytest.fixture
def community(sealed_community: SealedCommunity, tmp_path: Path) -> SealedCommunity:
    """A copy to change."""
    folder = shutil.copytree(sealed_community.data.parent, tmp_path / "book")
    return SealedCommunity(folder / "data", folder / "seal", folder / "bundle", folder / "kept")


@pytest.fixture
def sealed_bank(community: SealedCommunity) -> Iterator[TimeBank]:
    """The copy, opened."""
    with TimeBank.open(community.data, clock=clock, ids=counting_ids(500)) as bank:
        yield bank


@pytest.fixture
def checked(community: SealedCommunity) -> Callable[..., Verdict]:
    """Check the bundle as it is now, with the paths of known seals if any."""
    return lambda *known, **options: verify("bundle", community.bundle, known=known, **options)


def lines_of(community: SealedCommunity) -> list[bytes]:
    """The entries in the bundle."""
    return (community.bundle / "entries.jsonl").read_bytes().splitlines(keepends=True)
