"""Balances from the log alone.

Made for auditors and for haste: it needs no read model, no people store and no more memory for a longer log. Every entry
is looked at, those that move minutes are read, nothing else is kept. What it does not understand stops it (design §13).
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
from ledger.refusals import EntryToCome

_BATCH = 2_000


class AccountTotals(msgspec.Struct, kw_only=True, gc=False):
    """What the log says of one account: minutes and counts, reversals and withdrawals taken off."""

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
    """Which part of the log counts: what had happened by a day, was recorded by an instant, or stood at an entry."""

    as_of: date | None = None
    known_at: datetime | None = None
    number: int | None = None


EVERYTHING = Until()


class Replayed(NamedTuple):
    """The accounts that anything ever moved on, the entries looked at, and the commitments to members' names.

    `number` is the entry number (the gap-free rank) and `position` where that entry lies in the log.
    """

    accounts: dict[AccountId, AccountTotals]
    number: int
    position: int
    names: dict[AccountId, str]

    @property
    def given(self) -> int:
        """All minutes given."""
        return sum(tally.given for tally in self.accounts.values())

    @property
    def received(self) -> int:
        """All minutes received: the same, or the log is not sound."""
        return sum(tally.received for tally in self.accounts.values())


def replay(
    log: Log,
    until: Until = EVERYTHING,
    *,
    gifts: bool = True,
    names: bool = False,
    tell: Callable[[int], None] = lambda looked_at: None,
) -> Replayed:
    """Folds the log. Without `gifts`, gifts are passed over, which is quicker; `names` collects their commitments.

    Refuses an entry number beyond the end; raises UnreadableEntry, with the number, at the first entry it does not know.
    """
    fold = _Fold(until, gifts=gifts, names=names)
    fold.take_in(islice(log.scan(), until.number), tell)
    if until.number is not None and fold.number < until.number:
        raise EntryToCome(entries=fold.number, number=until.number)
    return Replayed(fold.accounts, fold.number, fold.position, fold.names)


class _Leg(msgspec.Struct, frozen=True, gc=False):
    giver: AccountId
    receiver: AccountId
    minutes: int


class _Moved(msgspec.Struct, frozen=True, gc=False):
    given_on: str
    legs: tuple[_Leg, ...]


class _Movement(msgspec.Struct, frozen=True, gc=False):
    """The parts of an entry that balances rest on; the decoder steps over all others."""

    at: str
    data: _Moved


_MOVEMENTS = msgspec.json.Decoder(_Movement)


class _Fold:
    """Accounts so far, and what each kind of entry does to them. Without `gifts`, gifts are passed over, which is quicker.

    `number` counts the entries looked at, `position` is that of the last one; `names` collects commitments to names.
    """

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
        piles: dict[str, list[bytes] | None] = dict.fromkeys(facts())
        piles["exchange-settled"] = self._settled
        piles["exchange-reversed"] = self._reversed
        if gifts:
            piles["gift-recorded"] = piles["gift-withdrawn"] = self._others
        if names:
            piles["member-invited"] = self._others
        # By type, format and version at once.
        self._kinds: dict[bytes, list[bytes] | None] = {
            f'"type":"{name}","v":{FORMAT},"ver":{kind.stored.version}'.encode(): piles[name]
            for name, kind in facts().items()
        }

    def take_in(self, entries: Iterator[tuple[int, bytes]], tell: Callable[[int], None]) -> None:
        """Counts entries in order, some at a time; raises UnreadableEntry, with the number, at the first unknown one."""
        while batch := list(islice(entries, _BATCH)):
            try:
                self._count(batch)
            except UnreadableEntry:
                raise _first_unreadable(batch, self.number) from None
            self.number += len(batch)
            self.position, _ = batch[-1]
            tell(self.number)

    def _count(self, batch: Sequence[tuple[int, bytes]]) -> None:
        """Sorts the entries by kind, then reads each pile at once: sums do not ask in which order they were made."""
        kinds, others = self._kinds, self._others
        for _, data in batch:
            # The type is the last key before three that hold no free text, so the last `"type":"` is the real one.
            start = data.rfind(b'"type":"')
            pile = kinds.get(data[start : data.find(b',"via"', start)], others)
            if pile is not None:
                pile.append(data)
        self._move(self._settled, 1)
        self._move(self._reversed, -1)
        for data in others:
            self._read_whole(decode(data))
        for pile in (self._settled, self._reversed, others):
            pile.clear()

    def _move(self, pile: list[bytes], sign: int) -> None:
        try:
            entries = _MOVEMENTS.decode_lines(b"\n".join(pile))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UnreadableEntry(f"damaged: {error}") from error
        accounts = self.accounts
        for entry in entries:
            legs = entry.data.legs
            if not (self._all_count or self._counts(entry.data.given_on, entry.at)):
                continue
            if len(legs) != 1:
                self._count_legs(legs, sign)
                continue
            # Nearly every exchange is of one leg, and a whole log is counted here.
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

    def _count_legs(self, legs: Iterable[_Leg | Leg], sign: int) -> None:
        accounts = self.accounts
        touched: tuple[AccountTotals, ...] = ()
        for leg in legs:
            minutes = sign * leg.minutes
            giver = accounts.get(leg.giver) or accounts.setdefault(leg.giver, AccountTotals())
            receiver = accounts.get(leg.receiver) or accounts.setdefault(leg.receiver, AccountTotals())
            giver.given += minutes
            receiver.received += minutes
            touched = (giver, receiver)
        for tally in touched:  # one exchange for each of the two, whether by one leg or by two opposite ones
            tally.exchanges += sign

    def _read_whole(self, entry: Entry) -> None:
        """Gifts and names; and entries of an older shape, which decoding has raised to today's."""
        fact = entry.data
        if isinstance(fact, MemberInvited):
            self.names[AccountId(fact.member)] = entry.sealed.get("name", "")
        if not isinstance(fact, ExchangeSettled | ExchangeReversed | GiftRecorded | GiftWithdrawn):
            assert not fact.postings, f"“{entry.type}” moves minutes, and the replay does not count it"
            return
        if not self._counts(fact.given_on.isoformat(), entry.at):
            return
        sign = 1 if isinstance(fact, ExchangeSettled | GiftRecorded) else -1
        if isinstance(fact, ExchangeSettled | ExchangeReversed):
            self._count_legs(fact.legs, sign)
        else:
            self.accounts.setdefault(AccountId(fact.giver), AccountTotals()).gifts_given += sign
            self.accounts.setdefault(fact.receiver, AccountTotals()).gifts_received += sign


def _first_unreadable(batch: Sequence[tuple[int, bytes]], before: int) -> UnreadableEntry:
    for number, (_, data) in enumerate(batch, start=before + 1):
        try:
            decode(data)
        except UnreadableEntry as error:
            return UnreadableEntry(f"entry {number}: {error}")
    return UnreadableEntry(f"entries {before + 1} to {before + len(batch)}: one of them is not whole")
