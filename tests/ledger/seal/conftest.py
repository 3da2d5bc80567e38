"""A book with a bit of everything in it, sealed twice, and bundled; each test that changes it gets a copy."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import settings

from ledger.application.time_bank import TimeBank
from ledger.identifiers import COMMUNITY
from ledger.seal.signing.bundle_writer import write_bundle
from ledger.seal.signing.folder import SealFolder
from ledger.seal.signing.signer import Signer
from ledger.seal.verify import verify
from ledger.seal.verifying.verdict import Verdict
from tests.cast import ANA, BO, CHIDI, GARDENING, TODAY, clock, command, counting_ids, founded, help_of, skills

ORIGIN = "localhost/elm-street/1"

# A busy machine must not fail a property.
settings.register_profile("without a deadline", deadline=None)
settings.load_profile("without a deadline")


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
    wrong, _ = bank.exchanges.report((help_of(minutes=90),), TODAY, note="Lawn “and” hedge", command=command(BO))
    bank.exchanges.report(skills(), TODAY, command=command(CHIDI))
    bank.exchanges.ask_reversal(wrong, reason="It was an hour", command=command(BO))
    bank.exchanges.approve_reversal(wrong, command=command(ANA))
    bank.exchanges.report((help_of(minutes=60),), TODAY, corrects=wrong, command=command(BO))
    gift, _ = bank.gifts.record(giver=ANA, receiver=COMMUNITY, category=GARDENING, given_on=TODAY, command=command(ANA))
    bank.gifts.withdraw(gift, reason="Twice", command=command(ANA))


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
        bank.exchanges.report((help_of(BO, ANA, 45),), TODAY, command=command(ANA))
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
