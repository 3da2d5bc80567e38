"""The signer: seals a log, and refuses one that is shorter than, or different from, what it sealed before.

Before it signs, the entries are read once more from the log and hashed again (a hash that went wrong in memory or on disk would
be sealed for ever), and its own proof must lead from the last seal to the new one.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from ledger.log.entry import decode
from ledger.log.store import Log
from ledger.refusals import EntryToCome
from ledger.seal.checkpoint import Checkpoint, Sealed, check_checkpoint
from ledger.seal.dates import ASKED, SealDates, Why
from ledger.seal.durable import write_durably
from ledger.seal.folder import CONTRADICTION, TREE, SealFolder
from ledger.seal.merkle import check_consistency, check_inclusion, consistency, inclusion, leaf_hash
from ledger.seal.note import BadNote, Signature, VerifierKey
from ledger.seal.receipt import Receipt
from ledger.seal.refused import SealRefused
from ledger.seal.tree import Tree
from ledger.seal.witnesses import Witnesses

LOOK = "Nothing was signed. Keep this log as it is, and compare it with your backups and with a bundle that somebody holds."
ANOTHER = "If this is another community with the same origin, or a sample, set HOURS_SEAL to a folder of its own."

Told = Callable[[int], None]
Clock = Callable[[], datetime]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Signer:
    """Seals one log with the key in one folder. Several processes may try at once; they take turns."""

    def __init__(self, place: Path, log: Log, *, clock: Clock = _utc_now) -> None:
        first = log.from_position(0, limit=1)
        if not first:
            raise SealRefused("The log is empty.", "Found a community first; an empty log has nothing to seal.")
        self._log = log
        self._clock = clock
        self.folder = SealFolder(place, decode(first[0].data).log)
        self.is_new = not self.folder.is_begun
        if self.is_new:
            self.folder.begin()
        self.witnesses = Witnesses(self.folder)

    @property
    def key(self) -> VerifierKey:
        """The public key of this log's seals."""
        return self.folder.key

    def seal(self, *, upto: int | None = None, whole: bool = True, tell: Told = lambda number: None) -> Sealed:
        """A seal over every entry, or over the first `upto`.

        With `whole` every entry of the log is read again, otherwise only those that were never sealed. A log that has not
        grown is not signed anew. Refuses with SealRefused, naming the entries, and a number that is still to come.
        """
        with self._following(tell) as work:
            size = work.tree.size if upto is None else upto
            if size > work.tree.size:
                raise EntryToCome(entries=work.tree.size, number=size)
            work.read_again(0 if whole else work.last.size, max(size, work.last.size), tell)
            return work.sign(size)

    def receipt(self, number: int | None = None, *, position: int | None = None) -> Receipt:
        """The receipt of one entry, by its number or its position in the log; sealed now, if it was not before."""
        with self._following(lambda number: None) as work:
            if number is None:
                assert position is not None, "an entry is asked for by its number or its position"
                number = work.tree.number_at(position)
            if not 1 <= number <= work.tree.size:
                raise EntryToCome(entries=work.tree.size, number=number)
            if number > work.last.size:
                work.read_again(work.last.size, work.tree.size, lambda number: None)
                work.sign(work.tree.size)
            return work.receipt(number)

    @property
    def dates(self) -> SealDates:
        """When seals were given."""
        return SealDates(self.folder.path)

    def write_down(self, size: int, at: datetime, why: Why) -> None:
        """Dates a seal once more: why it was given, or that it still stood."""
        with self.folder.alone():
            self.dates.add(size, at, why)

    def check(self, *, whole: bool = False) -> None:
        """Refuses whatever `seal` would refuse, and signs nothing. Only with `whole` is every entry read again."""
        with self._following(lambda number: None) as work:
            if whole:
                work.read_again(0, work.tree.size, lambda number: None)

    def leading_on(self, olds: Iterable[int], size: int) -> dict[int, tuple[bytes, ...]]:
        """The proofs that the first `olds` entries are unchanged in the first `size`: what witnesses are shown."""
        with self._following(lambda number: None) as work:
            return {old: tuple(consistency(old, size, work.tree.node)) if old else () for old in olds}

    def keep_words(self, checkpoint: Checkpoint, words: Sequence[Signature]) -> None:
        """Keeps witnesses' words, found good before, with the seal that they are about."""
        with self.folder.alone():
            self.folder.keep_words(checkpoint, words)

    def is_contradicted_by(self, data: bytes) -> bool:
        """Whether a seal that a witness shows bears our own signature and is of another history than our log.

        Then it is kept, and nothing is sealed while it contradicts the log: somebody signs with a copy of the key.
        """
        try:
            shown = check_checkpoint(data, [self.key])
        except BadNote:
            return False  # not signed by us, so it says nothing about us
        with self._following(lambda number: None) as work:
            if shown.checkpoint.origin != self.folder.origin or work.holds(shown.checkpoint):
                return False
            write_durably(self.folder.path / CONTRADICTION, shown.note.data)
            return True

    def past(self, before: int) -> list[Sealed]:
        """The seals that were given over fewer entries."""
        return list(self.folder.earlier(before))

    @contextmanager
    def _following(self, tell: Told) -> Generator["_Work"]:
        with self.folder.alone(), Tree(self.folder.path / TREE) as tree:
            work = _Work(self.folder, tree, self._log, self._clock)
            work.catch_up(tell)
            yield work


