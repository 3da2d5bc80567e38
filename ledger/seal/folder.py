"""The folder of a seal: the private key, the last seal that was given, and all seals before it.

It lies apart from the three stores, and must never be restored together with them: the last seal is what tells a restored
log from the one that was sealed. One folder for each log, named for its origin. `tree` inside it is a cache.
"""

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from ledger.seal.checkpoint import Checkpoint, Sealed, check_checkpoint
from ledger.seal.merkle import EMPTY_ROOT
from ledger.seal.note import ED25519, BadNote, VerifierKey, sign_note
from ledger.seal.refused import SealRefused

KEY, LATEST, SEALS, TREE, KEYS = "key.pem", "latest", "checkpoints", "tree", "vkeys.txt"


def default_place(environment: Mapping[str, str]) -> Path:
    """Where seals are kept when nobody says otherwise: with what programs remember on this machine, not with data."""
    state = environment.get("XDG_STATE_HOME", "")
    return (Path(state) if state.startswith("/") else Path.home() / ".local" / "state") / "common-hours" / "seal"


class SealFolder:
    """The seal of one log. Opening it makes nothing; the first seal does."""

    def __init__(self, place: Path, origin: str) -> None:
        self.origin = origin
        self.path = place / (re.sub(r"[^A-Za-z0-9.-]", "_", origin).lstrip(".") or "_")

    @property
    def is_begun(self) -> bool:
        """Whether a key was made here."""
        return self.path.exists()

    def begin(self) -> None:
        """Makes a key, and a first seal over nothing: both at once, or neither."""
        private = Ed25519PrivateKey.generate()
        unfinished = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")
        (unfinished / SEALS).mkdir(parents=True)
        unfinished.chmod(0o700)
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _write_durably(unfinished / KEY, pem, mode=0o600)
        nothing = Checkpoint(self.origin, 0, EMPTY_ROOT)
        _write_durably(unfinished / LATEST, sign_note(nothing.text, self.origin, private).data)
        public = VerifierKey(self.origin, ED25519, private.public_key().public_bytes_raw())
        _write_durably(unfinished / KEYS, f"{public.text}\n".encode())
        try:
            unfinished.rename(self.path)
        except OSError:
            shutil.rmtree(unfinished)
            if not self.is_begun:
                raise
            # Another process came first; its key is the one that counts.
        _sync_folder(self.path.parent)

    @contextmanager
    def alone(self) -> Generator[None]:
        """Nobody else seals, or follows the log into the cache, meanwhile; also no other process."""
        with (self.path / "lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @property
    def key(self) -> VerifierKey:
        """The public key that seals are checked with."""
        return VerifierKey(self.origin, ED25519, self._private().public_key().public_bytes_raw())

    def latest(self) -> Sealed:
        """The last seal that was given. Raises SealRefused when it is gone or damaged: it is never begun anew in silence."""
        try:
            sealed = check_checkpoint((self.path / LATEST).read_bytes(), [self.key])
        except (OSError, BadNote) as error:
            raise SealRefused(
                f"The last seal in {self.path / LATEST} cannot be read: {_why(error)}.",
                "Bring that file back from a copy of the folder; without it nobody can tell what was sealed.",
            ) from error
        if sealed.checkpoint.origin != self.origin:
            raise SealRefused(
                f"The folder {self.path} holds the seal of {sealed.checkpoint.origin}.",
                "Set HOURS_SEAL to the folder of this community's seals.",
            )
        return sealed

    def sign(self, checkpoint: Checkpoint, *, keep: bool) -> Sealed:
        """The checkpoint, signed. With `keep` it is remembered, durably, before anybody is shown it."""
        note = sign_note(checkpoint.text, self.origin, self._private())
        if keep:
            _write_durably(self.path / LATEST, note.data)
            _write_durably(self.path / SEALS / str(checkpoint.size), note.data)
        return check_checkpoint(note.data, [self.key])

    def sizes(self) -> list[int]:
        """Over how many entries each seal was given, the smallest first."""
        return sorted(int(path.name) for path in (self.path / SEALS).glob("[0-9]*") if path.name.isdecimal())

    def earlier(self, before: int) -> Iterator[Sealed]:
        """Every seal that was given over fewer entries, the smallest first."""
        for size in self.sizes():
            if size < before:
                yield self.given(size)

    def given(self, size: int) -> Sealed:
        """The seal that was given over this many entries. Raises SealRefused when it is gone or damaged."""
        path = self.path / SEALS / str(size)
        try:
            return check_checkpoint(path.read_bytes(), [self.key])
        except (OSError, BadNote) as error:
            raise SealRefused(
                f"The earlier seal in {path} cannot be read: {_why(error)}.", "Bring it back from a copy."
            ) from error

    def _private(self) -> Ed25519PrivateKey:
        try:
            private = load_pem_private_key((self.path / KEY).read_bytes(), password=None)
        except (OSError, ValueError, TypeError) as error:
            raise SealRefused(
                f"The key in {self.path / KEY} cannot be read.",
                "Bring that file back from where you keep a copy of it.",
            ) from error
        if not isinstance(private, Ed25519PrivateKey):
            raise SealRefused(f"The key in {self.path / KEY} is of another kind.", "Bring the right file back.")
        return private


def _why(error: OSError | BadNote) -> str:
    return (error.strerror or "no reason was given").lower() if isinstance(error, OSError) else str(error)


def _write_durably(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Wholly there or not at all, also after the machine has lost its power."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    beside.touch(mode, exist_ok=False)
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
