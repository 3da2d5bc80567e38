"""The backup file: a zip archive with the log's entries as they are hashed, the personal data, and a manifest over both."""

import errno
import hashlib
import io
import secrets
import struct
import zipfile
import zlib
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec
import sqlalchemy as sa

from ledger.personal_data.spelling import searchable
from ledger.personal_data.store import PERSONAL_TEXTS, commitment_of
from ledger.refusals import HostProblem
from ledger.seal.verifying.segments import LogTotals, Progress, cores, read_segments, tasks

FORMAT = "common-hours-backup"
VERSION = 1
README, MANIFEST, ENTRIES, PERSONAL_DATA = "README.txt", "manifest.json", "entries.jsonl", "words.jsonl"
NAMES = (README, PERSONAL_DATA, ENTRIES, MANIFEST)
"""The order in the file. One that was cut off has no manifest, and no directory of the archive."""

BATCH = 2_000
LONGEST_LINE = 64 * 1024
"""The longest texts have about 2,000 characters, each written in at most twelve bytes."""
_LARGEST_MANIFEST = 64 * 1024
_ENCRYPTED = 0x1 | 0x20 | 0x40  # with a password, as a patch, strongly
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_WORTH_PROCESSES = 20_000
"""One process reads fewer entries faster than several can be started."""
ANOTHER = "Nothing was changed. Use another backup, or a bundle."


class BackupRefused(HostProblem):
    """Nothing was written or restored."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the file holds: the log's origin, its entries and the root over them (hex), the lines of personal data and their hash."""

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
    """What a restore reads from: a log of `size` entries under `root`, and perhaps personal data."""

    @property
    def origin(self) -> str: ...

    @property
    def size(self) -> int: ...

    @property
    def root(self) -> bytes: ...

    def entries(self) -> BinaryIO:
        """The entries, one on each line; the caller closes it."""
        ...

    def personal_data(self) -> Iterator[bytes]:
        """Every line of personal data, checked as a whole when the last one is read."""
        ...


class BackupFile:
    """An open backup. Do not rely on its contents before `check`."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self._archive = archive
        self.manifest = manifest
        self.origin = manifest.origin
        self.size = manifest.entries
        self.root = bytes.fromhex(manifest.root)

    def entries(self) -> BinaryIO:
        """The entries, one on each line."""
        return self._stream(ENTRIES)

    def personal_data(self) -> Iterator[bytes]:
        """Every line of personal data. Raise BackupRefused at the end if they do not match the manifest."""
        digest, number = hashlib.sha256(), 0
        with self._stream(PERSONAL_DATA) as file:
            while line := file.readline(LONGEST_LINE):
                digest.update(line)
                number += 1
                yield line
        if (number, digest.hexdigest()) != (self.manifest.words, self.manifest.words_sha256):
            raise BackupRefused("The file is damaged: its names and notes are not what was written to it.", ANOTHER)

    def _stream(self, name: str) -> BinaryIO:
        return io.BufferedReader(self._archive.open(name), 1 << 16)  # pyright: ignore[reportArgumentType]


@contextmanager
def opened(path: Path) -> Generator[BackupFile]:
    """Open a backup. Raise BackupRefused for a newer or foreign file, and for damage found at any time inside the `with`."""
    with path.open("rb") as file:
        try:
            archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, OSError) as error:
            _raise_faults_of_the_disk(error)
            raise BackupRefused(f"{path} is not a backup of Common Hours, or was cut off.", ANOTHER) from error
        try:
            yield BackupFile(archive, _manifest(archive, path))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            _raise_faults_of_the_disk(error)
            raise BackupRefused(f"{path} is damaged: {str(error).rstrip('.') or 'it breaks off'}.", ANOTHER) from error


def _raise_faults_of_the_disk(error: Exception) -> None:
    """An impossible position in the file is a fault of the file. Any other OSError is the disk's, and is raised as it is."""
    if isinstance(error, OSError) and error.errno != errno.EINVAL:
        raise error


class _Versioned(msgspec.Struct, kw_only=True):
    format: str
    version: int


