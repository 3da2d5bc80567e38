"""Which facts move minutes, and between which accounts. Everything that counts hours asks here."""

from typing import NamedTuple

from ledger.events import ExchangeReversed, ExchangeSettled, Fact
from ledger.identifiers import AccountId


class Posting(NamedTuple):
    """One movement on one account. `given` and `received` are minutes, negative when a reversal takes them back."""

    account: AccountId
    given: int
    received: int

    @property
    def minutes(self) -> int:
        """What the balance moves by: given less received."""
        return self.given - self.received


def postings(fact: Fact) -> tuple[Posting, ...]:
    """The fact as movements whose balances sum to zero; facts that move no hours give none."""
    match fact:
        case ExchangeSettled(legs=legs):
            sign = 1
        case ExchangeReversed(legs=legs):
            sign = -1
        case _:
            return ()
    if len(legs) == 1:  # nearly always, and a whole log is read through here
        (leg,) = legs
        minutes = sign * leg.minutes
        return Posting(leg.giver, minutes, 0), Posting(leg.receiver, 0, minutes)
    moved: list[Posting] = []
    for leg in legs:
        moved.append(Posting(leg.giver, sign * leg.minutes, 0))
        moved.append(Posting(leg.receiver, 0, sign * leg.minutes))
    return tuple(moved)
