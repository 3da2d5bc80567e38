"""Sweeping up words whose entry never came: a crash between keeping words and appending their entry leaves them behind."""

from collections.abc import Callable

from ledger.log.entry import decode
from ledger.log.forgetting import clean
from ledger.log.people import People
from ledger.log.store import Log

AT_ONCE = 200_000
"""So many words are looked for in one reading of the log: about 40 MB of memory, however many there are."""

Tell = Callable[[int, int], None]


def sweep(log: Log, people: People, tell: Tell = lambda done, of: None, *, at_once: int = AT_ONCE) -> int:
    """Deletes words that no entry seals and that are past waiting for one, and what deleted rows left in the files.

    Answers how many words were deleted. They may be somebody's name: while they lie there, nobody knows whose to erase.
    """
    swept = 0
    after = ""
    while some := people.long_kept(after=after, limit=at_once):
        after = some[-1]
        orphans = set(some)
        head = log.head()
        for position, data in log.scan(upto=head):
            if b'"sealed"' in data:
                orphans.difference_update(decode(data).sealed.values())
            if position % 1_000 == 0:
                tell(position, head)
        people.drop(sorted(orphans))
        swept += len(orphans)
    clean(people.engine)
    return swept
