"""The file of a backup: a zip archive with the log's entries as they are hashed, the words, and a manifest over both."""

import errno
import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from ledger.backup.refused import BackupRefused
from ledger.backup.words import LONGEST_LINE

FORMAT = "common-hours-backup"
VERSION = 1
README, MANIFEST, ENTRIES, WORDS = "README.txt", "manifest.json", "entries.jsonl", "words.jsonl"
NAMES = (README, WORDS, ENTRIES, MANIFEST)
"""In this order: a file that was cut off has no manifest, and no list of what is in it."""

_LARGEST_MANIFEST = 64 * 1024
_ENCRYPTED = 0x1 | 0x20 | 0x40  # with a password, as a patch, strongly
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ANOTHER = "Nothing was changed. Take another backup, or a bundle."


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the file holds: the log's origin, its entries and the root over them (hex), and how many words, with their hash."""

    format: str = FORMAT
    version: int = VERSION
    origin: str
    entries: int
    root: str
    words: int
    words_sha256: str
    made_at: str
    made_by: str


class Source(Protocol):
    """Something that a place can be filled from: a log of `size` entries under `root`, and perhaps words."""

    @property
    def origin(self) -> str: ...

    @property
    def size(self) -> int: ...

    @property
    def root(self) -> bytes: ...

    def entries(self) -> BinaryIO:
        """The entries, a line each; the caller closes it."""
        ...

    def words(self) -> Iterator[bytes]:
        """Every line of the words, checked as a whole when the last one is read."""
        ...


class BackupFile:
    """An open backup. What it says of itself is believed only after `checking`."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self._archive = archive
        self.manifest = manifest
        self.origin = manifest.origin
        self.size = manifest.entries
        self.root = bytes.fromhex(manifest.root)

    def entries(self) -> BinaryIO:
        """The entries, a line each."""
        return self._stream(ENTRIES)

    def words(self) -> Iterator[bytes]:
        """Every line of the words; refuses at the end when they are not what the manifest says."""
        digest, number = hashlib.sha256(), 0
        with self._stream(WORDS) as file:
            while line := file.readline(LONGEST_LINE):
                digest.update(line)
                number += 1
                yield line
        if (number, digest.hexdigest()) != (self.manifest.words, self.manifest.words_sha256):
            raise BackupRefused("The words are not those that were put into the file: it is damaged.", ANOTHER)

    def _stream(self, name: str) -> BinaryIO:
        return io.BufferedReader(self._archive.open(name), 1 << 16)  # pyright: ignore[reportArgumentType]


@contextmanager
def opened(path: Path) -> Generator[BackupFile]:
    """Opens a backup. Damage that shows at any time inside the `with` is a refusal, and so is a newer or foreign file."""
    with path.open("rb") as file:
        try:
            archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, OSError) as error:
            _must_be_the_files_own(error)
            raise BackupRefused(f"{path} is no backup of Common Hours, or it was cut off.", ANOTHER) from error
        try:
            yield BackupFile(archive, _manifest(archive, path))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            _must_be_the_files_own(error)
            raise BackupRefused(f"{path} is damaged: {str(error).rstrip('.') or 'it breaks off'}.", ANOTHER) from error


def _must_be_the_files_own(error: Exception) -> None:
    """A place in the file that cannot be is a fault of the file; whatever else hinders reading is the disk's, and told as such."""
    if isinstance(error, OSError) and error.errno != errno.EINVAL:
        raise error


class _Named(msgspec.Struct, kw_only=True):
    format: str
    version: int


def _manifest(archive: zipfile.ZipFile, path: Path) -> Manifest:
    members = archive.infolist()
    is_plain = all(not each.flag_bits & _ENCRYPTED and each.compress_type in _COMPRESSIONS for each in members)
    if sorted(each.filename for each in members) != sorted(NAMES) or not is_plain:
        raise BackupRefused(f"{path} is no backup of Common Hours.", ANOTHER)
    try:
        with archive.open(MANIFEST) as file:
            data = file.read(_LARGEST_MANIFEST)
        named = msgspec.json.decode(data, type=_Named)
        if named.format == FORMAT and named.version > VERSION:
            raise BackupRefused(
                f"{path} is a backup of version {named.version}; this program knows {VERSION}.",
                "Use the newer program.",
            )
        manifest = msgspec.json.decode(data, type=Manifest)
        is_whole = manifest.format == FORMAT and manifest.version == VERSION
        is_whole = is_whole and len(bytes.fromhex(manifest.root)) == hashlib.sha256().digest_size
    except (msgspec.DecodeError, ValueError) as error:
        raise BackupRefused(f"{path} is no backup of Common Hours.", ANOTHER) from error
    if not is_whole or manifest.entries < 1:
        raise BackupRefused(f"{path} is no whole backup of Common Hours.", ANOTHER)
    return manifest
