"""Reads a single entry: what it adds to the totals, and what must have come before it.

Most entries are of four kinds. Each of these has a pattern that spells out the whole entry: bytes that match it are
canonical, complete and of a known meaning, and need no further check. All other bytes are parsed in full, and only that
parsing rejects anything. So a pattern may be too narrow but never too wide; tests compare the two ways of reading.

The sequence rules say that each command is answered once, and that each correction follows an entry that it can correct.
They work for logs of any length in little memory: only a few bytes of each entry are kept, and checked a part at a time.
"""

import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from ledger.seal.verifying.bundle_files import Correction, Movement, correction, journal_entry, movement
from ledger.seal.verifying.canonical import (
    COMMAND,
    COMMITMENT,
    CONFIRMED,
    FORMAT,
    FOUNDED,
    GIFT,
    KINDS,
    LARGEST_ENTRY_BYTES,
    REPORTED,
    REVERSED,
    SETTLED,
    TIME,
    WITHDRAWN,
    BadEntry,
    Posting,
    encode,
    erased,
    postings,
    read_entry,
)
from ledger.seal.verifying.fact_shapes import (
    CATEGORY,
    EXCHANGE,
    GIFT_ID,
    MEMBER,
    MINUTES,
    NONCE,
    PERSON,
    RECEIVER,
    SEALED_FIELD,
    VIA,
    check_shape,
)

PARTS = 256
_SHORT_BYTES = 8
_SUBJECT = struct.Struct(">8sI1s8s")
_COMMAND = struct.Struct(">8sI")
COMMAND_BYTES = _COMMAND.size
LARGEST_NUMBER = 2**32 - 1

_CORRECTS = b"c"
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


class EntrySummary(NamedTuple):
    """What matters of one entry when a log is added up. `at` is when it was recorded.

    `command` is the id, the actor and the fingerprint of the command that it answers. `journal` is its text in the journal, if
    it moves minutes. `erased` is how many kinds of personal data it says were erased.
    """

    command: tuple[str, str, str]
    at: str
    kind: str
    marks: tuple[Mark, ...] = ()
    moved: tuple[Posting, ...] = ()
    journal: str = ""
    correction: Correction | None = None
    erased: int | None = None


def read(number: int, data: bytes, origin: str) -> EntrySummary:
    """Read an entry. Raise BadEntry, or UnknownKind for one that only a newer program understands."""
    return read_by_pattern(number, data, origin) or read_in_full(number, data, origin)


def read_in_full(number: int, data: bytes, origin: str) -> EntrySummary:
    """Read an entry of any kind. Raise as `read` does."""
    entry = read_entry(data, origin)
    check_shape(entry)
    if number != 1 and entry["type"] == FOUNDED:
        raise BadEntry("it founds the community again")
    marks, moved = marks_in(entry), tuple(postings(entry))
    return EntrySummary(
        (entry["cmd"], entry["actor"], entry["wish"]),
        entry["at"],
        entry["type"],
        marks,
        moved,
        journal_entry(movement(number, entry), moved) if moved else "",
        correction(number, entry, moved),
        erased(entry),
    )


def read_by_pattern(number: int, data: bytes, origin: str) -> EntrySummary | None:
    """Read an entry that matches a pattern. None says nothing about any other entry."""
    text = data.decode(errors="replace")  # no pattern matches characters beyond ASCII
    kind_found = _KIND.search(text)
    if kind_found is None or len(data) > LARGEST_ENTRY_BYTES:
        return None
    kind = kind_found[1]
    found = _PATTERNS[kind].fullmatch(text)
    if found is None:
        return None
    actor, at, cmd, *fact, behalf, log, wish = found.groups()
    if log != f'"{origin}"':
        return None
    command = (cmd, actor, wish)
    if kind == CONFIRMED:
        return EntrySummary(command, at, kind)
    if kind == GIFT:
        category, gift, given_on, giver, receiver = fact
        repeated = f"[{category},{given_on},{giver},{receiver}]"
        return EntrySummary(command, at, kind, (Mark(MARKS[kind], gift, repeated.encode()),))
    exchange, given_on, legs = fact
    marks = (Mark(MARKS[kind], exchange, f'["{given_on}",{legs}]'.encode()),)
    moved: list[Posting] = []
    for giver, digits, receiver in _MOVED.findall(legs):
        if giver == receiver:
            return None
        minutes = int(digits)
        moved += (Posting(giver, minutes, 0), Posting(receiver, 0, minutes))
    if kind == REPORTED:
        return EntrySummary(command, at, kind, marks)
    line = journal_entry(Movement(number, kind, at[:10], given_on, exchange, actor, behalf), moved)
    return EntrySummary(command, at, kind, marks, tuple(moved), line)


