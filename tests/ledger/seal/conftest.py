"""A book with a bit of everything in it, sealed twice, and bundled; each test that changes it gets a copy."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from ledger.application.exchanges import ApproveReversal, AskForReversal, ReportExchange
from ledger.application.gifts import RecordGift, WithdrawGift
from ledger.application.time_bank import TimeBank
from ledger.events.exchanges import ExchangeReported
from ledger.events.gifts import GiftRecorded
from ledger.identifiers import COMMUNITY
from ledger.seal.bundle import write_bundle
from ledger.seal.folder import SealFolder
from ledger.seal.signer import Signer
from ledger.seal.verdict import Verdict
from ledger.seal.verify import verify
from tests.cast import ANA, BO, CHIDI, GARDENING, TODAY, clock, counting_ids, founded, help_of, skills

ORIGIN = "localhost/elm-street/1"


class Book(NamedTuple):
    """Where a community, its seal, a bundle of it, and a seal that somebody kept from earlier on are."""

    data: Path
    place: Path
    bundle: Path
    kept: Path

    @property
    def folder(self) -> SealFolder:
        return SealFolder(self.place, ORIGIN)


def live_a_little(bank: TimeBank) -> None:
    """Help, a skill exchange, help taken back and put right, and a gift that was a mistake."""
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
def sealed_book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The book that nobody changes."""
    folder = tmp_path_factory.mktemp("sealed")
    with founded(folder / "data") as bank:
        signer = Signer(folder / "seal", bank.log)
        kept = folder / "kept"
        kept.write_bytes(signer.seal().note.data)
        live_a_little(bank)
        signer.seal()
        bank.do(ReportExchange(legs=(help_of(BO, ANA, 45),), given_on=TODAY), by=ANA)
        write_bundle(signer, bank.log, folder / "bundle")
    return Book(folder / "data", folder / "seal", folder / "bundle", kept)


@pytest.fixture
def book(sealed_book: Book, tmp_path: Path) -> Book:
    """A copy of it, to change."""
    folder = shutil.copytree(sealed_book.data.parent, tmp_path / "book")
    return Book(folder / "data", folder / "seal", folder / "bundle", folder / "kept")


@pytest.fixture
def sealed_bank(book: Book) -> Iterator[TimeBank]:
    """The community of the book, open."""
    with TimeBank.open(book.data, clock=clock, ids=counting_ids(500)) as bank:
        yield bank


@pytest.fixture
def checked(book: Book) -> Callable[..., Verdict]:
    """Checks the bundle as it is now; paths of seals that somebody kept may be given."""
    return lambda *known, **options: verify("bundle", book.bundle, known=known, **options)


def lines_of(book: Book) -> list[bytes]:
    """The entries in the bundle."""
    return (book.bundle / "entries.jsonl").read_bytes().splitlines(keepends=True)
