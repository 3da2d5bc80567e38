"""One entry of the log: its envelope, its canonical bytes, and how they are read again."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple, cast

import msgspec

from ledger import tags
from ledger.catalogue import Fact, Tags, facts
from ledger.hours import LARGEST_INTEGER
from ledger.identifiers import CommandId, MemberId


class StoredEntry(NamedTuple):
    """An entry as it was written. `data` are the canonical bytes, exactly those that are hashed; they are never encoded again."""

    position: int
    type: str
    data: bytes
    tags: tuple[str, ...]


_READ = msgspec.json.Decoder().decode
# The verifier trusts nothing here and has its own definition of the same (ledger.seal.verifying.canonical).
_INSTANT = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z").fullmatch
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}").fullmatch
_COMMAND = re.compile(r"[A-Za-z0-9_.:-]{8,80}").fullmatch
_COMMITMENT = re.compile(r"[0-9a-f]{64}").fullmatch
_NONCE = re.compile(r"[0-9a-f]{32}").fullmatch

# Nearly every entry matches this from end to end. All others are decoded and checked field by field.
_USUAL = re.compile(
    rb'\{"actor":"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}","at":"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]'
    rb'\.[0-9]{6}Z","cmd":"[A-Za-z0-9_.:-]{8,80}","data":(?:"[ !#-\[\]-~]*"|[{}\[\],:]|-?[0-9]{1,15}(?![0-9])|true|false)+,'
    rb'(?:"for":"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}",)?"log":"[ !#-\[\]-~]+","nonce":"[0-9a-f]{32}",'
    rb'(?:"sealed":\{(?:"[a-z]+":"[0-9a-f]{64}",?)+\},)?"type":"[a-z-]+","v":[0-9]+,"ver":[0-9]+,"via":"[a-z]+",'
    rb'"wish":"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}"\}'
).fullmatch


class UnwritableEntry(Exception):
    """An entry that not everyone could read and verify for ever. Nothing was written: this is a bug."""


def check_writable(data: bytes) -> None:
    """Reject bytes that aren't canonical, or have an envelope that the verifier would reject."""
    if _USUAL(data):
        return
    entry: dict[str, Any] = _READ(data)
    if fault := _not_canonical(entry) or _not_complete(entry):
        raise UnwritableEntry(f"an entry of “{entry['type']}” cannot be written: {fault}")


def _not_canonical(value: Mapping[str, Any]) -> str:
    """Return what RFC 8785 would write differently, or not at all; empty if there is nothing."""
    values: list[Any] = [value]
    for each in values:  # grows during the loop
        match each:
            case str() | bool():
                pass
            case dict():
                keys = cast("dict[str, Any]", each)
                if not "".join(keys).isascii():
                    return "a key is not ASCII"
                values += keys.values()
            case list():
                values += each
            case int():
                if not -LARGEST_INTEGER <= each <= LARGEST_INTEGER:
                    return f"the number {each} is outside ±(2^53-1)"
            case _:
                return "a value is missing" if each is None else f"the number {each} is a fraction"
    return ""


def _not_complete(entry: Mapping[str, Any]) -> str:
    """Return what is missing or invalid in the envelope; empty if there is nothing."""
    if not _INSTANT(entry["at"]):
        return f"the time it was recorded is not valid ({entry['at']})"
    if not (_IDENTIFIER(entry["actor"]) and _IDENTIFIER(entry.get("for", "0")) and _IDENTIFIER(entry["wish"])):
        return "an identifier in it is not valid"
    if not _COMMAND(entry["cmd"]) or not _NONCE(entry["nonce"]) or not entry["log"]:
        return "its command, its nonce or its log is missing"
    for field, commitment in entry.get("sealed", {}).items():
        if not _IDENTIFIER(field) or not _COMMITMENT(commitment):
            return "a commitment in it is not valid"
    return ""


FORMAT = 1
LARGEST_ENTRY_BYTES = 65_535
"""Tiles of a transparency log have 16 bits for the length of an entry (C2SP tlog-tiles)."""

Via = Literal["web", "cli", "import", "api", "job"]


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """All that an entry says apart from the fact: when it was recorded, by whom, on whose behalf, and through which interface.

    `at` is the recorded instant in UTC with microseconds. `wish` is a fingerprint of the request, without the texts that people
    typed. `nonce` makes the hash of an entry impossible to guess. `sealed` has commitments to texts that are stored elsewhere.
    """

    v: int
    log: str
    type: str
    ver: int
    at: str
    actor: MemberId
    on_behalf: MemberId | None = msgspec.field(default=None, name="for")
    via: Via
    cmd: CommandId
    wish: str
    nonce: str
    sealed: dict[str, str] = msgspec.field(default_factory=dict[str, str])


