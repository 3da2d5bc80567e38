"""The auditor's desk: whether the book holds, what it holds by chapter, what is worth a look, and where to go on from there."""

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
from ledger.seal.verifying.sample import LARGEST_SAMPLE, LONGEST_SEED, sample
from projections.checks.comparison import ALL_ACCOUNTS, AccountDifference
from projections.checks.log_reading import RULES, Anomaly, Rule
from projections.checks.replays import ReplayCheck
from projections.journal import JournalLine
from projections.views import Views
from web.framework.access import COORDINATORS_AND_AUDITORS, MEMBERS
from web.framework.call import Call, get, post
from web.framework.errors import Answer
from web.framework.forms import Form
from web.framework.rendering import see_other
from web.framework.seals import Seals
from web.pages.audit.journal import tell
from web.pages.proof.receipts import or_explained
from web.wording.anomalies import found_words, rule_words
from web.wording.labels import CHAPTERS, SentenceContext
from web.wording.names import names_of
from web.wording.sentences import CHANNELS
from web.wording.translation import gettext, later

FINDS_A_PAGE = 25
_BY_NAME: Mapping[str, Rule] = {rule: rule for rule in RULES}
USUAL_SIZE = 25
DRAWN_SEED_BYTES = 6
DAYS_SHOWN = 30

WHAT: Mapping[tuple[str, str], str] = {
    ("balances", "given"): later("Given, on the Balances page"),
    ("balances", "received"): later("Received, on the Balances page"),
    ("balances", "exchanges"): later("Exchanges, on the Balances page"),
    ("balances", "gifts_given"): later("Gifts given, on the Balances page"),
    ("balances", "gifts_received"): later("Gifts received, on the Balances page"),
    ("statements", "given"): later("Given so far, at the end of the statement"),
    ("statements", "received"): later("Received so far, at the end of the statement"),
    ("statements", "sum of given"): later("Given, all lines of the statement added up"),
    ("statements", "sum of received"): later("Received, all lines of the statement added up"),
}

COUNTS = frozenset({"exchanges", "gifts_given", "gifts_received"})


class ExceptionsForm(msgspec.Struct):
    """From which place of the list on."""

    after: Annotated[int, Meta(ge=0)] = 0


class SampleForm(msgspec.Struct):
    """How many entries, from which seed, recorded in which days, of the book up to which entry."""

    size: Annotated[int, Meta(ge=1, le=LARGEST_SAMPLE)]
    seed: Annotated[str, Meta(max_length=LONGEST_SEED)] = ""
    first: date | None = msgspec.field(default=None, name="from")
    last: date | None = msgspec.field(default=None, name="to")
    upto: Annotated[int, Meta(ge=1)] | None = None


class ReplayForm(msgspec.Struct):
    """Up to which entry the book is to be added up; empty: all of it."""

    at_entry: Annotated[int, Meta(ge=1, le=999_999_999)] | None = None


@get("/audit", may=COORDINATORS_AND_AUDITORS)
def show_audit(call: Call) -> Response[str]:
    """Every chapter with the number of its entries; the numbers are kept as entries come, not counted here."""
    as_of = call.views.catch_up()
    looked = call.views.exceptions.looked()
    counted = call.views.journal.chapters()
    return call.page(
        "audit.html",
        chapters=[
            (chapter, gettext(name), gettext(words), counted.get(chapter, 0))
            for chapter, (name, words) in CHAPTERS.items()
        ],
        looked=looked,
        rules=[(rule, *rule_words(rule, looked.thresholds), found) for rule, found in found_by_rule(looked.counts)],
        check=call.views.replays.latest(),
        sealed=_sealed(call.seals),
        as_of=as_of.number,
    )


