"""The auditors' pages: the overview, what is worth a look, random samples, and the check of all hours."""

import io
import secrets
import shlex
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, NamedTuple

import msgspec
from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup
from msgspec import Meta

from ledger.identifiers import AccountId
from ledger.log.entry import instant
from ledger.seal.signing.folder import SealRefused
from ledger.seal.signing.published import NothingSealed
from ledger.seal.verifying.receipt import LARGEST_SAMPLE, LONGEST_SEED, sample
from projections.checks.log_reading import RULES, Anomaly, Rule
from projections.checks.replays import ALL_ACCOUNTS, AccountDifference, ReplayCheck
from projections.journal import JournalLine
from projections.views import Views
from web.framework.access import COORDINATORS_AND_AUDITORS, MEMBERS
from web.framework.call import Call, get, post
from web.framework.forms import Form
from web.framework.rendering import see_other
from web.framework.seals import Seals
from web.framework.static_files import AnyResponse
from web.pages.audit.journal import items_of
from web.pages.proof.receipts import or_explained
from web.wording.audit import JOURNAL_VIEWS, anomaly_sentence, describe_rule
from web.wording.names import SentenceContext, names_of
from web.wording.sentences import CHANNELS
from web.wording.translation import N_, gettext

ANOMALIES_A_PAGE = 25
_BY_NAME: Mapping[str, Rule] = {rule: rule for rule in RULES}
USUAL_SIZE = 25
DRAWN_SEED_BYTES = 6
CHECKS_SHOWN = 30

_LABELS: Mapping[tuple[str, str], str] = {
    ("balances", "given"): N_("Given, on the Balances page"),
    ("balances", "received"): N_("Received, on the Balances page"),
    ("balances", "exchanges"): N_("Exchanges, on the Balances page"),
    ("balances", "gifts_given"): N_("Gifts given, on the Balances page"),
    ("balances", "gifts_received"): N_("Gifts received, on the Balances page"),
    ("statements", "given"): N_("Given so far, at the end of the statement"),
    ("statements", "received"): N_("Received so far, at the end of the statement"),
    ("statements", "sum of given"): N_("Given, all lines of the statement added up"),
    ("statements", "sum of received"): N_("Received, all lines of the statement added up"),
}

_COUNTS = frozenset({"exchanges", "gifts_given", "gifts_received"})


class AnomaliesForm(msgspec.Struct):
    """The place in the list to continue from."""

    after: Annotated[int, Meta(ge=0)] = 0


class SampleForm(msgspec.Struct):
    """The size and seed of a sample, the dates it is drawn from, and the last entry."""

    size: Annotated[int, Meta(ge=1, le=LARGEST_SAMPLE)]
    seed: Annotated[str, Meta(max_length=LONGEST_SEED)] = ""
    first: date | None = msgspec.field(default=None, name="from")
    last: date | None = msgspec.field(default=None, name="to")
    upto: Annotated[int, Meta(ge=1)] | None = None


class ReplayForm(msgspec.Struct):
    """The entry to check up to; empty for all."""

    at_entry: Annotated[int, Meta(ge=1, le=999_999_999)] | None = None


@get("/audit", may=COORDINATORS_AND_AUDITORS)
def show_audit(call: Call) -> Response[str]:
    """Show the checks, the number of entries by topic, and what is worth a look."""
    as_of = call.views.catch_up()
    checked = call.views.anomalies.last_search()
    entries = call.views.journal.view_counts()
    return call.page(
        "audit.html",
        topics=[
            (chapter, gettext(name), gettext(words), entries.get(chapter, 0))
            for chapter, (name, words) in JOURNAL_VIEWS.items()
        ],
        checked=checked,
        rules=[(rule, *describe_rule(rule, checked.thresholds), checked.counts.get(rule, 0)) for rule in RULES],
        check=call.views.replays.latest(),
        sealed=_sealed(call.seals),
        as_of=as_of.number,
    )


