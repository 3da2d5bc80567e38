"""The folder of a seal: the private key, the last seal, all earlier ones, and when each was made.

It is stored apart from the three databases and must never be restored together with them: only the last seal can show that a
restored log differs from the one that was sealed. Each log has its own folder, named after its origin. `tree` inside it is
a cache.
"""

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from ledger.log.private_files import close_to_others
from ledger.refusals import HostProblem
from ledger.seal.verifying.merkle import EMPTY_ROOT
from ledger.seal.verifying.note import (
    ED25519,
    BadNote,
    Checkpoint,
    Sealed,
    Signature,
    VerifierKey,
    check_checkpoint,
    sign_note,
)
from ledger.seal.verifying.policy import with_cosignatures

LATEST, SEALS, TREE, KEYS, KEY = "latest", "checkpoints", "tree", "vkeys.txt", "key.pem"
CONTRADICTION = "contradiction"

Why = Literal["asked", "day", "month"]
ASKED: Final = "asked"
DAY: Final = "day"
MONTH: Final = "month"
"""Why a seal was made: someone asked for a seal or a receipt; the daily seal; the first daily seal of a month."""

_DATE = re.compile(rb"([1-9][0-9]{0,18}) ([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z) (asked|day|month)")


class SealRefused(HostProblem):
    """Nothing is signed."""


def default_place(environment: Mapping[str, str]) -> Path:
    """The default folder for seals: among this machine's program state, not with the data."""
    state = environment.get("XDG_STATE_HOME", "")
    return (Path(state) if state.startswith("/") else Path.home() / ".local" / "state") / "common-hours" / "seal"


class SealFolder:
    """The seal of one log. Opening it creates nothing; the first seal does."""

    def __init__(self, place: Path, origin: str) -> None:
        self.origin = origin
        self.path = place / (re.sub(r"[^A-Za-z0-9.-]", "_", origin).lstrip(".") or "_")

    @property
    def is_begun(self) -> bool:
        """Whether a key has been made here."""
        return self.path.exists()

    def begin(self) -> None:
        """Make a key and a first seal over no entries: both at once, or neither."""
        unfinished = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")
        (unfinished / SEALS).mkdir(parents=True)
        unfinished.chmod(0o700)
        private = make_key(unfinished / KEY)
        nothing = Checkpoint(self.origin, 0, EMPTY_ROOT)
        write_durably(unfinished / LATEST, sign_note(nothing.text, self.origin, private).data)
        write_durably(unfinished / KEYS, f"{_public(self.origin, private).text}\n".encode())
        try:
            unfinished.rename(self.path)
        except OSError:
            shutil.rmtree(unfinished)
            if not self.is_begun:
                raise
            # Another process was faster; its key is the one that counts.
        sync_folder(self.path.parent)

    @contextmanager
    def alone(self) -> Generator[None]:
        """Hold the lock of this folder: no other thread or process seals, or updates the cache, at the same time."""
        with alone(self.path / "lock"):
            yield

    @property
    def key(self) -> VerifierKey:
        """The public key that verifies these seals."""
        return _public(self.origin, read_key(self.path / KEY))

    def latest(self) -> Sealed:
        """The last seal. Raise SealRefused if it is missing or damaged: it is never replaced silently."""
        try:
            sealed = check_checkpoint((self.path / LATEST).read_bytes(), [self.key])
        except (OSError, BadNote) as error:
            raise SealRefused(
                f"The last seal in {self.path / LATEST} cannot be read: {_reason(error)}.",
                "Restore that file from a copy of the folder. Without it, there is no telling what was sealed.",
            ) from error
        if sealed.checkpoint.origin != self.origin:
            raise SealRefused(
                f"The folder {self.path} contains the seal of {sealed.checkpoint.origin}.",
                "Set HOURS_SEAL to the folder of this community's seals.",
            )
        return sealed

    def sign(self, checkpoint: Checkpoint, *, keep: bool) -> Sealed:
        """Sign a checkpoint. With `keep` it is stored durably before it is returned.

        A checkpoint that was signed before is returned as stored, with the signatures of witnesses.
        """
        stored = self.path / SEALS / str(checkpoint.size)
        if not keep and stored.exists() and (sealed := self._read(stored)).checkpoint == checkpoint:
            return sealed
        note = sign_note(checkpoint.text, self.origin, read_key(self.path / KEY))
        if keep:
            write_durably(self.path / LATEST, note.data)
            write_durably(stored, note.data)
        return check_checkpoint(note.data, [self.key])

    def sizes(self) -> list[int]:
        """The number of entries under each seal, smallest first."""
        return sorted(int(path.name) for path in (self.path / SEALS).glob("[0-9]*") if path.name.isdecimal())

    def add_cosignatures(self, checkpoint: Checkpoint, signatures: Sequence[Signature]) -> None:
        """Add verified signatures of witnesses to a seal. Call only while holding the lock (`alone`)."""
        for path in (self.path / SEALS / str(checkpoint.size), self.path / LATEST):
            if path.exists() and (sealed := self._read(path)).checkpoint == checkpoint:
                write_durably(path, with_cosignatures(sealed.note, signatures).data)

    def contradiction(self) -> Sealed | None:
        """A seal with this log's signature that was not made here and did not fit this log when a witness showed it."""
        path = self.path / CONTRADICTION
        return self._read(path) if path.exists() else None

    def earlier(self, before: int) -> Iterator[Sealed]:
        """Every seal over fewer entries, smallest first."""
        return (self.at(size) for size in self.sizes() if size < before)

    def at(self, size: int) -> Sealed:
        """The seal over this many entries. Raise SealRefused if it is missing or damaged."""
        return self._read(self.path / SEALS / str(size))

    def _read(self, path: Path) -> Sealed:
        try:
            return check_checkpoint(path.read_bytes(), [self.key])
        except (OSError, BadNote) as error:
            raise SealRefused(
                f"The earlier seal in {path} cannot be read: {_reason(error)}.", "Restore it from a copy."
            ) from error


