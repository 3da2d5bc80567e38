"""The signatures of witnesses, and the policy that says which of them a seal must have.

A cosignature (C2SP tlog-cosignature v1.0.1, Ed25519, type 0x04) says: at this time, this was the largest tree of the log that
I had seen, and it extends every smaller one I had seen.

A policy lists logs, witnesses, groups and a quorum (C2SP tlog-policy, draft). It says whom someone trusts, so it comes from the
person who checks, or was given to them with the first seal; never only from the bundle that they check.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.seal.verifying.note import (
    COSIGNATURE,
    ED25519,
    LARGEST_NOTE_BYTES,
    BadNote,
    Note,
    Signature,
    VerifiedSignature,
    VerifierKey,
    check_note,
    cosigned_text,
    parse_decimal,
    parse_key,
    parse_note,
)

LARGEST_POLICY_BYTES = LARGEST_NOTE_BYTES
MOST_LINES = 64
"""The limit for logs, for witnesses and for groups; the specification requires at least 32."""
NOBODY = "none"


class ListedWitness(NamedTuple):
    """A witness in a policy: its name there, its key, and its address. Without one it is not asked over the web."""

    name: str
    key: VerifierKey
    url: str = ""


class SignerGroup(NamedTuple):
    """A group of witnesses or other groups, of which `needed` must have signed."""

    name: str
    needed: int
    members: tuple[str, ...]


class Policy(NamedTuple):
    """A parsed policy. Without logs it applies to any log; `quorum` is the name of a witness or a group."""

    logs: tuple[VerifierKey, ...]
    witnesses: tuple[ListedWitness, ...]
    groups: tuple[SignerGroup, ...]
    quorum: str

    @property
    def text(self) -> str:
        """The policy in canonical form, without comments and the addresses of logs."""
        lines = [f"log {key.text}" for key in self.logs]
        lines += [f"witness {each.name} {each.key.text} {each.url}".rstrip() for each in self.witnesses]
        lines += [f"group {each.name} {each.needed} {' '.join(each.members)}" for each in self.groups]
        return "".join(f"{line}\n" for line in [*lines, f"quorum {self.quorum}"])

    @property
    def without_addresses(self) -> "Policy":
        """The same policy for someone who only checks seals."""
        return self._replace(witnesses=tuple(each._replace(url="") for each in self.witnesses))

    @property
    def keys(self) -> list[VerifierKey]:
        """The keys of the witnesses, in order."""
        return [each.key for each in self.witnesses]

    @property
    def in_words(self) -> str:
        """The required signatures in words: "at least 1 of library, elm-street"."""
        return "nobody's" if self.quorum == NOBODY else self._describe(self.quorum)

    def is_met_by(self, verified: Iterable[VerifiedSignature]) -> bool:
        """Whether these verified signatures are enough."""
        signed = {each.key for each in verified}
        return self.quorum == NOBODY or self._has_signed(self.quorum, signed)

    def missing(self, verified: Iterable[VerifiedSignature]) -> list[str]:
        """The names of the witnesses that have not signed."""
        signed = {each.key for each in verified}
        return [each.name for each in self.witnesses if each.key not in signed]

    def _has_signed(self, name: str, signed: Collection[VerifierKey]) -> bool:
        group = self._group(name)
        if group is None:
            return any(each.name == name and each.key in signed for each in self.witnesses)
        return sum(self._has_signed(member, signed) for member in group.members) >= group.needed

    def _describe(self, name: str) -> str:
        group = self._group(name)
        if group is None:
            return name
        members = ", ".join(
            f"({self._describe(member)})" if self._group(member) is not None else member for member in group.members
        )
        return f"at least {group.needed} of {members}"

    def _group(self, name: str) -> SignerGroup | None:
        return next((group for group in self.groups if group.name == name), None)


def parse_policy(data: bytes) -> Policy:
    """Parse a policy, with comments and free spacing as the specification allows. Raise BadNote, naming the line."""
    if len(data) > LARGEST_POLICY_BYTES:
        raise BadNote("a policy cannot be that large")
    # Names are arbitrary bytes: what is not UTF-8 must still be distinct, so it becomes surrogates.
    *lines, end = data.decode(errors="surrogateescape").split("\n")
    if end:
        raise BadNote("each line of a policy must end in a line break")
    lines_read = _Lines()
    for number, line in enumerate(lines, start=1):
        try:
            lines_read.take(line)
        except (BadNote, ValueError) as error:
            raise BadNote(f"line {number}: {error}") from error
    if lines_read.quorum is None:
        raise BadNote("a policy has one quorum line")
    return Policy(tuple(lines_read.logs), tuple(lines_read.witnesses), tuple(lines_read.groups), lines_read.quorum)


class _Lines:
    """The lines parsed so far."""

    def __init__(self) -> None:
        self.logs: list[VerifierKey] = []
        self.witnesses: list[ListedWitness] = []
        self.groups: list[SignerGroup] = []
        self.quorum: str | None = None
        self._free: set[str] = set()  # names that are not in a group yet
        self._names: set[str] = set()

    def take(self, line: str) -> None:
        if any((character < " " and character != "\t") or character == "\x7f" for character in line):
            raise BadNote("a policy cannot contain control characters other than tabs and line breaks")
        items = [item for item in line.replace("\t", " ").split(" ") if item]
        match items:
            case [first, *_] if first.startswith("#"):
                return
            case []:
                return
            case ["log", key] | ["log", key, _]:
                self._log(key)
            case ["witness", name, key]:
                self._witness(name, key, "")
            case ["witness", name, key, url]:
                self._witness(name, key, url)
            case ["group", name, needed, *members] if members:
                self._group(name, needed, members)
            case ["quorum", name]:
                self._quorum(name)
            case _:
                raise BadNote("this is not a line of a policy")

    def _log(self, line: str) -> None:
        key = _key(line)
        if key.kind != ED25519:
            raise BadNote(f"the key of {key.name} is not the key of a log")
        if any(key.public == other.public for other in self.logs):
            raise BadNote("the key of a log is listed twice")
        self.logs.append(key)
        _must_be_few(self.logs)

    def _witness(self, name: str, line: str, url: str) -> None:
        key = _key(line)
        if key.kind != COSIGNATURE:
            raise BadNote(f"the key of {key.name} is not the key of a witness")
        if any(key.public == other.key.public for other in self.witnesses):
            raise BadNote("the key of a witness is listed twice")
        self._define(name)
        self.witnesses.append(ListedWitness(name, key, url))
        _must_be_few(self.witnesses)

    def _group(self, name: str, needed: str, members: list[str]) -> None:
        for member in members:
            if member not in self._free:
                raise BadNote(f"{member} is not defined above, or is already a member of a group")
            self._free.discard(member)
        count = {"any": 1, "all": len(members)}.get(needed) or parse_decimal(needed)
        if not 1 <= count <= len(members):
            raise BadNote("a group needs at least one of its members, and no more than it has")
        self._define(name)
        self.groups.append(SignerGroup(name, count, tuple(members)))
        _must_be_few(self.groups)

    def _quorum(self, name: str) -> None:
        if self.quorum is not None:
            raise BadNote("a policy has one quorum line")
        if name != NOBODY and name not in self._names:
            raise BadNote(f"{name} is not defined above")
        self.quorum = name

    def _define(self, name: str) -> None:
        if name == NOBODY or name in self._names:
            raise BadNote(f"{name} is already taken")
        self._names.add(name)
        self._free.add(name)


def _key(line: str) -> VerifierKey:
    try:
        line.encode()
    except UnicodeEncodeError:
        raise BadNote("a key is UTF-8 text") from None
    return parse_key(line)


def _must_be_few(listed: Collection[object]) -> None:
    if len(listed) > MOST_LINES:
        raise BadNote(f"a policy has at most {MOST_LINES} lines of each kind")


_LAST_SECOND = 253_402_300_799
"""The last second of the year 9999; a signature may name a later one."""


def witness_key(name: str, private: Ed25519PrivateKey) -> VerifierKey:
    """The public half of a witness's key."""
    return VerifierKey(name, COSIGNATURE, private.public_key().public_bytes_raw())