class _Work:
    """One turn at the folder: the tree brought up to the log, and found to hold what was sealed last."""

    def __init__(self, folder: SealFolder, tree: Tree, log: Log, clock: Clock) -> None:
        self._folder = folder
        self.tree = tree
        self._log = log
        self._clock = clock
        self.last: Checkpoint = folder.latest().checkpoint

    def catch_up(self, tell: Told) -> None:
        if not self._ends_as_known():
            differing = self.tree.reread(self._log, 0, self.tree.size)
            if differing is not None and self._holds_the_last_seal():
                self._refuse(differing)
            self.tree.forget()  # the cache, not the log, is at fault, or the log was moved to other positions
        self.tree.follow(self._log, tell)
        if not self._holds_the_last_seal():
            self.tree.forget()
            self.tree.follow(self._log, tell)
            if not self._holds_the_last_seal():
                self._refuse_what_was_sealed()
        contradiction = self._folder.contradiction()
        if contradiction is not None and not self.holds(contradiction.checkpoint):
            self._refuse_contradicted(contradiction.checkpoint)

    def holds(self, checkpoint: Checkpoint) -> bool:
        """Whether the log has so many entries, and this root over them."""
        return self.tree.size >= checkpoint.size and self.tree.root_at(checkpoint.size) == checkpoint.root

    def read_again(self, after: int, upto: int, tell: Told) -> None:
        differing = self.tree.reread(self._log, after, upto, tell)
        if differing is not None:
            self._refuse(differing)

    def sign(self, size: int) -> Sealed:
        """The seal over the first `size` entries; one over fewer than the last is the same as it would have been then."""
        checkpoint = Checkpoint(self._folder.origin, size, self.tree.root_at(size))
        if size == self.last.size:
            return self._folder.latest()
        if 0 < self.last.size < size:
            proof = consistency(self.last.size, size, self.tree.node)
            check_consistency(self.last.size, self.last.root, size, checkpoint.root, proof)
        sealed = self._folder.sign(checkpoint, keep=size > self.last.size)
        if size > self.last.size:
            SealDates(self._folder.path).add(size, self._clock(), ASKED)
        self.last = max(self.last, checkpoint, key=lambda each: each.size)
        return sealed

    def receipt(self, number: int) -> Receipt:
        stored = self._log.from_position(self.tree.position_of(number) - 1, limit=1)
        leaf = self.tree.node(0, number - 1)
        if not stored or leaf_hash(stored[0].data) != leaf:
            self._refuse(number)
        path = inclusion(number - 1, self.last.size, self.tree.node)
        check_inclusion(leaf, number - 1, self.last.size, path, self.last.root)
        return Receipt(stored[0].data, number - 1, tuple(path), self._folder.latest().note.data)

    def _ends_as_known(self) -> bool:
        """Whether the last entry that is known here is still where it was; the cheapest sign of a log that was put back."""
        if self.tree.size == 0:
            return True
        position = self.tree.position_of(self.tree.size)
        stored = self._log.from_position(position - 1, limit=1)
        last = self.tree.node(0, self.tree.size - 1)
        return bool(stored) and stored[0].position == position and leaf_hash(stored[0].data) == last

    def _holds_the_last_seal(self) -> bool:
        return self.holds(self.last)

    def _refuse(self, number: int) -> NoReturn:
        """An entry is not what it was when it was first read, or it is gone."""
        entries = sum(1 for _ in self._log.scan())
        if entries < number:
            self._refuse_shorter(entries, max(self.last.size, self.tree.size))
        raise SealRefused(f"Entry {number:,} is not what it was when it was sealed or first read.", f"{LOOK} {ANOTHER}")

    def _refuse_contradicted(self, other: Checkpoint) -> NoReturn:
        raise SealRefused(
            f"A witness was shown a seal over {other.size:,} entries, signed with this log's key, that this log does not hold.",
            "Nothing was signed. An older backup is at work here, or a copy of this community seals elsewhere: stop the other, "
            f"and put the newer log back. The seal is in {self._folder.path / CONTRADICTION}.",
        )

    def _refuse_what_was_sealed(self) -> NoReturn:
        """Without the cache that knew each entry, earlier seals tell between which two entries something was changed."""
        if self.tree.size < self.last.size:
            self._refuse_shorter(self.tree.size, self.last.size)
        fitting = 0
        for sealed in self._folder.earlier(self.last.size):
            if self.tree.root_at(sealed.checkpoint.size) != sealed.checkpoint.root:
                self._refuse_changed(fitting, sealed.checkpoint.size)
            fitting = sealed.checkpoint.size
        self._refuse_changed(fitting, self.last.size)

    def _refuse_changed(self, fitting: int, size: int) -> NoReturn:
        words = f"Something among entries {fitting + 1:,} to {size:,} is not what was sealed."
        raise SealRefused(words, f"{LOOK} {ANOTHER}")

    def _refuse_shorter(self, entries: int, before: int) -> NoReturn:
        raise SealRefused(
            f"The log ends with entry {entries:,}, but it had {before:,}: entries {entries + 1:,} to {before:,} are missing.",
            f"Nothing was signed. An older backup was put back, or entries were lost: look for a newer one. {ANOTHER}",
        )
