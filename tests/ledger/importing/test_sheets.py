"""Reading tables from other programs, and refusing what cannot be read."""

import gzip
from collections.abc import Callable
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ledger.importing.rows import (
    CellFormat,
    Unreadable,
    day_of,
    day_order_of,
    decimal_sign_of,
    minutes_of_hours,
    minutes_of_minutes,
    read_rows,
)
from ledger.importing.sheets import Sheet, UnusableFile, read_sheet

ROW = "2026-03-28,Ana,Bo,1.5,garden\n"
HEADINGS = "date,giver,receiver,hours,category\n"


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Sheet]:
    def read(text: str | bytes, columns: dict[str, str] | None = None) -> Sheet:
        path = tmp_path / "help.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_sheet(path, columns)

    return read


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_usual_separators_and_line_ends_are_read(
    sheet: Callable[..., Sheet], separator: str, line_end: str
) -> None:
    read = sheet((HEADINGS + ROW).replace(",", separator).replace("\n", line_end).rstrip())

    assert [(record.line, record.cells["receiver"]) for record in read.records] == [(2, "Bo")]


def test_a_byte_order_mark_is_ignored(sheet: Callable[..., Sheet]) -> None:
    assert sheet(b"\xef\xbb\xbf" + (HEADINGS + ROW).encode()).records[0].cells["date"] == "2026-03-28"


def test_a_windows_encoding_is_read_and_mentioned(sheet: Callable[..., Sheet]) -> None:
    read = sheet((HEADINGS + "2026-03-28,Sofía,Bo,1,garden\n").encode("cp1252"))

    assert read.records[0].cells["giver"] == "Sofía"
    assert "Windows-1252" in read.remarks[0]


def test_a_gzipped_file_is_read_under_any_name(sheet: Callable[..., Sheet]) -> None:
    assert len(sheet(gzip.compress((HEADINGS + ROW).encode(), mtime=0)).records) == 1


def test_line_numbers_count_lines_rather_than_rows(sheet: Callable[..., Sheet]) -> None:
    read = sheet('date,giver,receiver,note\n2026-01-01,Ana,Bo,"two\nlines"\n\n2026-01-02,Bo,Ana,one\n')

    assert [record.line for record in read.records] == [2, 5]


def test_an_empty_file_has_no_rows(sheet: Callable[..., Sheet]) -> None:
    assert sheet("").records == [] and sheet(HEADINGS).records == []


def test_a_row_with_too_few_cells_is_bad_and_others_are_read(sheet: Callable[..., Sheet]) -> None:
    read = sheet(HEADINGS + "2026-03-28,Ana\n" + ROW)

    assert len(read.records) == 1
    assert [(bad.line, bad.sentence) for bad in read.bad] == [(2, "This row has 2 cells, but there are 5 headings.")]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("date,giver,hours\n", "“receiver”"),
        ("date|giver|receiver|hours\n2026-01-01|Ana|Bo|1\n", "does not contain headings"),
        ("date,giver,giver,receiver\n", "appears 2 times"),
        (HEADINGS + '2026-01-01,"Ana,Bo,1,garden\n', "starts on line 2"),
        (HEADINGS + f"2026-01-01,{'a' * 1_000_000},Bo,1,garden\n", "starts on line 2"),
        ("date,giver,receiver\n".encode("utf-16"), "UTF-16"),
        (HEADINGS.encode() + b"2026-01-01,\x81\x8d,Bo,1,garden\n", "neither UTF-8 nor Windows-1252"),
        (gzip.compress((HEADINGS + ROW * 1000).encode(), mtime=0)[:60], "damaged gzip"),
    ],
)
def test_a_file_that_is_not_a_table_is_refused_with_the_reason(
    sheet: Callable[..., Sheet], text: str | bytes, wrong: str
) -> None:
    with pytest.raises(UnusableFile) as refused:
        sheet(text)

    assert wrong in refused.value.wrong and refused.value.to_do


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="cannot be read"):
        read_sheet(tmp_path / "nothing.csv")


def test_only_named_columns_are_used(sheet: Callable[..., Sheet]) -> None:
    read = sheet(
        "when,helper,helped,kind\n2026-01-01,Ana,Bo,garden\n",
        {"date": "when", "giver": "helper", "receiver": "HELPED", "category": "kind"},
    )

    assert read.records[0].cells == {"date": "2026-01-01", "giver": "Ana", "receiver": "Bo", "category": "garden"}


