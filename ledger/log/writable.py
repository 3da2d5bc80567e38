"""What may be written for ever: one spelling for each value, and an envelope that any stranger can read.

RFC 8785 says how JSON is spelled only for what it can spell: here that is texts, whole numbers within 2^53-1, true and false,
lists, and objects with ASCII keys. A type checker keeps most else out; this looks at the bytes, before they are for ever.
"""

import re
from collections.abc import Mapping
from typing import Any, cast

import msgspec

from ledger.hours import LARGEST_INTEGER

_READ = msgspec.json.Decoder().decode
# The verifier's own words for the same: it trusts nothing here, so they are said twice (ledger.seal.verifying.canonical).
_INSTANT = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z").fullmatch
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}").fullmatch
_COMMAND = re.compile(r"[A-Za-z0-9_.:-]{8,80}").fullmatch
_COMMITMENT = re.compile(r"[0-9a-f]{64}").fullmatch
_NONCE = re.compile(r"[0-9a-f]{32}").fullmatch

# Nearly every entry looks like this from end to end, which one look at the bytes can tell; all others are taken apart.
_USUAL = re.compile(
    rb'\{"actor":"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}","at":"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]'
    rb'\.[0-9]{6}Z","cmd":"[A-Za-z0-9_.:-]{8,80}","data":(?:"[ !#-\[\]-~]*"|[{}\[\],:]|-?[0-9]{1,15}(?![0-9])|true|false)+,'
    rb'(?:"for":"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}",)?"log":"[ !#-\[\]-~]+","nonce":"[0-9a-f]{32}",'
    rb'(?:"sealed":\{(?:"[a-z]+":"[0-9a-f]{64}",?)+\},)?"type":"[a-z-]+","v":[0-9]+,"ver":[0-9]+,"via":"[a-z]+",'
    rb'"wish":"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}"\}'
).fullmatch


class UnwritableEntry(Exception):
    """An entry that could not be read or verified by everybody for ever. Nothing was written: this is a fault of the program."""


def must_be_writable(data: bytes) -> None:
    """Refuses bytes of an entry that have another spelling, or an envelope that the verifier would not take."""
    if _USUAL(data):
        return
    entry: dict[str, Any] = _READ(data)
    if fault := _not_plain(entry) or _not_whole(entry):
        raise UnwritableEntry(f"an entry of “{entry['type']}” cannot be written: {fault}")


def _not_plain(value: Mapping[str, Any]) -> str:
    """What RFC 8785 would spell in another way, or not at all."""
    inside: list[Any] = [value]
    for each in inside:  # grows while it is walked
        match each:
            case str() | bool():
                pass
            case dict():
                keys = cast("dict[str, Any]", each)
                if not "".join(keys).isascii():
                    return "a key is not ASCII"
                inside += keys.values()
            case list():
                inside += each
            case int():
                if not -LARGEST_INTEGER <= each <= LARGEST_INTEGER:
                    return f"the number {each} is beyond 2^53-1"
            case _:
                return f"it holds {'nothing where something belongs' if each is None else f'the fraction {each}'}"
    return ""


def _not_whole(entry: Mapping[str, Any]) -> str:
    """What the envelope lacks."""
    if not _INSTANT(entry["at"]):
        return f"it was recorded at no instant ({entry['at']})"
    if not (_PLAIN(entry["actor"]) and _PLAIN(entry.get("for", "0")) and _PLAIN(entry["wish"])):
        return "it names somebody or something that cannot be a name"
    if not _COMMAND(entry["cmd"]) or not _NONCE(entry["nonce"]) or not entry["log"]:
        return "its command, its nonce or its log is missing"
    for field, commitment in entry.get("sealed", {}).items():
        if not _PLAIN(field) or not _COMMITMENT(commitment):
            return "what it seals is no commitment"
    return ""
