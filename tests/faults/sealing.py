"""A host's program whose members log help while it seals, until it is stopped: `python -m tests.faults.sealing URL FOLDER`.

For each line on standard input, two numbers, that many children begin, drawing by the second number. Each logs, seals, and keeps
seals and receipts in the folder, and tells of each only after it is done; `ended` is told when all children were stopped.
"""

import os
import random
import sys
from datetime import UTC, datetime
from pathlib import Path

from ledger.refusals import Refusal
from ledger.seal.signing.folder import write_durably
from ledger.seal.signing.signer import Signer
from ledger.time_bank import TimeBank
from tests.faults.reporting import log_something


def log_and_seal(url: str, folder: Path, who: str, chance: random.Random) -> None:
    """Log, seal and issue a receipt, again and again. Prints `logged NAME`, `sealed FILE`, `receipt FILE`."""
    with TimeBank.open(url, clock=lambda: datetime.now(UTC)) as bank:
        signer = Signer(folder / "seal", bank.log)
        for number in range(1_000_000):
            name = f"{who}-{number:06}"
            try:
                log_something(bank, name, chance)
                tell("logged", name)
            except Refusal:
                pass  # a limit was reached
            sealed = signer.seal(whole=chance.random() < 0.3)
            keep(folder / "seals" / name, sealed.note.data)
            tell("sealed", name)
            receipt = signer.receipt(chance.randint(1, sealed.checkpoint.size))
            keep(folder / "receipts" / name, receipt.data)
            tell("receipt", name)


def keep(file: Path, data: bytes) -> None:
    """Write a file completely or not at all."""
    file.parent.mkdir(exist_ok=True)
    write_durably(file, data)


def tell(what: str, name: str) -> None:
    """Print one line in one piece, although several children write."""
    os.write(1, f"{what} {name}\n".encode())


def main(url: str, folder: str) -> None:
    """Start children and wait for their end, once for each line."""
    for turn, line in enumerate(sys.stdin):
        children, seed = map(int, line.split())
        begun: list[int] = []
        for number in range(children):
            child = os.fork()
            if child == 0:
                log_and_seal(url, Path(folder), f"round{turn}{'ab'[number]}", random.Random(seed + number))
            begun.append(child)
            tell("child", str(child))
        for child in begun:
            os.waitpid(child, 0)
        os.write(1, b"ended\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
