"""A bundle, looked at from end to end: the seals, every entry under them, and all that was worked out from the entries."""

import secrets
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from ledger.seal.book import Book, Told, in_stretches
from ledger.seal.checkpoint import Sealed, check_checkpoint
from ledger.seal.comparing import JournalLines, LeafLines, goes_on, is_same, read_at_most
from ledger.seal.journal import balances_table, guide, journal_closing, journal_opening
from ledger.seal.note import LARGEST_NOTE_BYTES, BadNote, VerifierKey, parse_keys
from ledger.seal.order import LARGEST_NUMBER
from ledger.seal.policy import Policy, parse_policy
from ledger.seal.quorum import check_quorum, check_signed, signed_by
from ledger.seal.stretch import tasks
from ledger.seal.verdict import FORKED, INCOMPLETE, TAMPERED, Verdict

SEALS = "checkpoints"
FILES = (
    "README.txt",
    "balances.csv",
    "checkpoint",
    "corrections.csv",
    "entries.jsonl",
    "journal.ledger",
    "leaves.txt",
    "policy",
    "vkeys.txt",
)
_TOO_LONG = 200


class Inspection:
    """One look at one bundle. What it finds goes into the verdict; `known` are seals from outside, name and bytes."""

    def __init__(
        self,
        verdict: Verdict,
        folder: Path,
        keys: Sequence[VerifierKey],
        policy: Policy | None,
        known: Sequence[tuple[str, bytes]],
    ) -> None:
        self._verdict = verdict
        self._folder = folder
        self._keys = list(keys) or list(policy.logs if policy else ())
        self._policy = policy
        self._known = known
        self._book = Book()

    def run(self, workers: int | None, tell: Told) -> None:
        """Checks everything. Without a seal that is good there is nothing to check against, and that is said."""
        if not self._all_files_are_there():
            return
        seal = self._seal()
        if seal is None:
            return
        kept = self._seals_inside(seal) + self._seals_known(seal)
        corrections = self._read_entries(seal, [other.checkpoint.size for _, other, _ in kept], workers, tell)
        self._compare_roots(seal, kept)
        self._compare_what_was_worked_out(seal, corrections)

    def _all_files_are_there(self) -> bool:
        missing = [name for name in FILES if not (self._folder / name).is_file()]
        for name in missing:
            self._verdict.find(INCOMPLETE, f"{name} is missing")
        if not missing:
            others = sorted({path.name for path in self._folder.iterdir()} - {*FILES, SEALS})
            self._verdict.unchecked.extend(f"{name[:_TOO_LONG]!r}, which is no part of a bundle" for name in others)
        return not missing

    def _seal(self) -> Sealed | None:
        """The seal over the whole bundle: signed by what is trusted, if anything was given, and by a key of the bundle's own."""
        data = self._small_file("checkpoint")
        try:
            self._read_keys_and_policy()
            seal = self._sealed("checkpoint", data, self._bundled_keys)
            self._must_be_signed_by_known_keys("checkpoint", seal)
            self._keys = self._keys or self._bundled_keys
            seal = self._signed("checkpoint", data)
        except BadNote as error:
            self._verdict.find(TAMPERED, str(error))
            return None
        if seal.checkpoint.size > LARGEST_NUMBER:
            self._verdict.find(INCOMPLETE, f"no bundle of {seal.checkpoint.size:,} entries can be read here")
            return None
        self._verdict.checked.extend(signed_by(seal))
        check_quorum(self._verdict, self._policy, seal)
        return seal

    def _read_keys_and_policy(self) -> None:
        """What the bundle says of itself: its keys are those that its policy names, and neither has a second spelling."""
        try:
            self._bundled_keys = parse_keys(self._small_file("vkeys.txt"))
        except BadNote as error:
            raise BadNote(f"vkeys.txt: {error}") from error
        data = self._small_file("policy")
        try:
            policy = self._bundled_policy = parse_policy(data)
            if policy.without_addresses.text.encode() != data:
                raise BadNote("it is not written in the one way that counts")
        except (BadNote, UnicodeEncodeError) as error:
            raise BadNote(f"policy: {error if isinstance(error, BadNote) else 'it is no text in UTF-8'}") from error
        if [*policy.logs, *policy.keys] != self._bundled_keys:
            raise BadNote("vkeys.txt holds other keys than policy")

    def _must_be_signed_by_known_keys(self, name: str, seal: Sealed) -> None:
        known = {(key.name, key.id) for key in self._bundled_keys}
        if any((each.name, each.key_id) not in known for each in seal.note.signatures):
            raise BadNote(f"{name}: it bears a signature by a key that is not in vkeys.txt")

    def _sealed(self, name: str, data: bytes, keys: Sequence[VerifierKey]) -> Sealed:
        try:
            return check_checkpoint(data, keys)
        except BadNote as error:
            raise BadNote(f"{name}: {error}") from error

    def _signed(self, name: str, data: bytes) -> Sealed:
        try:
            return check_signed(data, self._keys, self._policy)
        except BadNote as error:
            raise BadNote(f"{name}: {error}") from error

    def _seals_inside(self, seal: Sealed) -> list[tuple[str, Sealed, int]]:
        """Earlier seals in the bundle: name, seal, and what it means when the book does not fit it."""
        seals: list[tuple[str, Sealed, int]] = []
        folder = self._folder / SEALS
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            name = f"{SEALS}/{path.name[:_TOO_LONG]}"
            try:
                other = self._sealed(name, self._small_file(f"{SEALS}/{path.name}"), self._keys)
                self._must_be_signed_by_known_keys(name, other)
            except (BadNote, OSError) as error:
                self._verdict.find(TAMPERED, str(error))
                continue
            if other.checkpoint.origin != seal.checkpoint.origin or path.name != str(other.checkpoint.size):
                self._verdict.find(TAMPERED, f"{name} is a seal over something else")
            elif other.checkpoint.size >= seal.checkpoint.size:
                self._verdict.find(TAMPERED, f"{name} is no earlier seal")
            else:
                seals.append((name, other, FORKED))
        return seals

    def _seals_known(self, seal: Sealed) -> list[tuple[str, Sealed, int]]:
        seals: list[tuple[str, Sealed, int]] = []
        for name, data in self._known:
            try:
                other = self._sealed(name, data, self._keys)
            except BadNote as error:
                self._verdict.find(TAMPERED, str(error))
                continue
            size, sealed = seal.checkpoint.size, other.checkpoint.size
            if other.checkpoint.origin != seal.checkpoint.origin:
                self._verdict.find(INCOMPLETE, f"{name} is a seal of another log, {other.checkpoint.origin}")
            elif sealed > size:
                self._verdict.find(
                    INCOMPLETE, f"{name}: entries {size + 1:,} to {sealed:,} were sealed and are not here"
                )
            else:
                seals.append((name, other, FORKED))
        return seals

    def _read_entries(self, seal: Sealed, sizes: Sequence[int], workers: int | None, tell: Told) -> bytes:
        size, book = seal.checkpoint.size, self._book
        with ExitStack() as stack:
            entries, leaves, journal = (
                stack.enter_context((self._folder / name).open("rb"))
                for name in ("entries.jsonl", "leaves.txt", "journal.ledger")
            )
            self._leaves, self._journal = LeafLines(leaves), JournalLines(journal)
            work = tasks(entries, size, seal.checkpoint.origin, [*sizes, size], secrets.token_bytes())
            for stretch in in_stretches(entries, work, workers):
                book.add(stretch)
                self._leaves.compare(stretch.first, stretch.leaves)
                self._journal.compare(stretch.journal)
                tell(book.size, size)
            corrections = book.finish()
            self._journal.end(journal_closing(seal.checkpoint, book.last_day, book.balances))
            self._leaves.end(size, seal.checkpoint.root)
            if goes_on(entries):
                self._verdict.find(TAMPERED, f"entries.jsonl goes on after entry {size:,}, the last one sealed")
        for number, words, is_unknown in book.faults:
            self._verdict.find(INCOMPLETE if is_unknown else TAMPERED, f"entry {number:,}: {words}")
        if book.size < size:
            self._verdict.find(INCOMPLETE, f"entries {book.size + 1:,} to {size:,} are missing")
        return corrections

    def _compare_roots(self, seal: Sealed, kept: Sequence[tuple[str, Sealed, int]]) -> None:
        size, roots = seal.checkpoint.size, self._book.roots | {0: Book().edge.root}
        fits = roots.get(size) == seal.checkpoint.root
        leaves = self._leaves
        if leaves.differing is not None and not fits and leaves.are_sealed:
            self._verdict.find(TAMPERED, f"entry {leaves.differing:,} is not what was sealed{leaves.hint}")
        elif leaves.differing is not None:
            self._verdict.find(TAMPERED, f"leaves.txt, line {leaves.differing:,}, is not the hash of that entry")
        if size in roots and not fits:
            self._verdict.find(TAMPERED, "the entries do not lead to the root that is sealed")
        if fits:
            self._verdict.checked.append(f"{size:,} entries: bytes, hashes, and the root over them")
        for name, other, code in kept:
            sealed = other.checkpoint.size
            if sealed not in roots:
                continue  # entries are missing before it, and that is found already
            if roots[sealed] != other.checkpoint.root:
                self._verdict.find(
                    code if fits else TAMPERED, f"{name}: the first {sealed:,} entries are not those it seals"
                )
            else:
                self._verdict.checked.append(f"{name}: the first {sealed:,} entries are those it seals")

    def _compare_what_was_worked_out(self, seal: Sealed, corrections: bytes) -> None:
        book, checkpoint, verdict = self._book, seal.checkpoint, self._verdict
        if not is_same(self._folder / "README.txt", guide(checkpoint, self._bundled_keys, self._bundled_policy)):
            verdict.find(TAMPERED, "README.txt is not the guide to this bundle")
        if book.faults or book.size < checkpoint.size:
            verdict.unchecked.append("balances.csv, corrections.csv and journal.ledger, because of what was found")
            return
        if sum(tally.balance for tally in book.balances.values()) != 0:
            verdict.find(TAMPERED, "the balances do not sum to zero")
        if not is_same(self._folder / "balances.csv", balances_table(book.balances)):
            verdict.find(TAMPERED, "balances.csv is not what the entries come to")
        if not is_same(self._folder / "corrections.csv", corrections):
            verdict.find(TAMPERED, "corrections.csv does not list the corrections that the entries hold")
        opening = journal_opening(checkpoint, sorted(book.balances))
        if self._journal.differing is not None or self._journal.opening != opening:
            line = self._journal.differing or 1
            verdict.find(TAMPERED, f"journal.ledger does not say what the entries say, from about line {line:,} on")
        verdict.checked.append("each command was answered once; each correction names an entry that it can correct")
        verdict.checked.append(f"{len(book.balances):,} balances replayed: zero in sum after every entry")
        if book.erasures:
            fields, last = sum(each.fields for each in book.erasures), book.erasures[-1]
            verdict.checked.append(
                f"erasures of personal data: {len(book.erasures):,}, of {fields:,} kinds in all, the last on {last.day} "
                f"(entry {last.number:,}); no entry was changed by them"
            )
        verdict.checked.append(
            "balances.csv, corrections.csv, journal.ledger and README.txt are what the entries come to"
        )

    def _small_file(self, name: str) -> bytes:
        return read_at_most(self._folder / name, LARGEST_NOTE_BYTES)
