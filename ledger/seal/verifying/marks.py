"""What an entry does to which exchange or gift, kept in a few bytes each, so that a log of any length fits into memory."""

import struct
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from ledger.seal.verifying.canonical import GIFT, REPORTED, REVERSED, SETTLED, WITHDRAWN, encode

SHORT_BYTES = 8
PERSON_BYTES = 4
SUBJECT = struct.Struct(">8sI1s8s")
COMMAND = struct.Struct(">8sI")
LARGEST_NUMBER = 2**32 - 1

CORRECTS = b"c"
MARKS = {REPORTED: b"r", SETTLED: b"s", REVERSED: b"v", GIFT: b"g", WITHDRAWN: b"w"}
"""What a kind of entry does to its subject. Entries of other kinds may come in any order."""
_EXCHANGE = ("exchange", ("given_on", "legs"))
_GIFT = ("gift", ("category", "given_on", "giver", "receiver"))
_SUBJECTS = {b"r": _EXCHANGE, b"s": _EXCHANGE, b"v": _EXCHANGE, b"g": _GIFT, b"w": _GIFT}
"""The key of an entry's subject, and the keys whose values a later entry about it must repeat."""


class Mark(NamedTuple):
    """What an entry does to which exchange or gift, and the values that a later entry about it must repeat."""

    does: bytes
    subject: str
    repeated: bytes


def marks_in(entry: Mapping[str, Any]) -> tuple[Mark, ...]:
    """The marks of an entry."""
    does, fact = MARKS.get(entry["type"]), entry["data"]
    if does is None:
        return ()
    subject, repeated = _SUBJECTS[does]
    mark = Mark(does, fact[subject], encode([fact.get(key) for key in repeated]))
    if does == b"r" and "corrects" in fact:
        return (mark, Mark(CORRECTS, fact["corrects"], b""))
    return (mark,)


def digest_of_person(secret: bytes, person: str) -> bytes:
    """A few bytes that stand for a member, a group or the host."""
    return sha256(secret + person.encode()).digest()[:PERSON_BYTES]


class Marks:
    """The marks of a segment as bytes. `secret` salts the short digests, so that no one can prepare collisions."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._people: dict[str, bytes] = {"": bytes(PERSON_BYTES)}
        self._subject = ("", b"")
        self.subjects = bytearray()
        self.commands = bytearray()

    def command(self, number: int, cmd: str) -> None:
        """Add a command whose first entry is this one."""
        self.commands += COMMAND.pack(self._short(cmd.encode()), number)

    def entry(self, number: int, marks: Iterable[Mark]) -> None:
        """Add the marks of an entry."""
        for does, subject, repeated in marks:
            self.subjects += SUBJECT.pack(self._short_subject(subject), number, does, self._short(repeated))

    def people(self, number: int, does: bytes, subject: str, first: str, second: str = "") -> None:
        """Add who did something, or who takes part."""
        people = self._person(first) + self._person(second)
        self.subjects += SUBJECT.pack(self._short_subject(subject), number, does, people)

    def _person(self, person: str) -> bytes:
        digest = self._people.get(person)
        if digest is None:
            digest = self._people[person] = digest_of_person(self._secret, person)
        return digest

    def _short_subject(self, subject: str) -> bytes:
        # Entries about the same exchange often follow each other.
        if self._subject[0] != subject:
            self._subject = (subject, self._short(subject.encode()))
        return self._subject[1]

    def _short(self, text: bytes) -> bytes:
        return sha256(self._secret + text).digest()[:SHORT_BYTES]