def test_a_missing_named_column_is_refused_with_the_headings_found(sheet: Callable[..., Sheet]) -> None:
    with pytest.raises(UnusableFile, match=r"“helper”.* when, who"):
        sheet("when,who,whom\n", {"date": "when", "giver": "helper", "receiver": "whom"})


@pytest.mark.parametrize(
    ("cell", "minutes"),
    [
        ("1.5", 90),
        (".25", 15),
        ("0.33", 20),
        ("0.3333", 20),
        ("1:06", 66),
        ("1h 15", 75),
        ("1 h 15 min", 75),
        ("45 min", 45),
        ("2h", 120),
        ("'1.25", 75),
        ("٢", 120),
        ("0.0083", 0),
        ("0.0084", 1),
    ],
)
def test_a_length_is_rounded_to_the_minute_once(cell: str, minutes: int) -> None:
    assert minutes_of_hours(cell, ".") == minutes


@pytest.mark.parametrize("cell", ["", "two", "1.2.3", "-1", "1/2", "1e3", "99999999"])
def test_a_cell_that_is_not_a_length_is_refused(cell: str) -> None:
    with pytest.raises(Unreadable):
        minutes_of_hours(cell, ".")


def test_the_decimal_sign_is_decided_for_the_whole_file() -> None:
    assert decimal_sign_of(["2", "1,5", "1.250,00"]) == "," and minutes_of_hours("1,5", ",") == 90
    assert decimal_sign_of(["1.250", "2"]) == "." and minutes_of_minutes("90", ".") == 90
    with pytest.raises(UnusableFile, match="different decimal separators"):
        decimal_sign_of(["1.5", "2,5"])


def test_the_order_of_day_and_month_is_decided_by_dates_that_fit_one_order() -> None:
    assert day_order_of(["07/01/2026", "28/02/2026"], None) == "dmy"
    assert day_order_of(["07/01/2026", "02/28/2026"], None) == "mdy"
    with pytest.raises(UnusableFile, match="in two ways") as refused:
        day_order_of(["07/01/2026"], None)
    assert "--day-order" in refused.value.to_do
    with pytest.raises(UnusableFile, match="“28/02/2026”"):
        day_order_of(["28/02/2026", "02/28/2026"], None)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-03-28", date(2026, 3, 28)),
        ("2026/3/8", date(2026, 3, 8)),
        ("28.03.2026", date(2026, 3, 28)),
        ("28/3/26", date(2026, 3, 28)),
        ("2026-01-07T23:40:00Z", date(2026, 1, 8)),
        ("2026-01-07 23:40:00", date(2026, 1, 7)),
    ],
)
def test_a_date_is_in_the_communitys_time_zone(cell: str, day: date) -> None:
    assert day_of(cell, CellFormat(zone=ZoneInfo("Europe/Madrid"))) == day


@pytest.mark.parametrize("cell", ["", "31/02/2026", "yesterday", "0026-01-01"])
def test_a_cell_that_is_not_a_date_is_refused(cell: str) -> None:
    with pytest.raises(Unreadable):
        day_of(cell, CellFormat())


def test_equal_rows_without_a_reference_are_numbered(sheet: Callable[..., Sheet]) -> None:
    rows, bad = read_rows(sheet(HEADINGS + ROW + ROW), kind=None, day_order=None, zone=ZoneInfo("UTC"))

    assert bad == [] and len({row.key for row in rows}) == 2


def test_a_repeated_reference_counts_once_or_is_bad(sheet: Callable[..., Sheet]) -> None:
    text = "date,giver,receiver,hours,reference\n"
    text += "2026-01-01,Ana,Bo,1,A1\n2026-01-01,Ana,Bo,1,A1\n2026-01-01,Bo,Ana,2,A1\n"

    rows, bad = read_rows(sheet(text), kind=None, day_order=None, zone=ZoneInfo("UTC"))

    assert [row.line for row in rows] == [2]
    assert [(row.line, row.sentence) for row in bad] == [
        (4, "Reference “A1” is already used for something else in line 2.")
    ]


def test_a_file_of_help_without_lengths_is_refused(sheet: Callable[..., Sheet]) -> None:
    with pytest.raises(UnusableFile, match="how long the help took"):
        read_rows(sheet("date,giver,receiver\n2026-01-01,Ana,Bo\n"), kind=None, day_order=None, zone=ZoneInfo("UTC"))
