"""What an entry comes to, for whoever adds up a book.

Most entries of a book are of four kinds. Each of these has a pattern that spells the whole entry out: bytes that fit it are
canonical, whole and of a known meaning, and need no further look. Bytes that fit none are read at length, and only there is
anything refused. So a pattern may be too narrow, never too wide: tests hold what it reads against what is read at length.
"""

import re
from typing import NamedTuple

from ledger.seal.canonical import (
    COMMAND,
    COMMITMENT,
    CONFIRMED,
    DAY,
    FORMAT,
    GIFT,
    KINDS,
    LARGEST_ENTRY_BYTES,
    MOST_MINUTES,
    NAME,
    REPORTED,
    SETTLED,
    TIME,
    Posting,
    erased,
    postings,
    read_entry,
)
from ledger.seal.journal import Correction, Movement, correction, journal_entry, movement
from ledger.seal.order import MARKS, Mark, marks_of


class Read(NamedTuple):
    """One entry as it counts: the command it answers (which one, by whom, for what wish), its place among others, the
    minutes that it moves and how the journal tells of them, what it puts right, and how many kinds of personal data it says
    were erased. `day` is when it was recorded.
    """

    command: tuple[str, str, str]
    day: str
    marks: tuple[Mark, ...] = ()
    moved: tuple[Posting, ...] = ()
    journal: str = ""
    correction: Correction | None = None
    erased: int | None = None


def read(number: int, data: bytes, origin: str) -> Read:
    """Reads an entry. Raises BadEntry, or UnknownKind for one that only a newer program knows."""
    return at_a_glance(number, data, origin) or at_length(number, data, origin)


def at_length(number: int, data: bytes, origin: str) -> Read:
    """Reads an entry of any kind. Raises as `read` does."""
    entry = read_entry(data, origin)
    marks, moved = marks_of(entry), tuple(postings(entry))
    return Read(
        (entry["cmd"], entry["actor"], entry["wish"]),
        entry["at"][:10],
        marks,
        moved,
        journal_entry(movement(number, entry), moved) if moved else "",
        correction(number, entry, moved),
        erased(entry),
    )


def at_a_glance(number: int, data: bytes, origin: str) -> Read | None:
    """Reads an entry that fits a pattern; None says nothing about any other."""
    text = data.decode(errors="replace")  # no pattern takes a sign beyond ASCII
    named = _KIND.search(text)
    if named is None or len(data) > LARGEST_ENTRY_BYTES:
        return None
    kind = named[1]
    found = _PATTERNS[kind].fullmatch(text)
    if found is None:
        return None
    actor, day, cmd, *fact, behalf, log, wish = found.groups()
    if log != f'"{origin}"':
        return None
    command = (cmd, actor, wish)
    if kind == CONFIRMED:
        return Read(command, day)
    if kind == GIFT:
        category, gift, given_on, giver, receiver = fact
        said = f"[{category},{given_on},{giver},{receiver}]"
        return Read(command, day, (Mark(MARKS[kind], gift, said.encode()),))
    exchange, given_on, legs = fact
    marks = (Mark(MARKS[kind], exchange, f'["{given_on}",{legs}]'.encode()),)
    if kind == REPORTED:
        return Read(command, day, marks)
    moved: list[Posting] = []
    for giver, digits, receiver in _MOVED.findall(legs):
        minutes = int(digits)
        if minutes > MOST_MINUTES or giver == receiver:
            return None
        moved += (Posting(giver, minutes, 0), Posting(receiver, 0, minutes))
    told = Movement(number, kind, day, given_on, exchange, actor, behalf)
    return Read(command, day, marks, tuple(moved), journal_entry(told, moved))


_TEXT = r'"[ !#-\[\]-~]*"'
"""A text of ASCII signs in which nothing needs to be escaped, as it stands in an entry, with its quotes."""
_LEG = rf'\{{"category":"{NAME}","giver":"{NAME}","minutes":[1-9][0-9]{{0,3}},"receiver":"{NAME}"\}}'
_LEGS = rf"(\[{_LEG}(?:,{_LEG})*\])"
_MOVED = re.compile(r'"giver":"([^"]+)","minutes":([0-9]+),"receiver":"([^"]+)"')
_FACTS = {
    REPORTED: rf'"awaiting":\[(?:{_TEXT}(?:,{_TEXT})*)?\],"exchange":"({NAME})","given_on":"({DAY})","legs":{_LEGS}'
    rf',"reported_by":{_TEXT}',
    CONFIRMED: rf'"confirmed_by":{_TEXT},"exchange":{_TEXT}',
    SETTLED: rf'"exchange":"({NAME})","given_on":"({DAY})","legs":{_LEGS}',
    GIFT: rf'"category":({_TEXT}),"gift":"({NAME})","given_on":({_TEXT}),"giver":({_TEXT}),"receiver":({_TEXT})'
    rf',"recorded_by":{_TEXT}',
}
_PATTERNS = {
    kind: re.compile(
        rf'\{{"actor":"({NAME})","at":"({DAY}){TIME}","cmd":"({COMMAND})","data":\{{{fact}\}}'
        rf',(?:"for":"({NAME})",)?"log":({_TEXT}),"nonce":{_TEXT},"sealed":\{{(?:"{NAME}":"{COMMITMENT}")?\}}'
        rf',"type":"{kind}","v":{FORMAT},"ver":{KINDS[kind]},"via":{_TEXT},"wish":"({NAME})"\}}'
    )
    for kind, fact in _FACTS.items()
}
_KIND = re.compile(rf'"type":"({"|".join(_PATTERNS)})"')
