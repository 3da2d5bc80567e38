"""A backup or a bundle checked from end to end, before anything rests on it: every entry, every sum, every word."""

import secrets
from collections.abc import Mapping, Sequence
from contextlib import closing

from ledger.backup.file import ANOTHER, Source
from ledger.backup.refused import BackupRefused
from ledger.backup.words import read_words
from ledger.seal.book import Book, Told, cores, in_stretches
from ledger.seal.stretch import tasks

_WORTH_A_CROWD = 20_000
"""With fewer entries one process is done sooner than several are started."""


def check(source: Source, *, sizes: Sequence[int] = (), tell: Told = lambda done, of: None) -> Mapping[int, bytes]:
    """Reads everything once, in flat memory, and answers the roots over the first `sizes` entries.

    Each entry is canonical and whole, each command answered once, each movement sums to zero, the root is the manifest's, and
    all words are those that were sealed. Raises BackupRefused, with the number of the first entry that is not so.
    """
    roots = _check_entries(source, sizes, tell)
    for number, line in enumerate(source.words(), start=1):
        read_words(line, number)
    return roots


def _check_entries(source: Source, sizes: Sequence[int], tell: Told) -> Mapping[int, bytes]:
    book = Book()
    with closing(source.entries()) as file:
        work = tasks(file, source.size, source.origin, [*sizes, source.size], secrets.token_bytes(32))
        for stretch in in_stretches(file, work, cores() if source.size >= _WORTH_A_CROWD else 1):
            book.add(stretch)
            tell(book.size, source.size)
        goes_on = bool(file.read(1))
    book.finish()
    for number, words, is_unknown in book.faults:
        what = "may be of a newer program" if is_unknown else "cannot be"
        raise BackupRefused(f"Entry {number:,} {what}: {words}.", "Use the newer program." if is_unknown else ANOTHER)
    if book.size < source.size:
        raise BackupRefused(f"Entries {book.size + 1:,} to {source.size:,} are missing.", ANOTHER)
    if goes_on or book.roots[source.size] != source.root:
        raise BackupRefused("The entries are not those that were put into it: it is damaged.", ANOTHER)
    if sum(tally.balance for tally in book.balances.values()) != 0:
        raise BackupRefused("The balances do not sum to zero.", ANOTHER)
    return book.roots
