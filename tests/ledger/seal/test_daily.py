"""Each day is sealed once by itself, where the community lives; the first time in a month reads the whole book again."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ledger.application.time_bank import TimeBank
from ledger.seal.signing.folder import SealRefused
from ledger.seal.signing.signer import Signer, daily_seal
from tests.ledger.seal.conftest import Book, live_a_little
from tests.ledger.seal.test_signer import behind_the_back

NOON = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
HONOLULU = ZoneInfo("Pacific/Honolulu")


@pytest.fixture
def signer(sealed_bank: TimeBank, book: Book) -> Signer:
    """The book, whose seals so far were all asked for."""
    return Signer(book.place, sealed_bank.log, clock=lambda: NOON)


def whys(signer: Signer) -> list[str]:
    return [date.why for date in signer.dates.all() if date.why != "asked"]


def test_what_has_come_is_sealed_once_a_day(signer: Signer, sealed_bank: TimeBank) -> None:
    live_a_little(sealed_bank)

    first = daily_seal(signer, NOON, UTC)
    live_a_little(sealed_bank)
    again = daily_seal(signer, NOON + timedelta(hours=3), UTC)
    tomorrow = daily_seal(signer, NOON + timedelta(days=1), UTC)

    assert first and tomorrow and again is None
    assert (
        tomorrow.checkpoint.size > first.checkpoint.size == signer.folder.at(first.checkpoint.size).checkpoint.size
    )
    assert len(whys(signer)) == 2


def test_a_day_ends_where_the_community_lives(signer: Signer) -> None:
    evening, night = datetime(2026, 11, 26, 9, 30, tzinfo=UTC), datetime(2026, 11, 26, 10, 30, tzinfo=UTC)

    assert daily_seal(signer, evening, HONOLULU), "the 25th, half past eleven at night"
    assert daily_seal(signer, night, HONOLULU), "the 26th, half past midnight"
    assert daily_seal(signer, night + timedelta(hours=20), HONOLULU) is None


def test_when_nothing_has_come_the_seal_stands_and_the_day_is_kept(signer: Signer) -> None:
    size = signer.seal().checkpoint.size
    sizes = signer.folder.sizes()

    sealed = daily_seal(signer, NOON, UTC)

    assert sealed and sealed.checkpoint.size == size and signer.folder.sizes() == sizes
    assert (signer.dates.all()[-1].size, signer.dates.all()[-1].at) == (size, NOON)


def test_the_first_of_a_month_is_the_month_s(signer: Signer) -> None:
    for day in (NOON, NOON + timedelta(days=4), NOON + timedelta(days=5), NOON + timedelta(days=6)):
        daily_seal(signer, day, UTC)

    assert whys(signer)[-3:] == ["day", "month", "day"], "30 November, then 1 and 2 December"


def test_the_month_s_finds_what_was_changed_long_ago(signer: Signer, sealed_bank: TimeBank) -> None:
    daily_seal(signer, NOON, UTC)
    live_a_little(sealed_bank)
    position = signer.receipt(7).place + 1
    behind_the_back(
        sealed_bank,
        'UPDATE entries SET data = CAST(replace(CAST(data AS TEXT), \'"via":"web"\', \'"via":"api"\') AS BLOB) '
        f"WHERE position = {position}",
        "",
    )

    assert daily_seal(signer, NOON + timedelta(days=1), UTC), "a day's seal reads only what is new"
    with pytest.raises(SealRefused, match="Entry 7"):
        daily_seal(signer, NOON + timedelta(days=6), UTC)
    assert whys(signer).count("month") <= 1
