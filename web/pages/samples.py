"""A random sample of entries to check against people's memory: drawn from a seed, so that anybody can draw it again."""

import io
import secrets
import shlex
import zipfile
from datetime import date
from typing import Annotated, Any, NamedTuple

import msgspec
from litestar import Response
from litestar.response import Redirect
from msgspec import Meta

from ledger.seal.verifying.sample import LARGEST_SAMPLE, LONGEST_SEED, sample
from projections.journal import JournalLine
from projections.views import Views
from web.authorisation import COORDINATORS_AND_AUDITORS
from web.call import Call, get
from web.forms import Form
from web.frame import see_other
from web.pages.slips import or_explained
from web.pages.told import tell
from web.plain import Answer
from web.seals import Seals
from web.sentences import DOORS
from web.words import gettext

USUAL_SIZE = 25
DRAWN_SEED_BYTES = 6


class SampleForm(msgspec.Struct):
    """How many entries, from which seed, recorded in which days, of the book up to which entry."""

    size: Annotated[int, Meta(ge=1, le=LARGEST_SAMPLE)]
    seed: Annotated[str, Meta(max_length=LONGEST_SEED)] = ""
    first: date | None = msgspec.field(default=None, name="from")
    last: date | None = msgspec.field(default=None, name="to")
    upto: Annotated[int, Meta(ge=1)] | None = None


@get("/audit/sample", may=COORDINATORS_AND_AUDITORS)
def show_sample(call: Call) -> Response[str] | Redirect:
    """The form; or the sample it asks for. An address always names seed and entry, so that it can be quoted."""
    as_of = call.views.catch_up()
    if not call.fields.all("size"):
        return call.page("sample.html", form=Form(), told=(), wish=None, usual=USUAL_SIZE, as_of=as_of.number)
    form = call.form(SampleForm)
    if not form.problems and (form.wish.upto or 0) > as_of.number:
        form.refuse("upto", "too_large", as_of.number)
    if form.problems:
        return call.page("sample.html", form=form, told=(), wish=None, usual=USUAL_SIZE, as_of=as_of.number)
    wish = form.wish
    if not wish.seed or wish.upto is None:
        return _with_seed_and_entry(call, as_of.number)
    drawn = _drawn(call.views, wish, wish.upto)
    return call.page(
        "sample.html",
        form=form,
        wish=wish,
        drawn=drawn,
        told=tell(call, drawn.lines),
        asked={name: form.value(name) for name in ("size", "seed", "from", "to", "upto")},
        has_receipts=call.seals.are_begun,
        doors={via: gettext(words) for via, words in DOORS.items()},
        quoted=shlex.quote,
        usual=USUAL_SIZE,
        as_of=wish.upto,
    )


@get("/audit/sample/receipts", may=COORDINATORS_AND_AUDITORS)
def sample_receipts(call: Call) -> Answer | Redirect:
    """The receipts of a sample in one file (zip), with the keys they are checked with. Without seed and entry: the form."""
    as_of = call.views.catch_up()
    form = call.form(SampleForm)
    if form.problems or not form.wish.seed or form.wish.upto is None or form.wish.upto > as_of.number:
        return call.see_other("show_sample")
    drawn = _drawn(call.views, form.wish, form.wish.upto)
    return or_explained(call, lambda: _file(call.seals, drawn))


class Drawn(NamedTuple):
    """The entries that were drawn, and the first and the last that could have been."""

    lines: list[JournalLine]
    first: int
    last: int


def _drawn(views: Views, wish: SampleForm, upto: int) -> Drawn:
    first, last = views.journal.recorded_in(wish.first, wish.last, upto)
    return Drawn(views.journal.lines(sample(wish.seed, wish.size, first, last)), first, last)


def _file(seals: Seals, drawn: Drawn) -> Answer:
    """A zip without times of its own: the same sample under the same seal is the same file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for line in drawn.lines:
            receipt = seals.receipt(position=line.position)
            archive.writestr(zipfile.ZipInfo(f"{line.number}.tlog-proof"), receipt.data)
        archive.writestr(zipfile.ZipInfo("vkeys.txt"), f"{seals.published.folder.key.text}\n")
    given = {"content-disposition": 'attachment; filename="sample-receipts.zip"'}
    return Response[Any](file.getvalue(), media_type="application/zip", headers=given)


def _with_seed_and_entry(call: Call, number: int) -> Redirect:
    """Where the same sample is found again: with a seed drawn if none was typed, and with the last entry there is."""
    asked = {name: call.fields.one(name).strip() for name in ("size", "seed", "from", "to", "upto")}
    asked["seed"] = asked["seed"] or secrets.token_hex(DRAWN_SEED_BYTES)
    asked["upto"] = asked["upto"] or str(number)
    return see_other(call.url("show_sample", **asked))