@get("/audit/exceptions/{rule:str}", may=COORDINATORS_AND_AUDITORS)
def show_anomalies(call: Call, rule: FromPath[str]) -> Response[str]:
    """Show what one rule found, newest first."""
    call.views.catch_up()
    named = _BY_NAME.get(rule)
    if named is None:
        raise NotFoundException
    form = call.form(AnomaliesForm)
    after = 0 if form.problems else form.data.after
    checked = call.views.anomalies.last_search()
    found = call.views.anomalies.of(named, after, ANOMALIES_A_PAGE + 1)
    shown = found[:ANOMALIES_A_PAGE]
    name, words = describe_rule(named, checked.thresholds)
    return call.page(
        "anomalies.html",
        form=form,
        rule=named,
        name=name,
        words=words,
        found=_with_sentences(call, [anomaly for _, anomaly in shown]),
        older=shown[-1][0] if len(found) > ANOMALIES_A_PAGE else 0,
        is_first=after == 0,
        checked=checked,
        as_of=checked.number,
    )


@get("/audit/sample", may=COORDINATORS_AND_AUDITORS)
def show_sample(call: Call) -> Response[str] | Redirect:
    """Show the form, or the sample it asks for. An address with a sample names seed and entry, so that it can be quoted."""
    as_of = call.views.catch_up()
    if not call.fields.all("size"):
        return call.page("sample.html", form=Form(), items=(), wanted=None, usual=USUAL_SIZE, as_of=as_of.number)
    form = call.form(SampleForm)
    if not form.problems and (form.data.upto or 0) > as_of.number:
        form.refuse("upto", "too_large", as_of.number)
    if form.problems:
        return call.page("sample.html", form=form, items=(), wanted=None, usual=USUAL_SIZE, as_of=as_of.number)
    wanted = form.data
    if not wanted.seed or wanted.upto is None:
        return _with_seed_and_entry(call, as_of.number)
    drawn = _drawn(call.views, wanted, wanted.upto)
    return call.page(
        "sample.html",
        form=form,
        wanted=wanted,
        drawn=drawn,
        items=items_of(call, drawn.lines),
        query={name: form.value(name) for name in ("size", "seed", "from", "to", "upto")},
        has_receipts=call.seals.are_begun,
        channels={via: gettext(words) for via, words in CHANNELS.items()},
        quoted=shlex.quote,
        usual=USUAL_SIZE,
        as_of=wanted.upto,
    )


@get("/audit/sample/receipts", may=COORDINATORS_AND_AUDITORS)
def sample_receipts(call: Call) -> AnyResponse | Redirect:
    """Send the receipts of a sample in one zip file, with the key to check them."""
    as_of = call.views.catch_up()
    form = call.form(SampleForm)
    if form.problems or not form.data.seed or form.data.upto is None or form.data.upto > as_of.number:
        return call.see_other("show_sample")
    drawn = _drawn(call.views, form.data, form.data.upto)
    return or_explained(call, lambda: _file(call.seals, drawn))


@get("/replay", may=MEMBERS)
def show_replay(call: Call) -> Response[str]:
    """Show the last check and earlier ones; differences by account only to coordinators and auditors."""
    return _replay_page(call, Form())


@post("/replay", may=COORDINATORS_AND_AUDITORS)
def ask_replay(call: Call) -> Response[str] | Redirect:
    """Request a check now, in another process, one at a time."""
    form = call.form(ReplayForm)
    if not form.problems:
        number, last = form.data.at_entry or 0, call.views.catch_up().number
        if number > last:
            form.refuse("at_entry", "too_large", last)
        else:
            _request(call, form, number)
    if form.problems:
        return _replay_page(call, form)
    return see_other(f"{call.url('show_replay')}#again")


def _sealed(seals: Seals) -> int:
    """Return how many entries the last seal covers; 0 if there is none or it cannot be read."""
    try:
        return seals.published.latest().checkpoint.size
    except (NothingSealed, SealRefused):
        return 0


