"""When seals were given: a signed note holds no date, so the folder of the seals keeps a list of them.

A line for each time: how many entries, the instant by the host's clock, and why. Nobody signs it, and no proof rests on it.
"""

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, NamedTuple

Why = Literal["asked", "day", "month"]
ASKED: Final = "asked"
DAY: Final = "day"
MONTH: Final = "month"
"""Somebody asked for a seal or a receipt; the seal of a day; the first of the days' seals in a new month."""

_LINE = re.compile(rb"([1-9][0-9]{0,18}) ([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z) (asked|day|month)")


class SealDate(NamedTuple):
    """That this many entries were under a seal at this instant; two lines may name one seal when nothing was added."""

    size: int
    at: datetime
    why: str


class SealDates:
    """The list in one folder of seals. Whoever adds to it must be alone there, as whoever seals is."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "dates"

    def add(self, size: int, at: datetime, why: Why) -> None:
        """Adds a line, durably. What a crash left unfinished stays a line of its own, which is passed over."""
        line = f"{size} {at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} {why}\n".encode()
        with self.path.open("a+b") as file:
            if file.tell() > 0:
                file.seek(-1, os.SEEK_END)
                line = line if file.read(1) == b"\n" else b"\n" + line
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def all(self) -> list[SealDate]:
        """Every line, the oldest first; none when nothing was dated yet."""
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return []
        return [date for line in lines if (date := _read(line))]


def _read(line: bytes) -> SealDate | None:
    found = _LINE.fullmatch(line)
    try:
        return SealDate(int(found[1]), datetime.fromisoformat(found[2].decode()), found[3].decode()) if found else None
    except ValueError:  # digits that are no instant
        return None
