"""A bundle as something to restore from: the whole log without a name, and the words of a backup if there is one."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ledger.backup.file import ANOTHER, BackupFile
from ledger.backup.refused import BackupRefused
from ledger.seal.book import Told
from ledger.seal.checkpoint import parse_checkpoint
from ledger.seal.note import LARGEST_NOTE_BYTES, VerifierKey, parse_note
from ledger.seal.verify import verify


class BundleSource:
    """A bundle that was verified: see `ledger.backup.file.Source`. Words may come from an older backup of the same log."""

    def __init__(self, folder: Path, keys: list[VerifierKey], words: BackupFile | None, tell: Told) -> None:
        verdict = verify("bundle", folder, keys=keys, tell=tell)
        if verdict.code:
            _, worst = min(verdict.findings)
            raise BackupRefused(f"{folder} is no sound bundle: {worst}.", f"Ask: hours verify bundle {folder}")
        with (folder / "checkpoint").open("rb") as file:
            checkpoint = parse_checkpoint(parse_note(file.read(LARGEST_NOTE_BYTES)).text)
        self.origin, self.size, self.root = checkpoint
        self._folder = folder
        self._words = words

    def entries(self) -> BinaryIO:
        """The entries, a line each."""
        return (self._folder / "entries.jsonl").open("rb")

    def words(self) -> Iterator[bytes]:
        """The words of the backup; none without one."""
        return iter(()) if self._words is None else self._words.words()

    def must_continue(self, backup: BackupFile, root: bytes | None) -> None:
        """Refuses words of another log, or of another history of it: `root` is the bundle's over as many entries."""
        if backup.origin != self.origin:
            raise BackupRefused(f"The words are of {backup.origin}, the bundle of {self.origin}.", ANOTHER)
        if root != backup.root:
            raise BackupRefused("The words are of entries that are not the first of this bundle.", ANOTHER)
