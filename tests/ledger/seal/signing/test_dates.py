"""The host's clock dates each seal, and a daily seal is made once a day. A crash while writing spoils one line only."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ledger.seal.signing.folder import ASKED, DAY, MONTH, SealDate, SealDates, SealRefused
from ledger.seal.signing.signer import Signer, daily_seal
from ledger.time_bank import TimeBank
from tests.cast import NOW
from tests.ledger.seal.conftest import SealedCommunity, live_a_little
from tests.ledger.seal.signing.test_signer import behind_the_back


def test_lines_are_kept_in_the_order_they_were_added(tmp_path: Path) -> None:
    dates = SealDates(tmp_path)
    assert dates.all() == []

    dates.add(7, NOW, ASKED)
    dates.add(7, NOW + timedelta(days=1), DAY)
    dates.add(9, datetime(2026, 4, 1, 2, 0, tzinfo=timezone(timedelta(hours=2))), MONTH)

    assert dates.all() == [
        SealDate(7, NOW, "asked"),
        SealDate(7, NOW + timedelta(days=1), "day"),
        SealDate(9, datetime(2026, 4, 1, tzinfo=UTC), "month"),
    ]
    assert dates.path.read_text().splitlines()[0] == "7 2026-03-14T10:30:00Z asked"


@pytest.mark.parametrize("unfinished", [b"8", b"8 2026-03-14T1", b"8 2026-03-14T10:30:00Z ask", b"\xff\x00"])
def test_an_unfinished_line_is_skipped(tmp_path: Path, unfinished: bytes) -> None:
    dates = SealDates(tmp_path)
    dates.add(7, NOW, ASKED)
    with dates.path.open("ab") as file:
        file.write(unfinished)

    assert [date.size for date in dates.all()] == [7]
    dates.add(9, NOW, DAY)
    assert [date.size for date in dates.all()] == [7, 9]


@pytest.mark.parametrize("line", ["07 2026-03-14T10:30:00Z day", "7 2026-13-14T10:30:00Z day", "7 2026-03-14 day"])
def test_malformed_lines_are_skipped(tmp_path: Path, line: str) -> None:
    dates = SealDates(tmp_path)
    dates.path.write_text(f"{line}\n")

    assert dates.all() == []


def test_only_new_seals_are_dated(sealed_bank: TimeBank, community: SealedCommunity) -> None:
    at = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
    signer = Signer(community.place, sealed_bank.log, clock=lambda: at)
    before = SealDates(community.folder.path).all()
    live_a_little(sealed_bank)

    size = signer.seal().checkpoint.size
    signer.seal()
    signer.seal(upto=3)

    assert SealDates(community.folder.path).all() == [*before, SealDate(size, at, "asked")]


NOON = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
HONOLULU = ZoneInfo("Pacific/Honolulu")


@pytest.fixture
def signer(sealed_bank: TimeBank, community: SealedCommunity) -> Signer:
    """A signer whose seals so far were all made on request."""
    return Signer(community.place, sealed_bank.log, clock=lambda: NOON)


def whys(signer: Signer) -> list[str]:
    return [date.why for date in signer.dates.all() if date.why != "asked"]


def test_new_entries_are_sealed_once_a_day(signer: Signer, sealed_bank: TimeBank) -> None:
    live_a_little(sealed_bank)

    first = daily_seal(signer, NOON, UTC)
    live_a_little(sealed_bank)
    again = daily_seal(signer, NOON + timedelta(hours=3), UTC)
    tomorrow = daily_seal(signer, NOON + timedelta(days=1), UTC)

    assert first and tomorrow and again is None
    assert tomorrow.checkpoint.size > first.checkpoint.size == signer.folder.at(first.checkpoint.size).checkpoint.size
    assert len(whys(signer)) == 2


def test_days_follow_the_calendar_of_the_community(signer: Signer) -> None:
    evening, night = datetime(2026, 11, 26, 9, 30, tzinfo=UTC), datetime(2026, 11, 26, 10, 30, tzinfo=UTC)

    assert daily_seal(signer, evening, HONOLULU), "the 25th, half past eleven at night"
    assert daily_seal(signer, night, HONOLULU), "the 26th, half past midnight"
    assert daily_seal(signer, night + timedelta(hours=20), HONOLULU) is None


def test_without_new_entries_the_date_is_recorded_for_the_last_seal(signer: Signer) -> None:
    size = signer.seal().checkpoint.size
    sizes = signer.folder.sizes()

    sealed = daily_seal(signer, NOON, UTC)

    assert sealed and sealed.checkpoint.size == size and signer.folder.sizes() == sizes
    assert (signer.dates.all()[-1].size, signer.dates.all()[-1].at) == (size, NOON)


def test_the_first_daily_seal_of_a_month_is_monthly(signer: Signer) -> None:
    for day in (NOON, NOON + timedelta(days=4), NOON + timedelta(days=5), NOON + timedelta(days=6)):
        daily_seal(signer, day, UTC)

    assert whys(signer)[-3:] == ["day", "month", "day"], "30 November, then 1 and 2 December"


def test_the_monthly_seal_detects_old_changes(signer: Signer, sealed_bank: TimeBank) -> None:
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
