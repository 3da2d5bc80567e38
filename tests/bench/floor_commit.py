"""The floor under every command: one row, one durable commit."""

import sqlite3
from pathlib import Path
from time import perf_counter


class RawCommits:
    """A bare SQLite file that is written one durable row at a time."""

    def __init__(self, folder: Path) -> None:
        self._file = sqlite3.connect(folder / "floor.db", isolation_level=None)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute("PRAGMA synchronous=FULL")
        self._file.execute("CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, data BLOB) STRICT")

    def seconds_each(self, times: int) -> float:
        """Seconds that one insert with its commit takes."""
        data = b"x" * 700
        begun = perf_counter()
        for _ in range(times):
            self._file.execute("INSERT INTO row (data) VALUES (?)", (data,))
        return (perf_counter() - begun) / times
