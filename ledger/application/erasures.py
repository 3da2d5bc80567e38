"""Being forgotten: asking for it, confirming it, and doing it, again after every restore."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, get_args

from ledger import subjects
from ledger.application.commands import Answer, Command, Order, Rule
from ledger.application.desk import Desk
from ledger.application.known import Known
from ledger.catalogue import Fact
from ledger.domain import erasures as rules
from ledger.domain.members import Member
from ledger.events.erasures import Kept, PersonalDataErased
from ledger.identifiers import HOST, MemberId
from ledger.log.entry import decode
from ledger.log.forgetting import Reached, clean, forget, reached
from ledger.log.people import People
from ledger.log.store import Log

_KINDS: Mapping[str, Kept] = {"name": "name", "email": "contacts", "phone": "contacts"}
_MEMBERS = re.compile(rb'"(m-[^"]*)"')


class Going(NamedTuple):
    """What an erasure would take: how many words of each field are theirs, and how many others wrote about help with them."""

    own: Mapping[str, int]
    of_others: int

    @property
    def kinds(self) -> list[Kept]:
        """The same, as coarsely as the log may say it."""
        found = {_KINDS.get(field, "words") for field in self.own} | ({"words"} if self.of_others else set[str]())
        return [kind for kind in get_args(Kept) if kind in found]


class Erasures:
    """What anybody may ask of the ledger about being forgotten."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def ask(self, member: MemberId, *, command: Command) -> Answer:
        """A member asks to be erased, or a coordinator passes on their word."""
        return self._about(
            member,
            command,
            "ask-erasure",
            lambda known: rules.ask(known.member(member), known.coordinators, by=known.member(command.by)),
        )

    def withdraw(self, member: MemberId, *, command: Command) -> Answer:
        """They think better of it, while nobody has confirmed it yet."""
        return self._about(
            member,
            command,
            "withdraw-erasure",
            lambda known: rules.withdraw(known.member(member), by=known.member(command.by)),
        )

    def erase(self, member: MemberId, *, command: Command) -> Answer:
        """A coordinator, or the host, confirms, and it is done. Whoever still takes part leaves by it.

        First the entry, then the words: a crash in between leaves an entry that has them forgotten at the next opening.
        """

        def rule(known: Known) -> Sequence[Fact]:
            by = known.member(command.by)
            rules.erase(known.member(member), known.coordinators, by=by, fields=())
            kinds = self.would_go(member).kinds
            return rules.erase(known.member(member), known.coordinators, by=by, fields=kinds)

        answer = self._about(member, command, "erase", rule)
        erase_again(self._desk.log, self._desk.people)
        return answer

    def would_go(self, member: MemberId) -> Going:
        """What erasing them now would take. Reads the log through: seconds at a million entries."""
        own = self._desk.people.fields_of(member)
        about = words_about(self._desk.log, {member: self._desk.log.head()})
        return Going(own, self._desk.people.count_of_others(member, about))

    def is_clean(self) -> bool:
        """Whether no trace of anybody erased may lie in free pages any more; if not, the next opening or sweep sees to it."""
        mark = reached(self._desk.people.engine)
        return mark is None or mark.is_clean

    def standing(self, member: MemberId) -> Member:
        """Whether somebody waits to be erased, or was."""
        return self._desk.know([subjects.member(member)]).member(member)

    def _about(self, member: MemberId, command: Command, wish: str, rule: Rule) -> Answer:
        people = {subjects.member(who) for who in (member, command.by) if who != HOST}
        return self._desk.carry_out(
            Order(command=command, wish=wish, asked={"member": member}, rule=rule, reads=(*sorted(people),))
        )


def erase_again(log: Log, people: People) -> int:
    """Forgets everybody whom the log says was erased and this people store may not have forgotten; answers how many.

    Every opening calls it, before anything is served: a people store that was restored from a backup still knows them. When
    nothing is to be done it costs a look at two rows and one question to the log.
    """
    mark = reached(people.engine)
    since = mark.position if mark is not None and _is_of(log, mark) else 0
    entries, _ = log.read({subjects.ERASURES: since})
    if entries:
        facts = ((decode(stored.data).data, stored.position) for stored in entries)
        erased = {fact.member: position for fact, position in facts if isinstance(fact, PersonalDataErased)}
        last = entries[-1]
        forget(people.engine, list(erased), words_about(log, erased), Reached(last.position, _hash(last.data), False))
    if entries or (mark is not None and not mark.is_clean):
        clean(people.engine)  # where others are still reading, the next opening or sweep does it
    return len(entries)


def words_about(log: Log, erased: Mapping[MemberId, int]) -> Iterator[str]:
    """The commitments to all words about these people, up to a position for each.

    Words are about everybody whom their fact names, and about the parties of the exchange or gift that it belongs to, whoever
    wrote them: nobody can tell whom else they speak of.
    """
    until: dict[str, int] = {}  # exchange or gift -> up to where its words go
    known = {member.encode() for member in erased}
    for position, data in log.scan(upto=max(erased.values(), default=0)):
        # Most entries are about others: those are told by their bytes, without being read.
        if known.isdisjoint(_MEMBERS.findall(data)) and (not until or b'"sealed"' not in data):
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


def _is_of(log: Log, mark: Reached) -> bool:
    """Whether the entry that the mark names stands where it says; positions differ between copies of a log."""
    return any(
        stored.position == mark.position and _hash(stored.data) == mark.entry
        for stored in log.from_position(mark.position - 1, limit=1)
    )


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
