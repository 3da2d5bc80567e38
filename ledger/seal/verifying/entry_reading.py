"""Reads a single entry: what it adds to the totals, and what must have come before it.

Most entries are of six kinds. Each of these has a pattern that spells out the whole entry: bytes that match it are
canonical, complete and of a known meaning, and need no further check. All other bytes are parsed in full, and only that
parsing rejects anything. So a pattern may be too narrow but never too wide; tests compare the two ways of reading.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from ledger.seal.verifying.bundle_files import Correction, Movement, correction, journal_entry, movement
from ledger.seal.verifying.canonical import (
    COMMAND,
    COMMITMENT,
    CONFIRMED,
    DAY,
    FORMAT,
    FOUNDED,
    GIFT,
    KINDS,
    LARGEST_ENTRY_BYTES,
    REPORTED,
    SETTLED,
    TIME,
    BadEntry,
    Posting,
    erased,
    postings,
    read_entry,
)
from ledger.seal.verifying.fact_shapes import (
    CATEGORY,
    EXCHANGE,
    GIFT_ID,
    MEMBER,
    MOST_MINUTES,
    NONCE,
    PERSON,
    RECEIVER,
    SEALED_FIELD,
    VIA,
    check_shape,
    is_day,
)
from ledger.seal.verifying.marks import Mark, marks_in


class EntrySummary(NamedTuple):
    """What matters of one entry when a log is added up and its rules are checked. `at` is when it was recorded.

    `command` is the id, the actor and the fingerprint of the command that it answers; `speaker` the person whose decision it
    is. `fact` is its fact, and for a report or a gift the values that the rules need, see `_needed`. `journal` is its text in the
    journal, if it moves minutes. `erased` is how many kinds of personal data it says were erased.
    """

    command: tuple[str, str, str]
    at: str
    kind: str
    version: int
    speaker: str
    fact: Any
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
        entry["ver"],
        entry.get("for", entry["actor"]),
        _needed(entry["type"], entry["data"]),
        marks,
        moved,
        journal_entry(movement(number, entry), moved) if moved else "",
        correction(number, entry, moved),
        erased(entry),
    )


def _needed(kind: str, fact: Mapping[str, Any]) -> Any:
    """What the rules need of a fact: for the usual kinds not all of it, and in the order of `read_by_pattern`."""
    if kind == REPORTED:
        legs = tuple((leg["category"], leg["giver"], str(leg["minutes"]), leg["receiver"]) for leg in fact["legs"])
        awaiting, corrects = tuple(fact["awaiting"]), fact.get("corrects", "")
        return fact["exchange"], fact["given_on"], legs, fact["reported_by"], awaiting, corrects
    if kind == GIFT:
        return tuple(fact[key] for key in ("gift", "given_on", "category", "giver", "receiver", "recorded_by"))
    return None if kind == SETTLED else fact


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
    if at[11:13] > "23" or not _exists(at[:10]):
        return None
    return _USUAL[kind](number, ((cmd, actor, wish), at, kind, KINDS[kind], behalf or actor), fact, behalf)


_Common = tuple[tuple[str, str, str], str, str, int, str]
"""The first fields of a summary."""
_Groups = list[str]
"""What the pattern of a kind found in the fact."""


def _confirmation(_number: int, common: _Common, fact: _Groups, _behalf: str | None) -> EntrySummary:
    by, exchange = fact
    return EntrySummary(*common, {"confirmed_by": by, "exchange": exchange})


def _member(_number: int, common: _Common, fact: _Groups, _behalf: str | None) -> EntrySummary:
    return EntrySummary(*common, {"member": fact[0]})


def _gift(_number: int, common: _Common, fact: _Groups, _behalf: str | None) -> EntrySummary | None:
    category, gift, given_on, giver, receiver, by = fact
    if not _exists(given_on):
        return None
    mark = Mark(b"g", gift, f'["{category}","{given_on}","{giver}","{receiver}"]'.encode())
    return EntrySummary(*common, (gift, given_on, category, giver, receiver, by), (mark,))


def _report(_number: int, common: _Common, fact: _Groups, _behalf: str | None) -> EntrySummary | None:
    awaiting, exchange, given_on, written, *leg, second, by = fact
    legs = _legs(leg, second)
    if legs is None or not _exists(given_on):
        return None
    mark = Mark(b"r", exchange, f'["{given_on}",{written}]'.encode())
    asked = tuple(awaiting[1:-1].split('","')) if awaiting else ()
    return EntrySummary(*common, (exchange, given_on, legs, by, asked, ""), (mark,))


def _settlement(number: int, common: _Common, fact: _Groups, behalf: str | None) -> EntrySummary | None:
    exchange, given_on, written, *leg, second = fact
    legs = _legs(leg, second)
    if legs is None or not _exists(given_on):
        return None
    moved: list[Posting] = []
    for _, giver, digits, receiver in legs:
        minutes = int(digits)
        moved += (Posting(giver, minutes, 0), Posting(receiver, 0, minutes))
    mark = Mark(b"s", exchange, f'["{given_on}",{written}]'.encode())
    (_, actor, _), at, kind, *_ = common
    line = journal_entry(Movement(number, kind, at[:10], given_on, exchange, actor, behalf), moved)
    return EntrySummary(*common, None, (mark,), tuple(moved), line)


def _legs(first: list[str], second: str | None) -> tuple[tuple[str, ...], ...] | None:
    """The values of one leg or two, unless they are impossible."""
    legs = (tuple(first), *_LEG_VALUES.findall(second)) if second else (tuple(first),)
    for _, giver, digits, receiver in legs:
        if giver == receiver or int(digits) > MOST_MINUTES:
            return None
    return legs


@lru_cache(maxsize=1 << 14)
def _exists(day: str) -> bool:
    return is_day(day)


_MEMBERS = ("member-invited", "member-welcomed")
_ORIGIN = r'"[ !#-\[\]-~]*"'
"""A string of ASCII characters that need no escape, as it is in an entry, with its quotes."""
_MINUTES = "[1-9][0-9]{0,3}"
_LEG = rf'\{{"category":"{CATEGORY}","giver":"{MEMBER}","minutes":{_MINUTES},"receiver":"{MEMBER}"\}}'
_FIRST_LEG = rf'\{{"category":"({CATEGORY})","giver":"({MEMBER})","minutes":({_MINUTES}),"receiver":"({MEMBER})"\}}'
_LEGS = rf"(\[{_FIRST_LEG}(?:,({_LEG}))?\])"
_LEG_VALUES = re.compile(_FIRST_LEG)
_FACTS = {
    REPORTED: rf'"awaiting":\[((?:"{MEMBER}"(?:,"{MEMBER}")?)?)\],"exchange":"({EXCHANGE})","given_on":"({DAY})"'
    rf',"legs":{_LEGS},"reported_by":"({PERSON})"',
    CONFIRMED: rf'"confirmed_by":"({PERSON})","exchange":"({EXCHANGE})"',
    SETTLED: rf'"exchange":"({EXCHANGE})","given_on":"({DAY})","legs":{_LEGS}',
    GIFT: rf'"category":"({CATEGORY})","gift":"({GIFT_ID})","given_on":"({DAY})","giver":"({MEMBER})"'
    rf',"receiver":"({RECEIVER})","recorded_by":"({PERSON})"',
    **dict.fromkeys(_MEMBERS, rf'"member":"({MEMBER})"'),
}
_USUAL: Mapping[str, Callable[[int, _Common, _Groups, str | None], EntrySummary | None]] = {
    REPORTED: _report,
    CONFIRMED: _confirmation,
    SETTLED: _settlement,
    GIFT: _gift,
    **dict.fromkeys(_MEMBERS, _member),
}
_SEALED = (
    rf'(?:"{SEALED_FIELD}":"{COMMITMENT}"|"email":"{COMMITMENT}","name":"{COMMITMENT}"(?:,"phone":"{COMMITMENT}")?)?'
)
_PATTERNS = {
    kind: re.compile(
        rf'\{{"actor":"({PERSON})","at":"({DAY}{TIME})","cmd":"({COMMAND})","data":\{{{fact}\}}'
        rf',(?:"for":"({PERSON})",)?"log":({_ORIGIN}),"nonce":"{NONCE}","sealed":\{{{_SEALED}\}}'
        rf',"type":"{kind}","v":{FORMAT},"ver":{KINDS[kind]},"via":"{VIA}","wish":"([0-9a-f]{{32}})"\}}'
    )
    for kind, fact in _FACTS.items()
}
_KIND = re.compile(rf'"type":"({"|".join(_PATTERNS)})"')
