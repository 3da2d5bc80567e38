"""What each account has given and received, and with whom; running numbers, nothing is ever summed for a page."""

from collections.abc import Sequence
from operator import add
from typing import Any, NamedTuple

import sqlalchemy as sa

from ledger.catalogue import Posting
from ledger.exchanges.facts import ExchangeReversed, ExchangeSettled
from ledger.gifts.facts import GiftRecorded, GiftWithdrawn
from ledger.identifiers import AccountId, is_member
from ledger.log.prepared_queries import PreparedQuery
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
    """An account as it stands. Minutes given and received; reversed exchanges and withdrawn gifts are taken off.

    `people_helped` and `helped_by` are different people, by hours or by gifts to somebody in particular.
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
    """What went to and fro between an account and one other person: minutes, exchanges and gifts that count."""

    other: AccountId
    given: int
    received: int
    times: int
    gifts: int


class Totals(NamedTuple):
    """Minutes given and received by all accounts together, which are equal, and how many accounts there are."""

    given: int = 0
    received: int = 0
    accounts: int = 0


class Balances(ReadModel):
    """The account of every member who was welcomed, and of everybody else who received a gift."""

    name = "balances"
    tables = (ACCOUNTS, TIES, TOTALS)
    concerns = frozenset({ExchangeSettled, ExchangeReversed, GiftRecorded, GiftWithdrawn, MemberWelcomed})

    def apply(self, batch: Sequence[IncomingEntry], rows: TableWriter) -> None:
        changes = _Changes()
        for incoming in batch:
            changes.take_in(incoming)
        known = rows.of(TIES, changes.ties.keys())
        ties = _added(known, changes)
        tallies = rows.of(ACCOUNTS, changes.tallies.keys())
        opened = len(changes.tallies) - len(tallies)
        rows.insert(TIES, [tie for tie in ties if tie[:2] not in known])
        rows.replace(TIES, [tie for tie in ties if tie[:2] in known])
        rows.replace(
            ACCOUNTS,
            [
                (account, *map(add, tallies[account][1:], change)) if account in tallies else (account, *change)
                for account, change in changes.tallies.items()
            ],
        )
        if opened or changes.given:
            rows.add(TOTALS, [("community", changes.given, changes.received, opened)])

    def of(self, account: AccountId) -> AccountBalance:
        """An account; zeros when nothing is known of it."""
        found = _OF_ACCOUNT.ask(self._engine, account=account)
        return AccountBalance(*found[0]) if found else AccountBalance(account)

    def page(self, after: Cursor = "", limit: int = 50) -> Page[AccountBalance]:
        """Every account, by id, page by page."""
        return _BY_ACCOUNT.page_of(self._engine, _ALL, after, limit, lambda row: AccountBalance(*row))

    def total(self) -> Totals:
        """All accounts together."""
        found = _TOTAL.ask(self._engine)
        return Totals(*found[0]) if found else Totals()

    def people(self, account: AccountId, limit: int = 30) -> list[Tie]:
        """Whom this account gave to and received from, the latest first."""
        with self._engine.connect() as connection:
            return [Tie(*row) for row in connection.execute(_PEOPLE, {"account": account, "most": limit})]


_ALL = sa.select(ACCOUNTS)
_TOTAL = PreparedQuery(sa.select(TOTALS.c.given, TOTALS.c.received, TOTALS.c.accounts))
_OF_ACCOUNT = PreparedQuery(sa.select(ACCOUNTS).where(ACCOUNTS.c.account == sa.bindparam("account")))
_PEOPLE = (
    sa.select(TIES.c.other, TIES.c.given, TIES.c.received, TIES.c.times, TIES.c.gifts)
    .where(TIES.c.account == sa.bindparam("account"), TIES.c.times + TIES.c.gifts > 0)
    .order_by(TIES.c.latest.desc(), TIES.c.other)
    .limit(sa.bindparam("most"))
)

# Where numbers stand in the changes below, as in the tables, the key left out.
_GIVEN, _RECEIVED, _EXCHANGES, _GIFTS_GIVEN, _GIFTS_RECEIVED, _PEOPLE_HELPED, _HELPED_BY = range(7)
_TIMES, _GIFTS, _HELPED, _WAS_HELPED, _LATEST = range(2, 7)


class _Changes:
    """What a batch adds to accounts and ties."""

    def __init__(self) -> None:
        self.tallies: dict[str, list[int]] = {}
        self.ties: dict[tuple[str, str], list[int]] = {}
        self.given = 0
        self.received = 0

    def take_in(self, incoming: IncomingEntry) -> None:
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
                self._tally(fact.member)
            case _:
                raise AssertionError(f"{incoming.entry.type} concerns no account")

    def _exchange(self, incoming: IncomingEntry, sign: int) -> None:
        postings = incoming.postings
        if len(postings) == 2:
            self._help(*postings, incoming.number, sign)
            return
        met: dict[tuple[str, str], list[int]] = {}
        for (giver, given, _), (receiver, _, received) in zip(postings[::2], postings[1::2], strict=True):
            self._tally(giver)[_GIVEN] += given
            self._tally(receiver)[_RECEIVED] += received
            met[giver, receiver] = tie = self._tie(giver, receiver)
            tie[_GIVEN] += given
            tie[_HELPED] += sign
            met[receiver, giver] = tie = self._tie(receiver, giver)
            tie[_RECEIVED] += received
            tie[_WAS_HELPED] += sign
            self.given += given
            self.received += received
        for tie in met.values():
            tie[_TIMES] += sign
            tie[_LATEST] = incoming.number
        for account in {account for account, _ in met}:
            self.tallies[account][_EXCHANGES] += sign

    def _help(self, by: Posting, to: Posting, number: int, sign: int) -> None:
        """An exchange of one direction, as nearly all are."""
        giver, given, _ = by
        receiver, _, received = to
        tally = self._tally(giver)
        tally[_GIVEN] += given
        tally[_EXCHANGES] += sign
        tally = self._tally(receiver)
        tally[_RECEIVED] += received
        tally[_EXCHANGES] += sign
        tie = self._tie(giver, receiver)
        tie[_GIVEN] += given
        tie[_HELPED] += sign
        tie[_TIMES] += sign
        tie[_LATEST] = number
        tie = self._tie(receiver, giver)
        tie[_RECEIVED] += received
        tie[_WAS_HELPED] += sign
        tie[_TIMES] += sign
        tie[_LATEST] = number
        self.given += given
        self.received += received

    def _gift(self, giver: str, receiver: str, number: int, sign: int) -> None:
        self._tally(giver)[_GIFTS_GIVEN] += sign
        self._tally(receiver)[_GIFTS_RECEIVED] += sign
        if not is_member(receiver):
            return
        for account, other, side in ((giver, receiver, _HELPED), (receiver, giver, _WAS_HELPED)):
            tie = self._tie(account, other)
            tie[_GIFTS] += sign
            tie[side] += sign
            tie[_LATEST] = number

    def _tally(self, account: str) -> list[int]:
        tally = self.tallies.get(account)
        if tally is None:
            tally = self.tallies[account] = [0] * 7
        return tally

    def _tie(self, account: str, other: str) -> list[int]:
        tie = self.ties.get((account, other))
        if tie is None:
            tie = self.ties[account, other] = [0] * 7
        return tie


def _added(before: dict[tuple[str, str], tuple[Any, ...]], changes: _Changes) -> list[tuple[Any, ...]]:
    """The ties after the batch. Whoever helps somebody for the first time, or no longer counts, changes the tallies."""
    after: list[tuple[Any, ...]] = []
    for key, change in changes.ties.items():
        kept = before.get(key)
        helped, was_helped = (kept[2 + _HELPED], kept[2 + _WAS_HELPED]) if kept else (0, 0)
        tally = changes.tallies[key[0]]
        tally[_PEOPLE_HELPED] += (helped + change[_HELPED] > 0) - (helped > 0)
        tally[_HELPED_BY] += (was_helped + change[_WAS_HELPED] > 0) - (was_helped > 0)
        after.append((*key, *map(add, kept[2:-1], change), change[_LATEST]) if kept else (*key, *change))
    return after
