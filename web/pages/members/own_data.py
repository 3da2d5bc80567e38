"""Everything we hold about a member, for them to download: to read, and for programs (GDPR, articles 15 and 20)."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Stream
from markupsafe import Markup

from ledger.exchanges.facts import ExchangeReported
from ledger.identifiers import AccountId, MemberId
from ledger.log.entry import Entry, decode, instant
from ledger.personal_data.salts import own_salts
from ledger.personal_data.store import IMPORTED
from ledger.time_bank import TimeBank
from projections.journal import JournalFilter, JournalLine
from projections.views import Views
from web.framework.access import THE_MEMBER
from web.framework.call import Call, get
from web.framework.static_files import AnyResponse
from web.pages.audit.journal import FIELDS, stored_bytes
from web.pages.exchanges.fields import labels_of
from web.pages.figures.story_files import download
from web.pages.proof.receipts import is_entry_number, or_explained, receipt_file
from web.sign_in import sessions
from web.wording.names import SentenceContext, names_of
from web.wording.sentences import CHANNELS, FACT_NAMES, sentence
from web.wording.translation import gettext

_ENCODER = msgspec.json.Encoder()

AT_ONCE = 200
"""How many entries to read and send at a time, so that a long history takes no more memory than a short one."""


@get("/members/{member_id:str}/data", may=THE_MEMBER)
def show_data(call: Call, member_id: FromPath[MemberId]) -> Response[str]:
    """Show what we hold about the member, and the two files to download."""
    as_of = call.views.catch_up().number
    own = call.bank.people.fields_of(call.visitor.member)
    return call.page(
        "own_data.html",
        member_id=member_id,
        held=_about(call, call.visitor.member, as_of),
        written=own.get("note", 0) + own.get("reason", 0),
        as_of=as_of,
    )


@get("/members/{member_id:str}/data.html", may=THE_MEMBER)
def data_as_html(call: Call) -> Stream:
    """Send one file to read, print and keep. It needs no network."""
    held = _about(call, call.visitor.member, call.views.catch_up().number)
    return download(_as_html(call, held), "text/html", "my-data.html")


@get("/members/{member_id:str}/data.json", may=THE_MEMBER)
def data_as_json(call: Call) -> Stream:
    """Send the same for programs: stable keys, minutes, dates, instants in UTC."""
    held = _about(call, call.visitor.member, call.views.catch_up().number)
    return download(_as_json(call, call.visitor.member, held), "application/json", "my-data.json")


@get("/members/{member_id:str}/data/receipts/{own_entry:str}", may=THE_MEMBER)
def own_words_receipt(call: Call, own_entry: FromPath[str]) -> AnyResponse:
    """Send the receipt of an entry about words of the member's own. With the salts in their data it proves which words."""
    call.views.catch_up()
    line = call.views.journal.line(int(own_entry)) if is_entry_number(own_entry) else None
    if line is None:
        raise NotFoundException
    ((_, entry),) = _read([line], call.bank)
    if not own_salts(call.bank.people, call.visitor.member, entry.sealed.values()):
        raise NotFoundException
    return or_explained(call, lambda: receipt_file(call.seals.receipt(position=line.position), f"entry-{line.number}"))


class OwnEntry(NamedTuple):
    """One entry as its member can read it, with the names and notes that belong to it.

    `sentence` is empty for what they typed for others, because it is about other people. `salts` are those of their own words:
    with them, a receipt proves which words were sealed.
    """

    number: int
    recorded_at: datetime
    kind: str
    channel: str
    actor: str
    on_behalf: str
    sentence: Markup
    words: tuple[tuple[str, str], ...]
    salts: dict[str, str]
    exchange: str
    data: Any


def _as_html(call: Call, held: dict[str, Any]) -> Iterator[str]:
    def part(name: str, **context: object) -> str:
        return call.site.renderer.html(
            "own_data_file.html", call.visitor, "", {"part": name, "held": held, "fields": FIELDS, **context}
        )

    yield part("head")
    for some in _entries(call, call.visitor.member):
        yield part("entries", entries=some)
    yield part("tail")


def _as_json(call: Call, member: MemberId, held: dict[str, Any]) -> Iterator[str]:
    yield _ENCODER.encode(held).decode()[:-1] + ',"entries":['
    place = 0
    for some in _entries(call, member):
        for own in some:
            yield ("," if place else "") + _ENCODER.encode(
                {
                    "number": own.number,
                    "recorded_at": own.recorded_at,
                    "kind": own.kind,
                    "by": own.actor,
                    "for": own.on_behalf,
                    "sentence": own.sentence.striptags(),
                    "words": dict(own.words),
                    "salts": own.salts,
                    "receipt": f"/members/{member}/data/receipts/{own.number}" if own.salts else "",
                    "exchange": own.exchange,
                    "fact": own.data,
                }
            ).decode()
            place += 1
    yield "]}\n"


