"""Beside each seal stands when it was given, by the host's clock; a crash in the middle of a line spoils only that line."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from ledger.application.time_bank import TimeBank
from ledger.seal.signing.folder import ASKED, DAY, MONTH, SealDate, SealDates
from ledger.seal.signing.signer import Signer
from tests.cast import NOW
from tests.ledger.seal.conftest import Book, live_a_little


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
def test_a_line_that_was_not_finished_is_passed_over(tmp_path: Path, unfinished: bytes) -> None:
    dates = SealDates(tmp_path)
    dates.add(7, NOW, ASKED)
    with dates.path.open("ab") as file:
        file.write(unfinished)

    assert [date.size for date in dates.all()] == [7]
    dates.add(9, NOW, DAY)
    assert [date.size for date in dates.all()] == [7, 9]


@pytest.mark.parametrize("line", ["07 2026-03-14T10:30:00Z day", "7 2026-13-14T10:30:00Z day", "7 2026-03-14 day"])
def test_what_is_no_date_counts_for_none(tmp_path: Path, line: str) -> None:
    dates = SealDates(tmp_path)
    dates.path.write_text(f"{line}\n")

    assert dates.all() == []


def test_every_new_seal_is_dated_and_one_that_is_not_new_is_not(sealed_bank: TimeBank, book: Book) -> None:
    at = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
    signer = Signer(book.place, sealed_bank.log, clock=lambda: at)
    before = SealDates(book.folder.path).all()
    live_a_little(sealed_bank)

    size = signer.seal().checkpoint.size
    signer.seal()
    signer.seal(upto=3)

    assert SealDates(book.folder.path).all() == [*before, SealDate(size, at, "asked")]
