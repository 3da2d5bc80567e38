"""A random sample of entries to check against people's memory: drawn from a seed, so that anybody can draw it again."""

import secrets
import shlex
from datetime import date
from typing import Annotated

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.response import Redirect
from msgspec import Meta

from ledger.application.time_bank import TimeBank
from ledger.seal.sample import LARGEST_SAMPLE, LONGEST_SEED, sample
from projections.views import Views
from web.fact_names import DOORS
from web.forms import Fields, Form, decode, query_fields
from web.frame import page, see_other
from web.pages.told import tell
from web.visitors import Asked
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


@get("/audit/sample", sync_to_thread=True)
def show_sample(
    request: Asked, bank: NamedDependency[TimeBank], views: NamedDependency[Views]
) -> Response[str] | Redirect:
    """The form; or the sample it asks for. An address always names seed and entry, so that it can be quoted."""
    as_of = views.catch_up()
    fields = query_fields(request)
    if not fields.all("size"):
        return page(request, "sample.html", form=Form(), told=(), wish=None, usual=USUAL_SIZE, as_of=as_of.number)
    form = decode(SampleForm, fields)
    if not form.problems and (form.wish.upto or 0) > as_of.number:
        form.refuse("upto", "too_large", as_of.number)
    if form.problems:
        return page(request, "sample.html", form=form, told=(), wish=None, usual=USUAL_SIZE, as_of=as_of.number)
    wish = form.wish
    if not wish.seed or wish.upto is None:
        return _with_seed_and_entry(request, fields, as_of.number)
    first, last = views.journal.recorded_in(wish.first, wish.last, wish.upto)
    lines = views.journal.lines(sample(wish.seed, wish.size, first, last))
    return page(
        request,
        "sample.html",
        form=form,
        wish=wish,
        first=first,
        last=last,
        told=tell(lines, bank, views),
        doors={via: gettext(words) for via, words in DOORS.items()},
        quoted=shlex.quote,
        usual=USUAL_SIZE,
        as_of=wish.upto,
    )


PAGES = (show_sample,)


def _with_seed_and_entry(request: Asked, fields: Fields, number: int) -> Redirect:
    """Where the same sample is found again: with a seed drawn if none was typed, and with the last entry there is."""
    asked = {name: fields.one(name).strip() for name in ("size", "seed", "from", "to", "upto")}
    asked["seed"] = asked["seed"] or secrets.token_hex(DRAWN_SEED_BYTES)
    asked["upto"] = asked["upto"] or str(number)
    return see_other(request.app.state.frame.url("show_sample", **asked))
