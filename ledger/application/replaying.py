"""Balances from the log alone.

Made for auditors and for haste: it needs no read model, no people store and no more memory for a longer log. What it
does not understand stops it (design §13).
"""

import os
from collections.abc import Callable
from itertools import islice
from typing import NamedTuple

from ledger.application.replaying_beside import CountedBeside, Part
from ledger.application.tallies import EVERYTHING, Fold, Tally, Until
from ledger.identifiers import AccountId
from ledger.log.entry import UnreadableEntry
from ledger.log.store import Log
from ledger.refusals import EntryToCome

__all__ = ["EVERYTHING", "EntryToCome", "Replayed", "Tally", "Until", "replay"]

LONG = 100_000
"""From so many entries on a second process is worth its start."""
HEAD_START = 60_000
"""So many entries are counted here while the other process starts."""


class Replayed(NamedTuple):
    """The accounts that anything ever moved on, the entries looked at, and the commitments to members' names.

    `number` is the entry number (the gap-free rank) and `position` where that entry lies in the log.
    """

    accounts: dict[AccountId, Tally]
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
    url: str = "",
    tell: Callable[[int], None] = lambda looked_at: None,
) -> Replayed:
    """Folds the log. Without `gifts`, gifts are passed over, which is quicker; `names` collects their commitments.

    `url` says where the log is kept; then a second process counts a part of a long one. Refuses an entry number
    beyond the end; raises UnreadableEntry, with the number, at the first entry it does not know.
    """
    head = log.head()
    if url and until.number is None and head > LONG and (os.cpu_count() or 1) > 1:
        part = Part(url, (head - HEAD_START) // 2, until, gifts, names)
        if (replayed := _by_two(log, part, tell)) is not None:
            return replayed
    fold = Fold(until, gifts=gifts, names=names)
    fold.take_in(islice(log.scan(), until.number), tell)
    if until.number is not None and fold.number < until.number:
        raise EntryToCome(entries=fold.number, number=until.number)
    return Replayed(fold.accounts, fold.number, fold.position, fold.names)


def _by_two(log: Log, part: Part, tell: Callable[[int], None]) -> Replayed | None:
    """The first part by another process, the rest here; None when either meets what it cannot read, or fails."""
    fold = Fold(part.until, gifts=part.gifts, names=part.names)
    with CountedBeside(part) as other:
        try:
            fold.take_in(log.scan(after=part.upto), lambda number: tell(number + min(number, part.upto)))
        except UnreadableEntry:
            return None  # its number is known only to whoever counts from the beginning
        if (before := other.result()) is None:
            return None
    fold.add(before.accounts)
    return Replayed(fold.accounts, before.number + fold.number, fold.position, {**before.names, **fold.names})
