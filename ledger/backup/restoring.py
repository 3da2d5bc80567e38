"""Restoring: everything is checked, a fresh place is filled beside the old one, and the two change places in one step."""

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from ledger.application.time_bank import TimeBank
from ledger.backup.bundle_source import BundleSource
from ledger.backup.checking import check
from ledger.backup.file import BackupFile, Source, opened
from ledger.backup.filling import Filled, fill
from ledger.backup.refused import BackupRefused
from ledger.backup.sealed_before import SealedBefore
from ledger.backup.stage import stage
from ledger.log.places import Place
from ledger.seal.book import Told

Tell = Callable[[str], Told]


class Checked(NamedTuple):
    """A source that was checked from end to end, and what the seal on this machine says of it: sentences, or nothing."""

    source: Source
    seal_says: str


class Restored(NamedTuple):
    """What was put back, and where that which was there before is kept now, if there was anything."""

    filled: Filled
    set_aside: str


@contextmanager
def checked(
    path: Path, seals: Path, *, words: Path | None = None, behind: bool = False, tell: Tell
) -> Generator[Checked]:
    """The backup, or the folder of a bundle, checked from end to end. `words` names a backup whose words go with a bundle.

    `seals` is where this machine keeps its seals. Refuses with BackupRefused whatever is damaged, foreign or newer, another
    history than the one that was sealed here, and one that ends before the last seal, unless told that it may be `behind`.
    """
    with ExitStack() as stack:
        backup = stack.enter_context(opened(words)) if words is not None else None
        source = _source(path, backup, seals, tell, stack)
        sealed = SealedBefore(seals, source.origin)
        sizes = [*sealed.sizes, *([backup.size] if backup is not None else [])]
        roots = check(source, sizes=[size for size in sizes if size <= source.size], tell=tell("Checking"))
        if backup is not None and isinstance(source, BundleSource):
            source.must_continue(backup, roots.get(backup.size))
        yield Checked(source, sealed.compare(source.size, roots, behind=behind))


def _source(path: Path, words: BackupFile | None, seals: Path, tell: Tell, stack: ExitStack) -> Source:
    if path.is_dir():
        return BundleSource(path, SealedBefore.keys(seals, path), words, tell("Verifying"))
    if words is not None:
        raise BackupRefused(f"{path} is no bundle.", "A backup brings its own words; leave --words out.")
    return stack.enter_context(opened(path))


def restore(source: Source, place: Place, *, now: datetime, replace: bool = False, tell: Tell) -> Restored:
    """Puts a checked source where the community lives. Killed at any moment, it leaves the old or the new, never half.

    Refuses with BackupRefused a place in which something lies, unless told to `replace` it, and one that a program has open.
    """
    with stage(place) as on_stage:
        if not replace and not on_stage.is_free:
            raise BackupRefused(
                "A community lives there already.", "Name another place, or say --replace to set that one aside."
            )
        filled = fill(source, on_stage.fresh, tell)
        # Whoever opens a community first forgets whom its log has erased: older words may still hold them.
        TimeBank.open(on_stage.fresh).close()
        return Restored(filled, on_stage.swap(now))
