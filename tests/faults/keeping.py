"""A host's program that backs up, or restores, again and again until it is stopped: `python -m tests.faults.keeping HOW URL FILE...`.

`backup URL FILE` writes over the same file each time; `restore URL FILE FILE` puts the two back in turn.
"""

import os
import sys
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

from ledger.backup.restoring import checked, restore
from ledger.backup.writing import write_backup
from ledger.log.places import Place
from ledger.time_bank import TimeBank
from tests.ledger.backup.conftest import silent


def back_up(url: str, file: Path) -> None:
    """Back up the community to the file, again and again."""
    with TimeBank.open(url) as bank:
        while True:
            now = datetime.now(UTC)
            write_backup(bank.log, bank.people.engine, file, now=now, made_by="a test", replace=True)
            os.write(1, b"done\n")


def put_back(url: str, files: list[Path]) -> None:
    """Restore the files in turn, again and again."""
    for file in cycle(files):
        with checked(file, file.parent / "seals", progress=silent) as found:
            restore(found.source, Place(url), now=datetime.now(UTC), replace=True, progress=silent)
        os.write(1, b"done\n")


def main(how: str, url: str, *files: str) -> None:
    """Start a child for each line on standard input. It prints its process id and each time it is done; the parent prints its end."""
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            os.write(1, f"{os.getpid()}\n".encode())
            if how == "backup":
                back_up(url, Path(files[0]))
            put_back(url, [Path(file) for file in files])
        os.waitpid(child, 0)
        os.write(1, b"ended\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
