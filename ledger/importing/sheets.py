"""Reads an exported table: its encoding, its separator, its headings, and each row with its line number."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ledger.refusals import HostProblem

COLUMNS = ("date", "giver", "receiver", "hours", "minutes", "category", "note", "reference", "kind")
"""Our headings. A file that uses others is read with a mapping from ours to theirs."""

NEEDED = ("date", "giver", "receiver")
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
LARGEST_BYTES = 256 * 1024 * 1024
LONGEST_CELL = 100_000


class UnusableFile(HostProblem):
    """The whole file cannot be imported. Nothing was recorded."""


class SheetRow(NamedTuple):
    """One row: the line it starts on (the headings are line 1), and its cells by our column names."""

    line: int
    cells: Mapping[str, str]


class BadRow(NamedTuple):
    """A row that cannot be imported, and the reason as a sentence."""

    line: int
    sentence: str


class Sheet(NamedTuple):
    """A file's rows, those with the wrong number of cells, and remarks on how the file was read."""

    columns: frozenset[str]
    records: list[SheetRow]
    bad: list[BadRow]
    remarks: list[str]


def read_sheet(path: Path, columns: Mapping[str, str] | None = None) -> Sheet:
    """Read the rows of a CSV file, plain or gzipped. If `columns` maps our names to its headings, only those are used.

    Raises UnusableFile if there is no table to read. An empty file has no rows.
    """
    text, remarks = _text(_bytes(path))
    if not text.strip():
        return Sheet(frozenset(), [], [], [*remarks, "The file is empty."])
    heading_line = text.lstrip("\r\n").split("\n", 1)[0]
    separator = _separator(heading_line, set((columns or {}).values()) or set(COLUMNS))
    rows = _rows(text, separator)
    _, headings = next(rows)
    places = _places(headings, columns)
    records: list[SheetRow] = []
    bad: list[BadRow] = []
    for line, cells in rows:
        if len(cells) != len(headings):
            bad.append(BadRow(line, f"This row has {len(cells)} cells, but there are {len(headings)} headings."))
        else:
            records.append(SheetRow(line, {ours: cells[place].strip() for ours, place in places.items()}))
    return Sheet(frozenset(places), records, bad, remarks)


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            zipped = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            data = (gzip.GzipFile(fileobj=file) if zipped else file).read(LARGEST_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UnusableFile(f"{path.name} is a damaged gzip file.", "Export or download it again.") from error
    except OSError as error:
        raise UnusableFile(f"{path} cannot be read: {error.strerror}.", "Give the path of a CSV file.") from error
    if len(data) > LARGEST_BYTES:
        size = LARGEST_BYTES // 1024 // 1024
        raise UnusableFile(
            f"{path.name} contains more than {size} MB of text.", "Split it and import each part separately."
        )
    return data


def _text(data: bytes) -> tuple[str, list[str]]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnusableFile("The file is encoded in UTF-16.", "Save it as CSV in UTF-8.")
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), [
            "The file is not in UTF-8. It was read as Windows-1252. Check the accents in names."
        ]
    except UnicodeDecodeError as error:
        raise UnusableFile(
            "The file is in neither UTF-8 nor Windows-1252, so its characters cannot be read.",
            "Save it as CSV in UTF-8.",
        ) from error


def _separator(heading_line: str, wanted: set[str]) -> str:
    """Return the separator that splits the first line into most of the headings wanted, or else into most parts."""

    def fit(separator: str) -> tuple[int, int]:
        parts = [_folded(part.strip().strip('"')) for part in heading_line.split(separator)]
        return len({_folded(heading) for heading in wanted} & set(parts)), len(parts)

    best = max(SEPARATORS, key=fit)
    if fit(best)[1] < len(NEEDED):
        raise UnusableFile(
            f"The first line does not contain headings separated by {', '.join(SEPARATORS.values())}.",
            "Save the table as CSV, with headings in the first line.",
        )
    return best


def _rows(text: str, separator: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield each row that is not blank, with the line it starts on. Quoted cells can contain line breaks."""
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnusableFile(
                f"The row that starts on line {line} cannot be read: {error}.",
                "Look for a quotation mark that is never closed, or a cell that never ends.",
            ) from error
        if any(cell.strip() for cell in row):
            yield line, row


def _places(headings: Sequence[str], columns: Mapping[str, str] | None) -> dict[str, int]:
    """Return the index of each of our columns in the file."""
    found: dict[str, int] = {}
    folded = [_folded(heading) for heading in headings]
    for ours in COLUMNS:
        theirs = columns.get(ours) if columns is not None else ours
        if theirs is None:
            continue
        count = folded.count(_folded(theirs))
        if count > 1:
            raise UnusableFile(f"The heading “{theirs}” appears {count} times.", "Rename one of the two columns.")
        if count == 1:
            found[ours] = folded.index(_folded(theirs))
        elif columns is not None:
            raise UnusableFile(
                f"There is no column “{theirs}”. The headings are: {_shown(headings)}.", "Check the value of --columns."
            )
    missing = [ours for ours in NEEDED if ours not in found]
    if missing:
        raise UnusableFile(
            f"No column has the heading {' or '.join(f'“{ours}”' for ours in missing)}. The headings are: "
            f"{_shown(headings)}.",
            f"Say which column it is: --columns {','.join(f'{ours}=THEIR HEADING' for ours in NEEDED)}",
        )
    return found


def _shown(headings: Sequence[str]) -> str:
    return ", ".join(heading.strip()[:40] for heading in headings[:30])


def _folded(heading: str) -> str:
    return " ".join(heading.casefold().split())
