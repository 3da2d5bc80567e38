"""Restore a community: check everything, fill a fresh place beside the old one, then swap the two in one step."""

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

import sqlalchemy as sa

from ledger.backup.file import (
    ANOTHER,
    BATCH,
    BackupFile,
    BackupRefused,
    Source,
    check,
    insert_personal_data,
    opened,
    parse_personal_data,
)
from ledger.backup.stages import stage
from ledger.log.entry import decode
from ledger.log.opening import open_log
from ledger.log.places import Place, PreparedQuery, among, listed
from ledger.log.store import Log
from ledger.personal_data.store import PERSONAL_TEXTS, PersonalData
from ledger.seal.signing.folder import SealFolder
from ledger.seal.signing.signer import ANOTHER as ANOTHER_COMMUNITY
from ledger.seal.verify import verify
from ledger.seal.verifying.merkle import Edge, leaf_hash
from ledger.seal.verifying.note import LARGEST_NOTE_BYTES, BadNote, Checkpoint, parse_checkpoint, parse_note
from ledger.seal.verifying.segments import Progress
from ledger.time_bank import TimeBank

_PRESENT = PreparedQuery(
    sa.select(PERSONAL_TEXTS.c.commitment).where(among(PERSONAL_TEXTS.c.commitment, "commitments"))
)
_CONTINUE = (
    "Nothing more is sealed with the old seal, because anyone who kept it would see another history. Tell your members which "
    "entries are lost, keep the folder of the old seal, and set HOURS_SEAL to a new one."
)

ProgressOf = Callable[[str], Progress]


class CheckedSource(NamedTuple):
    """A source that was checked completely, and what the seals on this machine say about it."""

    source: Source
    seal_says: str


class Filled(NamedTuple):
    """How much was restored. `missing` counts sealed texts that the source does not hold: they were erased, or are lost."""

    entries: int
    words: int
    missing: int


class Restored(NamedTuple):
    """What was restored, and where the community that was there before is now, if there was one."""

    filled: Filled
    set_aside: str


@contextmanager
def checked(
    path: Path, seals: Path, *, words: Path | None = None, behind: bool = False, progress: ProgressOf
) -> Generator[CheckedSource]:
    """A backup, or the folder of a bundle, checked completely. `words` is a backup with the personal data for a bundle.

    `seals` is where this machine keeps its seals. Raise BackupRefused for a source that is damaged, foreign or newer, for
    another history than the one sealed here, and for one that ends before the last seal unless it may be `behind`.
    """
    with ExitStack() as stack:
        backup = stack.enter_context(opened(words)) if words is not None else None
        if path.is_dir():
            source = BundleSource(path, seals, backup, progress("Verifying"))
        elif backup is None:
            source = stack.enter_context(opened(path))
        else:
            raise BackupRefused(f"{path} is not a bundle.", "A backup has its own names and notes. Leave --words out.")
        earlier = _checkpoints(seals, source.origin)
        sizes = [each.size for each in earlier] + ([backup.size] if backup is not None else [])
        roots = check(source, sizes=[size for size in sizes if 0 < size <= source.size], progress=progress("Checking"))
        if backup is not None and backup.origin != source.origin:
            raise BackupRefused(f"The backup is of {backup.origin}, the bundle of {source.origin}.", ANOTHER)
        if backup is not None and roots.get(backup.size) != backup.root:
            raise BackupRefused("The backup's entries are not the first ones of this bundle.", ANOTHER)
        yield CheckedSource(source, _compare(earlier, source.size, roots, behind=behind))


class BundleSource:
    """A verified bundle as a Source: the whole log without personal data, which may come from an older backup."""

    def __init__(self, folder: Path, seals: Path, backup: BackupFile | None, progress: Progress) -> None:
        own = SealFolder(seals, _checkpoint_in(folder).origin)
        verdict = verify("bundle", folder, keys=[own.key] if own.is_begun else [], progress=progress)
        if verdict.verified is None:
            _, worst = min(verdict.findings)
            raise BackupRefused(f"{folder} is not a sound bundle: {worst}.", f"See: hours verify bundle {folder}")
        self.origin, self.size, self.root = verdict.verified.sealed.checkpoint
        self._folder = folder
        self._backup = backup

    def entries(self) -> BinaryIO:
        """The entries, one on each line."""
        return (self._folder / "entries.jsonl").open("rb")

    def personal_data(self) -> Iterator[bytes]:
        """The personal data of the backup; empty without one."""
        return iter(()) if self._backup is None else self._backup.personal_data()


