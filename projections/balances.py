"""What each account has given and received, and with whom: running totals, so that pages never have to add up entries."""

from collections import defaultdict
from collections.abc import Sequence
from operator import add
from typing import Any, NamedTuple

import sqlalchemy as sa

from ledger.catalogue import Posting
from ledger.exchanges.facts import ExchangeReversed, ExchangeSettled
from ledger.gifts.facts import GiftRecorded, GiftWithdrawn
from ledger.identifiers import AccountId, is_member
from ledger.log.places import PreparedQuery
from ledger.members.facts import MemberWelcomed
from projections.engine.paging import Cursor, Order, Page
from projections.engine.read_model import IncomingEntry, ReadModel, count, table, word
from projections.engine.tables import TableWriter

ACCOUNTS = table(
    "tallies",
    word("account", key=True),
    count("given"),
    count("received"),
    count("exchanges"),
    count("gifts_given"),
    count("gifts_received"),
    count("people_helped"),
    count("helped_by"),
    clustered=True,
)
TIES = table(
    "ties",
    word("account", key=True),
    word("other", key=True),
    count("given"),
    count("received"),
    count("times"),
    count("gifts"),
    count("helped"),
    count("helped_by"),
    count("latest"),
    sa.Index("ties_by_latest", "account", "latest"),
    clustered=True,
)
TOTALS = table("balance_totals", word("scope", key=True), count("given"), count("received"), count("accounts"))

_BY_ACCOUNT = Order(ACCOUNTS.c.account, descending=False)


class AccountBalance(NamedTuple):
    """The totals of an account, in minutes, less reversed exchanges and withdrawn gifts.

    `people_helped` and `helped_by` count different people, by hours or by gifts to a particular person.
    """

    account: AccountId
    given: int = 0
    received: int = 0
    exchanges: int = 0
    gifts_given: int = 0
    gifts_received: int = 0
    people_helped: int = 0
    helped_by: int = 0

    @property
    def balance(self) -> int:
        """Minutes given less minutes received."""
        return self.given - self.received


class Tie(NamedTuple):
    """What counts between an account and one other person: minutes, exchanges and gifts."""

    other: AccountId
    given: int
    received: int
    times: int
    gifts: int


class Totals(NamedTuple):
    """Minutes given and received by all accounts together, which are equal, and the number of accounts."""

    given: int = 0
    received: int = 0
    accounts: int = 0


class Balances(ReadModel):
    """The account of every member who was welcomed, and of everyone else who received a gift."""

    name = "balances"
    tables = (ACCOUNTS, TIES, TOTALS)
    concerns = frozenset({ExchangeSettled, ExchangeReversed, GiftRecorded, GiftWithdrawn, MemberWelcomed})

    def apply(self, batch: Sequence[IncomingEntry], rows: TableWriter) -> None:
        changes = _Changes()
        for incoming in batch:
            changes.add(incoming)
        ties_before = rows.of(TIES, changes.ties.keys())
        ties = _updated_ties(ties_before, changes)
        accounts_before = rows.of(ACCOUNTS, changes.accounts.keys())
        opened = len(changes.accounts) - len(accounts_before)
        rows.insert(TIES, [tie for tie in ties if tie[:2] not in ties_before])
        rows.replace(TIES, [tie for tie in ties if tie[:2] in ties_before])
        rows.replace(
            ACCOUNTS,
            [
                (account, *map(add, accounts_before[account][1:], change))
                if account in accounts_before
                else (account, *change)
                for account, change in changes.accounts.items()
            ],
        )
        if opened or changes.given:
            rows.add(TOTALS, [("community", changes.given, changes.received, opened)])

    def of(self, account: AccountId) -> AccountBalance:
        """An account; zeros if it is unknown."""
        found = _OF_ACCOUNT.ask(self._engine, account=account)
        return AccountBalance(*found[0]) if found else AccountBalance(account)

    def page(self, after: Cursor = "", limit: int = 50) -> Page[AccountBalance]:
        """Pages of all accounts, by id."""
        return _BY_ACCOUNT.page_of(self._engine, _ALL, after, limit, lambda row: AccountBalance(*row))

    def total(self) -> Totals:
        """All accounts together."""
        found = _TOTAL.ask(self._engine)
        return Totals(*found[0]) if found else Totals()

    def people(self, account: AccountId, limit: int = 30) -> list[Tie]:
        """The people this account gave to and received from, latest first."""
        return [Tie(*row) for row in self._all(_PEOPLE, account=account, most=limit)]