_ORIGIN = r'"[ !#-\[\]-~]*"'
"""A string of ASCII characters that need no escape, as it is in an entry, with its quotes."""
_DAY = (
    "(?!0000)[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    "|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
"""A day in the calendar, except 29 February, which is read in full."""
_LEG = rf'\{{"category":"{CATEGORY}","giver":"{MEMBER}","minutes":{MINUTES},"receiver":"{MEMBER}"\}}'
_LEGS = rf"(\[{_LEG}(?:,{_LEG})?\])"
_MOVED = re.compile(r'"giver":"([^"]+)","minutes":([0-9]+),"receiver":"([^"]+)"')
_FACTS = {
    REPORTED: rf'"awaiting":\[(?:"{MEMBER}"(?:,"{MEMBER}")?)?\],"exchange":"({EXCHANGE})","given_on":"({_DAY})"'
    rf',"legs":{_LEGS},"reported_by":"{PERSON}"',
    CONFIRMED: rf'"confirmed_by":"{PERSON}","exchange":"{EXCHANGE}"',
    SETTLED: rf'"exchange":"({EXCHANGE})","given_on":"({_DAY})","legs":{_LEGS}',
    GIFT: rf'"category":("{CATEGORY}"),"gift":"({GIFT_ID})","given_on":("{_DAY}"),"giver":("{MEMBER}")'
    rf',"receiver":("{RECEIVER}"),"recorded_by":"{PERSON}"',
}
_PATTERNS = {
    kind: re.compile(
        rf'\{{"actor":"({PERSON})","at":"({_DAY}{TIME})","cmd":"({COMMAND})","data":\{{{fact}\}}'
        rf',(?:"for":"({PERSON})",)?"log":({_ORIGIN}),"nonce":"{NONCE}","sealed":\{{(?:"{SEALED_FIELD}":"{COMMITMENT}")?\}}'
        rf',"type":"{kind}","v":{FORMAT},"ver":{KINDS[kind]},"via":"{VIA}","wish":"([0-9a-f]{{32}})"\}}'
    )
    for kind, fact in _FACTS.items()
}
_KIND = re.compile(rf'"type":"({"|".join(_PATTERNS)})"')


def marks_in(entry: Mapping[str, Any]) -> tuple[Mark, ...]:
    """The marks of an entry."""
    does, fact = MARKS.get(entry["type"]), entry["data"]
    if does is None:
        return ()
    subject, repeated = _SUBJECTS[does]
    mark = Mark(does, fact[subject], encode([fact.get(key) for key in repeated]))
    if does == b"r" and "corrects" in fact:
        return (mark, Mark(_CORRECTS, fact["corrects"], b""))
    return (mark,)


class Marks:
    """The marks of a segment as bytes. `secret` salts the short digests, so that no one can prepare collisions."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.subjects = bytearray()
        self.commands = bytearray()

    def command(self, number: int, cmd: str) -> None:
        """Add a command whose first entry is this one."""
        self.commands += _COMMAND.pack(self._short(cmd.encode()), number)

    def entry(self, number: int, marks: Iterable[Mark]) -> None:
        """Add the marks of an entry."""
        for does, subject, repeated in marks:
            self.subjects += _SUBJECT.pack(self._short(subject.encode()), number, does, self._short(repeated))

    def _short(self, text: bytes) -> bytes:
        return sha256(self._secret + text).digest()[:_SHORT_BYTES]


class OutOfSequence(NamedTuple):
    """An entry that comes too early, too late or twice."""

    number: int
    message: str


class SequenceRules:
    """Gathers the marks of a whole log in order, then reports what breaks the rules."""

    def __init__(self) -> None:
        self.originals: dict[int, int] = {}
        """The number of a correction -> the number of the entry that it corrects."""
        self._subjects = [bytearray() for _ in range(PARTS)]
        self._commands = [bytearray() for _ in range(PARTS)]

    def add(self, subjects: bytes, commands: bytes) -> None:
        """Add the marks of the next segment."""
        for parts, marks, width in (
            (self._subjects, subjects, _SUBJECT.size),
            (self._commands, commands, _COMMAND.size),
        ):
            for start in range(0, len(marks), width):
                parts[marks[start]] += marks[start : start + width]

    def violations(self) -> Iterator[OutOfSequence]:
        """Every entry that is out of sequence. Fills `originals` as it goes."""
        for part in self._commands:
            first: dict[bytes, int] = {}
            for command, number in _COMMAND.iter_unpack(part):
                before = first.setdefault(command, number)
                if before != number:
                    yield OutOfSequence(number, f"it answers a command that entry {before} answered before")
        for part in self._subjects:
            subjects: dict[bytes, dict[bytes, tuple[int, bytes]]] = {}
            for subject, number, does, repeated in _SUBJECT.iter_unpack(part):
                so_far = subjects.setdefault(subject, {})
                if message := self._violation(so_far, number, does, repeated):
                    yield OutOfSequence(number, message)
                so_far.setdefault(does, (number, repeated))

    def _violation(self, so_far: dict[bytes, tuple[int, bytes]], number: int, does: bytes, repeated: bytes) -> str:
        verb, needed, must_repeat = _RULES[does]
        if does in so_far and does != _CORRECTS:
            return f"it {verb} what entry {so_far[does][0]} already {verb}"
        if not needed:
            return ""
        if needed not in so_far:
            return f"it {verb} something that no earlier entry mentions"
        original, values = so_far[needed]
        if does in _CORRECTING:
            self.originals[number] = original
        return "" if not must_repeat or values == repeated else f"it does not match entry {original}"


_RULES: Mapping[bytes, tuple[str, bytes, bool]] = {
    b"r": ("reports", b"", False),
    b"s": ("settles", b"r", True),
    b"v": ("reverses", b"s", True),
    _CORRECTS: ("corrects", b"v", False),
    b"g": ("records", b"", False),
    b"w": ("withdraws", b"g", True),
}
"""Mark -> its verb, the mark that must have come before it, and whether both must have the same values."""

_CORRECTING = frozenset({b"v", _CORRECTS, b"w"})
