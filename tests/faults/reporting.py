"""A member's program that logs help until it is stopped: `python -m tests.faults.reporting URL WHO SEED COUNT`.

Waits for the community to be founded, then reports, agrees, declines and invites. Each command's id is told to the
parent only after its answer came: `WHO-n` on a line of its own.
"""

import os
import random
import sys
import time
from datetime import UTC, datetime

from ledger.deciding.requests import Caller
from ledger.exchanges.commands import ConfirmExchange, ReportExchange
from ledger.exchanges.facts import ExchangeReported, Leg
from ledger.identifiers import CommandId, MemberId
from ledger.members.commands import InviteMember
from ledger.refusals import Refusal
from ledger.time_bank import TimeBank
from tests.cast import BO, CAST, CHIDI, TODAY, help_of


def main(url: str, who: str, seed: int, count: int) -> None:
    """Log `count` times."""
    chance = random.Random(seed)
    with TimeBank.open(url, clock=lambda: datetime.now(UTC)) as bank:
        os.write(1, b"open\n")
        while not bank.member(BO).is_active:
            time.sleep(0.02)
        for number in range(count):
            name = f"{who}-{number:06}"
            try:
                log_something(bank, name, chance)
            except Refusal:
                continue
            os.write(1, f"{name}\n".encode())


def log_something(bank: TimeBank, name: str, chance: random.Random) -> None:
    """Do one of the things that people log; every other settles straight away. The same name always makes the same request."""
    leg = some_leg(chance.random())
    match chance.randrange(4):
        case 0:
            invite(bank, name)
        case 1:
            exchange = (
                bank.do(ReportExchange(legs=(leg,), given_on=TODAY, note=f"Note {name}"), by=said(name, leg.giver))
                .fact(ExchangeReported)
                .exchange
            )
            bank.do(ConfirmExchange(exchange=exchange), by=said(f"{name}-yes", leg.receiver))
        case _:
            bank.do(ReportExchange(legs=(leg,), given_on=TODAY, note=f"Note {name}"), by=said(name, leg.receiver))


def invite(bank: TimeBank, name: str) -> None:
    """Let Chidi invite someone with the name of the command."""
    bank.do(InviteMember(name=name, email=f"{name}@elm.example", and_welcome=True), by=said(name, CHIDI))


def said(name: str, by: str) -> Caller:
    """Return the caller of a command with this name."""
    return Caller(id=CommandId(name), by=MemberId(by))


def some_leg(drawn: float) -> Leg:
    """Return help between two of the cast, long enough to reach the limits soon."""
    pairs = [(one, other) for one in CAST for other in CAST if one != other]
    giver, receiver = pairs[int(drawn * len(pairs))]
    return help_of(giver, receiver, 30 + int(drawn * 1e6) % 600)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
