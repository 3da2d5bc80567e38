"""The entry: one line of the log, an envelope around a fact, and the bytes that are kept and hashed.

The bytes are canonical JSON: sorted keys, no spaces, no floats, no nulls, ASCII keys, integers within 2^53-1.
On that domain they equal RFC 8785. What is stored is what is hashed; nothing is ever encoded again to verify.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, NamedTuple

import msgspec

from ledger.events import TYPES, Fact
from ledger.identifiers import CommandId, MemberId
from ledger.log.upcasting import UPCASTERS, Upcaster, upcast
from ledger.log.writable import must_be_writable

FORMAT = 1
LARGEST_ENTRY_BYTES = 65_535
"""Tiles of a transparency log give an entry's length in 16 bits (C2SP tlog-tiles)."""

Via = Literal["web", "cli", "import", "api", "job"]
Types = Mapping[str, tuple[type[Fact], int]]


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


class Named(NamedTuple):
    """The name and version that a kind of fact is stored under."""

    name: str
    version: int


_NAMES: dict[type, Named] = {kind: Named(name, version) for name, (kind, version) in TYPES.items()}
_ENVELOPES = msgspec.json.Decoder(_Envelope)
_FACTS: dict[type, msgspec.json.Decoder[Fact]] = {kind: msgspec.json.Decoder(kind) for kind, _ in TYPES.values()}
_ENCODER = msgspec.json.Encoder(order="sorted")
_DAMAGE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def named(fact: Fact) -> Named:
    """The stored name and version of a fact."""
    return _NAMES[type(fact)]


def encode(entry: Entry) -> bytes:
    """The canonical bytes of an entry, as they are kept for ever. Raises UnwritableEntry for what has no one spelling."""
    data = _ENCODER.encode(entry)
    must_be_writable(data)
    if len(data) > LARGEST_ENTRY_BYTES:
        raise UnreadableEntry(f"an entry of {len(data)} bytes is larger than {LARGEST_ENTRY_BYTES}")
    return data


def decode(data: bytes, *, types: Types = TYPES, upcasters: Mapping[tuple[str, int], Upcaster] = UPCASTERS) -> Entry:
    """The entry in these bytes, its fact raised to the shape of today.

    Refuses unknown formats, types and versions newer than ours: a log that we do not understand is not replayed.
    """
    try:
        kept = _ENVELOPES.decode(data)
    except _DAMAGE as error:
        raise UnreadableEntry(f"not an entry: {error}") from error
    if kept.v != FORMAT:
        raise UnreadableEntry(f"entry format {kept.v} is not known here; a newer version of the program may read it")
    if kept.type not in types:
        raise UnreadableEntry(f"the fact “{kept.type}” is not known here; a newer version of the program may read it")
    kind, version = types[kept.type]
    if kept.ver < 1:
        raise UnreadableEntry(f"“{kept.type}” has no version {kept.ver}")
    if kept.ver > version:
        raise UnreadableEntry(f"“{kept.type}” version {kept.ver} is newer than version {version}, which is known here")
    try:
        # Nearly every entry is of today's shape: a whole log is read through here, so that goes without another call.
        decoder = _FACTS.get(kind) if kept.ver == version else None
        fact = decoder.decode(kept.data) if decoder else _fact(kept, kind, version, upcasters)
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


def _fact(kept: _Envelope, kind: type[Fact], version: int, upcasters: Mapping[tuple[str, int], Upcaster]) -> Fact:
    if kept.ver == version:
        return msgspec.json.decode(kept.data, type=kind)
    old = msgspec.json.decode(kept.data, type=dict[str, object])
    try:
        raised = upcast(old, kept.type, kept.ver, version, upcasters)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableEntry(f"“{kept.type}” version {kept.ver} cannot be read: {error!r}") from error
    return msgspec.convert(raised, kind)


def instant_text(moment: datetime) -> str:
    """An instant as entries write it: UTC, microseconds, Z."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def instant(text: str) -> datetime:
    """The instant that an entry wrote."""
    return datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC)
