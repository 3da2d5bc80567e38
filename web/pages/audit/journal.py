"""Lines of the journal, told: each with its entry read from the log, its sentence, and who acted."""

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
from ledger.members.commands import LONGEST_NAME
from projections.exchanges import ExchangeView, GiftView
from projections.journal import LEAF, JournalFilter, JournalLine
from projections.journal_views import JournalView
from projections.stories import Moment
from projections.views import Views
from web.framework.access import COORDINATORS_AND_AUDITORS
from web.framework.call import Call, get
from web.framework.forms import Form
from web.pages.exchanges.fields import labels_of
from web.wording.labels import (
    CHAPTERS,
    SENSES,
    CorrectionLink,
    SentenceContext,
    Stories,
    correction_of,
    entry_link,
    links_of,
    stories_in,
)
from web.wording.names import Person, names_of, seek
from web.wording.sentences import CHANNELS, KINDS_OF_FACT, sentence
from web.wording.translation import gettext, later

_WORTH_A_RANGE = 4
"""Lines that lie so close together are read with what lies between them; others one by one."""

LINES_A_PAGE = 25
Number = Annotated[int, Meta(ge=0)]
_CHAPTERS: Mapping[str, JournalView] = {chapter: chapter for chapter in CHAPTERS}

FIELDS = {
    "name": later("Name"),
    "email": later("Email"),
    "phone": later("Phone"),
    "note": later("Note"),
    "reason": later("Reason"),
}


class JournalForm(msgspec.Struct, kw_only=True):
    """What to show, and from where on. An account and an actor may be named, or given by identifier."""

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
    """The newest entries first; filtered by chapter, by whom they are about, by kind, by who acted, and by when."""
    as_of = call.views.catch_up()
    form = call.form(JournalForm)
    wanted, choices = _wanted(call, form)
    turn = Turn([]) if form.problems else _turn(call.views, wanted, form.wish)
    told = tell(call, turn.lines)
    asked = {name: form.value(name) for name in ("chapter", "account", "actor", "type", "from", "to")}
    return call.page(
        "journal.html",
        form=form,
        asked=asked,
        is_filtered=any(asked.values()),
        choices=choices,
        meant=names_of(call, [wanted.account, wanted.actor]),
        wanted=wanted,
        turn=turn,
        told=told,
        reasons=_reasons(call, told),
        reads_words=call.visitor.coordinates,
        chapter=[gettext(words) for words in (CHAPTERS[wanted.chapter] if wanted.chapter else ())],
        chapters=[("", gettext("Everything"))] + [(name, gettext(words)) for name, (words, _) in CHAPTERS.items()],
        doors={via: gettext(words) for via, words in CHANNELS.items()},
        kinds=[("", gettext("All kinds"))] + [(name, gettext(words)) for name, words in KINDS_OF_FACT.items()],
        as_of=as_of.number,
    )


@get("/journal/{number:str}", may=COORDINATORS_AND_AUDITORS)
def show_entry(call: Call, number: FromPath[str]) -> Response[str]:
    """One entry: its sentence, and the very bytes that are kept and fingerprinted."""
    as_of = call.views.catch_up()
    line = (
        call.views.journal.line(int(number)) if number.isascii() and number.isdecimal() and len(number) <= 15 else None
    )
    if line is None:
        raise NotFoundException
    data = kept_bytes(call.bank.log, [line.position])[line.position]
    (told,) = tell(call, [line])
    return call.page(
        "journal_entry.html",
        told=told,
        bytes_text=data.decode(),
        agrees=hashlib.sha256(LEAF + data).hexdigest() == line.fingerprint,
        door=gettext(CHANNELS[line.via]),
        kind=gettext(KINDS_OF_FACT[line.type]),
        sealed=_sealed(call, told),
        fields=FIELDS,
        reads_words=call.visitor.coordinates,
        kinds=KINDS_OF_FACT,
        story=[(moment, instant(moment.at)) for moment in told.story],
        exchange=next(iter(told.entry.data.exchanges), ""),
        gift=next(iter(told.entry.data.gifts), ""),
        is_as_sealed=call.seals.holds(line.number, data),
        has_receipt=call.seals.are_begun,
        as_of=as_of.number,
    )


