"""Signs a log, and refuses one that is shorter than, or different from, what it sealed before.

Before it signs, it reads the entries from the log again and hashes them again: a hash that was wrong in memory or on disk
would otherwise be sealed for good. Its own proof must lead from the last seal to the new one.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import NoReturn

from ledger.log.entry import decode
from ledger.log.store import Log
from ledger.refusals import NoSuchEntry
from ledger.seal.signing.folder import (
    ASKED,
    CONTRADICTION,
    DAY,
    MONTH,
    TREE,
    SealDate,
    SealDates,
    SealFolder,
    SealRefused,
    Why,
    write_durably,
)
from ledger.seal.signing.tree import EntryProgress, Look, Tree
from ledger.seal.verifying.merkle import check_consistency, check_inclusion, consistency, inclusion, leaf_hash
from ledger.seal.verifying.note import BadNote, Checkpoint, Sealed, Signature, VerifierKey, check_checkpoint
from ledger.seal.verifying.receipt import Receipt
from ledger.seal.witnessing.witnesses import Witnesses

LOOK = "Nothing was signed. Keep this log as it is, and compare it with your backups and with a bundle that someone else has."
ANOTHER = "If this is another community with the same origin, or a sample, set HOURS_SEAL to a folder of its own."

Clock = Callable[[], datetime]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Signer:
    """Seals one log with the key in one folder. Processes that share the folder take turns."""

    def __init__(self, place: Path, log: Log, *, clock: Clock = _utc_now) -> None:
        first = log.from_position(0, limit=1)
        if not first:
            raise SealRefused("The log is empty.", "Found a community first; there is nothing to seal yet.")
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

    @property
    def dates(self) -> SealDates:
        """When seals were made."""
        return SealDates(self.folder.path)

    def seal(
        self,
        *,
        upto: int | None = None,
        whole: bool = True,
        as_evidence: bool = False,
        progress: EntryProgress = lambda number: None,
        look: Look = lambda number, data: None,
    ) -> Sealed:
        """Seal every entry, or the first `upto`.

        With `whole`, read every entry of the log again, otherwise only those that were never sealed, and call `look` for each. A log
        that has not grown is not signed again. With `as_evidence`, return the last seal while a contradiction stands. Raise SealRefused, naming the entries, and NoSuchEntry for a number that does not exist yet.
        """
        with self._following(progress, as_evidence=as_evidence) as work:
            size = work.tree.size if upto is None else upto
            if size > work.tree.size:
                raise NoSuchEntry(entries=work.tree.size, number=size)
            if work.contradiction() is not None:
                size = min(size, work.last.size)  # nothing new is signed
            work.read_again(0 if whole else work.last.size, max(size, work.last.size), progress, look)
            return work.sign(size)

    def receipt(self, number: int | None = None, *, position: int | None = None) -> Receipt:
        """The receipt of one entry, by its number or its position in the log. Seals the log first if it has to."""
        with self._following() as work:
            if number is None:
                assert position is not None, "an entry is identified by its number or its position"
                number = work.tree.number_at(position)
            if not 1 <= number <= work.tree.size:
                raise NoSuchEntry(entries=work.tree.size, number=number)
            if number > work.last.size:
                work.read_again(work.last.size, work.tree.size)
                work.sign(work.tree.size)
            return work.receipt(number)

    def record_date(self, size: int, at: datetime, why: Why) -> None:
        """Add a date for a seal: why it was made, or that it still held."""
        with self.folder.alone():
            self.dates.add(size, at, why)

    def check(self, *, whole: bool = False) -> None:
        """Raise whatever `seal` would raise, but sign nothing. Only with `whole` is every entry read again."""
        with self._following() as work:
            if whole:
                work.read_again(0, work.tree.size)

    def consistency_proofs(self, olds: Iterable[int], size: int) -> dict[int, tuple[bytes, ...]]:
        """For each size in `olds`, the proof that the first entries are unchanged in the first `size`. Witnesses check it."""
        with self._following() as work:
            return {old: tuple(consistency(old, size, work.tree.node)) if old else () for old in olds}

    def add_cosignatures(self, checkpoint: Checkpoint, signatures: Sequence[Signature]) -> None:
        """Store verified signatures of witnesses with the seal that they sign."""
        with self.folder.alone():
            self.folder.add_cosignatures(checkpoint, signatures)

    def is_contradicted_by(self, data: bytes) -> bool:
        """Whether a seal that a witness shows has our own signature but another history than our log.

        Such a seal is stored, and nothing is sealed while it contradicts the log: someone signs with a copy of the key.
        """
        try:
            shown = check_checkpoint(data, [self.key])
        except BadNote:
            return False  # not signed by us, so it says nothing about us
        with self._following(as_evidence=True) as work:
            if shown.checkpoint.origin != self.folder.origin or work.holds(shown.checkpoint):
                return False
            write_durably(self.folder.path / CONTRADICTION, shown.note.data)
            return True

    def contradiction(self) -> Sealed | None:
        """A seal of another history with our signature, which a witness showed; None if there is none."""
        with self._following(as_evidence=True) as work:
            return work.contradiction()

    def earlier(self, before: int) -> list[Sealed]:
        """The seals over fewer entries."""
        return list(self.folder.earlier(before))

    @contextmanager
    def _following(
        self, progress: EntryProgress = lambda number: None, *, as_evidence: bool = False
    ) -> Generator["_Work"]:
        with self.folder.alone(), Tree(self.folder.path / TREE) as tree:
            work = _Work(self.folder, tree, self._log, self._clock)
            work.catch_up(progress)
            if not as_evidence and (other := work.contradiction()):
                work.refuse_contradicted(other.checkpoint)
            yield work


def daily_seal(signer: Signer, now: datetime, zone: tzinfo) -> Sealed | None:
    """Make the daily seal, so that no day's entries depend on someone remembering to seal them. None if today has one.

    Days are those of the community's calendar. The first daily seal of a month reads the whole log again, and later seal sheets
    show it beside their own. When no entry was added, the last seal still holds, and the date is recorded for it.
    """
    dates = signer.dates.all()
    daily = [each for each in dates if each.why in (DAY, MONTH)]
    today = now.astimezone(zone).date()
    if daily and _day(daily[-1], zone) >= today:
        return None
    before = daily[-1:] or dates[:1]
    begins_month = bool(before) and _day(before[0], zone).replace(day=1) < today.replace(day=1)
    sealed = signer.seal(whole=begins_month)
    signer.record_date(sealed.checkpoint.size, now, MONTH if begins_month else DAY)
    return sealed


def _day(made: SealDate, zone: tzinfo) -> date:
    return made.at.astimezone(zone).date()


class _Work:
    """The tree while the lock is held: up to date with the log, and found to contain what was sealed last."""

    def __init__(self, folder: SealFolder, tree: Tree, log: Log, clock: Clock) -> None:
        self._folder = folder
        self.tree = tree
        self._log = log
        self._clock = clock
        self.last: Checkpoint = folder.latest().checkpoint

    def catch_up(self, progress: EntryProgress) -> None:
        if not self._ends_as_known():
            differing = self.tree.reread(self._log, 0, self.tree.size)
            if differing is not None and self.holds(self.last):
                self._refuse(differing)
            self.tree.forget()  # the cache is wrong and not the log, or the log moved to other positions
        self.tree.follow(self._log, progress)
        if not self.holds(self.last):
            self.tree.forget()
            self.tree.follow(self._log, progress)
            if not self.holds(self.last):
                self._refuse_another_history()

    def contradiction(self) -> Sealed | None:
        other = self._folder.contradiction()
        return None if other is None or self.holds(other.checkpoint) else other

    def holds(self, checkpoint: Checkpoint) -> bool:
        """Whether the log has that many entries with this root over them."""
        return self.tree.size >= checkpoint.size and self.tree.root_at(checkpoint.size) == checkpoint.root

    def read_again(
        self,
        after: int,
        upto: int,
        progress: EntryProgress = lambda number: None,
        look: Look = lambda number, data: None,
    ) -> None:
        differing = self.tree.reread(self._log, after, upto, progress, look)
        if differing is not None:
            self._refuse(differing)

    def sign(self, size: int) -> Sealed:
        """Seal the first `size` entries. For fewer than the last seal, the result is the same as it would have been then."""
        checkpoint = Checkpoint(self._folder.origin, size, self.tree.root_at(size))
        if size == self.last.size:
            return self._folder.latest()
        if 0 < self.last.size < size:
            proof = consistency(self.last.size, size, self.tree.node)
            check_consistency(self.last.size, self.last.root, size, checkpoint.root, proof)
        is_new = size > self.last.size
        sealed = self._folder.sign(checkpoint, keep=is_new)
        if is_new:
            SealDates(self._folder.path).add(size, self._clock(), ASKED)
            self.last = checkpoint
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
        """Whether the last known entry is still where it was: the cheapest way to notice a restored log."""
        if self.tree.size == 0:
            return True
        position = self.tree.position_of(self.tree.size)
        stored = self._log.from_position(position - 1, limit=1)
        last = self.tree.node(0, self.tree.size - 1)
        return bool(stored) and stored[0].position == position and leaf_hash(stored[0].data) == last

    def _refuse(self, number: int) -> NoReturn:
        """An entry differs from what was first read, or is missing."""
        entries = sum(1 for _ in self._log.scan())
        if entries < number:
            self._refuse_shorter(entries, max(self.last.size, self.tree.size))
        raise SealRefused(f"Entry {number:,} has changed since it was sealed or first read.", f"{LOOK} {ANOTHER}")

    def refuse_contradicted(self, other: Checkpoint) -> NoReturn:
        raise SealRefused(
            f"A witness was shown a seal of {other.size:,} entries, signed with this log's key, that this log "
            "does not contain.",
            "Nothing was signed. An older backup is in use here, or a copy of this community seals elsewhere. Stop the copy, "
            f"and restore the newer log. The seal is in {self._folder.path / CONTRADICTION}.",
        )

    def _refuse_another_history(self) -> NoReturn:
        """Without a cache that knew each entry, earlier seals show between which two entries something was changed."""
        if self.tree.size < self.last.size:
            self._refuse_shorter(self.tree.size, self.last.size)
        matching = 0
        for sealed in self._folder.earlier(self.last.size):
            if not self.holds(sealed.checkpoint):
                self._refuse_changed(matching, sealed.checkpoint.size)
            matching = sealed.checkpoint.size
        self._refuse_changed(matching, self.last.size)

    def _refuse_changed(self, matching: int, size: int) -> NoReturn:
        wrong = f"Something among entries {matching + 1:,} to {size:,} does not match what was sealed."
        raise SealRefused(wrong, f"{LOOK} {ANOTHER}")

    def _refuse_shorter(self, entries: int, before: int) -> NoReturn:
        raise SealRefused(
            f"The log ends with entry {entries:,}, but it had {before:,}. Entries {entries + 1:,} to {before:,} "
            "are missing.",
            f"Nothing was signed. An older backup was restored, or entries were lost. Look for a newer backup. {ANOTHER}",
        )