def cosign(text: str, name: str, private: Ed25519PrivateKey, at_seconds: int) -> Signature:
    """Sign the text of a checkpoint as a witness. The time is in seconds since 1970, UTC, and is required."""
    assert at_seconds > 0, "a witness signs with the time"
    signed = private.sign(cosigned_text(text, at_seconds))
    return Signature(name, witness_key(name, private).id, at_seconds.to_bytes(8) + signed)


def parse_cosignatures(text: str, data: bytes) -> tuple[Signature, ...]:
    """Parse the signature lines that a witness returns for this text. Raise BadNote for anything else."""
    note = parse_note(f"{text}\n".encode() + data)
    if note.text != text:
        raise BadNote("a witness returns signatures only")
    return note.signatures


def with_cosignatures(note: Note, signatures: Iterable[Signature]) -> Note:
    """Add cosignatures to a note. A newer one replaces an older one by the same key.

    The log's own signatures come first and the others follow by name, so that the order of answers does not show.
    """
    return Note(note.text, in_order(note.text, (*note.signatures, *signatures)))


def in_order(text: str, signatures: Iterable[Signature]) -> tuple[Signature, ...]:
    """Signatures as a stored note has them: the log's own first, then by name, and each key once."""
    log_name = text.partition("\n")[0]
    by_key = {(each.name, each.key_id): each for each in signatures}
    return tuple(sorted(by_key.values(), key=lambda each: (each.name != log_name, each.name, each.key_id)))


def check_order(note: Note) -> None:
    """Raise BadNote if signatures are doubled or in another order: a stored note has one spelling."""
    if note.signatures != in_order(note.text, note.signatures):
        raise BadNote("its signatures are not in their order, or one is there twice")


def with_only(note: Note, keys: Sequence[VerifierKey]) -> Note:
    """The note with the signatures by these keys only. Raise BadNote if one of them is bad, or if there is none."""
    check_note(note, keys)
    known = {(key.name, key.id) for key in keys}
    return Note(note.text, tuple(each for each in note.signatures if (each.name, each.key_id) in known))


def time_in_words(at_seconds: int) -> str:
    """The time of a signature: "2026-03-28 10:00 UTC"."""
    if at_seconds > _LAST_SECOND:
        return "a day after the year 9999"
    return f"{datetime.fromtimestamp(at_seconds, UTC):%Y-%m-%d %H:%M} UTC"
