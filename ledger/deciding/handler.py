"""The command handler: read what a command depends on, decide by a pure rule, append under a condition, retry."""

import random
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from ledger.agreements.facts import CommunityFounded
from ledger.catalogue import Fact
from ledger.deciding.context import DecisionContext, StateCache
from ledger.deciding.requests import LONGEST_TEXT, Caller, Clock, Command, Recorded, Request, SealedFact
from ledger.identifiers import Ids, is_command_id
from ledger.log.entry import FORMAT, Entry, encode, instant_text
from ledger.log.store import Conflict, Log, LogUnavailable
from ledger.personal_data.store import PersonalData
from ledger.refusals import (
    AddressTaken,
    CommandUsedBefore,
    NotFounded,
    OnlyCoordinators,
    Refusal,
    TooBusy,
    must_be_text,
)

_TRIES = 40
_LONGEST_PAUSE_SECONDS = 0.02


class CommandHandler:
    """Carries out commands. One for each open time bank; safe for many threads and many processes."""

    def __init__(self, log: Log, people: PersonalData, *, clock: Clock, ids: Ids) -> None:
        self.log = log
        self.people = people
        self.ids = ids
        self._clock = clock
        self._memory = StateCache(log)
        self._latest = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """The instant, never earlier than the one before: a clock that is set back does not reorder the log."""
        self._latest = max(self._clock(), self._latest)
        return self._latest

    def context(self, tags: Sequence[str]) -> DecisionContext:
        """The state behind these tags at the head of the log."""
        return DecisionContext(self._memory, tags, log=self.log, people=self.people, now=self.now)

    def request(self, command: Command, by: Caller) -> Request:
        """A command by a caller, ready for `do_all`."""
        return Request(command, by, self.ids)

    def preview(self, command: Command, by: Caller) -> tuple[Fact, ...]:
        """The facts that a command would record, without recording them. Refuses exactly as `do` would."""
        request = self.request(command, by)
        for tried in range(_TRIES):
            try:
                return tuple(allowed.fact for allowed in self.allowed(request, self.context(request.tags)))
            except Conflict:
                _pause(tried)
        raise TooBusy

    def do(self, command: Command, by: Caller) -> Recorded:
        """Decide and record. A repeat of the same request gets the first answer; nothing is recorded twice."""
        (outcome,) = self.do_all([self.request(command, by)])
        if isinstance(outcome, Refusal):
            raise outcome
        return outcome

    def do_all(self, requests: Sequence[Request]) -> list[Recorded | Refusal]:
        """Decide a batch in order, each seeing what those before it recorded, and append it in one transaction.

        A refused request doesn't affect the others. On a conflict the whole batch is decided again, a bounded number of
        times. When the answer to an append is lost, its first command is looked up before anything is returned.
        """
        outcomes = self._decided_and_recorded(requests)
        for request, outcome in zip(requests, outcomes, strict=True):
            if isinstance(outcome, Recorded):
                request.command.afterwards(self)
        return outcomes

    def _decided_and_recorded(self, requests: Sequence[Request]) -> list[Recorded | Refusal]:
        tags = [tag for request in requests for tag in request.tags]
        for tried in range(_TRIES):
            try:
                decided = self._decide(requests, self.context(tags))
                if not decided.entries:
                    return decided.outcomes
                position = self._append(decided)
            except Conflict:
                _pause(tried)
                continue
            decided.context.settle(position)
            return [
                outcome if isinstance(outcome, Refusal) else Recorded(outcome.facts, position)
                for outcome in decided.outcomes
            ]
        raise TooBusy

    def _decide(self, requests: Sequence[Request], context: DecisionContext) -> "_Decided":
        decided = _Decided(context)
        for request in requests:
            try:
                before = self._recorded_before(request, context)
                decided.outcomes.append(before or self._record(request, context, decided))
            except Refusal as refusal:
                decided.outcomes.append(refusal)
            except Conflict:
                self.people.drop(decided.sealed)
                raise
        return decided

    def _recorded_before(self, request: Request, context: DecisionContext) -> Recorded | None:
        done = context.done(request.caller.id)
        if not done.happened:
            return None
        if done.wish != request.fingerprint:
            raise CommandUsedBefore
        for field, text in request.words.items():
            commitment = done.sealed.get(field)
            if not (self.people.says_the_same(commitment, text) if commitment else not text.strip()):
                raise CommandUsedBefore
        return Recorded(done.facts, context.position)

    def allowed(self, request: Request, context: DecisionContext) -> list[SealedFact]:
        """The facts that a request comes to, or its refusal. Nothing is kept yet."""
        caller = request.caller
        assert is_command_id(caller.id), "the web layer gives a form an id of its own when the one sent isn't valid"
        for field, text in request.words.items():
            must_be_text(field, text, limit=LONGEST_TEXT)
        if caller.on_behalf is not None and not context.member(caller.by).coordinates:
            raise OnlyCoordinators
        decided = request.command.decide(request, context)
        allowed = [fact if isinstance(fact, SealedFact) else SealedFact(fact) for fact in decided]
        if allowed and not context.agreements.is_founded and not isinstance(allowed[0].fact, CommunityFounded):
            raise NotFounded
        return allowed

    def _record(self, request: Request, context: DecisionContext, decided: "_Decided") -> Recorded:
        allowed = self.allowed(request, context)
        # All words of a request at once, before any entry: if an address is taken, nothing of the request stays.
        try:
            commitments = iter(self.people.seal([word for _, words in allowed for word in words]))
        except AddressTaken as taken:
            raise Conflict from taken  # somebody else is inviting this address: the next try sees what came of it
        for fact, words in allowed:
            sealed = {word.field: next(commitments) for word in words}
            decided.sealed.extend(sealed.values())
            entry = self._entry(request, context, fact, sealed)
            context.happened(entry.tags, entry)
            decided.entries.append((entry.type, encode(entry), entry.tags))
        return Recorded(tuple(fact for fact, _ in allowed), context.position)

    def _entry(self, request: Request, context: DecisionContext, fact: Fact, sealed: dict[str, str]) -> Entry:
        name, version = fact.stored
        caller = request.caller
        return Entry(
            v=FORMAT,
            log=context.agreements.origin or getattr(fact, "origin", ""),
            type=name,
            ver=version,
            at=instant_text(self.now()),
            actor=caller.by,
            on_behalf=caller.on_behalf,
            via=caller.via,
            cmd=caller.id,
            wish=request.fingerprint,
            nonce=secrets.token_hex(16),
            data=fact,
            sealed=sealed,
        )

    def _append(self, decided: "_Decided") -> int:
        unless = tuple(decided.context.rests_on)
        try:
            return self.log.append(decided.entries, unless=unless, after=decided.context.position)
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
        """The conflict may be with our own success, when a connection was lost after the commit and the append was retried.

        Then the words stay. Otherwise they are dropped, because the next try seals them again.
        """
        if not decided.sealed:
            return None  # the next try finds the command done, and returns what was recorded
        position = self._position_of(decided)
        if position is None:
            self.people.drop(decided.sealed)
        return position

    def _position_if_recorded(self, decided: "_Decided") -> int | None:
        """After a lost answer: where the entries were recorded, if they were. Tries a few times, because the log was just lost."""
        for pause in (0.0, 0.2, 1.0):
            time.sleep(pause)
            with suppress(LogUnavailable):
                return self._position_of(decided)
        return None

    def _position_of(self, decided: "_Decided") -> int | None:
        """Where the batch ends in the log, if it was recorded."""
        tag = decided.entries[-1][2][-1]
        entries, _ = self.log.read({tag: 0})
        mine = {data for _, data, _ in decided.entries}
        return max((stored.position for stored in entries if stored.data in mine), default=None)


class _Decided:
    """One try: the outcome of each request, and the entries to append if nothing came in between."""

    def __init__(self, context: DecisionContext) -> None:
        self.context = context
        self.outcomes: list[Recorded | Refusal] = []
        self.entries: list[tuple[str, bytes, Sequence[str]]] = []
        self.sealed: list[str] = []


def _pause(tried: int) -> None:
    """A short random wait, so that those who collided don't collide again."""
    time.sleep(random.random() * _LONGEST_PAUSE_SECONDS * (1 + tried / 10))  # noqa: S311 - guards nothing
