"""The entry: one line of the log, an envelope around a fact, and the bytes that are kept and hashed.

The bytes are canonical JSON: sorted keys, no spaces, no floats, no nulls, ASCII keys, integers within 2^53-1.
On that domain they equal RFC 8785. What is stored is what is hashed; nothing is ever encoded again to verify.
"""

from datetime import UTC, datetime
from typing import Literal

import msgspec

from ledger import subjects
from ledger.catalogue import Fact, Tags, facts
from ledger.identifiers import CommandId, MemberId
from ledger.log.writable import must_be_writable

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
        return (*self.data.tags, subjects.command(self.cmd))


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
        raise UnreadableEntry(f"entry format {kept.v} is not known here; a newer version of the program may read it")
    kind = _KINDS.get(kept.type)
    if kind is None:
        raise UnreadableEntry(f"the fact “{kept.type}” is not known here; a newer version of the program may read it")
    version = kind.stored.version
    if kept.ver < 1:
        raise UnreadableEntry(f"“{kept.type}” has no version {kept.ver}")
    if kept.ver > version:
        raise UnreadableEntry(f"“{kept.type}” version {kept.ver} is newer than version {version}, which is known here")
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