def _about(call: Call, member: MemberId, as_of: int) -> dict[str, Any]:
    """Return the member's name, contact details, roles, groups, choices, totals and devices."""
    row = call.views.members.of(member)
    assert row is not None, "the reader is signed in as this member"
    words = call.bank.people.words([row.name, row.email, row.phone])
    groups = call.views.groups.of_member(member)
    names = names_of(call, [group.id for group in groups])
    account = call.views.balances.of(AccountId(member))
    devices = sessions.devices(call.bank.people.engine, member, "", call.now)
    return {
        "community": call.bank.agreements.name,
        "written_at": call.now,
        "entry": as_of,
        "member": member,
        "name": words.get(row.name, ""),
        "email": words.get(row.email, ""),
        "phone": words.get(row.phone, ""),
        "imported_as": call.bank.people.of(member, IMPORTED),
        "invited_at": _instant(row.invited_at),
        "welcomed_at": _instant(row.welcomed_at),
        "erasure_asked_at": _instant(row.erasure_asked_at),
        "roles": sorted(row.roles),
        "groups": [{"id": group.id, "name": names[group.id]} for group in groups],
        "who_sees_whom_i_help": call.views.visibility.of(member),
        "given_minutes": account.given,
        "received_minutes": account.received,
        "exchanges": account.exchanges,
        "gifts_given": account.gifts_given,
        "gifts_received": account.gifts_received,
        "people_helped": account.people_helped,
        "helped_by": account.helped_by,
        "signed_in": [{"since": device.since, "last_seen": device.last_seen} for device in devices],
    }


def _instant(at: str) -> datetime | None:
    return instant(at) if at else None


def _entries(call: Call, member: MemberId) -> Iterator[list[OwnEntry]]:
    """Yield every entry about the member, then every other entry they typed, oldest first."""
    shown: set[int] = set()
    reports: dict[str, int] = {}
    for lines in _portions(call.views, JournalFilter(account=AccountId(member))):
        shown.update(line.number for line in lines)
        yield _own_entries(call, lines, member, reports)
    for lines in _portions(call.views, JournalFilter(actor=member)):
        if others := [line for line in lines if line.number not in shown]:
            yield [_typed_for_others(line, entry, call.bank, member) for line, entry in _read(others, call.bank)]


def _portions(views: Views, wanted: JournalFilter) -> Iterator[list[JournalLine]]:
    after = 0
    while lines := views.journal.page(wanted, after=after, limit=AT_ONCE)[::-1]:
        yield lines
        after = lines[-1].number


def _read(lines: Sequence[JournalLine], bank: TimeBank) -> list[tuple[JournalLine, Entry]]:
    stored = stored_bytes(bank.log, [line.position for line in lines])
    return [(line, decode(stored[line.position])) for line in lines]


def _own_entries(call: Call, lines: Sequence[JournalLine], member: MemberId, reports: dict[str, int]) -> list[OwnEntry]:
    read = _read(lines, call.bank)
    reports.update(
        {entry.data.exchange: line.number for line, entry in read if isinstance(entry.data, ExchangeReported)}
    )
    people = {who for line in lines for who in (line.actor, line.on_behalf)}
    people.update(who for _, entry in read for who in entry.data.people)
    names = names_of(call, people | {member})
    context = SentenceContext(names, labels_of(call.bank), reports)
    commitments = [commitment for _, entry in read for commitment in entry.sealed.values()]
    words, salts = call.bank.people.words(commitments), own_salts(call.bank.people, member, commitments)
    return [
        _own_entry(line, entry, sentence(entry.data, context), names.get, words.get)._replace(
            salts=_salts_in(entry, salts)
        )
        for line, entry in read
    ]


def _salts_in(entry: Entry, salts: dict[str, str]) -> dict[str, str]:
    return {field: salts[commitment] for field, commitment in entry.sealed.items() if commitment in salts}


def _own_entry(
    line: JournalLine, entry: Entry, text: Markup, name: Callable[[str, str], str], words: Callable[[str, str], str]
) -> OwnEntry:
    return OwnEntry(
        number=line.number,
        recorded_at=entry.recorded_at,
        kind=gettext(FACT_NAMES[line.type]),
        channel=gettext(CHANNELS[line.via]),
        actor=name(line.actor, ""),
        on_behalf=name(line.on_behalf, "") if line.on_behalf else "",
        # In the file, a sentence links to an entry further up.
        sentence=Markup(str(text).replace('href="/journal/', 'href="#entry-')),  # noqa: S704 - it was marked up already
        words=tuple((field, words(commitment, "")) for field, commitment in entry.sealed.items()),
        salts={},
        exchange=next(iter(entry.data.exchanges), ""),
        data=entry.data,
    )


def _typed_for_others(line: JournalLine, entry: Entry, bank: TimeBank, member: MemberId) -> OwnEntry:
    """Return an entry a coordinator typed about others, without details about them."""
    sealed = {} if line.on_behalf else {f: c for f, c in entry.sealed.items() if f in ("note", "reason")}
    words = bank.people.words(sealed.values()) if sealed else {}
    own = _own_entry(line, entry, Markup(""), lambda who, otherwise: otherwise, words.get)
    return own._replace(
        exchange="",
        data=None,
        words=tuple((f, words.get(c, "")) for f, c in sealed.items()),
        salts=_salts_in(entry, own_salts(bank.people, member, sealed.values())),
    )
