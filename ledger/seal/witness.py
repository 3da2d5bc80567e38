"""A witness: a neighbouring time bank, a library, a member's laptop that remembers what it saw of somebody's log.

It signs a checkpoint only when it leads on from the last one that it signed; so a log that shows two histories gets two
witnesses' words only by finding two witnesses who never look at each other. It sees sizes, roots and hashes, no entries.
The folder must never be put back from a backup: a witness that forgets can be shown another history.
"""

import re
from pathlib import Path

from ledger.seal.checkpoint import Sealed, check_checkpoint, parse_checkpoint
from ledger.seal.cosignature import cosign, only_of, with_words, witness_key
from ledger.seal.durable import alone, write_durably
from ledger.seal.merkle import EMPTY_ROOT, ProofFails, check_consistency
from ledger.seal.note import ED25519, BadNote, Note, VerifierKey, check_note, parse_keys, parse_note
from ledger.seal.private_key import KEY, make_key, read_key
from ledger.seal.refused import SealRefused
from ledger.seal.submission import origin_hash, parse_submission

NAME, LOGS, SEEN, REFUSED = "name", "logs", "seen", "refused"
MALFORMED, UNSIGNED, UNKNOWN, ANOTHER_SIZE, UNPROVEN = 400, 403, 404, 409, 422
"""Why a witness does not sign, in the numbers of the protocol."""


class NotCosigned(Exception):
    """The witness does not sign. `seen` is the size that it saw last, when that is what differs."""

    def __init__(self, status: int, words: str, seen: int | None = None) -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.seen = seen


