"""Erasing personal data: asking, confirming, deleting, and deleting again after every restore."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, get_args

from ledger import tags
from ledger.catalogue import Fact
from ledger.deciding.context import DecisionContext
from ledger.deciding.handler import CommandHandler
from ledger.deciding.requests import Request
from ledger.erasure import rules
from ledger.erasure.facts import ErasedKind, PersonalDataErased
from ledger.identifiers import MemberId
from ledger.log.entry import decode
from ledger.log.store import Log
from ledger.members.commands import AboutMember
from ledger.personal_data.erasing import ErasureMark, clean, forget, reached
from ledger.personal_data.imported import sweep_people
from ledger.personal_data.store import PersonalData
from ledger.refusals import Refusal

_KIND_OF_FIELD: Mapping[str, ErasedKind] = {
    "name": "name",
    "imported": "name",
    "email": "contacts",
    "phone": "contacts",
}
_MEMBERS = re.compile(rb'"(m-[^"]*)"')


class ErasurePreview(NamedTuple):
    """What an erasure would delete: the number of their own texts by field, and of texts by others about help with them."""

    own: Mapping[str, int]
    of_others: int

    @property
    def kinds(self) -> list[ErasedKind]:
        """The kinds of data, as coarse as the log states them."""
        fields = (*self.own, "note") if self.of_others else self.own
        found = {_KIND_OF_FIELD.get(field, "words") for field in fields}
        return [kind for kind in get_args(ErasedKind) if kind in found]


class AskForErasure(AboutMember):
    """Ask for a member's personal data to be erased. Members ask for themselves; a coordinator can ask for anyone."""

    stored_name = "ask-erasure"

    def decide(self, request: Request, context: DecisionContext) -> Sequence[Fact]:
        return rules.ask(context.member(self.member), context.coordinators, by=context.member(request.caller.by))


class WithdrawErasure(AboutMember):
    """Withdraw the request, unless it has been confirmed."""

    stored_name = "withdraw-erasure"

    def decide(self, request: Request, context: DecisionContext) -> Sequence[Fact]:
        return rules.withdraw(context.member(self.member), by=context.member(request.caller.by))


class EraseMember(AboutMember):
    """Confirm an erasure and carry it out. Only a coordinator or the host can; a member who has not left yet leaves with it.

    The entry is appended before the texts are deleted. After a crash in between, the next opening deletes them.
    """

    stored_name = "erase"

    def decide(self, request: Request, context: DecisionContext) -> Sequence[Fact]:
        by = context.member(request.caller.by)
        member, coordinators = context.member(self.member), context.coordinators
        rules.erase(member, coordinators, by=by, now=context.now, fields=())
        kinds = preview_erasure(context.log, context.people, self.member).kinds
        return rules.erase(member, coordinators, by=by, now=context.now, fields=kinds)

    def afterwards(self, handler: CommandHandler) -> None:
        erase_again(handler.log, handler.people)


def preview_erasure(log: Log, people: PersonalData, member: MemberId) -> ErasurePreview:
    """Return what erasing a member now would delete. Reads the whole log: seconds for a million entries."""
    return ErasurePreview(
        people.fields_of(member), people.count_of_others(member, commitments_about(log, {member: log.head()}))
    )


def why_not_erased(handler: CommandHandler, member: MemberId, by: MemberId) -> Refusal | None:
    """Return why this person cannot confirm the erasure of a member now; None if they can. Reads a few entries only."""
    context = handler.context([tags.member(member), tags.member(by), tags.COORDINATORS])
    try:
        rules.erase(context.member(member), context.coordinators, by=context.member(by), now=context.now, fields=())
    except Refusal as refusal:
        return refusal
    return None


def is_clean(people: PersonalData) -> bool:
    """Whether the database's free pages have been cleaned since the last erasure. If not, the next opening or sweep does it."""
    mark = reached(people.engine)
    return mark is None or mark.is_clean


def erase_again(log: Log, people: PersonalData) -> int:
    """Delete the data of everyone erased in the log that this copy of the personal data may still hold. Return how many.

    Called at every opening, because personal data restored from a backup still includes them. With nothing to do, it reads
    two rows and makes one query to the log.
    """
    mark = reached(people.engine)
    since = mark.position if mark is not None and _is_of(log, mark) else 0
    entries, _ = log.read({tags.ERASURES: since})
    if entries:
        facts = ((decode(stored.data).data, stored.position) for stored in entries)
        erased = {fact.member: position for fact, position in facts if isinstance(fact, PersonalDataErased)}
        last = entries[-1]
        forget(
            people.engine,
            list(erased),
            commitments_about(log, erased),
            ErasureMark(last.position, _hash(last.data), False),
        )
    if entries or (mark is not None and not mark.is_clean):
        clean(people.engine)  # if others are still reading, the next opening or sweep does it
    return len(entries)


def commitments_about(log: Log, erased: Mapping[MemberId, int]) -> Iterator[str]:
    """Return the commitments to all texts about these people, up to a position for each of them.

    A text is about everyone its fact names, and about the parties of the exchange or gift that the fact belongs to, whoever
    wrote it, because nobody can check whom else it mentions.
    """
    until: dict[str, int] = {}  # by exchange or gift: the position up to which its texts are included
    identifiers = {member.encode() for member in erased}
    for position, data in log.scan(upto=max(erased.values(), default=0)):
        # Most entries are about other people, which shows in their bytes, without decoding them.
        if identifiers.isdisjoint(_MEMBERS.findall(data)) and (not until or b'"sealed"' not in data):
            continue
        entry = decode(data)
        fact = entry.data
        subjects = (*fact.exchanges, *fact.gifts)
        if subjects and (parties := erased.keys() & fact.about):
            until[subjects[0]] = max(until.get(subjects[0], 0), *(erased[MemberId(party)] for party in parties))
        named = (erased[MemberId(who)] for who in erased.keys() & fact.people)
        upto = max((*named, *(until.get(subject, 0) for subject in subjects)), default=0)
        if position <= upto:
            yield from entry.sealed.values()


def _is_of(log: Log, mark: ErasureMark) -> bool:
    """Whether the mark was made with this copy of the log: positions differ between copies."""
    return any(
        stored.position == mark.position and _hash(stored.data) == mark.entry
        for stored in log.from_position(mark.position - 1, limit=1)
    )


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


TEXTS_PER_PASS = 200_000
"""How many texts are looked up in one pass over the log, so that memory stays at about 40 MB."""

Progress = Callable[[int, int], None]
"""Called with how much is done, and of how much."""


def sweep(
    log: Log, people: PersonalData, progress: Progress = lambda done, of: None, *, at_once: int = TEXTS_PER_PASS
) -> int:
    """Delete texts whose entry was never appended, and the traces of deleted rows in the files. Return how many texts.

    They are left behind by a crash between saving a text and appending its entry. One may be a name, and no erasure would
    find it.
    """
    swept = sweep_people(log, people)
    after = ""
    while batch := people.settled_commitments(after=after, limit=at_once):
        after = batch[-1]
        orphans = set(batch)
        head = log.head()
        for position, data in log.scan(upto=head):
            if b'"sealed"' in data:
                orphans.difference_update(decode(data).sealed.values())
            if position % 1_000 == 0:
                progress(position, head)
        people.drop(sorted(orphans))
        swept += len(orphans)
    clean(people.engine)
    return swept
