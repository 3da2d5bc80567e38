"""A coordinator's program that erases people one by one until it is stopped: `python -m tests.faults.erasing URL MEMBER...`.

Each member is told to the parent only after the erasure was answered.
"""

import os
import sys

from ledger.erasure.commands import AskForErasure, EraseMember
from ledger.identifiers import HOST, MemberId
from ledger.time_bank import TimeBank
from tests.cast import CHIDI, caller


def main(url: str, members: list[str]) -> None:
    """Erase them all."""
    with TimeBank.open(url) as bank:
        os.write(1, b"open\n")
        for member in members:
            bank.do(AskForErasure(member=MemberId(member)), by=caller(CHIDI, f"ask-{member}"))
            bank.do(EraseMember(member=MemberId(member)), by=caller(HOST, f"erase-{member}"))
            os.write(1, f"{member}\n".encode())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