class JournalItem(NamedTuple):
    """One line with all that a page says of it.

    `links` lead to what it corrects and what corrected it; `story` is every entry about the same exchange or gift.
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
    story: list[Moment]


def tell(call: Call, lines: Sequence[JournalLine]) -> list[JournalItem]:
    """The lines with their sentences; every name is asked for once."""
    kept = kept_bytes(call.bank.log, [line.position for line in lines])
    entries = [decode(kept[line.position]) for line in lines]
    people = {who for line in lines for who in (line.actor, line.on_behalf)}
    people.update(who for entry in entries for who in entry.data.people)
    stories = _stories(entries, call.views)
    reports = {item: story.number for item, story in stories.items()}
    voice = SentenceContext(names_of(call, people), labels_of(call.bank), reports)
    return [_told(line, entry, voice, stories) for line, entry in zip(lines, entries, strict=True)]


def _told(line: JournalLine, entry: Entry, voice: SentenceContext, stories: Stories) -> JournalItem:
    fact = entry.data
    story = next((stories[item] for item in (*fact.exchanges, *fact.gifts) if item in stories), None)
    return JournalItem(
        line,
        entry,
        sentence(entry.data, voice),
        voice.name(line.actor),
        voice.name(line.on_behalf) if line.on_behalf else None,
        entry.recorded_at,
        getattr(entry.data, "given_on", None),
        [
            escape(gettext(SENSES[sense])) % {"entry": entry_link(number)}
            for sense, number in links_of(entry.data, stories)
        ],
        correction_of(entry, stories),
        story.timeline if story else [],
    )


def kept_bytes(log: Log, positions: Sequence[int]) -> Mapping[int, bytes]:
    """Position -> the bytes of its entry, just as they are kept."""
    if not positions:
        return {}
    first, last = min(positions), max(positions)
    wanted = set(positions)
    if last - first < _WORTH_A_RANGE * len(wanted):
        stored = log.from_position(first - 1, limit=last - first + 1)
    else:
        stored = [one for position in wanted for one in log.from_position(position - 1, limit=1)]
    return {one.position: one.data for one in stored if one.position in wanted}


def _stories(entries: Sequence[Entry], views: Views) -> dict[str, ExchangeView | GiftView]:
    """The stories that tell how these entries belong together, with those that put an exchange right."""
    exchanges, gifts = stories_in([entry.data for entry in entries])
    found = views.exchanges.many([ExchangeId(one) for one in sorted(exchanges)])
    later_ones = {view.corrected_by for view in found.values()} - {"", *found}
    found |= views.exchanges.many([ExchangeId(one) for one in sorted(later_ones)])
    return {**found, **views.exchanges.gifts([GiftId(one) for one in sorted(gifts)])}


class Turn(NamedTuple):
    """Some lines, and the numbers from which the next and the ones before go on; 0 where there are none."""

    lines: list[JournalLine]
    older: int = 0
    newer: int = 0


class SealedText(NamedTuple):
    """Words that belong to an entry but lie outside the book: the field, its commitment, and the words if kept."""

    field: str
    commitment: str
    words: str


def _wanted(call: Call, form: Form[JournalForm]) -> tuple[JournalFilter, dict[str, Sequence[Person]]]:
    """The filter as the read model takes it, and people to choose from where a name meant several."""
    if form.problems:
        return JournalFilter(), {}
    wish = form.wish
    meant: dict[str, str] = {}
    choices: dict[str, Sequence[Person]] = {}
    for field, typed in (("account", wish.account), ("actor", wish.actor)):
        if not typed or typed in (COMMUNITY, HOST) or (is_identifier(typed) and is_group(typed)):
            meant[field] = typed
            continue
        sought = seek(call, typed, only_active=False)
        meant[field] = sought.member or ""
        choices[field] = sought.choices
        if sought.member is None:
            form.refuse(field, sought.sentence)
    if wish.type and wish.type not in facts():
        form.refuse("type", "unknown_choice")
    if wish.chapter and wish.chapter not in _CHAPTERS:
        form.refuse("chapter", "unknown_choice")
    wanted = JournalFilter(
        chapter=_CHAPTERS.get(wish.chapter, ""),
        account=AccountId(meant["account"]),
        actor=MemberId(meant["actor"]),
        type=wish.type,
        first_day=wish.first,
        last_day=wish.last,
    )
    return wanted, choices


def _turn(views: Views, wanted: JournalFilter, wish: JournalForm) -> Turn:
    """One page of lines: one line more is asked for, to see whether there is a page beyond."""
    upwards = wish.after is not None and wish.before is None
    found = views.journal.page(wanted, before=wish.before, after=wish.after, limit=LINES_A_PAGE + 1)
    more = len(found) > LINES_A_PAGE
    lines: list[JournalLine] = list(found[1:] if upwards else found[:-1]) if more else list(found)
    if not lines:
        return Turn([])
    has_older, has_newer = (True, more) if upwards else (more, wish.before is not None)
    return Turn(lines, lines[-1].number if has_older else 0, lines[0].number if has_newer else 0)


def _reasons(call: Call, told: Sequence[JournalItem]) -> dict[int, str]:
    """Entry number of a correction -> why, for coordinators, where the words are still kept."""
    sealed = {one.line.number: one.entry.sealed.get("reason", "") for one in told if one.correction}
    words = call.bank.people.words(filter(None, sealed.values())) if call.visitor.coordinates and sealed else {}
    return {number: words[commitment] for number, commitment in sealed.items() if commitment in words}


def _sealed(call: Call, told: JournalItem) -> Sequence[SealedText]:
    """The entry's commitments; with the words, for coordinators, unless they were forgotten."""
    sealed = told.entry.sealed
    words = call.bank.people.words(sealed.values()) if call.visitor.coordinates else {}
    return [SealedText(field, commitment, words.get(commitment, "")) for field, commitment in sealed.items()]