class FoundAnomaly(NamedTuple):
    """One anomaly: its sentence, and the entries it is based on."""

    words: Markup
    anomaly: Anomaly


def _with_sentences(call: Call, anomalies: list[Anomaly]) -> list[FoundAnomaly]:
    context = SentenceContext(names_of(call, {who for one in anomalies for who in one.people}), {})
    return [FoundAnomaly(anomaly_sentence(one, context), one) for one in anomalies]


class DrawnSample(NamedTuple):
    """The entries drawn, and the first and last that could have been."""

    lines: list[JournalLine]
    first: int
    last: int


def _drawn(views: Views, wanted: SampleForm, upto: int) -> DrawnSample:
    first, last = views.journal.recorded_in(wanted.first, wanted.last, upto)
    return DrawnSample(views.journal.lines(sample(wanted.seed, wanted.size, first, last)), first, last)


def _file(seals: Seals, drawn: DrawnSample) -> AnyResponse:
    """Return a zip file without times, so that the same sample gives the same file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for line in drawn.lines:
            receipt = seals.receipt(position=line.position)
            archive.writestr(zipfile.ZipInfo(f"{line.number}.tlog-proof"), receipt.data)
        archive.writestr(zipfile.ZipInfo("vkeys.txt"), f"{seals.published.folder.key.text}\n")
    given = {"content-disposition": 'attachment; filename="sample-receipts.zip"'}
    return Response[Any](file.getvalue(), media_type="application/zip", headers=given)


def _with_seed_and_entry(call: Call, number: int) -> Redirect:
    """Redirect to the address of this sample: with a seed made now if none was typed, and the last entry."""
    query = {name: call.fields.one(name).strip() for name in ("size", "seed", "from", "to", "upto")}
    query["seed"] = query["seed"] or secrets.token_hex(DRAWN_SEED_BYTES)
    query["upto"] = query["upto"] or str(number)
    return see_other(call.url("show_sample", **query))


class DifferenceRow(NamedTuple):
    """A difference: minutes if `is_time`, else a count. The name is "" for all accounts together."""

    name: str
    what: str
    is_time: bool
    log: int
    shown: int


def _request(call: Call, form: Form[ReplayForm], number: int) -> None:
    match call.views.requests.submit("replay", number, "", call.now):
        case "busy":
            form.refuse("at_entry", gettext("A check up to another entry is running. Try again when it has finished"))
        case "too soon":
            form.refuse("at_entry", gettext("This was checked a moment ago. Try again in a minute"))
        case "accepted":
            pass


def _replay_page(call: Call, form: Form[ReplayForm]) -> Response[str]:
    as_of = call.views.catch_up()
    latest, *earlier = call.views.replays.history(CHECKS_SHOWN) or [None]
    keeps_the_book = call.visitor.reads_the_log
    requested = call.views.requests.latest("replay") if keeps_the_book else None
    is_done = requested is not None and bool(requested.number) and not requested.is_waiting
    at_entry = call.views.replays.at_entry(requested.number) if requested and is_done else None
    return call.page(
        "replay.html",
        form=form,
        latest=latest,
        earlier=earlier,
        keeps_the_book=keeps_the_book,
        rows=_rows(call, latest) if keeps_the_book else (),
        requested=requested,
        requested_at=instant(requested.at) if requested else None,
        at_entry=at_entry,
        rows_at_entry=_rows(call, at_entry),
        as_of=as_of.number,
    )


def _rows(call: Call, check: ReplayCheck | None) -> Sequence[DifferenceRow]:
    if check is None or not check.listed:
        return ()
    names = names_of(call, [AccountId(one.account) for one in check.listed if one.account != ALL_ACCOUNTS])
    return [_row(one, names) for one in check.listed]


def _row(one: AccountDifference, names: Mapping[str, str]) -> DifferenceRow:
    name = "" if one.account == ALL_ACCOUNTS else names[AccountId(one.account)]
    return DifferenceRow(name, gettext(_LABELS[one.read_model, one.what]), one.what not in _COUNTS, one.log, one.shown)
