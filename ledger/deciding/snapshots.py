"""Comparing saved snapshots of accounts with the entries that they stand for."""

from ledger.deciding.context import account_in, initial_state, state_after
from ledger.log.entry import decode
from ledger.log.store import Log

_BATCH = 2_000


def wrong_snapshots(log: Log) -> list[str]:
    """Return the accounts whose snapshot differs from the entries. Reads the log from the beginning.

    Snapshots that are damaged or of another version are skipped, because no decision uses them.
    """
    snapshots = {
        tag: (position, account)
        for tag, (position, snapshot) in log.snapshots().items()
        if tag.startswith("account:") and (account := account_in(snapshot)) is not None
    }
    replayed = {tag: initial_state(tag) for tag in snapshots}
    position = 0
    while snapshots and (batch := log.from_position(position, limit=_BATCH)):
        position = batch[-1].position
        for stored in batch:
            for tag in stored.tags:
                if tag in snapshots and stored.position <= snapshots[tag][0]:
                    replayed[tag] = state_after(replayed[tag], decode(stored.data))
    head = log.head()
    return sorted(
        tag.removeprefix("account:")
        for tag, (upto, account) in snapshots.items()
        if upto > head or account != replayed[tag]
    )
