"""Lines of the journal, told: each with its entry read from the log, its sentence, and who acted."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from markupsafe import Markup

from ledger.application.time_bank import TimeBank
from ledger.identifiers import ExchangeId
from ledger.log.entry import Entry, decode
from ledger.log.store import Log
from projections.journal import JournalLine
from projections.views import Views
from web.mentions import people_in, reports_in
from web.pages.choices import labels_of
from web.pages.people import Names
from web.sentences import Voice, sentence

_WORTH_A_RANGE = 4
"""Lines that lie so close together are read with what lies between them; others one by one."""


class Told(NamedTuple):
    """One line with all that a page says of it."""

    line: JournalLine
    entry: Entry
    sentence: Markup
    actor: Markup
    on_behalf: Markup | None
    recorded_at: datetime


def tell(lines: Sequence[JournalLine], bank: TimeBank, views: Views) -> list[Told]:
    """The lines with their sentences; every name is asked for once."""
    kept = kept_bytes(bank.log, [line.position for line in lines])
    entries = [decode(kept[line.position]) for line in lines]
    people = {who for line in lines for who in (line.actor, line.on_behalf)}
    people.update(who for entry in entries for who in people_in(entry.data))
    voice = Voice(Names(bank, views).of(people), labels_of(bank), _reports(entries, views))
    return [
        Told(
            line,
            entry,
            sentence(entry.data, voice),
            voice.name(line.actor),
            voice.name(line.on_behalf) if line.on_behalf else None,
            entry.recorded_at,
        )
        for line, entry in zip(lines, entries, strict=True)
    ]


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


def _reports(entries: Sequence[Entry], views: Views) -> dict[str, int]:
    """The numbers of the reports that sentences point back to."""
    wanted = {exchange for entry in entries for exchange in reports_in(entry.data)}
    found = {exchange: views.exchanges.of(ExchangeId(exchange)) for exchange in wanted}
    return {exchange: view.number for exchange, view in found.items() if view}
