"""A witness: a neighbouring time bank, a library or a member's laptop that remembers what it saw of another log.

It signs a checkpoint only when that extends the last one it signed. A log that shows two histories can get signatures under
both only from two witnesses who never compare. A witness sees sizes, roots and hashes, never entries. Its folder must never
be restored from a backup: a witness that forgets can be shown another history.

`Submission` is what a log sends to a witness: its checkpoint, and the proof from the last one the witness signed
(C2SP tlog-witness v1.0.0).
"""

import re
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from ledger.seal.signing.folder import KEY, SealRefused, alone, make_key, read_key, write_durably
from ledger.seal.verifying.merkle import EMPTY_ROOT, HASH_BYTES, ProofFails, check_consistency
from ledger.seal.verifying.note import (
    ED25519,
    LARGEST_NOTE_BYTES,
    BadNote,
    Note,
    Sealed,
    Signature,
    VerifierKey,
    check_checkpoint,
    check_note,
    from_base64,
    parse_checkpoint,
    parse_decimal,
    parse_keys,
    parse_note,
    to_base64,
)
from ledger.seal.verifying.policy import cosign, time_in_words, with_cosignatures, with_only, witness_key
from ledger.seal.verifying.verdict import VerifiedSeal

NAME, LOGS, SEEN, REFUSED = "name", "logs", "seen", "refused"
MALFORMED, UNSIGNED, UNKNOWN, ANOTHER_SIZE, UNPROVEN = 400, 403, 404, 409, 422
"""The protocol's status codes for why a witness does not sign."""
LONGEST_PROOF = 63
LARGEST_SUBMISSION_BYTES = LARGEST_NOTE_BYTES + 4096
ADD_CHECKPOINT = "add-checkpoint"
SIZE_TYPE = "text/x.tlog.size"
"""The content type of a response that holds only the number of entries the witness has seen."""


