"""Lines of the journal, told: each with its entry read from the log, its sentence, and who acted."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from markupsafe import Markup, escape

from ledger.identifiers import ExchangeId, GiftId
from ledger.log.entry import Entry, decode
from ledger.log.store import Log
from projections.exchanges import ExchangeView, GiftView, Moment
from projections.journal import JournalLine
from projections.views import Views
from web.call import Call
from web.links import SENSES, Correction, Stories, correction_of, links_of, stories_in
from web.pages.choices import labels_of
from web.pages.people import names_of
from web.sentences import sentence
from web.voices import Voice, entry_link
from web.words import gettext

_WORTH_A_RANGE = 4
"""Lines that lie so close together are read with what lies between them; others one by one."""


class Told(NamedTuple):
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
    correction: Correction | None
    story: list[Moment]


def tell(call: Call, lines: Sequence[JournalLine]) -> list[Told]:
    """The lines with their sentences; every name is asked for once."""
    kept = kept_bytes(call.bank.log, [line.position for line in lines])
    entries = [decode(kept[line.position]) for line in lines]
    people = {who for line in lines for who in (line.actor, line.on_behalf)}
    people.update(who for entry in entries for who in entry.data.people)
    stories = _stories(entries, call.views)
    reports = {item: story.number for item, story in stories.items()}
    voice = Voice(names_of(call, people), labels_of(call.bank), reports)
    return [_told(line, entry, voice, stories) for line, entry in zip(lines, entries, strict=True)]


def _told(line: JournalLine, entry: Entry, voice: Voice, stories: Stories) -> Told:
    fact = entry.data
    story = next((stories[item] for item in (*fact.exchanges, *fact.gifts) if item in stories), None)
    return Told(
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