def _manifest(archive: zipfile.ZipFile, path: Path) -> Manifest:
    members = archive.infolist()
    is_plain = all(not each.flag_bits & _ENCRYPTED and each.compress_type in _COMPRESSIONS for each in members)
    if sorted(each.filename for each in members) != sorted(NAMES) or not is_plain:
        raise BackupRefused(f"{path} is not a backup of Common Hours.", ANOTHER)
    try:
        with archive.open(MANIFEST) as file:
            data = file.read(_LARGEST_MANIFEST)
        versioned = msgspec.json.decode(data, type=_Versioned)
        if versioned.format == FORMAT and versioned.version > VERSION:
            raise BackupRefused(
                f"{path} is a backup of version {versioned.version}; this program knows version {VERSION}.",
                "Use the newer version of the program.",
            )
        manifest = msgspec.json.decode(data, type=Manifest)
        is_complete = manifest.format == FORMAT and manifest.version == VERSION and manifest.entries >= 1
        is_complete = is_complete and len(bytes.fromhex(manifest.root)) == hashlib.sha256().digest_size
    except (msgspec.DecodeError, ValueError) as error:
        raise BackupRefused(f"{path} is not a backup of Common Hours.", ANOTHER) from error
    if not is_complete:
        raise BackupRefused(f"{path} is not a complete backup of Common Hours.", ANOTHER)
    return manifest


class PersonalDataLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of personal data. The search column is computed again on restore; `kept_at` is in seconds since 1970."""

    commitment: str
    subject: str
    field: str
    salt: str
    value: str
    kept_at: int


_DECODER = msgspec.json.Decoder(PersonalDataLine)
_ENCODER = msgspec.json.Encoder(order="sorted")


def personal_data_lines(engine: sa.Engine) -> Iterator[bytes]:
    """Every row of personal data at one moment, ordered by commitment. Streams in constant memory."""
    columns = [PERSONAL_TEXTS.c[name] for name in PersonalDataLine.__struct_fields__]
    query = sa.select(*columns).order_by(PERSONAL_TEXTS.c.commitment)
    with engine.connect() as connection:
        for row in connection.execution_options(yield_per=BATCH).execute(query).mappings():
            yield _ENCODER.encode({**row, "salt": row["salt"].hex()}) + b"\n"


def parse_personal_data(line: bytes, number: int) -> PersonalDataLine:
    """Parse a line, and check it against its commitment. Raise BackupRefused if it is malformed or differs."""
    try:
        row = _DECODER.decode(line)
        is_sealed = commitment_of(row.field, bytes.fromhex(row.salt), row.value) == row.commitment
    except (msgspec.DecodeError, ValueError) as error:
        raise _damaged(number, "is malformed") from error
    if not is_sealed or not line.endswith(b"\n"):
        raise _damaged(number, "is not the text that was sealed")
    return row


def _damaged(number: int, what: str) -> BackupRefused:
    return BackupRefused(f"The file is damaged: line {number:,} of {PERSONAL_DATA} {what}.", "Use another backup.")


def insert_personal_data(engine: sa.Engine, rows: Sequence[PersonalDataLine]) -> None:
    """Insert rows into an empty place."""
    values = [
        {**msgspec.structs.asdict(row), "salt": bytes.fromhex(row.salt), "folded": searchable(row.field, row.value)}
        for row in rows
    ]
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(sa.insert(PERSONAL_TEXTS), values)


def check(
    source: Source, *, sizes: Sequence[int] = (), progress: Progress = lambda done, of: None
) -> Mapping[int, bytes]:
    """Read everything once, in constant memory, and return the roots over the first `sizes` entries.

    Each entry is canonical and complete, each command is answered once, the movements sum to zero, the root is that of the
    manifest, and all personal data is what was sealed. Otherwise raise BackupRefused, with the number of the first bad entry.
    """
    totals = LogTotals()
    with closing(source.entries()) as file:
        work = tasks(file, source.size, source.origin, [*sizes, source.size], secrets.token_bytes(32))
        for segment in read_segments(file, work, cores() if source.size >= _WORTH_PROCESSES else 1):
            totals.add(segment)
            progress(totals.size, source.size)
        has_more = bool(file.read(1))
    totals.finish()
    for number, fault, is_unknown in totals.faults:
        if is_unknown:
            raise BackupRefused(
                f"Entry {number:,} may be of a newer program: {fault}.", "Use the newer version of the program."
            )
        raise BackupRefused(f"Entry {number:,} is wrong: {fault}.", ANOTHER)
    if totals.size < source.size:
        raise BackupRefused(f"Entries {totals.size + 1:,} to {source.size:,} are missing.", ANOTHER)
    if has_more or totals.roots[source.size] != source.root:
        raise BackupRefused("The file is damaged: its entries are not those that were written to it.", ANOTHER)
    if sum(tally.balance for tally in totals.balances.values()) != 0:
        raise BackupRefused("The balances do not add up to zero.", ANOTHER)
    for number, line in enumerate(source.personal_data(), start=1):
        parse_personal_data(line, number)
    return totals.roots
