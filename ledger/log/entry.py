"""One entry as the log keeps it."""

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
    """An entry as it was written: `data` is the canonical bytes, exactly those that are hashed; never encoded again."""

    position: int
    type: str
    data: bytes
    tags: tuple[str, ...]


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
                    return f"the number {each} is larger than 2^53-1"
            case _:
                return f"it holds {'nothing where something belongs' if each is None else f'the fraction {each}'}"
    return ""


def _not_whole(entry: Mapping[str, Any]) -> str:
    """What the envelope lacks."""
    if not _INSTANT(entry["at"]):
        return f"the time it was recorded is not valid ({entry['at']})"
    if not (_PLAIN(entry["actor"]) and _PLAIN(entry.get("for", "0")) and _PLAIN(entry["wish"])):
        return "it names someone or something that is not a valid identifier"
    if not _COMMAND(entry["cmd"]) or not _NONCE(entry["nonce"]) or not entry["log"]:
        return "its command, its nonce or its log is missing"
    for field, commitment in entry.get("sealed", {}).items():
        if not _PLAIN(field) or not _COMMITMENT(commitment):
            return "what it seals is not a commitment"
    return ""


FORMAT = 1
LARGEST_ENTRY_BYTES = 65_535
"""Tiles of a transparency log give an entry's length in 16 bits (C2SP tlog-tiles)."""

Via = Literal["web", "cli", "import", "api", "job"]


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A fact as recorded: when, by whom, on whose behalf, through which door, answering which wish.

    `at` is the recorded instant in UTC with microseconds. `wish` fingerprints what was asked for, without free
    words. `nonce` keeps a neighbour's entry from being guessed. `sealed` holds commitments to words kept elsewhere.
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
    data: Fact
    sealed: dict[str, str] = msgspec.field(default_factory=dict[str, str])

    @property
    def recorded_at(self) -> datetime:
        """The recorded instant."""
        return instant(self.at)

    @property
    def tags(self) -> Tags:
        """All the tags that it is kept with."""
        return (*self.data.tags, tags.command(self.cmd))


class _Envelope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
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
    data: msgspec.Raw
    sealed: dict[str, str] = msgspec.field(default_factory=dict[str, str])


class UnreadableEntry(Exception):
    """These bytes are no entry that this version understands: stop, and say which."""


_ENVELOPES = msgspec.json.Decoder(_Envelope)
_KINDS = facts()
_READERS = {kind: msgspec.json.Decoder(kind) for kind in _KINDS.values()}
_ENCODER = msgspec.json.Encoder(order="sorted")
_DAMAGE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def encode(entry: Entry) -> bytes:
    """The canonical bytes of an entry, as they are kept for ever. Raises UnwritableEntry for what has no one spelling."""
    data = _ENCODER.encode(entry)
    must_be_writable(data)
    if len(data) > LARGEST_ENTRY_BYTES:
        raise UnreadableEntry(f"an entry of {len(data)} bytes is larger than {LARGEST_ENTRY_BYTES}")
    return data


def decode(data: bytes) -> Entry:
    """The entry in these bytes, its fact raised to the shape of today.

    Refuses unknown formats, types and versions newer than ours: a log that we do not understand is not replayed.
    """
    try:
        kept = _ENVELOPES.decode(data)
    except _DAMAGE as error:
        raise UnreadableEntry(f"not an entry: {error}") from error
    if kept.v != FORMAT:
        raise UnreadableEntry(
            f"entry format {kept.v} is not known here; a newer version of the program may be able to read it"
        )
    kind = _KINDS.get(kept.type)
    if kind is None:
        raise UnreadableEntry(
            f"the fact “{kept.type}” is not known here; a newer version of the program may be able to read it"
        )
    version = kind.stored.version
    if kept.ver < 1:
        raise UnreadableEntry(f"“{kept.type}” has no version {kept.ver}")
    if kept.ver > version:
        raise UnreadableEntry(
            f"“{kept.type}” version {kept.ver} is newer than version {version}, the newest known here"
        )
    try:
        # Nearly every entry is of today's shape: a whole log is read through here, so that goes without another call.
        reader = _READERS.get(kind) if kept.ver == version else None
        fact = reader.decode(kept.data) if reader else _raised(kept, kind)
    except _DAMAGE as error:
        raise UnreadableEntry(f"a damaged “{kept.type}”: {error}") from error
    return Entry(
        v=kept.v,
        log=kept.log,
        type=kept.type,
        ver=kept.ver,
        at=kept.at,
        actor=kept.actor,
        on_behalf=kept.on_behalf,
        via=kept.via,
        cmd=kept.cmd,
        wish=kept.wish,
        nonce=kept.nonce,
        data=fact,
        sealed=kept.sealed,
    )


def _raised(kept: _Envelope, kind: type[Fact]) -> Fact:
    """The fact of an older version, raised step by step; the stored bytes stay as they are, and so does their hash."""
    data = msgspec.json.decode(kept.data, type=dict[str, object])
    try:
        for version in range(kept.ver, kind.stored.version):
            data = kind.upcasters[version](data)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableEntry(f"“{kept.type}” version {kept.ver} cannot be read: {error!r}") from error
    return msgspec.convert(data, kind)


def instant_text(moment: datetime) -> str:
    """An instant as entries write it: UTC, microseconds, Z."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def instant(text: str) -> datetime:
    """The instant that an entry wrote."""
    return datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC)
