"""Being forgotten: asking for it, confirming it, and doing it, again after every restore."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, get_args

from ledger import tags
from ledger.catalogue import Fact
from ledger.deciding.context import DecisionContext
from ledger.deciding.handler import CommandHandler
from ledger.deciding.requests import Command, Request
from ledger.erasure import rules
from ledger.erasure.facts import Kept, PersonalDataErased
from ledger.identifiers import MemberId
from ledger.log.entry import decode
from ledger.log.store import Log
from ledger.personal_data.erasing import ErasureMark, clean, forget, reached
from ledger.personal_data.store import PersonalData

_KINDS: Mapping[str, Kept] = {"name": "name", "email": "contacts", "phone": "contacts"}
_MEMBERS = re.compile(rb'"(m-[^"]*)"')


class ErasurePreview(NamedTuple):
    """What an erasure would take: how many words of each field are theirs, and how many others wrote about help with them."""

    own: Mapping[str, int]
    of_others: int

    @property
    def kinds(self) -> list[Kept]:
        """The same, as coarsely as the log may say it."""
        found = {_KINDS.get(field, "words") for field in self.own} | ({"words"} if self.of_others else set[str]())
        return [kind for kind in get_args(Kept) if kind in found]


class _AboutErasure(Command):
    member: MemberId

    def tags(self) -> Sequence[str]:
        return (tags.member(self.member),)


class AskForErasure(_AboutErasure):
    """Ask to be erased: the member, or a coordinator who passes it on."""

    stored_name = "ask-erasure"

    def decide(self, request: Request, context: DecisionContext) -> Sequence[Fact]:
        return rules.ask(context.member(self.member), context.coordinators, by=context.member(request.caller.by))


class WithdrawErasure(_AboutErasure):
    """Withdraw the request, as long as nobody has confirmed it."""

    stored_name = "withdraw-erasure"

    def decide(self, request: Request, context: DecisionContext) -> Sequence[Fact]:
        return rules.withdraw(context.member(self.member), by=context.member(request.caller.by))


class EraseMember(_AboutErasure):
    """Confirm an erasure and carry it out: a coordinator, or the host. A member who still takes part leaves by it.

    The entry comes first, then the words are deleted: after a crash in between, the next opening deletes them.
    """

    stored_name = "erase"

    def decide(self, request: Request, context: DecisionContext) -> Sequence[Fact]:
        by = context.member(request.caller.by)
        rules.erase(context.member(self.member), context.coordinators, by=by, fields=())
        kinds = would_go(context.log, context.people, self.member).kinds
        return rules.erase(context.member(self.member), context.coordinators, by=by, fields=kinds)

    def afterwards(self, handler: CommandHandler) -> None:
        erase_again(handler.log, handler.people)


def would_go(log: Log, people: PersonalData, member: MemberId) -> ErasurePreview:
    """What erasing a member now would delete. Reads the whole log: seconds at a million entries."""
    return ErasurePreview(
        people.fields_of(member), people.count_of_others(member, words_about(log, {member: log.head()}))
    )


def is_clean(people: PersonalData) -> bool:
    """Whether free pages of the database hold no trace of anyone erased. If not, the next opening or sweep cleans them."""
    mark = reached(people.engine)
    return mark is None or mark.is_clean


def erase_again(log: Log, people: PersonalData) -> int:
    """Forgets everybody whom the log says was erased and this people store may not have forgotten; answers how many.

    Every opening calls it, before anything is served: a people store that was restored from a backup still knows them. When
    nothing is to be done it costs a look at two rows and one question to the log.
    """
    mark = reached(people.engine)
    since = mark.position if mark is not None and _is_of(log, mark) else 0
    entries, _ = log.read({tags.ERASURES: since})
    if entries:
        facts = ((decode(stored.data).data, stored.position) for stored in entries)
        erased = {fact.member: position for fact, position in facts if isinstance(fact, PersonalDataErased)}
        last = entries[-1]
        forget(
            people.engine, list(erased), words_about(log, erased), ErasureMark(last.position, _hash(last.data), False)
        )
    if entries or (mark is not None and not mark.is_clean):
        clean(people.engine)  # where others are still reading, the next opening or sweep does it
    return len(entries)


def words_about(log: Log, erased: Mapping[MemberId, int]) -> Iterator[str]:
    """The commitments to all words about these people, up to a position for each.

    Words are about everybody whom their fact names, and about the parties of the exchange or gift that it belongs to, whoever
    wrote them: nobody can tell whom else they speak of.
    """
    until: dict[str, int] = {}  # exchange or gift -> up to where its words go
    context = {member.encode() for member in erased}
    for position, data in log.scan(upto=max(erased.values(), default=0)):
        # Most entries are about others: those are told by their bytes, without being read.
        if context.isdisjoint(_MEMBERS.findall(data)) and (not until or b'"sealed"' not in data):
            continue
        entry = decode(data)
        fact = entry.data
        stories = (*fact.exchanges, *fact.gifts)
        if stories and (parties := erased.keys() & fact.about):
            until[stories[0]] = max(until.get(stories[0], 0), *(erased[MemberId(party)] for party in parties))
        named = (erased[MemberId(who)] for who in erased.keys() & fact.people)
        upto = max((*named, *(until.get(story, 0) for story in stories)), default=0)
        if position <= upto:
            yield from entry.sealed.values()


def _is_of(log: Log, mark: ErasureMark) -> bool:
    """Whether the entry that the mark names stands where it says; positions differ between copies of a log."""
    return any(
        stored.position == mark.position and _hash(stored.data) == mark.entry
        for stored in log.from_position(mark.position - 1, limit=1)
    )


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


AT_ONCE = 200_000
"""So many words are looked for in one reading of the log: about 40 MB of memory, however many there are."""

Tell = Callable[[int, int], None]


def sweep(log: Log, people: PersonalData, tell: Tell = lambda done, of: None, *, at_once: int = AT_ONCE) -> int:
    """Deletes words that no entry seals and that are past waiting for one, and what deleted rows left in the files.

    Answers how many words were deleted. They may be somebody's name: while they lie there, nobody knows whose to erase.
    """
    swept = 0
    after = ""
    while some := people.settled_commitments(after=after, limit=at_once):
        after = some[-1]
        orphans = set(some)
        head = log.head()
        for position, data in log.scan(upto=head):
            if b'"sealed"' in data:
                orphans.difference_update(decode(data).sealed.values())
            if position % 1_000 == 0:
                tell(position, head)
        people.drop(sorted(orphans))
        swept += len(orphans)
    clean(people.engine)
    return swept
