"""Writing a backup while the community goes on: beside the name that is wanted, checked, and only then under it."""

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

from ledger.backup.checking import check
from ledger.backup.file import ENTRIES, MANIFEST, README, WORDS, Manifest, opened
from ledger.backup.refused import BackupRefused
from ledger.backup.words import lines_of
from ledger.log.entry import decode, instant_text
from ledger.log.store import Log
from ledger.seal.book import Told
from ledger.seal.merkle import Edge, leaf_hash

BATCH = 2_000

GUIDE = """This is a backup of a time bank: its whole log, and the names, contacts and words of its people.

It holds personal data. Keep it where only you can read it, and not for longer than your community agreed: whoever is
forgotten after it was made is still in it. Put it back with: hours restore FILE
It fits into a SQLite folder and into a PostgreSQL database alike, whichever it came from.

  entries.jsonl   every entry of the log, a line each, exactly the bytes that are hashed
  words.jsonl     what lies outside the log, each line with the commitment that stands in its entry
  manifest.json   how many of both, the root over the entries, and when it was made
"""


def write_backup(
    log: Log,
    people: sa.Engine,
    path: Path,
    *,
    now: datetime,
    made_by: str,
    replace: bool = False,
    tell: Callable[[str], Told] = lambda doing: lambda done, of: None,
) -> Manifest:
    """Writes one file with everything that cannot be made anew, readable by its owner alone, and checks it before it is named.

    Others may write to the community meanwhile. Refuses with BackupRefused to write over a file, unless told to `replace`
    it, and to keep a log that could not be put back. After a crash the old file is there, or the new one.
    """
    _must_be_free(path, replace=replace)
    with _appearing(path) as (file, unfinished):
        manifest = _write(log, people, file, now, made_by, tell("Writing"))
        file.flush()
        os.fsync(file.fileno())
        with opened(unfinished) as written:
            check(written, tell=tell("Checking"))
        _must_be_free(path, replace=replace)
    return manifest


def _write(log: Log, people: sa.Engine, file: BinaryIO, now: datetime, made_by: str, tell: Told) -> Manifest:
    # Words are kept before their entry. So they are read after the end of the log is fixed: no entry lacks its words.
    head = log.head()
    first = log.from_position(0, limit=1)
    if not first:
        raise BackupRefused("The log is empty.", "Found a community first; there is nothing to keep yet.")
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(_named(README, now), GUIDE)
        digest, words = hashlib.sha256(), 0
        with archive.open(_named(WORDS, now), "w", force_zip64=True) as member:
            for lines in _batches(lines_of(people)):
                data = b"".join(lines)
                digest.update(data)
                words += len(lines)
                member.write(data)
        edge = Edge()
        with archive.open(_named(ENTRIES, now), "w", force_zip64=True) as member:
            for entries in _batches(data for _, data in log.scan(upto=head)):
                for data in entries:
                    edge.append(leaf_hash(data))
                member.write(b"".join(data + b"\n" for data in entries))
                tell(edge.size, max(edge.size, head))
        manifest = Manifest(
            origin=decode(first[0].data).log,
            entries=edge.size,
            root=edge.root.hex(),
            words=words,
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
    member.external_attr = 0o600 << 16  # whoever unpacks it keeps it to themselves as well
    return member


def _batches(items: Iterator[bytes]) -> Iterator[list[bytes]]:
    while batch := list(islice(items, BATCH)):
        yield batch


def _must_be_free(path: Path, *, replace: bool) -> None:
    if path.exists() and not (replace and path.is_file()):
        raise BackupRefused(
            f"{path} is there already.", "Name another file, or say --replace to write a new one over it."
        )


@contextmanager
def _appearing(path: Path) -> Generator[tuple[BinaryIO, Path]]:
    """A file for its owner's eyes that takes its name when everything in it is written, durably; what failed goes away.

    What a killed backup has left behind is thrown away by the next one of that name; one that is still going on is not.
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
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _lock(file: BinaryIO, path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BackupRefused(f"{path} is being written just now.", "Wait until it is there.") from None
