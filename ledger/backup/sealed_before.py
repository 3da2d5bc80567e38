"""What was sealed on this machine, beside what is to be restored: a log that was put back must not be news to anybody."""

from collections.abc import Mapping
from pathlib import Path

from ledger.backup.file import ANOTHER
from ledger.backup.refused import BackupRefused
from ledger.seal.checkpoint import Checkpoint, parse_checkpoint
from ledger.seal.folder import SealFolder
from ledger.seal.note import LARGEST_NOTE_BYTES, BadNote, VerifierKey, parse_note
from ledger.seal.signer import ANOTHER as ANOTHER_COMMUNITY


class SealedBefore:
    """The seals that this machine has given over one log. Reads the folder of the seal, and changes nothing in it."""

    def __init__(self, seals: Path, origin: str) -> None:
        folder = SealFolder(seals, origin)
        self._given: list[Checkpoint] = []
        if folder.is_begun:
            last = folder.latest().checkpoint
            self._given = [sealed.checkpoint for sealed in folder.earlier(last.size)] + [last]

    @staticmethod
    def keys(seals: Path, bundle: Path) -> list[VerifierKey]:
        """The key that this machine seals the bundle's log with, if it does."""
        try:
            with (bundle / "checkpoint").open("rb") as file:
                origin = parse_checkpoint(parse_note(file.read(LARGEST_NOTE_BYTES)).text).origin
        except (OSError, BadNote):
            return []  # what is wrong with the bundle is told by its verification
        folder = SealFolder(seals, origin)
        return [folder.key] if folder.is_begun else []

    @property
    def sizes(self) -> list[int]:
        """The numbers of entries that were sealed."""
        return [checkpoint.size for checkpoint in self._given if checkpoint.size]

    def compare(self, size: int, roots: Mapping[int, bytes], *, behind: bool) -> str:
        """A sentence about a log of this size and with these roots. Refuses another history, and an end before the last seal."""
        for sealed in self._given:
            if 0 < sealed.size <= size and roots[sealed.size] != sealed.root:
                raise BackupRefused(
                    f"This is not the history that was sealed here: the first {sealed.size:,} entries are others.",
                    f"{ANOTHER} {ANOTHER_COMMUNITY}",
                )
        last = self._given[-1].size if self._given else 0
        if last > size:
            missing = f"It ends with entry {size:,}, but {last:,} were sealed here: entries {size + 1:,} to {last:,} are missing."
            if not behind:
                raise BackupRefused(
                    missing, f"Look for a newer backup, or for a bundle. When there is none: --behind. {_UNCHANGED}"
                )
            return f"{missing} {_GO_ON}"
        return (
            f"All {last:,} entries that were sealed here are in it."
            if last
            else "Nothing was sealed on this machine before."
        )


_UNCHANGED = "Nothing was changed."
_GO_ON = (
    "Nothing more is sealed under the old seal, for whoever kept it would see another history. Tell your members which "
    "entries are lost, keep the old seal's folder, and set HOURS_SEAL to a new one."
)
