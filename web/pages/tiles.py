"""The tree in tiles of 256 hashes (C2SP tlog-tiles), for programs that put proofs together themselves; and the entries below.

Hashes are for anybody, up to the last seal. Entries are for auditors: they say who helped whom, by identifiers.
"""

import re
from typing import Any, NamedTuple

from ledger.seal.signing.published import TILE_WIDTH
from web.authorisation import ANYBODY, AUDITORS
from web.call import Call, get
from web.plain import KEEP, Answer, given, or_said, said
from web.words import gettext

BYTES = "application/octet-stream"
_PLACE = re.compile(
    r"(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(x[0-9]{3}/){0,5}[0-9]{3})(\.p/(?P<width>[1-9][0-9]{0,2}))?"
)
_HIGHEST_LEVEL = 63


class TilePlace(NamedTuple):
    """Which tile: its level (that of entries is 0 too), its number in it, and how many of its hashes are meant."""

    level: int
    number: int
    width: int


@get("/tile/{level:str}/{place:path}", may=ANYBODY)
def show_tile(call: Call) -> Answer:
    """Hashes side by side, 32 bytes each. The address names a tile in one way only."""
    place = place_in(_address(call))
    if place is None:
        return _no_such_tile()
    return or_said(lambda: given(call.request, b"".join(call.seals.published.tile(*place)), BYTES, KEEP))


@get("/tile/entries/{place:path}", may=AUDITORS)
def show_entry_tile(call: Call) -> Answer:
    """The entries whose hashes are in the tile of this name, each behind its length in two bytes."""
    place = place_in(_address(call))
    if place is None:
        return _no_such_tile()

    def bundle() -> Answer:
        entries = call.seals.published.entries(place.number, place.width, call.bank.log)
        return given(call.request, b"".join(len(entry).to_bytes(2) + entry for entry in entries), BYTES)

    return or_said(bundle)


def place_in(path: str) -> TilePlace | None:
    """The tile that an address names, in its one spelling: 1,234,067 is x001/x234/067, and 7 is 007."""
    found = _PLACE.fullmatch(path.removeprefix("/tile/"))
    if found is None:
        return None
    groups = found["index"].replace("x", "").split("/")
    width = int(found["width"] or TILE_WIDTH)
    level = 0 if found["level"] == "entries" else int(found["level"])
    if level > _HIGHEST_LEVEL or (len(groups) > 1 and groups[0] == "000") or (found["width"] and width >= TILE_WIDTH):
        return None
    return TilePlace(level, int("".join(groups)), width)


def _address(call: Call) -> str:
    """The path as it was sent: the framework reads "//" as "/", and would give a tile a second name."""
    known: Any = call.request.scope
    return known["raw_path"].partition(b"?")[0].decode("latin-1")


def _no_such_tile() -> Answer:
    return said(404, gettext("No tile has that name."))