class Entry(Envelope, frozen=True, kw_only=True):
    """A fact as recorded."""

    data: Fact

    @property
    def recorded_at(self) -> datetime:
        """The recorded instant."""
        return instant(self.at)

    @property
    def tags(self) -> Tags:
        """All the tags that it is found by."""
        return (*self.data.tags, tags.command(self.cmd))


class _UndecodedEntry(Envelope, frozen=True, kw_only=True):
    data: msgspec.Raw


class UnreadableEntry(Exception):
    """These bytes aren't an entry that this version understands."""


class _DatedEntry(msgspec.Struct):
    at: str


_DATED = msgspec.json.Decoder(_DatedEntry)
_UNDECODED = msgspec.json.Decoder(_UndecodedEntry)
_KINDS = facts()
_READERS = {kind: msgspec.json.Decoder(kind) for kind in _KINDS.values()}
_ENCODER = msgspec.json.Encoder(order="sorted")
_UNKNOWN = "is not known here; a newer version of the program may be able to read it"
_DAMAGE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def encode(entry: Entry) -> bytes:
    """Encode an entry as the canonical bytes that are stored for ever. Raise UnwritableEntry if there is no canonical form."""
    data = _ENCODER.encode(entry)
    check_writable(data)
    if len(data) > LARGEST_ENTRY_BYTES:
        raise UnreadableEntry(f"an entry of {len(data)} bytes is larger than {LARGEST_ENTRY_BYTES}")
    return data


def recorded_at(data: bytes) -> datetime:
    """Return the recorded instant of an entry, even of a kind that only a newer version understands."""
    try:
        return instant(_DATED.decode(data).at)
    except (*_DAMAGE, ValueError) as error:
        raise UnreadableEntry(f"not an entry: {error}") from error


def decode(data: bytes) -> Entry:
    """Decode an entry, and convert its fact to the current version.

    Raise UnreadableEntry for unknown formats, types and newer versions: a log that we do not understand is not replayed.
    """
    try:
        envelope = _UNDECODED.decode(data)
    except _DAMAGE as error:
        raise UnreadableEntry(f"not an entry: {error}") from error
    if envelope.v != FORMAT:
        raise UnreadableEntry(f"entry format {envelope.v} {_UNKNOWN}")
    kind = _KINDS.get(envelope.type)
    if kind is None:
        raise UnreadableEntry(f"the fact “{envelope.type}” {_UNKNOWN}")
    version = kind.stored.version
    if envelope.ver < 1:
        raise UnreadableEntry(f"“{envelope.type}” has no version {envelope.ver}")
    if envelope.ver > version:
        raise UnreadableEntry(
            f"“{envelope.type}” version {envelope.ver} is newer than version {version}, the newest known here"
        )
    try:
        # Whole logs are read through here, and nearly every entry has the current version, so that takes no further call.
        reader = _READERS.get(kind) if envelope.ver == version else None
        fact = reader.decode(envelope.data) if reader else _upcast(envelope, kind)
    except _DAMAGE as error:
        raise UnreadableEntry(f"a damaged “{envelope.type}”: {error}") from error
    return Entry(  # field by field, which is faster than a copy
        v=envelope.v,
        log=envelope.log,
        type=envelope.type,
        ver=envelope.ver,
        at=envelope.at,
        actor=envelope.actor,
        on_behalf=envelope.on_behalf,
        via=envelope.via,
        cmd=envelope.cmd,
        wish=envelope.wish,
        nonce=envelope.nonce,
        data=fact,
        sealed=envelope.sealed,
    )


def _upcast(envelope: _UndecodedEntry, kind: type[Fact]) -> Fact:
    """Convert a fact of an older version step by step. The stored bytes and their hash stay as they are."""
    data = msgspec.json.decode(envelope.data, type=dict[str, object])
    try:
        for version in range(envelope.ver, kind.stored.version):
            data = kind.upcasters[version](data)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableEntry(f"“{envelope.type}” version {envelope.ver} cannot be read: {error!r}") from error
    return msgspec.convert(data, kind)


def instant_text(moment: datetime) -> str:
    """Format an instant as entries write it: UTC, microseconds, Z."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def instant(text: str) -> datetime:
    """Parse an instant as entries write it."""
    return datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC)
