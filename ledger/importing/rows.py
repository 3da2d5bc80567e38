"""What each row of a file means: who gave what to whom, and when. How a cell is read is decided once for a whole file."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from ledger.agreements.rules import LONGEST_LABEL
from ledger.deciding.requests import LONGEST_TEXT
from ledger.importing.sheets import BadRow, Sheet, SheetRow, UnusableFile
from ledger.personal_data.spelling import folded
from ledger.refusals import TextTooLong, UnreadableText

Kind = Literal["help", "gift"]
DecimalSign = Literal[".", ","]
DayOrder = Literal["dmy", "mdy"]


_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)(?::[0-5]\d)?")
_SPELLED_OUT = re.compile(
    r"(?:(\d{1,3})\s*h(?:ours?|rs?)?)?\s*(?:(\d{1,4})\s*(?:m(?:in(?:utes?)?)?)?)?\.?", re.IGNORECASE
)
_NUMBER = re.compile(r"\d*(?:[.,]\d+)*")
_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ](.+))?")
_OTHER = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?:[T ,].*)?")
_EARLIEST_YEAR = 1900


class Unreadable(Exception):
    """A cell that cannot be read; the sentence says why."""


class CellFormat(NamedTuple):
    """How the cells of one file are read."""

    decimal_sign: DecimalSign = "."
    day_order: DayOrder = "dmy"
    zone: ZoneInfo = ZoneInfo("UTC")


class ImportRow(NamedTuple):
    """One row of the file, with people and category as the file writes them. Gifts have no minutes.

    `key` differs from every other row's and is the same in the next run: the reference, or else the content and how many
    equal rows came before.
    """

    line: int
    kind: Kind
    giver: str
    receiver: str
    given_on: date
    minutes: int
    category: str
    note: str
    reference: str
    key: tuple[str, ...] = ()

    @property
    def content(self) -> tuple[object, ...]:
        """What two rows with the same reference must have in common to be the same row."""
        return (
            self.kind,
            folded(self.giver),
            folded(self.receiver),
            self.given_on,
            self.minutes,
            self.category,
            self.note,
        )


def read_rows(
    sheet: Sheet, *, kind: Kind | None, day_order: DayOrder | None, zone: ZoneInfo
) -> tuple[list[ImportRow], list[BadRow]]:
    """Return the rows that can be read, oldest day first, and those that cannot, each with its line and the reason.

    `kind` applies to every row. Without it the column decides, and an empty cell means help.
    """
    if kind != "gift" and sheet.records and not sheet.columns & {"hours", "minutes", "kind"}:
        raise UnusableFile(
            "No column has the heading “hours” or “minutes”, so there is no way to know how long the help took.",
            "Name the column with --columns hours=THEIR HEADING, or import the rows as gifts with --as gift.",
        )
    cell_format = CellFormat(
        decimal_sign_of(_column(sheet, "hours", "minutes")), day_order_of(_column(sheet, "date"), day_order), zone
    )
    rows: list[ImportRow] = []
    bad = list(sheet.bad)
    for record in sheet.records:
        try:
            rows.append(_row(record, kind, cell_format))
        except Unreadable as error:
            bad.append(BadRow(record.line, str(error)))
    return _with_keys(sorted(rows, key=lambda row: (row.given_on, row.line)), bad), bad


def _column(sheet: Sheet, *names: str) -> list[str]:
    return [record.cells[name] for record in sheet.records for name in names if record.cells.get(name)]


def _row(record: SheetRow, kind: Kind | None, cell_format: CellFormat) -> ImportRow:
    cells = record.cells
    row_kind = kind or _kind(cells.get("kind", ""))
    for side in ("giver", "receiver"):
        if not cells[side]:
            raise Unreadable(f"The {side} is missing.")
    note, category = cells.get("note", ""), " ".join(cells.get("category", "").split())
    if len(note) > LONGEST_TEXT:
        raise Unreadable(str(TextTooLong(limit=LONGEST_TEXT)))
    if len(category) > LONGEST_LABEL:
        raise Unreadable(f"The name of a kind of help cannot be longer than {LONGEST_LABEL} characters.")
    for text in (cells["giver"], cells["receiver"], note, category):
        if any(ord(character) < 32 and character not in "\t\r\n" for character in text):
            raise Unreadable(str(UnreadableText()))
    return ImportRow(
        line=record.line,
        kind=row_kind,
        giver=cells["giver"],
        receiver=cells["receiver"],
        given_on=day_of(cells["date"], cell_format),
        minutes=_minutes(cells.get("hours", ""), cells.get("minutes", ""), cell_format.decimal_sign)
        if row_kind == "help"
        else 0,
        category=category,
        note=note,
        reference=cells.get("reference", ""),
    )


def _kind(written: str) -> Kind:
    match folded(written):
        case "" | "help":
            return "help"
        case "gift":
            return "gift"
        case "skill-exchange" | "skill exchange":
            raise Unreadable("Enter a skill exchange as two rows of help, one each way.")
        case _:
            raise Unreadable(f"“{written[:40]}” is neither help nor gift.")


def _minutes(hours: str, minutes: str, sign: DecimalSign) -> int:
    """Return the length of the help. If both columns are filled, they are added."""
    if not hours and not minutes:
        raise Unreadable("The length is missing.")
    return (minutes_of_hours(hours, sign) if hours else 0) + (minutes_of_minutes(minutes, sign) if minutes else 0)


def _with_keys(rows: Iterable[ImportRow], bad: list[BadRow]) -> list[ImportRow]:
    """Give each row its key. A reference can be repeated with equal content only, and then counts once."""
    first: dict[tuple[str, ...], ImportRow] = {}
    equal: Counter[tuple[object, ...]] = Counter()
    for row in rows:
        if row.reference:
            key = (row.kind, "reference", row.reference)
        else:
            equal[row.content] += 1
            key = (row.kind, "row", *(str(part) for part in row.content), str(equal[row.content]))
        before = first.setdefault(key, row._replace(key=key))
        if before.content != row.content:
            lines = sorted((before.line, row.line))
            bad.append(
                BadRow(
                    lines[1], f"Reference “{row.reference[:40]}” is already used for something else in line {lines[0]}."
                )
            )
    return list(first.values())


def decimal_sign_of(cells: Iterable[str]) -> DecimalSign:
    """Return the decimal sign that all numbers of a file use. Raises UnusableFile if both are in use."""
    used: dict[DecimalSign, str] = {}
    for cell in cells:
        sign = _decimal_sign(cell)
        if sign:
            used.setdefault(sign, cell)
    if "." in used and "," in used:
        raise UnusableFile(
            f"“{used['.']}” and “{used[',']}” use different decimal separators.", "Write all lengths in the same way."
        )
    return "," if "," in used else "."


def day_order_of(cells: Iterable[str], chosen: DayOrder | None) -> DayOrder:
    """Return whether dates have the day or the month first, from those that fit one order only.

    Raises UnusableFile if all fit both and none was chosen.
    """
    day_first = month_first = either = ""
    for cell in cells:
        found = _OTHER.fullmatch(cell)
        if not found:
            continue
        first, second = int(found[1]), int(found[3])
        day_first = day_first or (cell if first > 12 >= second else "")
        month_first = month_first or (cell if second > 12 >= first else "")
        either = either or (cell if first <= 12 and second <= 12 and first != second else "")
    if day_first and month_first:
        raise UnusableFile(
            f"“{day_first}” puts the day first, but “{month_first}” puts the month first.",
            "Write all days in the same way.",
        )
    known: DayOrder | None = "dmy" if day_first else "mdy" if month_first else None
    if chosen and known and chosen != known:
        raise UnusableFile(f"“{day_first or month_first}” does not fit --day-order {chosen}.", "Leave the option out.")
    if either and not known and not chosen:
        raise UnusableFile(f"“{either}” could be read in two ways.", "Choose one: --day-order dmy or --day-order mdy")
    return known or chosen or "dmy"


def minutes_of_hours(cell: str, sign: DecimalSign) -> int:
    """Read a length in hours: `1.5`, `1,5`, `1:30`, `1h 30`, `90 min`. Half a minute is rounded up, only here."""
    if found := _CLOCK.fullmatch(_positive(cell)):
        return int(found[1]) * 60 + int(found[2])
    if any(letter in "hHmM" for letter in cell) and (found := _SPELLED_OUT.fullmatch(_positive(cell))):
        return int(found[1] or 0) * 60 + int(found[2] or 0)
    return _rounded(_number(cell, sign) * 60)


def minutes_of_minutes(cell: str, sign: DecimalSign) -> int:
    """Read a length in minutes."""
    return _rounded(_number(cell, sign))


def day_of(cell: str, cell_format: CellFormat) -> date:
    """Read a date: ISO, or day and month in the file's order. An instant is converted to the community's time zone."""
    try:
        if found := _ISO.fullmatch(cell):
            if found[5] and found[2] == "-" and len(cell) > 16:
                return _local_day(cell, cell_format.zone)
            return _plausible(date(int(found[1]), int(found[3]), int(found[4])))
        if found := _OTHER.fullmatch(cell):
            first, second, year = int(found[1]), int(found[3]), int(found[4])
            day, month = (first, second) if cell_format.day_order == "dmy" else (second, first)
            return _plausible(date(year + 2000 if year < 100 else year, month, day))
    except ValueError:
        raise Unreadable(f"There is no such date: “{cell[:40]}”.") from None
    raise Unreadable(f"“{cell[:40]}” is not a date. Use this format: 2026-03-28." if cell else "The date is missing.")


def _local_day(cell: str, zone: ZoneInfo) -> date:
    moment = datetime.fromisoformat(cell.replace(" UTC", "Z"))
    return _plausible((moment.astimezone(zone) if moment.tzinfo else moment).date())


def _plausible(day: date) -> date:
    if day.year < _EARLIEST_YEAR:
        raise Unreadable(f"The year {day.year} is too long ago.")
    return day


def _decimal_sign(cell: str) -> DecimalSign | None:
    """Return the decimal sign of this cell, or None if it could be either."""
    number = cell.lstrip("'-").strip()
    if not _NUMBER.fullmatch(number):
        return None
    last = max(number.rfind("."), number.rfind(","))
    if last < 0:
        return None
    sign: DecimalSign = "." if number[last] == "." else ","
    other = "," if sign == "." else "."
    grouped = len(number) - last == 4 and not number.startswith(("0", sign))
    if other not in number and grouped:
        return None  # 1.250 could be one and a quarter, or more hours than a day has
    return sign


def _number(cell: str, sign: DecimalSign) -> Decimal:
    number = _positive(cell)
    if not number or not _NUMBER.fullmatch(number):
        raise Unreadable(f"“{cell[:40]}” is not a number of hours or minutes." if cell else "The length is missing.")
    whole, _, fraction = number.partition(sign)
    if sign in fraction or "," in fraction or "." in fraction:
        raise Unreadable(f"“{cell[:40]}” is not a number of hours or minutes.")
    return Decimal(f"{whole.replace(',', '').replace('.', '') or '0'}.{fraction or '0'}")


def _positive(cell: str) -> str:
    """Remove the quotation mark that some programs put before a sign. Raises if the length is negative."""
    cell = cell.removeprefix("'").strip()
    if cell.startswith(("-", "−")):
        raise Unreadable(f"“{cell[:40]}” is a negative length. Import the help as it happened, then take it back.")
    return cell


def _rounded(minutes: Decimal) -> int:
    if minutes > 1_000_000:
        raise Unreadable("Help on one day cannot be longer than 24 hours. Log each day separately.")
    return int(minutes.quantize(Decimal(1), rounding=ROUND_HALF_UP))