_ALL = sa.select(ACCOUNTS)
_TOTAL = PreparedQuery(sa.select(TOTALS.c.given, TOTALS.c.received, TOTALS.c.accounts))
_OF_ACCOUNT = PreparedQuery(sa.select(ACCOUNTS).where(ACCOUNTS.c.account == sa.bindparam("account")))
_PEOPLE = (
    sa.select(TIES.c.other, TIES.c.given, TIES.c.received, TIES.c.times, TIES.c.gifts)
    .where(TIES.c.account == sa.bindparam("account"), TIES.c.times + TIES.c.gifts > 0)
    .order_by(TIES.c.latest.desc(), TIES.c.other)
    .limit(sa.bindparam("most"))
)

# The indexes of the numbers in the changes below, as in the tables without their keys.
_GIVEN, _RECEIVED, _EXCHANGES, _GIFTS_GIVEN, _GIFTS_RECEIVED, _PEOPLE_HELPED, _HELPED_BY = range(7)
_TIMES, _GIFTS, _HELPED, _WAS_HELPED, _LATEST = range(2, 7)


class _Changes:
    """What a batch adds to accounts and ties."""

    def __init__(self) -> None:
        self.accounts: defaultdict[str, list[int]] = defaultdict(lambda: [0] * 7)
        self.ties: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * 7)
        self.given = 0
        self.received = 0

    def add(self, incoming: IncomingEntry) -> None:
        fact: Any = incoming.entry.data
        match fact:
            case ExchangeSettled():
                self._exchange(incoming, 1)
            case ExchangeReversed():
                self._exchange(incoming, -1)
            case GiftRecorded():
                self._gift(fact.giver, fact.receiver, incoming.number, 1)
            case GiftWithdrawn():
                self._gift(fact.giver, fact.receiver, incoming.number, -1)
            case MemberWelcomed():
                self.accounts.setdefault(fact.member, [0] * 7)
            case _:
                raise AssertionError(f"{incoming.entry.type} concerns no account")

    def _exchange(self, incoming: IncomingEntry, sign: int) -> None:
        postings = incoming.postings
        if len(postings) == 2:
            self._help(*postings, incoming.number, sign)
            return
        met: dict[tuple[str, str], list[int]] = {}
        for (giver, given, _), (receiver, _, received) in zip(postings[::2], postings[1::2], strict=True):
            self.accounts[giver][_GIVEN] += given
            self.accounts[receiver][_RECEIVED] += received
            met[giver, receiver] = tie = self.ties[giver, receiver]
            tie[_GIVEN] += given
            tie[_HELPED] += sign
            met[receiver, giver] = tie = self.ties[receiver, giver]
            tie[_RECEIVED] += received
            tie[_WAS_HELPED] += sign
            self.given += given
            self.received += received
        for tie in met.values():
            tie[_TIMES] += sign
            tie[_LATEST] = incoming.number
        for account in {account for account, _ in met}:
            self.accounts[account][_EXCHANGES] += sign

    def _help(self, by: Posting, to: Posting, number: int, sign: int) -> None:
        """Add an exchange in one direction, as nearly all are."""
        giver, given, _ = by
        receiver, _, received = to
        totals = self.accounts[giver]
        totals[_GIVEN] += given
        totals[_EXCHANGES] += sign
        totals = self.accounts[receiver]
        totals[_RECEIVED] += received
        totals[_EXCHANGES] += sign
        tie = self.ties[giver, receiver]
        tie[_GIVEN] += given
        tie[_HELPED] += sign
        tie[_TIMES] += sign
        tie[_LATEST] = number
        tie = self.ties[receiver, giver]
        tie[_RECEIVED] += received
        tie[_WAS_HELPED] += sign
        tie[_TIMES] += sign
        tie[_LATEST] = number
        self.given += given
        self.received += received

    def _gift(self, giver: str, receiver: str, number: int, sign: int) -> None:
        self.accounts[giver][_GIFTS_GIVEN] += sign
        self.accounts[receiver][_GIFTS_RECEIVED] += sign
        if not is_member(receiver):
            return
        for account, other, side in ((giver, receiver, _HELPED), (receiver, giver, _WAS_HELPED)):
            tie = self.ties[account, other]
            tie[_GIFTS] += sign
            tie[side] += sign
            tie[_LATEST] = number


def _updated_ties(before: dict[tuple[str, str], tuple[Any, ...]], changes: _Changes) -> list[tuple[Any, ...]]:
    """Return the ties after the batch, and count people who were helped first, or no longer count, in the accounts."""
    after: list[tuple[Any, ...]] = []
    for key, change in changes.ties.items():
        known = before.get(key)
        helped, was_helped = (known[2 + _HELPED], known[2 + _WAS_HELPED]) if known else (0, 0)
        totals = changes.accounts[key[0]]
        totals[_PEOPLE_HELPED] += (helped + change[_HELPED] > 0) - (helped > 0)
        totals[_HELPED_BY] += (was_helped + change[_WAS_HELPED] > 0) - (was_helped > 0)
        after.append((*key, *map(add, known[2:-1], change), change[_LATEST]) if known else (*key, *change))
    return after