def _public(name: str, private: Ed25519PrivateKey) -> VerifierKey:
    return VerifierKey(name, ED25519, private.public_key().public_bytes_raw())


def _reason(error: OSError | BadNote) -> str:
    return (error.strerror or "no reason was given").lower() if isinstance(error, OSError) else str(error)


class SealDate(NamedTuple):
    """That a seal over this many entries held at this instant. Lines repeat a size when no entry was added in between."""

    size: int
    at: datetime
    why: str


class SealDates:
    """When seals were made. A signed note has no date, so the folder keeps a list by the host's clock.

    The list is unsigned, and no proof depends on it. Add to it only while holding the folder's lock.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "dates"

    def add(self, size: int, at: datetime, why: Why) -> None:
        """Append a line durably. A line that a crash cut off is left as a line of its own, which `all` skips."""
        line = f"{size} {at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} {why}\n".encode()
        with self.path.open("a+b") as file:
            if file.tell() > 0:
                file.seek(-1, os.SEEK_END)
                line = line if file.read(1) == b"\n" else b"\n" + line
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def all(self) -> list[SealDate]:
        """Every readable line, oldest first. Empty when there is no list yet."""
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return []
        return [date for line in lines if (date := _read_date(line))]


def _read_date(line: bytes) -> SealDate | None:
    found = _DATE.fullmatch(line)
    try:
        return SealDate(int(found[1]), datetime.fromisoformat(found[2].decode()), found[3].decode()) if found else None
    except ValueError:  # digits that do not make an instant
        return None


def make_key(path: Path) -> Ed25519PrivateKey:
    """Make a private key and write it durably, readable by its owner alone (PKCS 8, PEM)."""
    private = Ed25519PrivateKey.generate()
    write_durably(path, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), mode=0o600)
    return private


def read_key(path: Path) -> Ed25519PrivateKey:
    """Read a private key, and close it to others. Raise SealRefused if it is missing or of another kind: a key is never
    replaced silently.
    """
    close_to_others(path)
    try:
        private = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise SealRefused(f"The key in {path} cannot be read.", "Restore that file from your copy of it.") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise SealRefused(f"The key in {path} is of the wrong kind.", "Restore the right file.")
    return private


def write_durably(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write a temporary file, flush it to disk and rename it, so that a reader finds the whole old file or the whole new one."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    temporary.touch(mode, exist_ok=False)
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Flush the names in a folder to disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def alone(lock: Path) -> Generator[None]:
    """Hold this lock against every other thread and process."""
    with lock.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
