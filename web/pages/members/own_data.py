"""Everything kept about a member, for their own eyes: one file to read, and the same for programs (GDPR, articles 15 and 20)."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from litestar import Response
from litestar.params import FromPath
from litestar.response import Stream
from markupsafe import Markup

from ledger.exchanges.facts import ExchangeReported
from ledger.identifiers import AccountId, MemberId
from ledger.log.entry import Entry, decode, instant
from ledger.time_bank import TimeBank
from projections.journal import JournalFilter, JournalLine
from projections.views import Views
from web.framework.access import THE_MEMBER
from web.framework.call import Call, get
from web.pages.audit.journal import FIELDS, kept_bytes
from web.pages.exchanges.fields import labels_of
from web.pages.figures.story_files import sent
from web.sign_in import sessions
from web.wording.labels import SentenceContext
from web.wording.names import names_of
from web.wording.sentences import CHANNELS, KINDS_OF_FACT, sentence
from web.wording.translation import gettext

_ENCODER = msgspec.json.Encoder()

AT_ONCE = 200
"""So many entries are read and sent at a time: a long history takes long, and no more memory than a short one."""


@get("/members/{member_id:str}/data", may=THE_MEMBER)
def show_data(call: Call, member_id: FromPath[MemberId]) -> Response[str]:
    """What is kept about the member, and the two files to take away."""
    as_of = call.views.catch_up().number
    own = call.bank.people.fields_of(call.visitor.member)
    return call.page(
        "own_data.html",
        member_id=member_id,
        kept=about(call, call.visitor.member, as_of),
        written=own.get("note", 0) + own.get("reason", 0),
        as_of=as_of,
    )


@get("/members/{member_id:str}/data.html", may=THE_MEMBER)
def data_as_html(call: Call) -> Stream:
    """One file to read, print and keep: it needs no network and loads nothing."""
    kept = about(call, call.visitor.member, call.views.catch_up().number)
    return sent(_as_html(call, kept), "text/html", "my-data.html")


@get("/members/{member_id:str}/data.json", may=THE_MEMBER)
def data_as_json(call: Call) -> Stream:
    """The same for programs: stable keys, minutes, days, instants in UTC."""
    kept = about(call, call.visitor.member, call.views.catch_up().number)
    return sent(_as_json(call, call.visitor.member, kept), "application/json", "my-data.json")


class OwnEntry(NamedTuple):
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


def _as_html(call: Call, kept: dict[str, Any]) -> Iterator[str]:
    def part(name: str, **context: object) -> str:
        return call.site.frame.html(
            "own_data_file.html", call.visitor, "", {"part": name, "kept": kept, "fields": FIELDS, **context}
        )

    yield part("head")
    for some in entries(call, call.visitor.member):
        yield part("entries", entries=some)
    yield part("tail")


def _as_json(call: Call, member: MemberId, kept: dict[str, Any]) -> Iterator[str]:
    yield _ENCODER.encode(kept).decode()[:-1] + ',"entries":['
    place = 0
    for some in entries(call, member):
        for told in some:
            yield ("," if place else "") + _ENCODER.encode(
                {
                    "number": told.number,
                    "recorded_at": told.recorded_at,
                    "kind": told.kind,
                    "by": told.actor,
                    "for": told.on_behalf,
                    "sentence": told.sentence.striptags(),
                    "words": dict(told.words),
                    "exchange": told.exchange,
                    "fact": told.data,
                }
            ).decode()
            place += 1
    yield "]}\n"


def about(call: Call, member: MemberId, as_of: int) -> dict[str, Any]:
    """Who one is here: name and contacts, roles, groups, what one chose, the sums, and where one is signed in."""
    row = call.views.members.of(member)
    assert row is not None, "whoever reads this is signed in as this member"
    words = call.bank.people.words([row.name, row.email, row.phone])
    groups = call.views.groups.of_member(member)
    names = names_of(call, [group.id for group in groups])
    tally = call.views.balances.of(AccountId(member))
    devices = sessions.devices(call.bank.people.engine, member, "", call.now)
    return {
        "community": call.bank.agreements.name,
        "written_at": call.now,
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
        "who_sees_whom_i_help": call.views.visibility.of(member),
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


def entries(call: Call, member: MemberId) -> Iterator[list[OwnEntry]]:
    """Every entry that is about the member, and every other that they typed; the oldest first, never an empty portion."""
    shown: set[int] = set()
    reports: dict[str, int] = {}
    for lines in _portions(call.views, JournalFilter(account=AccountId(member))):
        shown.update(line.number for line in lines)
        yield _told(call, lines, member, reports)
    for lines in _portions(call.views, JournalFilter(actor=member)):
        if others := [line for line in lines if line.number not in shown]:
            yield [_typed_for_others(line, entry, call.bank) for line, entry in _read(others, call.bank)]


def _portions(views: Views, wanted: JournalFilter) -> Iterator[list[JournalLine]]:
    after = 0
    while lines := views.journal.page(wanted, after=after, limit=AT_ONCE)[::-1]:
        yield lines
        after = lines[-1].number


def _read(lines: Sequence[JournalLine], bank: TimeBank) -> list[tuple[JournalLine, Entry]]:
    kept = kept_bytes(bank.log, [line.position for line in lines])
    return [(line, decode(kept[line.position])) for line in lines]


def _told(call: Call, lines: Sequence[JournalLine], member: MemberId, reports: dict[str, int]) -> list[OwnEntry]:
    read = _read(lines, call.bank)
    reports.update(
        {entry.data.exchange: line.number for line, entry in read if isinstance(entry.data, ExchangeReported)}
    )
    people = {who for line in lines for who in (line.actor, line.on_behalf)}
    people.update(who for _, entry in read for who in entry.data.people)
    names = names_of(call, people | {member})
    voice = SentenceContext(names, labels_of(call.bank), reports)
    words = call.bank.people.words(commitment for _, entry in read for commitment in entry.sealed.values())
    return [_tell(line, entry, sentence(entry.data, voice), names.get, words.get) for line, entry in read]


def _tell(
    line: JournalLine,
    entry: Entry,
    said: Markup,
    name: Callable[[str, str], str],
    words: Callable[[str, str], str],
) -> OwnEntry:
    return OwnEntry(
        number=line.number,
        recorded_at=entry.recorded_at,
        kind=gettext(KINDS_OF_FACT[line.type]),
        door=gettext(CHANNELS[line.via]),
        actor=name(line.actor, ""),
        on_behalf=name(line.on_behalf, "") if line.on_behalf else "",
        # In the file, the entry that a sentence points back to stands further up.
        sentence=Markup(str(said).replace('href="/journal/', 'href="#entry-')),  # noqa: S704 - it was marked up already
        words=tuple((field, words(commitment, "")) for field, commitment in entry.sealed.items()),
        exchange=next(iter(entry.data.exchanges), ""),
        data=entry.data,
    )


def _typed_for_others(line: JournalLine, entry: Entry, bank: TimeBank) -> OwnEntry:
    """What a coordinator typed about others: that they did is about them too. Words passed on are those of the others."""
    sealed = {} if line.on_behalf else {f: c for f, c in entry.sealed.items() if f in ("note", "reason")}
    words = bank.people.words(sealed.values()) if sealed else {}
    told = _tell(line, entry, Markup(""), lambda who, otherwise: otherwise, words.get)
    return told._replace(exchange="", data=None, words=tuple((f, words.get(c, "")) for f, c in sealed.items()))