class Witness:
    """One witness and its folder. Several threads and processes may ask it at once; it takes them one by one."""

    def __init__(self, folder: Path, name: str = "") -> None:
        """Opens the folder, or makes it and a key when there is none. `name` may be left out when the folder is there."""
        self.folder = folder
        self.is_new = not (folder / NAME).exists()
        if self.is_new:
            self._begin(name)
        self.name = (folder / NAME).read_text().strip()
        if name and name != self.name:
            raise SealRefused(
                f"The witness in {folder} is called {self.name}.", "Leave --name out, or name a new folder."
            )
        self._private = read_key(folder / KEY)
        self.key = witness_key(self.name, self._private)

    def _begin(self, name: str) -> None:
        if not re.fullmatch(r"[^\s+]{1,255}", name):
            raise SealRefused(
                "A new witness needs a name without spaces and plus signs.",
                "Say --name library.example.org, for instance.",
            )
        for folder in (self.folder, self.folder / SEEN, self.folder / REFUSED):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (self.folder / KEY).exists():
            make_key(self.folder / KEY)
        write_durably(self.folder / LOGS, b"")
        write_durably(self.folder / NAME, f"{name}\n".encode())  # last, because it says that the rest is there

    @property
    def logs(self) -> list[VerifierKey]:
        """The keys of the logs that it follows."""
        data = (self.folder / LOGS).read_bytes()
        try:
            return parse_keys(data) if data else []
        except BadNote as error:
            raise SealRefused(f"{self.folder / LOGS} cannot be read: {error}.", "Bring the file back.") from error

    def follow(self, key: VerifierKey) -> None:
        """Follows one more log, or one more key of a log. Refuses a witness's key."""
        if key.kind != ED25519:
            raise SealRefused(
                f"The key of {key.name} is no log's key.", "Ask the host of the log for the key on its sheet."
            )
        with alone(self.folder / "lock"):
            keys = self.logs
            if key not in keys:
                write_durably(self.folder / LOGS, "".join(f"{each.text}\n" for each in [*keys, key]).encode())

    def add_checkpoint(self, data: bytes, at_seconds: int) -> bytes:
        """Answers a submission with the signature line, or raises NotCosigned. What it signs it has remembered before."""
        try:
            submission = parse_submission(data)
            note = parse_note(submission.checkpoint)
            checkpoint = parse_checkpoint(note.text)
        except BadNote as error:
            raise NotCosigned(MALFORMED, str(error)) from error
        sealed = self._signed(submission.checkpoint, checkpoint.origin)
        old, size = submission.old, checkpoint.size
        if old > size:
            raise NotCosigned(MALFORMED, "the old size is larger than the new one")
        with alone(self.folder / "lock"):
            last = self.seen(checkpoint.origin)
            seen = last.checkpoint.size if last else 0
            if old != seen:
                raise NotCosigned(ANOTHER_SIZE, f"the last checkpoint seen here has {seen} entries", seen)
            if size == 0 and checkpoint.root != EMPTY_ROOT:
                raise NotCosigned(UNPROVEN, "a log without entries has another root")
            if last and size == seen and checkpoint.root != last.checkpoint.root:
                self._keep_refused(sealed)
                raise NotCosigned(ANOTHER_SIZE, "another root was seen over as many entries", seen)
            try:
                self._must_lead_on(sealed, last, submission.proof)
            except ProofFails as error:
                self._keep_refused(sealed)
                raise NotCosigned(UNPROVEN, str(error)) from error
            return self._remember(sealed, at_seconds)

    def cosign_checked(self, data: bytes, after: Sealed | None, at_seconds: int) -> bytes:
        """Signs a checkpoint whose whole book was read and found to lead on from `after`, the last one seen."""
        sealed = self._signed(data, parse_checkpoint(parse_note(data).text).origin)
        with alone(self.folder / "lock"):
            last = self.seen(sealed.checkpoint.origin)
            if last != after:
                raise NotCosigned(ANOTHER_SIZE, "another checkpoint was seen meanwhile: try again")
            assert not last or sealed.checkpoint.size >= last.checkpoint.size, "a shorter book does not lead on"
            return self._remember(sealed, at_seconds)

    def seen(self, origin: str) -> Sealed | None:
        """The last checkpoint of a log that was signed here, if there was one.

        Raises SealRefused when it cannot be read: a witness does not begin anew in silence.
        """
        path = self.folder / SEEN / origin_hash(origin)
        try:
            note = parse_note(path.read_bytes())
            sealed = Sealed(parse_checkpoint(note.text), note, check_note(note, [self.key]))
            if sealed.checkpoint.origin != origin:
                raise BadNote(f"it is of {sealed.checkpoint.origin}")
        except FileNotFoundError:
            return None
        except (OSError, BadNote) as error:
            raise SealRefused(
                f"What was seen last of {origin}, in {path}, cannot be read: {error}.",
                "Nothing is signed for this log until that file is back as it was.",
            ) from error
        return sealed

    def shown(self, name: str) -> bytes | None:
        """The last checkpoint of the log with this `origin_hash`, for whoever asks what was seen here."""
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
        # What nobody here can check is not kept, and not handed on.
        return sealed._replace(note=only_of(sealed.note, keys))

    def _must_lead_on(self, sealed: Sealed, last: Sealed | None, proof: tuple[bytes, ...]) -> None:
        checkpoint = sealed.checkpoint
        if last is None or last.checkpoint.size == 0:
            if proof:
                raise ProofFails("there is nothing to prove for the first checkpoint")
            return
        check_consistency(last.checkpoint.size, last.checkpoint.root, checkpoint.size, checkpoint.root, proof)

    def _remember(self, sealed: Sealed, at_seconds: int) -> bytes:
        word = cosign(sealed.note.text, self.name, self._private, at_seconds)
        note = with_words(sealed.note, [word])
        write_durably(self.folder / SEEN / origin_hash(sealed.checkpoint.origin), note.data)
        return word.line.encode()

    def _keep_refused(self, sealed: Sealed) -> None:
        """One for each log, the last: well signed, and beside what was seen it may be the proof of a second history."""
        note: Note = sealed.note
        write_durably(self.folder / REFUSED / origin_hash(sealed.checkpoint.origin), note.data)
