"""The auditor's desk: whether the book holds, what it holds by chapter, what is worth a look, and where to go on from there."""

import io
import secrets
import shlex
import zipfile
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, NamedTuple

import msgspec
from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup
from msgspec import Meta

from ledger.seal.signing.folder import SealRefused
from ledger.seal.signing.published import NothingSealed
from ledger.seal.verifying.receipt import LARGEST_SAMPLE, LONGEST_SEED, sample
from projections.checks.log_reading import RULES, Anomaly, Rule
from projections.journal import JournalLine
from projections.views import Views
from web.framework.access import COORDINATORS_AND_AUDITORS
from web.framework.call import Call, get
from web.framework.forms import Form
from web.framework.rendering import see_other
from web.framework.seals import Seals
from web.framework.static_files import AnyResponse
from web.pages.audit.journal import tell
from web.pages.proof.receipts import or_explained
from web.wording.audit import JOURNAL_VIEWS, anomaly_sentence, describe_rule
from web.wording.names import SentenceContext, names_of
from web.wording.sentences import CHANNELS
from web.wording.translation import gettext


@get("/audit", may=COORDINATORS_AND_AUDITORS)
def show_audit(call: Call) -> Response[str]:
    """Every chapter with the number of its entries; the numbers are kept as entries come, not counted here."""
    as_of = call.views.catch_up()
    looked = call.views.anomalies.last_search()
    counted = call.views.journal.view_counts()
    return call.page(
        "audit.html",
        chapters=[
            (chapter, gettext(name), gettext(words), counted.get(chapter, 0))
            for chapter, (name, words) in JOURNAL_VIEWS.items()
        ],
        looked=looked,
        rules=[(rule, *describe_rule(rule, looked.thresholds), found) for rule, found in found_by_rule(looked.counts)],
        check=call.views.replays.latest(),
        sealed=_sealed(call.seals),
        as_of=as_of.number,
    )


def _sealed(seals: Seals) -> int:
    """How many entries are under the last seal; 0 where none was given, or none can be read: the page of the seal says why."""
    try:
        return seals.published.latest().checkpoint.size
    except (NothingSealed, SealRefused):
        return 0


FINDS_A_PAGE = 25

_BY_NAME: Mapping[str, Rule] = {rule: rule for rule in RULES}


class Find(NamedTuple):
    """One find: its sentence, and the entries it rests on."""

    words: Markup
    noted: Anomaly


class ExceptionsForm(msgspec.Struct):
    """From which place of the list on."""

    after: Annotated[int, Meta(ge=0)] = 0


@get("/audit/exceptions/{rule:str}", may=COORDINATORS_AND_AUDITORS)
def show_exceptions(call: Call, rule: FromPath[str]) -> Response[str]:
    """What one rule found, the newest first."""
    call.views.catch_up()
    named = _BY_NAME.get(rule)
    if named is None:
        raise NotFoundException
    form = call.form(ExceptionsForm)
    after = 0 if form.problems else form.wish.after
    looked = call.views.anomalies.last_search()
    found = call.views.anomalies.of(named, after, FINDS_A_PAGE + 1)
    shown = found[:FINDS_A_PAGE]
    name, words = describe_rule(named, looked.thresholds)
    return call.page(
        "exceptions.html",
        form=form,
        rule=named,
        name=name,
        words=words,
        counted=looked.counts.get(named, 0),
        finds=_finds(call, [noted for _, noted in shown]),
        older=shown[-1][0] if len(found) > FINDS_A_PAGE else 0,
        is_first=after == 0,
        looked=looked,
        as_of=looked.number,
    )


def _finds(call: Call, noted: list[Anomaly]) -> list[Find]:
    voice = SentenceContext(names_of(call, {who for one in noted for who in one.people}), {})
    return [Find(anomaly_sentence(one, voice), one) for one in noted]


def found_by_rule(counts: dict[Rule, int]) -> list[tuple[Rule, int]]:
    """Every rule with how much it found, in the order in which they are shown."""
    return [(rule, counts.get(rule, 0)) for rule in RULES]


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
        doors={via: gettext(words) for via, words in CHANNELS.items()},
        quoted=shlex.quote,
        usual=USUAL_SIZE,
        as_of=wish.upto,
    )


@get("/audit/sample/receipts", may=COORDINATORS_AND_AUDITORS)
def sample_receipts(call: Call) -> AnyResponse | Redirect:
    """The receipts of a sample in one file (zip), with the keys they are checked with. Without seed and entry: the form."""
    as_of = call.views.catch_up()
    form = call.form(SampleForm)
    if form.problems or not form.wish.seed or form.wish.upto is None or form.wish.upto > as_of.number:
        return call.see_other("show_sample")
    drawn = _drawn(call.views, form.wish, form.wish.upto)
    return or_explained(call, lambda: _file(call.seals, drawn))


class DrawnSample(NamedTuple):
    """The entries that were drawn, and the first and the last that could have been."""

    lines: list[JournalLine]
    first: int
    last: int


def _drawn(views: Views, wish: SampleForm, upto: int) -> DrawnSample:
    first, last = views.journal.recorded_in(wish.first, wish.last, upto)
    return DrawnSample(views.journal.lines(sample(wish.seed, wish.size, first, last)), first, last)


def _file(seals: Seals, drawn: DrawnSample) -> AnyResponse:
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