@get("/audit/exceptions/{rule:str}", may=COORDINATORS_AND_AUDITORS)
def show_exceptions(call: Call, rule: FromPath[str]) -> Response[str]:
    """What one rule found, the newest first."""
    call.views.catch_up()
    named = _BY_NAME.get(rule)
    if named is None:
        raise NotFoundException
    form = call.form(ExceptionsForm)
    after = 0 if form.problems else form.wish.after
    looked = call.views.exceptions.looked()
    found = call.views.exceptions.of(named, after, FINDS_A_PAGE + 1)
    shown = found[:FINDS_A_PAGE]
    name, words = rule_words(named, looked.thresholds)
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
def sample_receipts(call: Call) -> Answer | Redirect:
    """The receipts of a sample in one file (zip), with the keys they are checked with. Without seed and entry: the form."""
    as_of = call.views.catch_up()
    form = call.form(SampleForm)
    if form.problems or not form.wish.seed or form.wish.upto is None or form.wish.upto > as_of.number:
        return call.see_other("show_sample")
    drawn = _drawn(call.views, form.wish, form.wish.upto)
    return or_explained(call, lambda: _file(call.seals, drawn))


@get("/replay", may=MEMBERS)
def show_replay(call: Call) -> Response[str]:
    """The last time, and the times before; differences by account only for those who keep the book."""
    return _replay_page(call, Form())


@post("/replay", may=COORDINATORS_AND_AUDITORS)
def ask_replay(call: Call) -> Response[str] | Redirect:
    """Asks for it to be done now, by another process: one at a time."""
    form = call.form(ReplayForm)
    if not form.problems:
        number, last = form.wish.at_entry or 0, call.views.catch_up().number
        if number > last:
            form.refuse("at_entry", "too_large", last)
        else:
            _ask(call, form, number)
    if form.problems:
        return _replay_page(call, form)
    return see_other(f"{call.url('show_replay')}#again")


def _sealed(seals: Seals) -> int:
    """How many entries are under the last seal; 0 where none was given, or none can be read: the page of the seal says why."""
    try:
        return seals.published.latest().checkpoint.size
    except (NothingSealed, SealRefused):
        return 0


class Find(NamedTuple):
    """One find: its sentence, and the entries it rests on."""

    words: Markup
    noted: Anomaly


def _finds(call: Call, noted: list[Anomaly]) -> list[Find]:
    voice = SentenceContext(names_of(call, {who for one in noted for who in one.people}), {})
    return [Find(found_words(one, voice), one) for one in noted]


def found_by_rule(counts: dict[Rule, int]) -> list[tuple[Rule, int]]:
    """Every rule with how much it found, in the order in which they are shown."""
    return [(rule, counts.get(rule, 0)) for rule in RULES]


class DrawnSample(NamedTuple):
    """The entries that were drawn, and the first and the last that could have been."""

    lines: list[JournalLine]
    first: int
    last: int


def _drawn(views: Views, wish: SampleForm, upto: int) -> DrawnSample:
    first, last = views.journal.recorded_in(wish.first, wish.last, upto)
    return DrawnSample(views.journal.lines(sample(wish.seed, wish.size, first, last)), first, last)


def _file(seals: Seals, drawn: DrawnSample) -> Answer:
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


class DifferenceRow(NamedTuple):
    """A difference as it is told; minutes when `is_time`, else a count. The name is "" for all accounts together."""

    name: str
    what: str
    is_time: bool
    log: int
    shown: int


def _ask(call: Call, form: Form[ReplayForm], number: int) -> None:
    match call.views.wishes.ask("replay", number, "", call.now):
        case "busy":
            form.refuse("at_entry", gettext("A check up to another entry is running. Try again when it has finished"))
        case "too soon":
            form.refuse("at_entry", gettext("This was checked a moment ago. Try again in a minute"))
        case "taken":
            pass


def _replay_page(call: Call, form: Form[ReplayForm]) -> Response[str]:
    as_of = call.views.catch_up()
    latest, *earlier = call.views.replays.history(DAYS_SHOWN) or [None]
    keeps_the_book = call.visitor.keeps_the_book
    wish = call.views.wishes.latest("replay") if keeps_the_book else None
    at_entry = call.views.replays.at_entry(wish.number) if wish and wish.number and not wish.is_waiting else None
    return call.page(
        "replay.html",
        form=form,
        latest=latest,
        earlier=earlier,
        keeps_the_book=keeps_the_book,
        rows=_rows(call, latest) if keeps_the_book else (),
        wish=wish,
        wished_at=instant(wish.at) if wish else None,
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
    return DifferenceRow(name, gettext(WHAT[one.read_model, one.what]), one.what not in COUNTS, one.log, one.shown)
