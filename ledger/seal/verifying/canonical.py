"""Parses an entry strictly, without the rest of the ledger: canonical bytes, a complete envelope, and what it moves.

The bytes must follow RFC 8785, limited to what the ledger writes: sorted ASCII keys, no spaces, no fractions, no nulls, and
integers within 2^53-1. An entry has only one spelling, so its hash stands for its meaning.
"""

import json
import re
from collections.abc import Mapping
from operator import itemgetter
from typing import Any, NamedTuple, NoReturn

from ledger.seal.verifying.fact_shapes import KINDS, BadEntry

FORMAT = 1
LARGEST_ENTRY_BYTES = 65_535
LARGEST_INTEGER = 2**53 - 1
_MOST_DIGITS = len(str(-LARGEST_INTEGER))

FOUNDED = "community-founded"
REPORTED, CONFIRMED = "exchange-reported", "exchange-confirmed"
SETTLED, REVERSED = "exchange-settled", "exchange-reversed"
GIFT, WITHDRAWN = "gift-recorded", "gift-withdrawn"
ERASED = "personal-data-erased"

_NEEDED = ("actor", "at", "cmd", "data", "log", "nonce", "type", "v", "ver", "via", "wish")
_ENVELOPES = frozenset(tuple(sorted((*_NEEDED, *more))) for more in ((), ("for",), ("sealed",), ("for", "sealed")))
"""The possible keys of an envelope, in the order of canonical bytes."""
_TEXTS = itemgetter("actor", "at", "cmd", "log", "nonce", "type", "via", "wish")
DAY = "[0-9]{4}-[01][0-9]-[0-3][0-9]"
TIME = r"T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z"
# Journals and tables contain these, so they must not read as anything but a name there.
NAME = "[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}"
COMMAND = "[A-Za-z0-9_.:-]{8,80}"
COMMITMENT = "[0-9a-f]{64}"
_INSTANT, _PLAIN, _COMMAND, _COMMITMENT = map(re.compile, (DAY + TIME, NAME, COMMAND, COMMITMENT))


class UnknownKind(Exception):
    """An entry of an unknown kind, version or format: its meaning cannot be checked."""


class Posting(NamedTuple):
    """A change to one account, in minutes. A reversal has the negative amounts of the exchange it takes back."""

    account: str
    given: int
    received: int


def read_entry(data: bytes, origin: str) -> dict[str, Any]:
    """Parse the envelope, with the fact as `data`. Raise BadEntry, or UnknownKind for an entry that only a newer program knows."""
    entry = _read_canonical(data)
    if tuple(entry) not in _ENVELOPES:
        raise BadEntry("its envelope is incomplete")
    behalf = entry.get("for", entry["actor"])
    if not _are_texts((behalf, *_TEXTS(entry))) or not _is(entry["v"], int) or not _is(entry["ver"], int):
        raise BadEntry("its envelope holds a value of the wrong type")
    if not _is(entry["data"], dict) or not _are_commitments(entry.get("sealed", {})):
        raise BadEntry("its fact or its list of sealed texts is malformed")
    if entry["log"] != origin:
        raise BadEntry(f"it belongs to the log {entry['log']}")
    if not _INSTANT.fullmatch(entry["at"]):
        raise BadEntry("its recording time is malformed")
    if not all(map(_PLAIN.fullmatch, (entry["actor"], behalf, entry["wish"]))):
        raise BadEntry("its envelope holds something that is not an identifier")
    if not _COMMAND.fullmatch(entry["cmd"]):
        raise BadEntry("it has no valid command id")
    if entry["v"] != FORMAT or not 1 <= entry["ver"] <= KINDS.get(entry["type"], 0):
        raise UnknownKind(
            f"it is “{entry['type']}” version {entry['ver']} in format {entry['v']}, which is unknown here"
        )
    return entry


def postings(entry: Mapping[str, Any]) -> list[Posting]:
    """Return the movements of an entry of the right shape: the same as the `postings` of its fact."""
    if entry["type"] == SETTLED:
        sign = 1
    elif entry["type"] == REVERSED:
        sign = -1
    else:
        return []
    moved: list[Posting] = []
    for leg in entry["data"]["legs"]:
        moved.append(Posting(leg["giver"], sign * leg["minutes"], 0))
        moved.append(Posting(leg["receiver"], 0, sign * leg["minutes"]))
    return moved


def erased(entry: Mapping[str, Any]) -> int | None:
    """How many kinds of personal data this entry says were erased (0 if none were stored), or None for other entries."""
    if entry["type"] != ERASED:
        return None
    return len(entry["data"]["fields"])


def _is(value: Any, kind: type) -> bool:
    """Whether the value has exactly this type: in Python, true is also an int."""
    return type(value) is kind


def _are_texts(values: tuple[Any, ...]) -> bool:
    return {*map(type, values)} == {str}


def _are_commitments(sealed: Any) -> bool:
    return _is(sealed, dict) and all(
        _PLAIN.fullmatch(field) and _is(value, str) and _COMMITMENT.fullmatch(value) for field, value in sealed.items()
    )


def encode(value: object) -> bytes:
    """Canonical JSON."""
    return _ENCODE(value).encode()


def _read_canonical(data: bytes) -> dict[str, Any]:
    if len(data) > LARGEST_ENTRY_BYTES:
        raise BadEntry(f"an entry cannot have more than {LARGEST_ENTRY_BYTES} bytes")
    try:
        entry, _ = _DECODER.raw_decode(data.decode())
        if encode(entry) != data:
            raise BadEntry("its bytes are not canonical")
    except (ValueError, RecursionError) as error:
        raise BadEntry("its bytes are not JSON that an entry can be") from error
    if not _is(entry, dict):
        raise BadEntry("it is not an object")
    # Most entries are pure ASCII without a null, so there is nothing that needs the slower check.
    if not data.isascii() or b"null" in data:
        _must_be_allowed(entry)
    return entry


def _must_be_allowed(value: Any) -> None:
    if value is None:
        raise BadEntry("it contains a null")
    if _is(value, list):
        for each in value:
            _must_be_allowed(each)
    elif _is(value, dict):
        for key, each in value.items():
            if not key.isascii():
                raise BadEntry("it has a key that is not ASCII")
            _must_be_allowed(each)


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS or abs(int(digits)) > LARGEST_INTEGER:
        raise BadEntry("it holds a number that not every program can represent")
    return int(digits)


def _no_fraction(_text: str) -> NoReturn:
    raise BadEntry("it holds a number that is not an integer")


_DECODER = json.JSONDecoder(parse_float=_no_fraction, parse_int=_whole, parse_constant=_no_fraction)
_ENCODE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode
