"""Computes balances from the log alone, quickly, so that auditors can check what the pages show.

It needs no read model, no personal data, and no more memory for a longer log. It passes over every entry but decodes only
those that count. An unknown or damaged entry stops it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import NamedTuple

import msgspec

from ledger.catalogue import facts
from ledger.exchanges.facts import ExchangeReversed, ExchangeSettled, Leg
from ledger.gifts.facts import GiftRecorded, GiftWithdrawn
from ledger.identifiers import AccountId
from ledger.log.entry import FORMAT, Entry, UnreadableEntry, decode, instant_text
from ledger.log.store import Log
from ledger.members.facts import MemberInvited
from ledger.refusals import NoSuchEntry

_BATCH = 2_000


class AccountTotals(msgspec.Struct, kw_only=True, gc=False):
    """The totals of one account: minutes and counts, less reversals and withdrawals."""

    given: int = 0
    received: int = 0
    exchanges: int = 0
    gifts_given: int = 0
    gifts_received: int = 0

    @property
    def balance(self) -> int:
        """Minutes given less minutes received."""
        return self.given - self.received


class Until(NamedTuple):
    """Which part of the log to replay: what happened by a day, was recorded by an instant, or comes up to an entry."""

    as_of: date | None = None
    known_at: datetime | None = None
    number: int | None = None


EVERYTHING = Until()


class Replayed(NamedTuple):
    """The accounts of all entries that count, the last entry replayed, and the commitments to members' names.

    `number` is the last entry's number (its gap-free rank), and `position` its position in the log.
    """

    accounts: dict[AccountId, AccountTotals]
    number: int
    position: int
    names: dict[AccountId, str]

    @property
    def given(self) -> int:
        """All minutes given."""
        return sum(account.given for account in self.accounts.values())

    @property
    def received(self) -> int:
        """All minutes received. If the log is sound, as many as were given."""
        return sum(account.received for account in self.accounts.values())


def replay(
    log: Log,
    until: Until = EVERYTHING,
    *,
    gifts: bool = True,
    names: bool = False,
    progress: Callable[[int], None] = lambda done: None,
) -> Replayed:
    """Replay the log. Without `gifts`, gifts are skipped, which is quicker; `names` collects the commitments to names.

    Refuses an entry number beyond the end. Raises UnreadableEntry, with the number, at the first entry it cannot read.
    """
    fold = _Fold(until, gifts=gifts, names=names)
    fold.add_all(islice(log.scan(), until.number), progress)
    if until.number is not None and fold.number < until.number:
        raise NoSuchEntry(entries=fold.number, number=until.number)
    return Replayed(fold.accounts, fold.number, fold.position, fold.names)


class _Leg(msgspec.Struct, frozen=True, gc=False):
    giver: AccountId
    receiver: AccountId
    minutes: int


class _Moved(msgspec.Struct, frozen=True, gc=False):
    given_on: str
    legs: tuple[_Leg, ...]


class _Movement(msgspec.Struct, frozen=True, gc=False):
    """The parts of an entry that balances depend on. The decoder skips the others."""

    at: str
    data: _Moved


_MOVEMENTS = msgspec.json.Decoder(_Movement)


class _Fold:
    """The accounts so far, and what each kind of entry does to them."""

    def __init__(self, until: Until, *, gifts: bool, names: bool) -> None:
        self.accounts: dict[AccountId, AccountTotals] = {}
        self.names: dict[AccountId, str] = {}
        self.number = self.position = 0
        self._all_count = until == EVERYTHING
        self._last_day = until.as_of.isoformat() if until.as_of else "9999-12-31"
        self._last_instant = instant_text(until.known_at) if until.known_at else "9999"
        self._settled: list[bytes] = []
        self._reversed: list[bytes] = []
        self._others: list[bytes] = []
        lists: dict[str, list[bytes] | None] = dict.fromkeys(facts())
        lists["exchange-settled"] = self._settled
        lists["exchange-reversed"] = self._reversed
        if gifts:
            lists["gift-recorded"] = lists["gift-withdrawn"] = self._others
        if names:
            lists["member-invited"] = self._others
        # Keyed by type, format and version together.
        self._kinds: dict[bytes, list[bytes] | None] = {
            f'"type":"{name}","v":{FORMAT},"ver":{kind.stored.version}'.encode(): lists[name]
            for name, kind in facts().items()
        }

    def add_all(self, entries: Iterator[tuple[int, bytes]], progress: Callable[[int], None]) -> None:
        """Add entries in order, in batches. Raises UnreadableEntry, with the number, at the first that cannot be read."""
        while batch := list(islice(entries, _BATCH)):
            try:
                self._add(batch)
            except UnreadableEntry:
                raise _first_unreadable(batch, self.number) from None
            self.number += len(batch)
            self.position, _ = batch[-1]
            progress(self.number)

    def _add(self, batch: Sequence[tuple[int, bytes]]) -> None:
        """Sort the entries by kind, then decode each list in one go, because sums don't depend on the order."""
        kinds, others = self._kinds, self._others
        for _, data in batch:
            # Only keys without free text follow the type, so the last `"type":"` is the key itself.
            start = data.rfind(b'"type":"')
            same_kind = kinds.get(data[start : data.find(b',"via"', start)], others)
            if same_kind is not None:
                same_kind.append(data)
        self._move(self._settled, 1)
        self._move(self._reversed, -1)
        for data in others:
            self._add_entry(decode(data))
        for done in (self._settled, self._reversed, others):
            done.clear()

    def _move(self, lines: list[bytes], sign: int) -> None:
        try:
            entries = _MOVEMENTS.decode_lines(b"\n".join(lines))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UnreadableEntry(f"damaged: {error}") from error
        accounts = self.accounts
        for entry in entries:
            legs = entry.data.legs
            if not (self._all_count or self._counts(entry.data.given_on, entry.at)):
                continue
            if len(legs) != 1:
                self._add_legs(legs, sign)
                continue
            # The usual case, written out because every exchange of a log passes through here.
            (leg,) = legs
            minutes = sign * leg.minutes
            giver = accounts.get(leg.giver) or accounts.setdefault(leg.giver, AccountTotals())
            giver.given += minutes
            giver.exchanges += sign
            receiver = accounts.get(leg.receiver) or accounts.setdefault(leg.receiver, AccountTotals())
            receiver.received += minutes
            receiver.exchanges += sign

    def _counts(self, given_on: str, at: str) -> bool:
        return given_on <= self._last_day and at <= self._last_instant

    def _add_legs(self, legs: Iterable[_Leg | Leg], sign: int) -> None:
        accounts = self.accounts
        touched: tuple[AccountTotals, ...] = ()
        for leg in legs:
            minutes = sign * leg.minutes
            giver = accounts.get(leg.giver) or accounts.setdefault(leg.giver, AccountTotals())
            receiver = accounts.get(leg.receiver) or accounts.setdefault(leg.receiver, AccountTotals())
            giver.given += minutes
            receiver.received += minutes
            touched = (giver, receiver)
        for account in touched:  # one exchange for each of the two people, with one leg or with two opposite ones
            account.exchanges += sign

    def _add_entry(self, entry: Entry) -> None:
        """Add a gift, a name, or an entry of an older version, which decoding has converted to the current one."""
        fact = entry.data
        if isinstance(fact, MemberInvited):
            self.names[AccountId(fact.member)] = entry.sealed.get("name", "")
        if not isinstance(fact, ExchangeSettled | ExchangeReversed | GiftRecorded | GiftWithdrawn):
            assert not fact.postings, f"“{entry.type}” moves minutes, but the replay does not count it"
            return
        if not self._counts(fact.given_on.isoformat(), entry.at):
            return
        sign = 1 if isinstance(fact, ExchangeSettled | GiftRecorded) else -1
        if isinstance(fact, ExchangeSettled | ExchangeReversed):
            self._add_legs(fact.legs, sign)
        else:
            self.accounts.setdefault(AccountId(fact.giver), AccountTotals()).gifts_given += sign
            self.accounts.setdefault(fact.receiver, AccountTotals()).gifts_received += sign


def _first_unreadable(batch: Sequence[tuple[int, bytes]], before: int) -> UnreadableEntry:
    for number, (_, data) in enumerate(batch, start=before + 1):
        try:
            decode(data)
        except UnreadableEntry as error:
            return UnreadableEntry(f"entry {number}: {error}")
    return UnreadableEntry(f"entries {before + 1} to {before + len(batch)}: one of them is incomplete")
