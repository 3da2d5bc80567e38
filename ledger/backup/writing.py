"""Write a backup while the community is in use: under a temporary name, then checked, then renamed."""

import fcntl
import hashlib
import os
import zipfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import msgspec
import sqlalchemy as sa

from ledger.backup.file import (
    BATCH,
    ENTRIES,
    MANIFEST,
    PERSONAL_DATA,
    README,
    BackupRefused,
    Manifest,
    check,
    opened,
    personal_data_lines,
)
from ledger.log.entry import decode, instant_text
from ledger.log.store import Log
from ledger.seal.signing.folder import sync_folder
from ledger.seal.verifying.merkle import Edge, leaf_hash
from ledger.seal.verifying.segments import Progress

GUIDE = """This is a backup of a time bank: its whole log, and the names, contacts and texts of its people.

It contains personal data. Keep it where only you can read it, and no longer than your community has agreed: people who are
erased after it was made are still in it. Restore it with: hours restore FILE
It can be restored to a SQLite folder or a PostgreSQL database, regardless of where it came from.

  entries.jsonl   every entry of the log, one on each line, exactly the bytes that are hashed
  words.jsonl     the personal data, each line with the commitment that is in its entry
  manifest.json   how many there are of both, the root over the entries, and when it was made
"""


def write_backup(
    log: Log,
    people: sa.Engine,
    path: Path,
    *,
    now: datetime,
    made_by: str,
    replace: bool = False,
    progress: Callable[[str], Progress] = lambda doing: lambda done, of: None,
) -> Manifest:
    """Write one file with everything that cannot be rebuilt, readable by its owner alone, and check it before it gets its name.

    Others can write to the community meanwhile. Raise BackupRefused if the file exists, unless `replace` is set, and for a
    log that could not be restored. After a crash, the old file is there or the new one.
    """
    _must_be_free(path, replace=replace)
    with _complete_or_absent(path) as (file, unfinished):
        manifest = _write(log, people, file, now, made_by, progress("Writing"))
        file.flush()
        os.fsync(file.fileno())
        with opened(unfinished) as written:
            check(written, progress=progress("Checking"))
        _must_be_free(path, replace=replace)
    return manifest


def _write(log: Log, people: sa.Engine, file: BinaryIO, now: datetime, made_by: str, progress: Progress) -> Manifest:
    # Texts are stored before their entry, so reading them after the end of the log was fixed leaves no entry without them.
    head = log.head()
    first = log.from_position(0, limit=1)
    if not first:
        raise BackupRefused("The log is empty.", "Found a community first; there is nothing to back up yet.")
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(_named(README, now), GUIDE)
        digest, lines_written = hashlib.sha256(), 0
        with archive.open(_named(PERSONAL_DATA, now), "w", force_zip64=True) as member:
            for lines in _batches(personal_data_lines(people)):
                data = b"".join(lines)
                digest.update(data)
                lines_written += len(lines)
                member.write(data)
        edge = Edge()
        with archive.open(_named(ENTRIES, now), "w", force_zip64=True) as member:
            for entries in _batches(data for _, data in log.scan(upto=head)):
                for data in entries:
                    edge.append(leaf_hash(data))
                member.write(b"".join(data + b"\n" for data in entries))
                progress(edge.size, max(edge.size, head))
        manifest = Manifest(
            origin=decode(first[0].data).log,
            entries=edge.size,
            root=edge.root.hex(),
            words=lines_written,
            words_sha256=digest.hexdigest(),
            made_at=instant_text(now),
            made_by=made_by,
        )
        archive.writestr(
            _named(MANIFEST, now), msgspec.json.format(msgspec.json.encode(manifest, order="sorted"), indent=2)
        )
    return manifest


def _named(name: str, now: datetime) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, (now.year, now.month, now.day, now.hour, now.minute, now.second))
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o600 << 16  # unpacked files are readable by their owner alone too
    return member


def _batches(items: Iterator[bytes]) -> Iterator[list[bytes]]:
    while batch := list(islice(items, BATCH)):
        yield batch


def _must_be_free(path: Path, *, replace: bool) -> None:
    if path.exists() and not (replace and path.is_file()):
        raise BackupRefused(f"{path} already exists.", "Name another file, or add --replace to overwrite it.")


@contextmanager
def _complete_or_absent(path: Path) -> Generator[tuple[BinaryIO, Path]]:
    """A file, readable by its owner alone, that gets its name once everything in it is on disk. It is deleted if something fails.

    What a killed backup left behind is deleted by the next one with that name. A backup that is still running is left alone.
    """
    unfinished = path.with_name(f".{path.name}.unfinished")
    with suppress(FileNotFoundError), unfinished.open("rb") as left:
        _lock(left, path)
        unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
        _lock(file, path)
        try:
            yield file, unfinished
            unfinished.rename(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
    sync_folder(path.parent)


def _lock(file: BinaryIO, path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BackupRefused(f"{path} is being written at the moment.", "Wait until that has finished.") from None
