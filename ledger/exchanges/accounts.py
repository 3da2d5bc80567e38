"""What is known of an account, and how far it may go."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Self

import msgspec

from ledger.agreements.rules import Agreements
from ledger.catalogue import Fact, Posting
from ledger.exchanges.facts import Leg
from ledger.identifiers import AccountId
from ledger.refusals import BeyondDebitLimit, BeyondUpperLimit


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Minutes given and received by one account, reversals taken off."""

    id: AccountId
    given: int = 0
    received: int = 0

    @property
    def balance(self) -> int:
        """Minutes given less minutes received; below zero is normal."""
        return self.given - self.received

    def after(self, fact: Fact) -> Self:
        """The account once this fact has happened."""
        return self.moved_by(fact.postings)

    def moved_by(self, movements: Iterable[Posting]) -> Self:
        """The account after those of the movements that are its own."""
        given, received = self.given, self.received
        for posting in movements:
            if posting.account == self.id:
                given += posting.given
                received += posting.received
        return msgspec.structs.replace(self, given=given, received=received)

    def open_to_receive(self, agreements: Agreements) -> int:
        """Minutes that may still be received before the debit limit; never below zero."""
        return max(0, self.balance - agreements.debit_limit_minutes)


def keep_within_limits(legs: Sequence[Leg], accounts: Mapping[AccountId, Account], agreements: Agreements) -> None:
    """Refuses legs that would carry an account beyond a limit. What moves both ways counts net (design §5).

    A movement towards zero is never refused, even when the account lies beyond a limit already.
    """
    change: dict[AccountId, int] = {}
    for leg in legs:
        change[leg.giver] = change.get(leg.giver, 0) + leg.minutes
        change[leg.receiver] = change.get(leg.receiver, 0) - leg.minutes
    for account_id, minutes in change.items():
        if minutes < 0 and accounts[account_id].balance + minutes < agreements.debit_limit_minutes:
            raise BeyondDebitLimit(open_minutes=accounts[account_id].open_to_receive(agreements), account=account_id)
        upper = agreements.upper_limit_minutes
        if upper is not None and minutes > 0 and accounts[account_id].balance + minutes > upper:
            raise BeyondUpperLimit(open_minutes=max(0, upper - accounts[account_id].balance), account=account_id)
