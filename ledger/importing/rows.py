"""What each row of a sheet says: who gave what to whom, when, and under which reference."""

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from ledger.deciding.requests import LONGEST_TEXT
from ledger.identifiers import CategoryKey, CommandId, is_category_key
from ledger.importing.cells import (
    DayOrder,
    DecimalSign,
    Readings,
    Unreadable,
    day_of,
    day_order_of,
    decimal_sign_of,
    minutes_of_hours,
    minutes_of_minutes,
)
from ledger.importing.sheets import BadRow, Sheet, SheetRow, UnusableFile
from ledger.personal_data.store import folded
from ledger.refusals import WordsTooLong, WordsUnreadable

Kind = Literal["help", "gift"]

LONGEST_LABEL = 60


class ImportRow(NamedTuple):
    """One act as the file tells it; people and category still in the file's own words. Gifts have no minutes.

    `key` tells it from every other row, and is the same in the next run: the reference, else the content and how many
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
        """What must be equal for two rows with one reference to be the same row."""
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
    """The rows that can be understood, oldest day first, and those that cannot, each with its line and a sentence.

    `kind` holds for every row; without it the column decides, and what says nothing is help.
    """
    if kind != "gift" and sheet.records and not sheet.columns & {"hours", "minutes", "kind"}:
        raise UnusableFile(
            "No column has the heading “hours” or “minutes”, so there is no way to know how long the help took.",
            "Name the column with --columns hours=THEIR HEADING, or import the rows as gifts with --as gift.",
        )
    readings = Readings(
        decimal_sign_of(_column(sheet, "hours", "minutes")), day_order_of(_column(sheet, "date"), day_order), zone
    )
    rows: list[ImportRow] = []
    bad = list(sheet.bad)
    for record in sheet.records:
        try:
            rows.append(_row(record, kind, readings))
        except Unreadable as error:
            bad.append(BadRow(record.line, str(error)))
    return _told_apart(sorted(rows, key=lambda row: (row.given_on, row.line)), bad), bad


def command_of(secret: str, key: Iterable[str]) -> CommandId:
    """The command id of a row or a person in one community: the same in every run.

    Names stand in it, and entries are for ever: with the community's secret nobody else can find a name by trying.
    """
    digest = hmac.digest(secret.encode(), msgspec.json.encode(tuple(key)), "sha256").hex()
    return CommandId(f"import:{digest[:48]}")


def category_key(label: str) -> CategoryKey:
    """The key of a kind of help that the file brings: its words in plain letters, or a digest where there are none."""
    letters = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in folded(label))
    key = "-".join(part for part in letters.split("-") if part)[:40].strip("-")
    if is_category_key(key):
        return CategoryKey(key)
    return CategoryKey(f"kind-{hashlib.sha256(folded(label).encode()).hexdigest()[:10]}")


def _column(sheet: Sheet, *names: str) -> list[str]:
    return [record.cells[name] for record in sheet.records for name in names if record.cells.get(name)]


def _row(record: SheetRow, kind: Kind | None, readings: Readings) -> ImportRow:
    cells = record.cells
    meant = kind or _kind(cells.get("kind", ""))
    for side in ("giver", "receiver"):
        if not cells[side]:
            raise Unreadable(f"The {side} is missing.")
    note, category = cells.get("note", ""), " ".join(cells.get("category", "").split())
    if len(note) > LONGEST_TEXT:
        raise Unreadable(str(WordsTooLong(limit=LONGEST_TEXT)))
    if len(category) > LONGEST_LABEL:
        raise Unreadable(f"The name of a kind of help cannot be longer than {LONGEST_LABEL} characters.")
    for text in (cells["giver"], cells["receiver"], note, category):
        if any(ord(sign) < 32 and sign not in "\t\r\n" for sign in text):
            raise Unreadable(str(WordsUnreadable()))
    return ImportRow(
        line=record.line,
        kind=meant,
        giver=cells["giver"],
        receiver=cells["receiver"],
        given_on=day_of(cells["date"], readings),
        minutes=_minutes(cells.get("hours", ""), cells.get("minutes", ""), readings.decimal_sign)
        if meant == "help"
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
    """The length of the help; when both columns are filled they add up."""
    if not hours and not minutes:
        raise Unreadable("The length is missing.")
    return (minutes_of_hours(hours, sign) if hours else 0) + (minutes_of_minutes(minutes, sign) if minutes else 0)


def _told_apart(rows: Iterable[ImportRow], bad: list[BadRow]) -> list[ImportRow]:
    """Each row with its key. A reference may come again with equal content only, and then counts once."""
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
