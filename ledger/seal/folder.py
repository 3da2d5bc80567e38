"""The folder of a seal: the private key, the last seal that was given, and all seals before it.

It lies apart from the three stores, and must never be restored together with them: the last seal is what tells a restored
log from the one that was sealed. One folder for each log, named for its origin. `tree` inside it is a cache.
"""

import re
import secrets
import shutil
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from ledger.seal.checkpoint import Checkpoint, Sealed, check_checkpoint
from ledger.seal.cosignature import with_words
from ledger.seal.durable import alone, sync_folder, write_durably
from ledger.seal.merkle import EMPTY_ROOT
from ledger.seal.note import ED25519, BadNote, Signature, VerifierKey, sign_note
from ledger.seal.private_key import KEY, make_key, read_key
from ledger.seal.refused import SealRefused

LATEST, SEALS, TREE, KEYS = "latest", "checkpoints", "tree", "vkeys.txt"
CONTRADICTION = "contradiction"


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
        unfinished = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")
        (unfinished / SEALS).mkdir(parents=True)
        unfinished.chmod(0o700)
        private = make_key(unfinished / KEY)
        nothing = Checkpoint(self.origin, 0, EMPTY_ROOT)
        write_durably(unfinished / LATEST, sign_note(nothing.text, self.origin, private).data)
        public = VerifierKey(self.origin, ED25519, private.public_key().public_bytes_raw())
        write_durably(unfinished / KEYS, f"{public.text}\n".encode())
        try:
            unfinished.rename(self.path)
        except OSError:
            shutil.rmtree(unfinished)
            if not self.is_begun:
                raise
            # Another process came first; its key is the one that counts.
        sync_folder(self.path.parent)

    @contextmanager
    def alone(self) -> Generator[None]:
        """Nobody else seals, or follows the log into the cache, meanwhile; also no other process."""
        with alone(self.path / "lock"):
            yield

    @property
    def key(self) -> VerifierKey:
        """The public key that seals are checked with."""
        return VerifierKey(self.origin, ED25519, read_key(self.path / KEY).public_key().public_bytes_raw())

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
        """The checkpoint, signed. With `keep` it is remembered, durably, before anybody is shown it.

        One that was given before is answered as it was kept, with the words of witnesses under it.
        """
        kept = self.path / SEALS / str(checkpoint.size)
        if not keep and kept.exists() and (sealed := self._kept(kept)).checkpoint == checkpoint:
            return sealed
        note = sign_note(checkpoint.text, self.origin, read_key(self.path / KEY))
        if keep:
            write_durably(self.path / LATEST, note.data)
            write_durably(self.path / SEALS / str(checkpoint.size), note.data)
        return check_checkpoint(note.data, [self.key])

    def sizes(self) -> list[int]:
        """Over how many entries each seal was given, the smallest first."""
        return sorted(int(path.name) for path in (self.path / SEALS).glob("[0-9]*") if path.name.isdecimal())

    def keep_words(self, checkpoint: Checkpoint, words: Sequence[Signature]) -> None:
        """Puts witnesses' words, found good before, under a seal that was given. Only while nobody else seals (`alone`)."""
        for path in (self.path / SEALS / str(checkpoint.size), self.path / LATEST):
            if path.exists() and (sealed := self._kept(path)).checkpoint == checkpoint:
                write_durably(path, with_words(sealed.note, words).data)

    def contradiction(self) -> Sealed | None:
        """A seal that bears this log's signature, was never given here, and did not fit this log when a witness showed it."""
        path = self.path / CONTRADICTION
        return self._kept(path) if path.exists() else None

    def earlier(self, before: int) -> Iterator[Sealed]:
        """Every seal that was given over fewer entries, the smallest first."""
        for size in self.sizes():
            if size < before:
                yield self.given(size)

    def given(self, size: int) -> Sealed:
        """The seal that was given over this many entries. Raises SealRefused when it is gone or damaged."""
        return self._kept(self.path / SEALS / str(size))

    def _kept(self, path: Path) -> Sealed:
        try:
            return check_checkpoint(path.read_bytes(), [self.key])
        except (OSError, BadNote) as error:
            raise SealRefused(
                f"The earlier seal in {path} cannot be read: {_why(error)}.", "Bring it back from a copy."
            ) from error


def _why(error: OSError | BadNote) -> str:
    return (error.strerror or "no reason was given").lower() if isinstance(error, OSError) else str(error)
