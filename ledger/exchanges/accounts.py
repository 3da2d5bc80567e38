"""Accounts and their limits."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Self

import msgspec

from ledger.agreements.rules import Agreements
from ledger.catalogue import Fact, Posting
from ledger.exchanges.facts import Leg
from ledger.identifiers import AccountId, MemberId
from ledger.refusals import BeyondDebitLimit, BeyondTheirDebitLimit, BeyondTheirUpperLimit, BeyondUpperLimit


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """The minutes that one account gave and received, less reversals."""

    id: AccountId
    given: int = 0
    received: int = 0

    @property
    def balance(self) -> int:
        """Minutes given less minutes received. Below zero is normal."""
        return self.given - self.received

    def after(self, fact: Fact) -> Self:
        """The account once this fact has happened."""
        return self.moved_by(fact.postings)

    def moved_by(self, postings: Iterable[Posting]) -> Self:
        """The account after those of the postings that are on it."""
        given, received = self.given, self.received
        for posting in postings:
            if posting.account == self.id:
                given += posting.given
                received += posting.received
        return msgspec.structs.replace(self, given=given, received=received)

    def open_to_receive(self, agreements: Agreements) -> int:
        """How many minutes the account can still receive before the debit limit; never negative."""
        return max(0, self.balance - agreements.debit_limit_minutes)


def keep_within_limits(
    legs: Sequence[Leg], accounts: Mapping[AccountId, Account], agreements: Agreements, *, reader: MemberId
) -> None:
    """Raise if the legs would take an account beyond a limit. Only the net change counts.

    A change towards zero is never refused, even if the account is already beyond a limit. `reader` is the person who will read the
    refusal: how much is still open is for the owner of the account alone.
    """
    change: dict[AccountId, int] = {}
    for leg in legs:
        change[leg.giver] = change.get(leg.giver, 0) + leg.minutes
        change[leg.receiver] = change.get(leg.receiver, 0) - leg.minutes
    for account_id, minutes in change.items():
        if minutes < 0 and accounts[account_id].balance + minutes < agreements.debit_limit_minutes:
            if account_id != reader:
                raise BeyondTheirDebitLimit(account=account_id)
            raise BeyondDebitLimit(open_minutes=accounts[account_id].open_to_receive(agreements), account=account_id)
        upper = agreements.upper_limit_minutes
        if upper is not None and minutes > 0 and accounts[account_id].balance + minutes > upper:
            if account_id != reader:
                raise BeyondTheirUpperLimit(account=account_id)
            raise BeyondUpperLimit(open_minutes=max(0, upper - accounts[account_id].balance), account=account_id)
