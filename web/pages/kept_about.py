"""Everything that is kept about one member, a portion at a time: who they are here, and every entry they are part of."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from markupsafe import Markup

from ledger.application.time_bank import TimeBank
from ledger.events.exchanges import ExchangeReported
from ledger.identifiers import AccountId, MemberId
from ledger.log.entry import Entry, decode, instant
from projections.journal import JournalFilter, JournalLine
from projections.views import Views
from web.pages.choices import labels_of
from web.pages.people import Names
from web.pages.told import kept_bytes
from web.sentences import DOORS, KINDS_OF_FACT, sentence
from web.sign_in import sessions
from web.voices import Voice
from web.words import gettext

AT_ONCE = 200
"""So many entries are read and sent at a time: a long history takes long, and no more memory than a short one."""


class Told(NamedTuple):
    """One entry as its member may read it: number, when, through which door, by whom, and the words that belong to it.

    `sentence` is empty for what they typed for others: that tells of others, and only their own words are theirs.
    """

    number: int
    recorded_at: datetime
    kind: str
    door: str
    actor: str
    on_behalf: str
    sentence: Markup
    words: tuple[tuple[str, str], ...]
    exchange: str
    data: Any


def about(member: MemberId, as_of: int, now: datetime, bank: TimeBank, views: Views) -> dict[str, Any]:
    """Who one is here: name and contacts, roles, groups, what one chose, the sums, and where one is signed in."""
    row = views.members.of(member)
    assert row is not None, "whoever reads this is signed in as this member"
    words = bank.people.words([row.name, row.email, row.phone])
    groups = views.groups.of_member(member)
    names = Names(bank, views).of([group.id for group in groups])
    tally = views.balances.of(AccountId(member))
    devices = sessions.devices(bank.people.engine, member, "", now)
    return {
        "community": bank.agreements.in_force().name,
        "written_at": now,
        "entry": as_of,
        "member": member,
        "name": words.get(row.name, ""),
        "email": words.get(row.email, ""),
        "phone": words.get(row.phone, ""),
        "invited_at": _instant(row.invited_at),
        "welcomed_at": _instant(row.welcomed_at),
        "erasure_asked_at": _instant(row.erasure_asked_at),
        "roles": sorted(row.roles),
        "groups": [{"id": group.id, "name": names[group.id]} for group in groups],
        "who_sees_whom_i_help": views.visibility.of(member),
        "given_minutes": tally.given,
        "received_minutes": tally.received,
        "exchanges": tally.exchanges,
        "gifts_given": tally.gifts_given,
        "gifts_received": tally.gifts_received,
        "people_helped": tally.people_helped,
        "helped_by": tally.helped_by,
        "signed_in": [{"since": device.since, "last_seen": device.last_seen} for device in devices],
    }


def _instant(at: str) -> datetime | None:
    return instant(at) if at else None


def entries(member: MemberId, bank: TimeBank, views: Views) -> Iterator[list[Told]]:
    """Every entry that is about the member, and every other that they typed; the oldest first, never an empty portion."""
    shown: set[int] = set()
    reports: dict[str, int] = {}
    for lines in _portions(views, JournalFilter(account=AccountId(member))):
        shown.update(line.number for line in lines)
        yield _told(lines, member, bank, views, reports)
    for lines in _portions(views, JournalFilter(actor=member)):
        if others := [line for line in lines if line.number not in shown]:
            yield [_typed_for_others(line, entry, bank) for line, entry in _read(others, bank)]


def _portions(views: Views, wanted: JournalFilter) -> Iterator[list[JournalLine]]:
    after = 0
    while lines := views.journal.page(wanted, after=after, limit=AT_ONCE)[::-1]:
        yield lines
        after = lines[-1].number


def _read(lines: Sequence[JournalLine], bank: TimeBank) -> list[tuple[JournalLine, Entry]]:
    kept = kept_bytes(bank.log, [line.position for line in lines])
    return [(line, decode(kept[line.position])) for line in lines]


def _told(
    lines: Sequence[JournalLine], member: MemberId, bank: TimeBank, views: Views, reports: dict[str, int]
) -> list[Told]:
    read = _read(lines, bank)
    reports.update(
        {entry.data.exchange: line.number for line, entry in read if isinstance(entry.data, ExchangeReported)}
    )
    people = {who for line in lines for who in (line.actor, line.on_behalf)}
    people.update(who for _, entry in read for who in entry.data.people)
    names = Names(bank, views).of(people | {member})
    voice = Voice(names, labels_of(bank), reports)
    words = bank.people.words(commitment for _, entry in read for commitment in entry.sealed.values())
    return [_tell(line, entry, sentence(entry.data, voice), names.get, words.get) for line, entry in read]


def _tell(
    line: JournalLine,
    entry: Entry,
    said: Markup,
    name: Callable[[str, str], str],
    words: Callable[[str, str], str],
) -> Told:
    return Told(
        number=line.number,
        recorded_at=entry.recorded_at,
        kind=gettext(KINDS_OF_FACT[line.type]),
        door=gettext(DOORS[line.via]),
        actor=name(line.actor, ""),
        on_behalf=name(line.on_behalf, "") if line.on_behalf else "",
        # In the file, the entry that a sentence points back to stands further up.
        sentence=Markup(str(said).replace('href="/journal/', 'href="#entry-')),  # noqa: S704 - it was marked up already
        words=tuple((field, words(commitment, "")) for field, commitment in entry.sealed.items()),
        exchange=next(iter(entry.data.exchanges), ""),
        data=entry.data,
    )


def _typed_for_others(line: JournalLine, entry: Entry, bank: TimeBank) -> Told:
    """What a coordinator typed about others: that they did is about them too. Words passed on are those of the others."""
    sealed = {} if line.on_behalf else {f: c for f, c in entry.sealed.items() if f in ("note", "reason")}
    words = bank.people.words(sealed.values()) if sealed else {}
    told = _tell(line, entry, Markup(""), lambda who, otherwise: otherwise, words.get)
    return told._replace(exchange="", data=None, words=tuple((f, words.get(c, "")) for f, c in sealed.items()))
