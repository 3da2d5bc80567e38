"""Carrying out a wish: read what matters, decide by a pure rule, append on condition, and answer once for ever."""

import random
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime

from ledger import subjects
from ledger.application.commands import LONGEST_WORDS, Answer, Clock, Command, Order, Worded
from ledger.application.known import Known, Memory
from ledger.catalogue import Fact
from ledger.domain.members import Member
from ledger.domain.words import must_be_text
from ledger.events.founding import CommunityFounded
from ledger.identifiers import Ids, is_command_id
from ledger.log.entry import FORMAT, Entry, encode, instant_text
from ledger.log.people import People
from ledger.log.store import Conflict, Log, LogUnavailable
from ledger.refusals import (
    AddressTaken,
    CommandUsedBefore,
    NotFounded,
    NotTheirsToSay,
    OnlyCoordinators,
    Refusal,
    TooBusy,
)

_TRIES = 40
_LONGEST_PAUSE_SECONDS = 0.02


class Desk:
    """Where wishes are carried out. One for each open time bank; safe from many threads and many processes."""

    def __init__(self, log: Log, people: People, *, clock: Clock, ids: Ids) -> None:
        self.log = log
        self.people = people
        self.ids = ids
        self._clock = clock
        self._memory = Memory(log)
        self._latest = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """The instant, never earlier than the one before: a clock that is set back does not reorder the log."""
        self._latest = max(self._clock(), self._latest)
        return self._latest

    def know(self, tags: Sequence[str]) -> Known:
        """What is known of these tags at the head of the log."""
        return Known(self._memory, tags)

    def today(self, known: Known) -> date:
        """The day in the community's time zone."""
        return known.agreements.local(self.now()).date()

    def speaker(self, known: Known, command: Command, parties: frozenset[str] = frozenset()) -> Member:
        """Whose word it is. A coordinator may pass on another's word, except where they are a party themselves."""
        if command.on_behalf is None:
            return known.member(command.by)
        if command.by in parties:
            raise NotTheirsToSay
        return known.member(command.on_behalf)

    def consider(self, order: Order) -> tuple[Fact, ...]:
        """What would be recorded, without recording it. Refuses just as carrying it out would."""
        for tried in range(_TRIES):
            try:
                return tuple(
                    worded.fact for worded in self._allowed(order, self.know((subjects.AGREEMENTS, *order.reads)))
                )
            except Conflict:
                _pause(tried)
        raise TooBusy

    def carry_out(self, order: Order) -> Answer:
        """Decides and records. A repeat of the same command answers as the first time; nothing is recorded twice."""
        (outcome,) = self.carry_out_all([order])
        if isinstance(outcome, Refusal):
            raise outcome
        return outcome

    def carry_out_all(self, orders: Sequence[Order]) -> list[Answer | Refusal]:
        """Decides a batch in order, each seeing what the ones before it recorded, and appends it in one go.

        A refused order spoils no other. On a conflict the whole batch is decided anew, a bounded number of times;
        when the answer to an append is lost, its first command is looked up before anything is said.
        """
        tags = [subjects.AGREEMENTS]
        tags += [tag for order in orders for tag in (subjects.command(order.command.id), *order.reads)]
        for tried in range(_TRIES):
            try:
                decided = self._decide(orders, self.know(tags))
                if not decided.entries:
                    return decided.outcomes
                position = self._append(decided)
            except Conflict:
                _pause(tried)
                continue
            decided.known.settle(position)
            return [
                outcome if isinstance(outcome, Refusal) else Answer(outcome.facts, position)
                for outcome in decided.outcomes
            ]
        raise TooBusy

    def _decide(self, orders: Sequence[Order], known: Known) -> "_Decided":
        decided = _Decided(known)
        for order in orders:
            try:
                before = self._answer_before(order, known)
                decided.outcomes.append(before or self._record(order, known, decided))
            except Refusal as refusal:
                decided.outcomes.append(refusal)
            except Conflict:
                self.people.drop(decided.sealed)
                raise
        return decided

    def _answer_before(self, order: Order, known: Known) -> Answer | None:
        done = known.done(order.command.id)
        if not done.happened:
            return None
        if done.wish != order.fingerprint:
            raise CommandUsedBefore
        for field, text in order.words.items():
            commitment = done.sealed.get(field)
            if not (self.people.says_the_same(commitment, text) if commitment else not text.strip()):
                raise CommandUsedBefore
        return Answer(done.facts, known.position)

    def _allowed(self, order: Order, known: Known) -> list[Worded]:
        """What the order comes to, or its refusal; nothing is kept yet."""
        assert is_command_id(order.command.id), "the door gives a command an id of its own when the one sent is none"
        for field, text in order.words.items():
            must_be_text(field, text, limit=LONGEST_WORDS)
        if order.command.on_behalf is not None and not known.member(order.command.by).coordinates:
            raise OnlyCoordinators
        allowed = [fact if isinstance(fact, Worded) else Worded(fact) for fact in order.rule(known)]
        if allowed and not known.agreements.is_founded and not isinstance(allowed[0].fact, CommunityFounded):
            raise NotFounded
        return allowed

    def _record(self, order: Order, known: Known, decided: "_Decided") -> Answer:
        allowed = self._allowed(order, known)
        # All words of the order at once, and before any entry: when an address is taken, nothing of the order stays.
        try:
            commitments = iter(self.people.seal([word for _, words in allowed for word in words]))
        except AddressTaken as taken:
            raise Conflict from taken  # somebody else is inviting this address: the next try sees what came of it
        for fact, words in allowed:
            sealed = {word.field: next(commitments) for word in words}
            decided.sealed.extend(sealed.values())
            entry = self._entry(order, known, fact, sealed)
            known.happened(entry.tags, entry)
            decided.entries.append((entry.type, encode(entry), entry.tags))
        return Answer(tuple(fact for fact, _ in allowed), known.position)

    def _entry(self, order: Order, known: Known, fact: Fact, sealed: dict[str, str]) -> Entry:
        name, version = fact.stored
        return Entry(
            v=FORMAT,
            log=known.agreements.origin or getattr(fact, "origin", ""),
            type=name,
            ver=version,
            at=instant_text(self.now()),
            actor=order.command.by,
            on_behalf=order.command.on_behalf,
            via=order.command.via,
            cmd=order.command.id,
            wish=order.fingerprint,
            nonce=secrets.token_hex(16),
            data=fact,
            sealed=sealed,
        )

    def _append(self, decided: "_Decided") -> int:
        unless = tuple(decided.known.rests_on)
        try:
            return self.log.append(decided.entries, unless=unless, after=decided.known.position)
        except Conflict:
            position = self._position_despite_conflict(decided)
            if position is None:
                raise
        except LogUnavailable as error:
            position = self._position_if_recorded(decided) if error.unsure else None
            if position is None:
                raise
        return position

    def _position_despite_conflict(self, decided: "_Decided") -> int | None:
        """A conflict may be with our own success, when a connection was lost after the commit and the append was retried.

        Then the words stay. Otherwise they are dropped, because the next try seals them anew.
        """
        if not decided.sealed:
            return None  # the next try finds the command done, and answers as the first time
        position = self._position_of(decided)
        if position is None:
            self.people.drop(decided.sealed)
        return position

    def _position_if_recorded(self, decided: "_Decided") -> int | None:
        """After a lost answer: were the entries recorded? Asks a few times, because the log has just been lost."""
        for pause in (0.0, 0.2, 1.0):
            time.sleep(pause)
            with suppress(LogUnavailable):
                return self._position_of(decided)
        return None

    def _position_of(self, decided: "_Decided") -> int | None:
        """Where the batch ends in the log, if it was recorded: its last command tells."""
        tag = decided.entries[-1][2][-1]
        entries, _ = self.log.read({tag: 0})
        mine = {data for _, data, _ in decided.entries}
        return max((stored.position for stored in entries if stored.data in mine), default=None)


class _Decided:
    """One try: what each order came to, and the entries to append if nothing came between."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.outcomes: list[Answer | Refusal] = []
        self.entries: list[tuple[str, bytes, Sequence[str]]] = []
        self.sealed: list[str] = []


def _pause(tried: int) -> None:
    """A short wait before the next try, by chance, so that those who collided do not collide again."""
    time.sleep(random.random() * _LONGEST_PAUSE_SECONDS * (1 + tried / 10))  # noqa: S311 - guards nothing