def _checkpoint_in(bundle: Path) -> Checkpoint:
    """The checkpoint of a bundle, unverified. One that cannot be read is reported when the bundle is verified."""
    try:
        with (bundle / "checkpoint").open("rb") as file:
            return parse_checkpoint(parse_note(file.read(LARGEST_NOTE_BYTES)).text)
    except (OSError, BadNote):
        return Checkpoint("", 0, b"")


def _checkpoints(seals: Path, origin: str) -> list[Checkpoint]:
    """Every checkpoint that this machine sealed for a log, smallest first. Changes nothing in the folder of the seal."""
    folder = SealFolder(seals, origin)
    if not folder.is_begun:
        return []
    last = folder.latest().checkpoint
    return [sealed.checkpoint for sealed in folder.earlier(last.size)] + [last]


def _compare(earlier: list[Checkpoint], size: int, roots: Mapping[int, bytes], *, behind: bool) -> str:
    """A sentence that compares a log with what was sealed. Raise BackupRefused for another history, or an earlier end."""
    for sealed in earlier:
        if 0 < sealed.size <= size and roots[sealed.size] != sealed.root:
            raise BackupRefused(
                f"This is not the history that was sealed here: the first {sealed.size:,} entries are different.",
                f"{ANOTHER} {ANOTHER_COMMUNITY}",
            )
    last = earlier[-1].size if earlier else 0
    if last > size:
        missing = (
            f"It ends with entry {size:,}, but {last:,} were sealed here: entries {size + 1:,} to {last:,} are missing."
        )
        if not behind:
            raise BackupRefused(
                missing, "Look for a newer backup, or a bundle. If there is none, add --behind. Nothing was changed."
            )
        return f"{missing} {_CONTINUE}"
    return (
        f"It holds all {last:,} entries that were sealed here."
        if last
        else "Nothing was sealed on this machine before."
    )


def restore(source: Source, place: Place, *, now: datetime, replace: bool = False, progress: ProgressOf) -> Restored:
    """Put a checked source where the community lives. If killed at any moment, the old or the new is there, never half.

    Raise BackupRefused if a community exists there, unless `replace` is set, and if a program has it open.
    """
    with stage(place) as on_stage:
        if not replace and not on_stage.is_free:
            raise BackupRefused(
                "There is a community already.", "Name another place, or add --replace to set that one aside."
            )
        filled = _fill(source, on_stage.fresh, progress)
        # Opening a community erases everyone whom its log has erased: an older backup may still hold their data.
        TimeBank.open(on_stage.fresh).close()
        return Restored(filled, on_stage.swap(now))


def _fill(source: Source, place: Place, progress: ProgressOf) -> Filled:
    """Fill an empty place with the personal data, then the entries, in constant memory.

    Tags are computed from the facts, so that they need not be trusted. At the end the log is read again from the place, and
    must lead to the root of the source.
    """
    log, people = open_log(place.log_url, schema=place.schema("log")), PersonalData(place.people_engine())
    try:
        texts = _fill_personal_data(source, people)
        missing = _fill_entries(source, log, people, progress("Restoring"))
        _read_again(source, log, progress("Reading again"))
    finally:
        log.close()
        people.engine.dispose()
    return Filled(source.size, texts, missing)


def _fill_personal_data(source: Source, people: PersonalData) -> int:
    lines, number = source.personal_data(), 0
    while batch := list(islice(lines, BATCH)):
        rows = [parse_personal_data(line, number + place) for place, line in enumerate(batch, start=1)]
        insert_personal_data(people.engine, rows)
        number += len(batch)
    return number


def _fill_entries(source: Source, log: Log, people: PersonalData, progress: Progress) -> int:
    done = missing = 0
    with closing(source.entries()) as file:
        while lines := list(islice(file, min(BATCH, source.size - done))):
            stored = [line.removesuffix(b"\n") for line in lines]
            entries = [decode(data) for data in stored]
            tagged = [(entry.type, data, list(entry.tags)) for entry, data in zip(entries, stored, strict=True)]
            log.append(tagged, unless=(), after=0)
            sealed = [commitment for entry in entries for commitment in entry.sealed.values()]
            missing += len(sealed) - len(_PRESENT.ask(people.engine, commitments=listed(sealed)))
            done += len(lines)
            progress(done, source.size)
    return missing


def _read_again(source: Source, log: Log, progress: Progress) -> None:
    edge = Edge()
    for _, data in log.scan():
        edge.append(leaf_hash(data))
        if edge.size % BATCH == 0:
            progress(edge.size, source.size)
    if (edge.size, edge.root) != (source.size, source.root):
        raise BackupRefused(
            "What was restored is not what was checked.", "Check this machine's disk and memory, then try again."
        )
