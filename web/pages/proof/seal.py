"""The seal: pages and sheets for people, signed notes and proofs for programs.

Anyone may fetch the notes, proofs and hashes, because they reveal no entry: every entry holds a random number, so that
its hash cannot be guessed.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple

import msgspec
from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec import Meta

from ledger.seal.signing.folder import MONTH, SealDate, SealRefused
from ledger.seal.signing.published import TILE_WIDTH, NothingSealed, NotUnderTheSeal, Published
from ledger.seal.verifying.note import BadNote, Checkpoint, Sealed, check_checkpoint, parse_decimal, to_base64
from ledger.seal.witnessing.witnesses import Witnesses
from web.drawing.drawings import qr_code
from web.framework.access import ANYBODY, AUDITORS, MEMBERS
from web.framework.call import Call, get
from web.framework.seals import seal_response
from web.framework.static_files import FOR_EVER, REVALIDATE, AnyResponse, data_response, plain_response
from web.pages.proof.receipts import or_explained
from web.wording.translation import gettext

SEALS_A_PAGE = 20

LAST_SECOND = 253_402_300_799
"""The last second of the year 9999, where calendars here end."""

TEXT = "text/plain"
BYTES = "application/octet-stream"

_PLACE = re.compile(
    r"(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(x[0-9]{3}/){0,5}[0-9]{3})(\.p/(?P<width>[1-9][0-9]{0,2}))?"
)

_HIGHEST_LEVEL = 63


class SealForm(msgspec.Struct, kw_only=True):
    """The place in the list of earlier seals."""

    before: Annotated[int, Meta(ge=1)] | None = None


@get("/seal", may=MEMBERS)
def show_seal(call: Call) -> Response[str]:
    """Show the last seal: size, root, key, date, who signed it, whether the record still matches, and what it means."""
    as_of = call.views.catch_up()
    form = call.form(SealForm)
    try:
        published = call.seals.published
        sealed = published.latest()
    except NothingSealed:
        return call.page("seal.html", sealed=None, form=form, as_of=as_of.number)
    except SealRefused as refused:
        return call.page("seal.html", sealed=None, broken=refused, form=form, as_of=as_of.number)
    dates = call.seals.dates.all()
    sizes = [size for size in reversed(published.folder.sizes()) if size < sealed.checkpoint.size]
    before = None if form.problems else form.data.before
    shown = [size for size in sizes if before is None or size < before]
    return call.page(
        "seal.html",
        form=form,
        sealed=sealed,
        sealed_at=_sealed_at(dates, sealed.checkpoint.size),
        unchanged_at=max((date.at for date in dates if date.size == sealed.checkpoint.size), default=None),
        key=published.folder.key,
        signatures=cosignatures_of(sealed, published),
        fit=call.seals.fit(),
        newer=max(0, as_of.number - sealed.checkpoint.size),
        earlier=_dated(shown[:SEALS_A_PAGE], dates, published),
        older=shown[SEALS_A_PAGE - 1] if len(shown) > SEALS_A_PAGE else 0,
        is_first=before is None,
        as_of=as_of.number,
    )


@get("/seal/sheet", may=MEMBERS)
def show_sheet(call: Call) -> AnyResponse:
    """Show the last seal as a sheet to print."""
    return or_explained(call, lambda: _sheet(call, call.seals.published.latest()))


@get("/seal/sheet/{size:str}", may=MEMBERS)
def show_earlier_sheet(call: Call, size: FromPath[str]) -> AnyResponse:
    """Show an earlier seal as a sheet to print."""
    try:
        number = parse_decimal(size)
        return or_explained(call, lambda: _sheet(call, call.seals.published.at(number)))
    except (BadNote, NotUnderTheSeal):
        raise NotFoundException from None


@get("/checkpoint", may=ANYBODY)
def show_checkpoint(call: Call) -> AnyResponse:
    """Send the last seal as a signed note (C2SP tlog-checkpoint)."""
    return seal_response(lambda: data_response(call.request, call.seals.published.latest().note.data, TEXT, REVALIDATE))


@get("/checkpoint/{size:str}", may=ANYBODY)
def show_earlier_checkpoint(call: Call, size: FromPath[str]) -> AnyResponse:
    """Send the seal over this many entries. Others may still sign it, so it is not cached for long."""
    try:
        number = parse_decimal(size)
    except BadNote:
        return _mistyped()
    return seal_response(
        lambda: data_response(call.request, call.seals.published.at(number).note.data, TEXT, REVALIDATE)
    )


@get("/proof/inclusion", may=ANYBODY)
def prove_inclusion(call: Call) -> AnyResponse:
    """Send the path from leaf `index`, counted from zero, to the root over the first `size` entries."""
    numbers = _numbers(call, "index", "size")
    if numbers is None:
        return _mistyped()
    return seal_response(
        lambda: data_response(call.request, _lines(call.seals.published.inclusion(*numbers)), TEXT, FOR_EVER)
    )


@get("/proof/consistency", may=ANYBODY)
def prove_consistency(call: Call) -> AnyResponse:
    """Send the proof that the first `from` entries are the beginning of the first `to` ones."""
    numbers = _numbers(call, "from", "to")
    if numbers is None:
        return _mistyped()
    return seal_response(
        lambda: data_response(call.request, _lines(call.seals.published.consistency(*numbers)), TEXT, FOR_EVER)
    )


@get("/tile/{level:str}/{place:path}", may=ANYBODY)
def show_tile(call: Call) -> AnyResponse:
    """Send hashes of 32 bytes each. Each tile has one address."""
    place = place_in(_address(call))
    if place is None:
        return _no_such_tile()
    return seal_response(
        lambda: data_response(call.request, b"".join(call.seals.published.tile(*place)), BYTES, FOR_EVER)
    )


@get("/tile/entries/{place:path}", may=AUDITORS)
def show_entry_tile(call: Call) -> AnyResponse:
    """Send the entries whose hashes are in the tile of this name, each after its length in two bytes."""
    place = place_in(_address(call))
    if place is None:
        return _no_such_tile()

    def bundle() -> AnyResponse:
        entries = call.seals.published.entries(place.number, place.width, call.bank.log)
        return data_response(call.request, b"".join(len(entry).to_bytes(2) + entry for entry in entries), BYTES)

    return seal_response(bundle)


class CosignatureStatus(NamedTuple):
    """Witnesses whose signature was checked, with its time; those that have not signed; and names not checked here."""

    checked: list[tuple[str, datetime | None]]
    missing: list[str]
    unchecked: list[str]


class DatedSeal(NamedTuple):
    """A seal and when it was made, which is unknown for seals from before dates were recorded."""

    checkpoint: Checkpoint
    at: datetime | None


def cosignatures_of(sealed: Sealed, published: Published) -> CosignatureStatus:
    """Return who signed a seal besides the community, and who has not signed yet."""
    own = published.folder.key
    others = {(one.name, one.key_id) for one in sealed.note.signatures} - {(own.name, own.id)}
    try:
        policy = Witnesses(published.folder).policy
        verified = check_checkpoint(sealed.note.data, [own, *policy.keys]).verified
    except (BadNote, SealRefused):
        return CosignatureStatus([], [], sorted({name for name, _ in others}))
    when = {one.key: one.at_seconds for one in verified if one.at_seconds is not None}
    checked = [(one.name, _instant(when[one.key])) for one in policy.witnesses if one.key in when]
    known = {(key.name, key.id) for key in when}
    return CosignatureStatus(checked, list(policy.missing(verified)), sorted({name for name, _ in others - known}))


def _instant(seconds: int) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds <= LAST_SECOND else None


def _sheet(call: Call, sealed: Sealed) -> Response[str]:
    published, dates = call.seals.published, call.seals.dates.all()
    before = _month_before(sealed.checkpoint.size, dates, published)
    return call.page(
        "seal_sheet.html",
        sealed=sealed,
        sealed_at=_sealed_at(dates, sealed.checkpoint.size),
        key=published.folder.key,
        signatures=cosignatures_of(sealed, published),
        before=before,
        address=call.site.settings.base_url.rstrip("/"),
        code=qr_code(sealed.note.data, gettext("The seal as a code")),
    )


def _month_before(size: int, dates: Sequence[SealDate], published: Published) -> tuple[DatedSeal, bool] | None:
    """Return the last monthly seal before this one and True, or else the previous seal and False."""
    months = [date for date in dates if date.why == MONTH and date.size < size]
    if months:
        return DatedSeal(published.at(months[-1].size).checkpoint, months[-1].at), True
    sizes = [earlier for earlier in published.folder.sizes() if earlier < size]
    return (_dated(sizes[-1:], dates, published)[0], False) if sizes else None


def _dated(sizes: Sequence[int], dates: Sequence[SealDate], published: Published) -> list[DatedSeal]:
    return [DatedSeal(published.at(size).checkpoint, _sealed_at(dates, size)) for size in sizes]


def _sealed_at(dates: Sequence[SealDate], size: int) -> datetime | None:
    return next((date.at for date in dates if date.size == size), None)


def _numbers(call: Call, first: str, second: str) -> tuple[int, int] | None:
    """Return the two numbers of a proof, spelled in one way only, so that no cache holds a proof twice."""
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


class TilePlace(NamedTuple):
    """A tile: its level (0 for entries too), its number, and how many of its hashes are meant."""

    level: int
    number: int
    width: int


def place_in(path: str) -> TilePlace | None:
    """Return the tile that an address names, spelled in one way: 1,234,067 is x001/x234/067, and 7 is 007."""
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
    """Return the path as it was sent: the framework reads "//" as "/", which would give a tile a second name."""
    known: Any = call.request.scope
    return known["raw_path"].partition(b"?")[0].decode("latin-1")


def _no_such_tile() -> AnyResponse:
    return plain_response(404, gettext("There is no tile with that name."))
