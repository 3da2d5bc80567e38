"""The seal for programs: the signed note, and proofs under it. Anybody may have them: they hold hashes, and no entry.

Every entry holds a random number, so that its hash cannot be guessed from what it says.
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from litestar.params import FromPath

from ledger.seal.signing.published import TILE_WIDTH
from ledger.seal.verifying.note import BadNote, parse_decimal, to_base64
from web.framework.access import ANYBODY, AUDITORS
from web.framework.call import Call, get
from web.framework.seals import seal_response
from web.framework.static_files import FOR_EVER, REVALIDATE, AnyResponse, data_response, plain_response
from web.wording.translation import gettext

TEXT = "text/plain"


@get("/checkpoint", may=ANYBODY)
def show_checkpoint(call: Call) -> AnyResponse:
    """The last seal that was given, as a signed note (C2SP tlog-checkpoint)."""
    return seal_response(lambda: data_response(call.request, call.seals.published.latest().note.data, TEXT, REVALIDATE))


@get("/checkpoint/{size:str}", may=ANYBODY)
def show_earlier_checkpoint(call: Call, size: FromPath[str]) -> AnyResponse:
    """The seal that was given over so many entries. Signatures of others may still be added to it, so it is asked for again."""
    try:
        number = parse_decimal(size)
    except BadNote:
        return _mistyped()
    return seal_response(
        lambda: data_response(call.request, call.seals.published.at(number).note.data, TEXT, REVALIDATE)
    )


@get("/proof/inclusion", may=ANYBODY)
def prove_inclusion(call: Call) -> AnyResponse:
    """The path of the leaf `index`, from zero on, to the root over the first `size` entries."""
    asked = _asked(call, "index", "size")
    if asked is None:
        return _mistyped()
    return seal_response(
        lambda: data_response(call.request, _lines(call.seals.published.inclusion(*asked)), TEXT, FOR_EVER)
    )


@get("/proof/consistency", may=ANYBODY)
def prove_consistency(call: Call) -> AnyResponse:
    """The proof that the first `from` entries are the beginning of the first `to` ones."""
    asked = _asked(call, "from", "to")
    if asked is None:
        return _mistyped()
    return seal_response(
        lambda: data_response(call.request, _lines(call.seals.published.consistency(*asked)), TEXT, FOR_EVER)
    )


def _asked(call: Call, first: str, second: str) -> tuple[int, int] | None:
    """The two numbers of a proof; each once, in its one spelling, and nothing else, so that no cache holds a proof twice."""
    query = call.request.scope["query_string"].decode("latin-1")
    found = re.fullmatch(f"{first}=([0-9]+)&{second}=([0-9]+)", query)
    try:
        return (parse_decimal(found[1]), parse_decimal(found[2])) if found else None
    except BadNote:
        return None


def _lines(hashes: Sequence[bytes]) -> bytes:
    return "".join(f"{to_base64(node)}\n" for node in hashes).encode()


def _mistyped() -> AnyResponse:
    return plain_response(
        422, gettext("Write each number in digits, without leading zeros: /proof/inclusion?index=5&size=10")
    )


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
def show_tile(call: Call) -> AnyResponse:
    """Hashes side by side, 32 bytes each. The address names a tile in one way only."""
    place = place_in(_address(call))
    if place is None:
        return _no_such_tile()
    return seal_response(
        lambda: data_response(call.request, b"".join(call.seals.published.tile(*place)), BYTES, FOR_EVER)
    )


@get("/tile/entries/{place:path}", may=AUDITORS)
def show_entry_tile(call: Call) -> AnyResponse:
    """The entries whose hashes are in the tile of this name, each behind its length in two bytes."""
    place = place_in(_address(call))
    if place is None:
        return _no_such_tile()

    def bundle() -> AnyResponse:
        entries = call.seals.published.entries(place.number, place.width, call.bank.log)
        return data_response(call.request, b"".join(len(entry).to_bytes(2) + entry for entry in entries), BYTES)

    return seal_response(bundle)


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


def _no_such_tile() -> AnyResponse:
    return plain_response(404, gettext("There is no tile with that name."))
