"""The first part of a long log, counted by another process while this one counts the rest; `python -m` runs the other one.

Python does one thing at a time, so a second processor helps only another process.
"""

import os
import subprocess
import sys
from contextlib import suppress
from typing import IO, NamedTuple, Self

import msgspec

from ledger.application.tallies import Fold, Tally, Until
from ledger.identifiers import AccountId
from ledger.log.store import open_log


class Part(NamedTuple):
    """Which part of which log: everything up to a position, and what of it counts."""

    url: str
    upto: int
    until: Until
    gifts: bool
    names: bool


class Counted(NamedTuple):
    """What the other process found: accounts, how many entries it looked at, and commitments to names."""

    accounts: dict[AccountId, Tally]
    number: int
    names: dict[AccountId, str]


class CountedBeside:
    """Another process that counts a part of the log from the moment at which this is made."""

    def __init__(self, part: Part) -> None:
        paths = os.pathsep.join(path for path in sys.path if path)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "ledger.application.replaying_beside"],  # -P: nothing from where it stands
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what fails there is done again here, and told by this process
            env=os.environ | {"PYTHONPATH": paths},
        )
        # The address goes this way because it may hold a password, which others would see on a command line.
        with suppress(OSError), _pipe(self._process.stdin) as pipe:  # it has ended: `result` hears so
            pipe.write(msgspec.json.encode(part))

    def result(self) -> Counted | None:
        """Waits for what it found; None when it did not come to the end, for whatever reason."""
        answer = _pipe(self._process.stdout).read()
        if self._process.wait():
            return None
        return msgspec.json.decode(answer, type=Counted)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        _pipe(self._process.stdout).close()


def main(incoming: IO[bytes], outgoing: IO[bytes]) -> None:
    """Counts the part that it is told, and answers."""
    part = msgspec.json.decode(incoming.read(), type=Part)
    fold = Fold(part.until, gifts=part.gifts, names=part.names)
    log = open_log(part.url, create=False)
    try:
        fold.take_in(log.scan(upto=part.upto))
    finally:
        log.close()
    outgoing.write(msgspec.json.encode(Counted(fold.accounts, fold.number, fold.names)))


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None, "both ends were asked for"
    return pipe


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