class NotCosigned(Exception):
    """The witness does not sign. `last_size` is the size it signed last, when the request assumed another one."""

    def __init__(self, status: int, message: str, last_size: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.last_size = last_size


class Submission(NamedTuple):
    """The size the witness signed last, the consistency proof from there, and the bytes of the signed checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: bytes

    @property
    def data(self) -> bytes:
        """The submission as it is sent."""
        return "\n".join([f"old {self.old}", *map(to_base64, self.proof), "", ""]).encode() + self.checkpoint


def parse_submission(data: bytes) -> Submission:
    """Parse a submission without checking what it proves. Raise BadNote if it is malformed."""
    if len(data) > LARGEST_SUBMISSION_BYTES:
        raise BadNote(f"a submission cannot have more than {LARGEST_SUBMISSION_BYTES} bytes")
    head, found, checkpoint = data.partition(b"\n\n")
    if not found or not head.isascii():
        raise BadNote("a submission consists of an old size, a proof, an empty line and a checkpoint")
    old, *lines = head.decode().split("\n")
    if not old.startswith("old "):
        raise BadNote("a submission must start with the old size")
    if len(lines) > LONGEST_PROOF:
        raise BadNote(f"a proof cannot have more than {LONGEST_PROOF} hashes")
    proof = tuple(from_base64(line) for line in lines)
    if any(len(node) != HASH_BYTES for node in proof):
        raise BadNote(f"a hash has {HASH_BYTES} bytes")
    return Submission(parse_decimal(old.removeprefix("old ")), proof, checkpoint)


def origin_hash(origin: str) -> str:
    """The name of a log in the address at which a witness shows the last checkpoint it signed."""
    return sha256(origin.encode()).hexdigest()


class Witness:
    """A witness and its folder. Threads and processes may share it; it handles one checkpoint at a time."""

    def __init__(self, folder: Path, name: str = "") -> None:
        """Open the folder, or create it with a new key. `name` may be left out when the folder exists."""
        self.folder = folder
        self.is_new = not (folder / NAME).exists()
        if self.is_new:
            self._begin(name)
        self.name = (folder / NAME).read_text().strip()
        if name and name != self.name:
            raise SealRefused(
                f"The witness in {folder} is called {self.name}.", "Leave out --name, or name a new folder."
            )
        self._private = read_key(folder / KEY)
        self.key = witness_key(self.name, self._private)

    def _begin(self, name: str) -> None:
        if not re.fullmatch(r"[^\s+]{1,255}", name):
            raise SealRefused(
                "A new witness needs a name without spaces or plus signs.",
                "Add a name, for example: --name library.example.org",
            )
        for folder in (self.folder, self.folder / SEEN, self.folder / REFUSED):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (self.folder / KEY).exists():
            make_key(self.folder / KEY)
        write_durably(self.folder / LOGS, b"")
        write_durably(self.folder / NAME, f"{name}\n".encode())  # last, because it says that the rest exists

    @property
    def logs(self) -> list[VerifierKey]:
        """The keys of the logs it follows."""
        data = (self.folder / LOGS).read_bytes()
        try:
            return parse_keys(data) if data else []
        except BadNote as error:
            raise SealRefused(f"{self.folder / LOGS} cannot be read: {error}.", "Restore that file.") from error

    def follow(self, key: VerifierKey) -> None:
        """Follow another log, or another key of the same log. Refuse a witness's key."""
        if key.kind != ED25519:
            raise SealRefused(
                f"The key of {key.name} is not the key of a log.",
                "Ask the host of that log for the key on its seal sheet.",
            )
        with alone(self.folder / "lock"):
            keys = self.logs
            if key not in keys:
                write_durably(self.folder / LOGS, "".join(f"{each.text}\n" for each in [*keys, key]).encode())

    def add_checkpoint(self, data: bytes, at_seconds: int) -> bytes:
        """Return the signature line for a submission, or raise NotCosigned. What it signs is stored before it is returned."""
        try:
            submission = parse_submission(data)
            checkpoint = parse_checkpoint(parse_note(submission.checkpoint).text)
        except BadNote as error:
            raise NotCosigned(MALFORMED, str(error)) from error
        sealed = self._signed(submission.checkpoint, checkpoint.origin)
        old, size = submission.old, checkpoint.size
        if old > size:
            raise NotCosigned(MALFORMED, "the old size is larger than the new one")
        with alone(self.folder / "lock"):
            last = self.last_signed(checkpoint.origin)
            last_size = last.checkpoint.size if last else 0
            if old != last_size:
                raise NotCosigned(ANOTHER_SIZE, f"the last checkpoint seen here has {last_size} entries", last_size)
            if size == 0 and checkpoint.root != EMPTY_ROOT:
                raise NotCosigned(UNPROVEN, "a log without entries has a different root")
            if last and size == last_size and checkpoint.root != last.checkpoint.root:
                self._keep_refused(sealed)
                raise NotCosigned(UNPROVEN, "another root was seen over the same number of entries")
            try:
                _must_extend(sealed, last, submission.proof)
            except ProofFails as error:
                self._keep_refused(sealed)
                raise NotCosigned(UNPROVEN, str(error)) from error
            return self._sign(sealed, at_seconds).line.encode()

    def cosign_verified(self, verified: VerifiedSeal, at_seconds: int) -> Note:
        """Sign the seal of a bundle that was verified. Only what was verified is signed, and only if it extends the last
        checkpoint signed here, with its size and its root.
        """
        sealed = self._signed(verified.sealed.note.data, verified.sealed.checkpoint.origin)
        with alone(self.folder / "lock"):
            last = self.last_signed(sealed.checkpoint.origin)
            if last and last.checkpoint not in verified.extends:
                raise NotCosigned(
                    ANOTHER_SIZE,
                    f"the bundle was not compared with the last checkpoint signed here, of {last.checkpoint.size:,} entries",
                    last.checkpoint.size,
                )
            return with_cosignatures(sealed.note, [self._sign(sealed, at_seconds)])

    def last_signed(self, origin: str) -> Sealed | None:
        """The last checkpoint of a log that was signed here, or None.

        Raise SealRefused if it cannot be read: a witness never starts again silently.
        """
        path = self.folder / SEEN / origin_hash(origin)
        try:
            note = parse_note(path.read_bytes())
            sealed = Sealed(parse_checkpoint(note.text), note, check_note(note, [self.key]))
            if sealed.checkpoint.origin != origin:
                raise BadNote(f"it belongs to {sealed.checkpoint.origin}")
        except FileNotFoundError:
            return None
        except (OSError, BadNote) as error:
            raise SealRefused(
                f"The last checkpoint of {origin}, in {path}, cannot be read: {error}.",
                "Nothing is signed for this log until that file is as it was before.",
            ) from error
        return sealed

    def shown(self, name: str) -> bytes | None:
        """The last checkpoint signed for the log with this `origin_hash`, for anyone who asks."""
        if not re.fullmatch(r"[0-9a-f]{64}", name):
            return None
        path = self.folder / SEEN / name
        return path.read_bytes() if path.exists() else None

    def _signed(self, data: bytes, origin: str) -> Sealed:
        keys = [key for key in self.logs if key.name == origin]
        if not keys:
            raise NotCosigned(UNKNOWN, "this log is not followed here")
        try:
            sealed = check_checkpoint(data, keys)
        except BadNote as error:
            raise NotCosigned(UNSIGNED, str(error)) from error
        # Signatures that cannot be checked here are neither stored nor passed on.
        return sealed._replace(note=with_only(sealed.note, keys))

    def _sign(self, sealed: Sealed, at_seconds: int) -> Signature:
        latest = self._latest_time()
        if at_seconds < latest:
            raise SealRefused(
                f"This machine's clock says {time_in_words(at_seconds)}, but this witness signed at {time_in_words(latest)}.",
                "Nothing is signed with an earlier time. Set the clock, ideally with NTP.",
            )
        signature = cosign(sealed.note.text, self.name, self._private, at_seconds)
        note = with_cosignatures(sealed.note, [signature])
        write_durably(self.folder / SEEN / origin_hash(sealed.checkpoint.origin), note.data)
        return signature

    def _latest_time(self) -> int:
        """The latest time of any signature given here. A damaged file stops only its own log."""
        times = [0]
        for path in (self.folder / SEEN).iterdir():
            with suppress(OSError, BadNote):
                times += [each.at_seconds or 0 for each in check_note(parse_note(path.read_bytes()), [self.key])]
        return max(times)

    def _keep_refused(self, sealed: Sealed) -> None:
        """Keep the last refused checkpoint of each log. It is well signed, and may prove a second history."""
        write_durably(self.folder / REFUSED / origin_hash(sealed.checkpoint.origin), sealed.note.data)


def _must_extend(sealed: Sealed, last: Sealed | None, proof: tuple[bytes, ...]) -> None:
    new = sealed.checkpoint
    if last is not None and last.checkpoint.size > 0:
        check_consistency(last.checkpoint.size, last.checkpoint.root, new.size, new.root, proof)
    elif proof:
        raise ProofFails("the first checkpoint needs no proof")
