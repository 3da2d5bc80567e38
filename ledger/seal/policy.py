"""Whose word must stand beside a seal for it to count: logs, witnesses, groups and a quorum (C2SP tlog-policy, draft).

A policy is what somebody trusts, so it comes from whoever checks, or was handed to them with the first seal; never only from
the bundle that is checked with it.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from ledger.seal.checkpoint import parse_decimal
from ledger.seal.note import COSIGNATURE, ED25519, LARGEST_NOTE_BYTES, BadNote, VerifierKey, Word, parse_key

LARGEST_POLICY_BYTES = LARGEST_NOTE_BYTES
MOST_LINES = 64
"""Logs, witnesses and groups, of each; the specification asks for 32 at least."""
NOBODY = "none"


class Listed(NamedTuple):
    """A witness in a policy: its name there, its key, and where it is asked; without an address it is not asked over the web."""

    name: str
    key: VerifierKey
    url: str = ""


class Group(NamedTuple):
    """Of these members, witnesses or other groups, so many must have given their word."""

    name: str
    needed: int
    members: tuple[str, ...]


class Policy(NamedTuple):
    """What a file of policy says. Without logs it does not say whose seal it is about; `quorum` names a witness or a group."""

    logs: tuple[VerifierKey, ...]
    witnesses: tuple[Listed, ...]
    groups: tuple[Group, ...]
    quorum: str

    @property
    def text(self) -> str:
        """The policy in the one way that it is written here; addresses of logs and comments are not kept."""
        lines = [f"log {key.text}" for key in self.logs]
        lines += [f"witness {each.name} {each.key.text} {each.url}".rstrip() for each in self.witnesses]
        lines += [f"group {each.name} {each.needed} {' '.join(each.members)}" for each in self.groups]
        return "".join(f"{line}\n" for line in [*lines, f"quorum {self.quorum}"])

    @property
    def without_addresses(self) -> "Policy":
        """The same policy for whoever only checks."""
        return self._replace(witnesses=tuple(each._replace(url="") for each in self.witnesses))

    @property
    def keys(self) -> list[VerifierKey]:
        """The witnesses' keys, in their order."""
        return [each.key for each in self.witnesses]

    @property
    def in_words(self) -> str:
        """Whose word is needed: "at least 1 of library, elm-street"."""
        return "nobody's" if self.quorum == NOBODY else self._named(self.quorum)

    def is_met_by(self, words: Iterable[Word]) -> bool:
        """Whether these good signatures are enough."""
        given = {word.key for word in words}
        return self.quorum == NOBODY or self._has_spoken(self.quorum, given)

    def missing(self, words: Iterable[Word]) -> list[str]:
        """The witnesses who have not given their word."""
        given = {word.key for word in words}
        return [each.name for each in self.witnesses if each.key not in given]

    def _has_spoken(self, name: str, given: Collection[VerifierKey]) -> bool:
        group = self._group(name)
        if group is None:
            return any(each.name == name and each.key in given for each in self.witnesses)
        return sum(self._has_spoken(member, given) for member in group.members) >= group.needed

    def _named(self, name: str) -> str:
        group = self._group(name)
        if group is None:
            return name
        members = ", ".join(
            f"({self._named(member)})" if self._group(member) is not None else member for member in group.members
        )
        return f"at least {group.needed} of {members}"

    def _group(self, name: str) -> Group | None:
        return next((group for group in self.groups if group.name == name), None)


def parse_policy(data: bytes) -> Policy:
    """Reads a policy, with comments and free spacing as the specification allows. Raises BadNote, naming the line."""
    if len(data) > LARGEST_POLICY_BYTES:
        raise BadNote("a policy is not that large")
    # Names are bytes without a meaning: whatever is no UTF-8 still reads as itself, and as nothing else.
    *lines, end = data.decode(errors="surrogateescape").split("\n")
    if end:
        raise BadNote("each line of a policy ends with a line break")
    reading = _Reading()
    for number, line in enumerate(lines, start=1):
        try:
            reading.take(line)
        except (BadNote, ValueError) as error:
            raise BadNote(f"line {number}: {error}") from error
    if reading.quorum is None:
        raise BadNote("a policy has one quorum line")
    return Policy(tuple(reading.logs), tuple(reading.witnesses), tuple(reading.groups), reading.quorum)


class _Reading:
    """The lines so far."""

    def __init__(self) -> None:
        self.logs: list[VerifierKey] = []
        self.witnesses: list[Listed] = []
        self.groups: list[Group] = []
        self.quorum: str | None = None
        self._free: set[str] = set()  # names that are in no group yet
        self._names: set[str] = set()

    def take(self, line: str) -> None:
        if any((sign < " " and sign != "\t") or sign == "\x7f" for sign in line):
            raise BadNote("a policy holds no control characters but tabs and line breaks")
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
                raise BadNote("this is no line of a policy")

    def _log(self, line: str) -> None:
        key = _key(line)
        if key.kind != ED25519:
            raise BadNote(f"the key of {key.name} is no log's key")
        if any(key.public == other.public for other in self.logs):
            raise BadNote("one log's key stands here twice")
        self.logs.append(key)
        _must_be_few(self.logs)

    def _witness(self, name: str, line: str, url: str) -> None:
        key = _key(line)
        if key.kind != COSIGNATURE:
            raise BadNote(f"the key of {key.name} is no witness's key")
        if any(key.public == other.key.public for other in self.witnesses):
            raise BadNote("one witness's key stands here twice")
        self._define(name)
        self.witnesses.append(Listed(name, key, url))
        _must_be_few(self.witnesses)

    def _group(self, name: str, needed: str, members: list[str]) -> None:
        for member in members:
            if member not in self._free:
                raise BadNote(f"{member} is not defined above, or is a member already")
            self._free.discard(member)
        count = {"any": 1, "all": len(members)}.get(needed) or parse_decimal(needed)
        if not 1 <= count <= len(members):
            raise BadNote("a group asks for one member at least, and for no more than it has")
        self._define(name)
        self.groups.append(Group(name, count, tuple(members)))
        _must_be_few(self.groups)

    def _quorum(self, name: str) -> None:
        if self.quorum is not None:
            raise BadNote("a policy has one quorum line")
        if name != NOBODY and name not in self._names:
            raise BadNote(f"{name} is not defined above")
        self.quorum = name

    def _define(self, name: str) -> None:
        if name == NOBODY or name in self._names:
            raise BadNote(f"{name} is taken already")
        self._names.add(name)
        self._free.add(name)


def _key(line: str) -> VerifierKey:
    try:
        line.encode()
    except UnicodeEncodeError:
        raise BadNote("a key is text in UTF-8") from None
    return parse_key(line)


def _must_be_few(listed: Collection[object]) -> None:
    if len(listed) > MOST_LINES:
        raise BadNote(f"a policy has at most {MOST_LINES} lines of a kind")
