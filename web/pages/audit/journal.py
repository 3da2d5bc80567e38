"""The journal: its entries as sentences, filtered and in pages, and the page of one entry."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, NamedTuple

import msgspec
from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from markupsafe import Markup, escape
from msgspec import Meta

from ledger.catalogue import facts
from ledger.identifiers import COMMUNITY, HOST, AccountId, ExchangeId, GiftId, MemberId, is_group, is_identifier
from ledger.log.entry import Entry, decode, instant
from ledger.log.store import Log
from ledger.members.names import LONGEST_NAME
from projections.exchanges import ExchangeView, GiftView
from projections.journal import LEAF, JournalFilter, JournalLine
from projections.journal_views import JournalView
from projections.stories import Moment
from projections.views import Views
from web.framework.access import COORDINATORS_AND_AUDITORS
from web.framework.call import Call, get
from web.framework.forms import Form
from web.pages.exchanges.fields import labels_of
from web.wording.audit import JOURNAL_VIEWS, SENSES, CorrectionLink, Stories, correction_of, links_of, stories_in
from web.wording.names import Person, SentenceContext, entry_link, find_member, names_of
from web.wording.sentences import CHANNELS, FACT_NAMES, sentence
from web.wording.translation import N_, gettext

_READ_TOGETHER = 4
"""Lines this close together are read with what is between them, others one by one."""

LINES_A_PAGE = 25
Number = Annotated[int, Meta(ge=0)]
_TOPICS: Mapping[str, JournalView] = {topic: topic for topic in JOURNAL_VIEWS}

FIELDS = {"name": N_("Name"), "email": N_("Email"), "phone": N_("Phone"), "note": N_("Note"), "reason": N_("Reason")}


class JournalForm(msgspec.Struct, kw_only=True):
    """The filter and the place in the list. An account and an actor can be names or identifiers."""

    account: Annotated[str, Meta(max_length=LONGEST_NAME)] = ""
    actor: Annotated[str, Meta(max_length=LONGEST_NAME)] = ""
    type: Annotated[str, Meta(max_length=40)] = ""
    chapter: Annotated[str, Meta(max_length=40)] = ""
    first: date | None = msgspec.field(default=None, name="from")
    last: date | None = msgspec.field(default=None, name="to")
    before: Number | None = None
    after: Number | None = None


@get("/journal", may=COORDINATORS_AND_AUDITORS)
def show_journal(call: Call) -> Response[str]:
    """Show entries, newest first, filtered by topic, account, type, actor and date."""
    as_of = call.views.catch_up()
    form = call.form(JournalForm)
    wanted, choices = _wanted(call, form)
    page = JournalPage([]) if form.problems else _page(call.views, wanted, form.data)
    items = items_of(call, page.lines)
    query = {name: form.value(name) for name in ("chapter", "account", "actor", "type", "from", "to")}
    return call.page(
        "journal.html",
        form=form,
        query=query,
        is_filtered=any(query.values()),
        choices=choices,
        meant=names_of(call, [wanted.account, wanted.actor]),
        wanted=wanted,
        page=page,
        items=items,
        reasons=_reasons(call, items),
        reads_notes=call.visitor.is_coordinator,
        topic=[gettext(words) for words in (JOURNAL_VIEWS[wanted.view] if wanted.view else ())],
        topics=[("", gettext("Everything"))] + [(name, gettext(words)) for name, (words, _) in JOURNAL_VIEWS.items()],
        channels={via: gettext(words) for via, words in CHANNELS.items()},
        kinds=[("", gettext("All kinds"))] + [(name, gettext(words)) for name, words in FACT_NAMES.items()],
        as_of=as_of.number,
    )


@get("/journal/{number:str}", may=COORDINATORS_AND_AUDITORS)
def show_entry(call: Call, number: FromPath[str]) -> Response[str]:
    """Show one entry: its sentence, and the stored bytes with their fingerprint."""
    as_of = call.views.catch_up()
    line = (
        call.views.journal.line(int(number)) if number.isascii() and number.isdecimal() and len(number) <= 15 else None
    )
    if line is None:
        raise NotFoundException
    data = stored_bytes(call.bank.log, [line.position])[line.position]
    (item,) = items_of(call, [line])
    return call.page(
        "journal_entry.html",
        item=item,
        bytes_text=data.decode(),
        agrees=hashlib.sha256(LEAF + data).hexdigest() == line.fingerprint,
        channel=gettext(CHANNELS[line.via]),
        kind=gettext(FACT_NAMES[line.type]),
        sealed=sealed_texts(call, item),
        fields=FIELDS,
        reads_notes=call.visitor.is_coordinator,
        kinds=FACT_NAMES,
        timeline=[(moment, instant(moment.at)) for moment in item.timeline],
        exchange=next(iter(item.entry.data.exchanges), ""),
        gift=next(iter(item.entry.data.gifts), ""),
        is_as_sealed=call.seals.holds(line.number, data),
        has_receipt=call.seals.are_begun,
        as_of=as_of.number,
    )


class JournalItem(NamedTuple):
    """One line of the journal with everything a page shows of it.

    `links` lead to what it corrects and what corrected it; `timeline` is every entry about the same exchange or gift.
    """

    line: JournalLine
    entry: Entry
    sentence: Markup
    actor: Markup
    on_behalf: Markup | None
    recorded_at: datetime
    happened_on: date | None
    links: list[Markup]
    correction: CorrectionLink | None
    timeline: list[Moment]


def items_of(call: Call, lines: Sequence[JournalLine]) -> list[JournalItem]:
    """Return the lines with their sentences, reading all names at once."""
    stored = stored_bytes(call.bank.log, [line.position for line in lines])
    entries = [decode(stored[line.position]) for line in lines]
    people = {who for line in lines for who in (line.actor, line.on_behalf)}
    people.update(who for entry in entries for who in entry.data.people)
    stories = _stories(entries, call.views)
    reports = {item: story.number for item, story in stories.items()}
    context = SentenceContext(names_of(call, people), labels_of(call.bank), reports)
    return [_item(line, entry, context, stories) for line, entry in zip(lines, entries, strict=True)]


def _item(line: JournalLine, entry: Entry, context: SentenceContext, stories: Stories) -> JournalItem:
    fact = entry.data
    story = next((stories[item] for item in (*fact.exchanges, *fact.gifts) if item in stories), None)
    return JournalItem(
        line,
        entry,
        sentence(entry.data, context),
        context.name(line.actor),
        context.name(line.on_behalf) if line.on_behalf else None,
        entry.recorded_at,
        getattr(entry.data, "given_on", None),
        [
            escape(gettext(SENSES[sense])) % {"entry": entry_link(number)}
            for sense, number in links_of(entry.data, stories)
        ],
        correction_of(entry, stories),
        story.timeline if story else [],
    )


def stored_bytes(log: Log, positions: Sequence[int]) -> Mapping[int, bytes]:
    """Return the stored bytes of each entry by position."""
    if not positions:
        return {}
    first, last = min(positions), max(positions)
    wanted = set(positions)
    if last - first < _READ_TOGETHER * len(wanted):
        stored = log.from_position(first - 1, limit=last - first + 1)
    else:
        stored = [one for position in wanted for one in log.from_position(position - 1, limit=1)]
    return {one.position: one.data for one in stored if one.position in wanted}


def _stories(entries: Sequence[Entry], views: Views) -> dict[str, ExchangeView | GiftView]:
    """Return the exchanges and gifts these entries are about, with later corrections."""
    exchanges, gifts = stories_in([entry.data for entry in entries])
    found = views.exchanges.many([ExchangeId(one) for one in sorted(exchanges)])
    later_ones = {view.corrected_by for view in found.values()} - {"", *found}
    found |= views.exchanges.many([ExchangeId(one) for one in sorted(later_ones)])
    return {**found, **views.exchanges.gifts([GiftId(one) for one in sorted(gifts)])}


class JournalPage(NamedTuple):
    """Some lines, and the entry numbers that the older and newer pages continue from; 0 for none."""

    lines: list[JournalLine]
    older: int = 0
    newer: int = 0


class SealedText(NamedTuple):
    """Text stored outside the log: its field, its commitment, and the text if it is still held."""

    field: str
    commitment: str
    text: str


def _wanted(call: Call, form: Form[JournalForm]) -> tuple[JournalFilter, dict[str, Sequence[Person]]]:
    """Return the filter for the read model, and people to choose from where a name matches several."""
    if form.problems:
        return JournalFilter(), {}
    typed = form.data
    meant: dict[str, str] = {}
    choices: dict[str, Sequence[Person]] = {}
    for field, name in (("account", typed.account), ("actor", typed.actor)):
        if not name or name in (COMMUNITY, HOST) or (is_identifier(name) and is_group(name)):
            meant[field] = name
            continue
        sought = find_member(call, name, only_active=False)
        meant[field] = sought.member or ""
        choices[field] = sought.choices
        if sought.member is None:
            form.refuse(field, sought.sentence)
    if typed.type and typed.type not in facts():
        form.refuse("type", "unknown_choice")
    if typed.chapter and typed.chapter not in _TOPICS:
        form.refuse("chapter", "unknown_choice")
    wanted = JournalFilter(
        view=_TOPICS.get(typed.chapter, ""),
        account=AccountId(meant["account"]),
        actor=MemberId(meant["actor"]),
        type=typed.type,
        first_day=typed.first,
        last_day=typed.last,
    )
    return wanted, choices


def _page(views: Views, wanted: JournalFilter, typed: JournalForm) -> JournalPage:
    """Return one page of lines. One line more is read to see whether there is a further page."""
    upwards = typed.after is not None and typed.before is None
    found = views.journal.page(wanted, before=typed.before, after=typed.after, limit=LINES_A_PAGE + 1)
    more = len(found) > LINES_A_PAGE
    lines: list[JournalLine] = list(found[1:] if upwards else found[:-1]) if more else list(found)
    if not lines:
        return JournalPage([])
    has_older, has_newer = (True, more) if upwards else (more, typed.before is not None)
    return JournalPage(lines, lines[-1].number if has_older else 0, lines[0].number if has_newer else 0)


def _reasons(call: Call, items: Sequence[JournalItem]) -> dict[int, str]:
    """Return the reason for each correction by entry number, for coordinators, where it is still held."""
    sealed = {one.line.number: one.entry.sealed.get("reason", "") for one in items if one.correction}
    words = call.bank.people.words(filter(None, sealed.values())) if call.visitor.is_coordinator and sealed else {}
    return {number: words[commitment] for number, commitment in sealed.items() if commitment in words}


def sealed_texts(call: Call, item: JournalItem) -> Sequence[SealedText]:
    """Return the entry's sealed texts; for coordinators with their contents, unless erased."""
    sealed = item.entry.sealed
    # Only the two people can read thanks, not coordinators.
    readable = [commitment for field, commitment in sealed.items() if field != "thanks"]
    words = call.bank.people.words(readable) if call.visitor.is_coordinator else {}
    return [SealedText(field, commitment, words.get(commitment, "")) for field, commitment in sealed.items()]
