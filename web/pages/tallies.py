"""What an exchange will make of somebody's tallies, shown before it happens."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from ledger.exchanges.accounts import Account
from ledger.exchanges.facts import ExchangeSettled, Leg
from ledger.identifiers import AccountId, ExchangeId, MemberId
from web.framework.call import Call

NEAR_THE_LIMIT_MINUTES = 5 * 60
"""With less than this open to receive, the page says so in a friendly way."""


class TallyAfter(NamedTuple):
    """Somebody's hours before and after, and what is then still open to receive. Minutes."""

    member: MemberId
    before: Account
    after: Account
    still_open: int

    @property
    def is_tight(self) -> bool:
        """Whether they receive, and come near the debit limit by it."""
        return self.after.balance < self.before.balance and self.still_open < NEAR_THE_LIMIT_MINUTES


def tallies_after(call: Call, legs: Sequence[Leg], given_on: date, members: Sequence[MemberId]) -> list[TallyAfter]:
    """The members' tallies once these legs count, by the ledger's own rule of what a fact moves."""
    settled = ExchangeSettled(exchange=ExchangeId(""), legs=tuple(legs), given_on=given_on)
    agreements = call.bank.agreements
    tallies: list[TallyAfter] = []
    for member in members:
        known = call.views.balances.of(AccountId(member))
        before = Account(id=AccountId(member), given=known.given, received=known.received)
        after = before.after(settled)
        tallies.append(TallyAfter(member, before, after, after.open_to_receive(agreements)))
    return tallies
