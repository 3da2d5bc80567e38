"""The seal for people: what was sealed last and when, the seals before it, and a sheet of each to print and to keep."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, NamedTuple

import msgspec
from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec import Meta

from ledger.seal.signing.folder import MONTH, SealDate, SealRefused
from ledger.seal.signing.published import NothingSealed, NotUnderTheSeal, Published
from ledger.seal.verifying.note import BadNote, Checkpoint, Sealed, check_checkpoint, parse_decimal
from ledger.seal.witnessing.witnesses import Witnesses
from web.drawing.drawings import qr_code
from web.framework.access import MEMBERS
from web.framework.call import Call, get
from web.framework.static_files import AnyResponse
from web.pages.proof.receipts import or_explained
from web.wording.translation import gettext

SEALS_A_PAGE = 20
LAST_SECOND = 253_402_300_799
"""The last second of the year 9999: no calendar here goes on."""


class SealForm(msgspec.Struct, kw_only=True):
    """From which seal on the earlier ones are listed."""

    before: Annotated[int, Meta(ge=1)] | None = None


class CosignatureStatus(NamedTuple):
    """Witnesses whose word was checked and when they gave it, those who are still asked, and other names, not checked."""

    checked: list[tuple[str, datetime | None]]
    missing: list[str]
    unchecked: list[str]


class Given(NamedTuple):
    """A seal, and when it was given; nobody knows that of seals from before dates were kept."""

    checkpoint: Checkpoint
    at: datetime | None


@get("/seal", may=MEMBERS)
def show_seal(call: Call) -> Response[str]:
    """Size, root, key and date of the last seal, who else signed it, whether the book still fits it, and what it means."""
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
    before = None if form.problems else form.wish.before
    shown = [size for size in sizes if before is None or size < before]
    return call.page(
        "seal.html",
        form=form,
        sealed=sealed,
        given_at=_first_given(dates, sealed.checkpoint.size),
        stood_at=max((date.at for date in dates if date.size == sealed.checkpoint.size), default=None),
        key=published.folder.key,
        seen=seen_under(sealed, published),
        fit=call.seals.fit(),
        newer=max(0, as_of.number - sealed.checkpoint.size),
        earlier=_given(shown[:SEALS_A_PAGE], dates, published),
        older=shown[SEALS_A_PAGE - 1] if len(shown) > SEALS_A_PAGE else 0,
        is_first=before is None,
        as_of=as_of.number,
    )


@get("/seal/sheet", may=MEMBERS)
def show_sheet(call: Call) -> AnyResponse:
    """The last seal as a sheet of paper."""
    return or_explained(call, lambda: _sheet(call, call.seals.published.latest()))


@get("/seal/sheet/{size:str}", may=MEMBERS)
def show_earlier_sheet(call: Call, size: FromPath[str]) -> AnyResponse:
    """The same of an earlier seal."""
    try:
        number = parse_decimal(size)
        return or_explained(call, lambda: _sheet(call, call.seals.published.at(number)))
    except (BadNote, NotUnderTheSeal):
        raise NotFoundException from None


def seen_under(sealed: Sealed, published: Published) -> CosignatureStatus:
    """Whose signatures stand under a seal beside the community's own, and whose word is still missing."""
    own = published.folder.key
    others = {(one.name, one.key_id) for one in sealed.note.signatures} - {(own.name, own.id)}
    try:
        policy = Witnesses(published.folder).policy
        words = check_checkpoint(sealed.note.data, [own, *policy.keys]).verified
    except (BadNote, SealRefused):
        return CosignatureStatus([], [], sorted({name for name, _ in others}))
    when = {word.key: word.at_seconds for word in words if word.at_seconds is not None}
    checked = [(one.name, _instant(when[one.key])) for one in policy.witnesses if one.key in when]
    known = {(key.name, key.id) for key in when}
    return CosignatureStatus(checked, list(policy.missing(words)), sorted({name for name, _ in others - known}))


def _instant(seconds: int) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds <= LAST_SECOND else None


def _sheet(call: Call, sealed: Sealed) -> Response[str]:
    published, dates = call.seals.published, call.seals.dates.all()
    before = _month_before(sealed.checkpoint.size, dates, published)
    return call.page(
        "seal_sheet.html",
        sealed=sealed,
        given_at=_first_given(dates, sealed.checkpoint.size),
        key=published.folder.key,
        seen=seen_under(sealed, published),
        before=before,
        address=call.site.settings.base_url.rstrip("/"),
        code=qr_code(sealed.note.data, gettext("The seal as a code")),
    )


def _month_before(size: int, dates: Sequence[SealDate], published: Published) -> tuple[Given, bool] | None:
    """The seal from the turn of the last month before, and True; else the seal before this one, and False."""
    months = [date for date in dates if date.why == MONTH and date.size < size]
    if months:
        return Given(published.at(months[-1].size).checkpoint, months[-1].at), True
    sizes = [earlier for earlier in published.folder.sizes() if earlier < size]
    return (_given(sizes[-1:], dates, published)[0], False) if sizes else None


def _given(sizes: Sequence[int], dates: Sequence[SealDate], published: Published) -> list[Given]:
    return [Given(published.at(size).checkpoint, _first_given(dates, size)) for size in sizes]


def _first_given(dates: Sequence[SealDate], size: int) -> datetime | None:
    return next((date.at for date in dates if date.size == size), None)
