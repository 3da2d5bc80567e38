"""What people write for lengths and days, and which reading a whole file asks for: decided per file, never per cell."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from ledger.importing.sheets import UnusableFile

DecimalSign = Literal[".", ","]
DayOrder = Literal["dmy", "mdy"]

_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)(?::[0-5]\d)?")
_WORDS = re.compile(r"(?:(\d{1,3})\s*h(?:ours?|rs?)?)?\s*(?:(\d{1,4})\s*(?:m(?:in(?:utes?)?)?)?)?\.?", re.IGNORECASE)
_NUMBER = re.compile(r"\d*(?:[.,]\d+)*")
_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ](.+))?")
_OTHER = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?:[T ,].*)?")
_EARLIEST_YEAR = 1900


class Unreadable(Exception):
    """This cell cannot be meant; the sentence says why."""


class Readings(NamedTuple):
    """How the cells of one file are read."""

    decimal_sign: DecimalSign = "."
    day_order: DayOrder = "dmy"
    zone: ZoneInfo = ZoneInfo("UTC")


def decimal_sign_of(cells: Iterable[str]) -> DecimalSign:
    """The decimal sign that all numbers of a column agree upon. Raises UnusableFile when both are in use."""
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


def day_order_of(cells: Iterable[str], told: DayOrder | None) -> DayOrder:
    """Whether days are written day first or month first, by those that only fit one way; asks when all fit both."""
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
    if told and known and told != known:
        raise UnusableFile(f"“{day_first or month_first}” does not fit --day-order {told}.", "Leave the option out.")
    if either and not known and not told:
        raise UnusableFile(f"“{either}” could be read in two ways.", "Choose one: --day-order dmy or --day-order mdy")
    return known or told or "dmy"


def minutes_of_hours(cell: str, sign: DecimalSign) -> int:
    """A length written in hours: `1.5`, `1,5`, `1:30`, `1h 30`, `90 min`; half a minute rounds up, once, here."""
    if found := _CLOCK.fullmatch(_positive(cell)):
        return int(found[1]) * 60 + int(found[2])
    if any(letter in "hHmM" for letter in cell) and (found := _WORDS.fullmatch(_positive(cell))):
        return int(found[1] or 0) * 60 + int(found[2] or 0)
    return _rounded(_number(cell, sign) * 60)


def minutes_of_minutes(cell: str, sign: DecimalSign) -> int:
    """A length written in minutes."""
    return _rounded(_number(cell, sign))


def day_of(cell: str, readings: Readings) -> date:
    """A day: ISO, or day and month in the file's order. An instant counts on its day in the community's time zone."""
    try:
        if found := _ISO.fullmatch(cell):
            if found[5] and found[2] == "-" and len(cell) > 16:
                return _local_day(cell, readings.zone)
            return _sane(date(int(found[1]), int(found[3]), int(found[4])))
        if found := _OTHER.fullmatch(cell):
            first, second, year = int(found[1]), int(found[3]), int(found[4])
            day, month = (first, second) if readings.day_order == "dmy" else (second, first)
            return _sane(date(year + 2000 if year < 100 else year, month, day))
    except ValueError:
        raise Unreadable(f"There is no such date: “{cell[:40]}”.") from None
    raise Unreadable(f"“{cell[:40]}” is not a date. Use this format: 2026-03-28." if cell else "The date is missing.")


def _local_day(cell: str, zone: ZoneInfo) -> date:
    moment = datetime.fromisoformat(cell.replace(" UTC", "Z"))
    return _sane((moment.astimezone(zone) if moment.tzinfo else moment).date())


def _sane(day: date) -> date:
    if day.year < _EARLIEST_YEAR:
        raise Unreadable(f"The year {day.year} is too long ago.")
    return day


def _decimal_sign(cell: str) -> DecimalSign | None:
    """What this cell says about the file; nothing when it could be read either way."""
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
        return None  # 1.250 may be one and a quarter, or more hours than a day has
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
    """The cell without the quotation mark that some programs put before signs. Lengths are never negative."""
    cell = cell.removeprefix("'").strip()
    if cell.startswith(("-", "−")):
        raise Unreadable(f"“{cell[:40]}” is a negative length. Import the help as it happened, then take it back.")
    return cell


def _rounded(minutes: Decimal) -> int:
    if minutes > 1_000_000:
        raise Unreadable("Help on one day cannot be longer than 24 hours. Log each day separately.")
    return int(minutes.quantize(Decimal(1), rounding=ROUND_HALF_UP))
