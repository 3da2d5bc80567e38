"""The command handler: read what a command depends on, decide by a pure rule, append under a condition, retry."""

import random
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from ledger.agreements.facts import CommunityFounded
from ledger.catalogue import Fact
from ledger.deciding.clock import LogClock
from ledger.deciding.context import DecisionContext, StateCache
from ledger.deciding.requests import LONGEST_TEXT, Caller, Clock, Command, Recorded, Request, SealedFact
from ledger.identifiers import Ids, is_command_id
from ledger.log.entry import FORMAT, Entry, encode, instant_text
from ledger.log.store import Conflict, Log, LogUnavailable
from ledger.personal_data.store import PersonalData
from ledger.refusals import AddressTaken, CommandIdReused, NotFounded, OnlyCoordinators, Refusal, TooBusy, must_be_text

_TRIES = 40
_LONGEST_PAUSE_SECONDS = 0.02


class CommandHandler:
    """Carries out commands. One for each open time bank; safe for many threads and many processes."""

    def __init__(self, log: Log, people: PersonalData, *, clock: Clock, ids: Ids) -> None:
        self.log = log
        self.people = people
        self.ids = ids
        self.clock = LogClock(clock, log)
        self._cache = StateCache(log)

    def now(self) -> datetime:
        """Return the current time, never earlier than the last one."""
        return self.clock.now()

    def context(self, tags: Sequence[str]) -> DecisionContext:
        """Read the state behind these tags at the head of the log."""
        return DecisionContext(self._cache, tags, log=self.log, people=self.people, now=self.now)

    def request(self, command: Command, by: Caller) -> Request:
        """Make a request for `do_all` out of a command and its caller."""
        return Request(command, by, self.ids)

    def preview(self, command: Command, by: Caller) -> tuple[Fact, ...]:
        """Return the facts that a command would record, without recording them. Refuses exactly as `do` would."""
        request = self.request(command, by)
        for tried in range(_TRIES):
            try:
                return tuple(allowed.fact for allowed in self.allowed(request, self.context(request.tags)))
            except Conflict:
                _pause(tried)
        raise TooBusy

    def do(self, command: Command, by: Caller) -> Recorded:
        """Decide and record. Repeating the same command returns the first answer and records nothing twice."""
        (outcome,) = self.do_all([self.request(command, by)])
        if isinstance(outcome, Refusal):
            raise outcome
        return outcome

    def do_all(self, requests: Sequence[Request]) -> list[Recorded | Refusal]:
        """Decide a batch in order, each seeing what those before it recorded, and append it in one transaction.

        A refused request doesn't affect the others. On a conflict the whole batch is decided again, a bounded number of
        times. If the answer to an append is lost, the log is checked before anything is returned.
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
            decided.context.remember(position)
            if position == decided.context.position + len(decided.entries):
                self.clock.recorded(position, decided.recorded_at)
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
        done = context.past_command(request.caller.id)
        if not done.facts:
            return None
        if done.fingerprint != request.fingerprint:
            raise CommandIdReused
        for field, text in request.command.sealed().items():
            commitment = done.sealed.get(field)
            if not (self.people.says_the_same(commitment, text) if commitment else not text.strip()):
                raise CommandIdReused
        return Recorded(done.facts, context.position)

    def allowed(self, request: Request, context: DecisionContext) -> list[SealedFact]:
        """Return the facts that a request would record, or raise its refusal. Nothing is stored yet."""
        caller = request.caller
        assert is_command_id(caller.id), "the web layer replaces command ids that aren't valid"
        for field, text in request.command.sealed().items():
            must_be_text(field, text, limit=LONGEST_TEXT)
        if caller.on_behalf is not None and not context.member(caller.by).is_coordinator:
            raise OnlyCoordinators
        decided = request.command.decide(request, context)
        allowed = [fact if isinstance(fact, SealedFact) else SealedFact(fact) for fact in decided]
        if allowed and not context.agreements.is_founded and not isinstance(allowed[0].fact, CommunityFounded):
            raise NotFounded
        if allowed:
            self.clock.must_not_be_far_ahead(context.position)
        return allowed

    def _record(self, request: Request, context: DecisionContext, decided: "_Decided") -> Recorded:
        allowed = self.allowed(request, context)
        # All texts of a request are sealed together before any entry: if an address is taken, nothing is stored.
        try:
            commitments = iter(self.people.seal([text for _, texts in allowed for text in texts]))
        except AddressTaken as taken:
            raise Conflict from taken  # someone else is inviting this address at the moment: the next try sees the result
        for fact, texts in allowed:
            sealed = {text.field: next(commitments) for text in texts}
            decided.sealed.extend(sealed.values())
            decided.recorded_at = self.clock.after(context.position)
            entry = self._entry(request, context, fact, sealed, decided.recorded_at)
            context.apply(entry.tags, entry)
            decided.entries.append((entry.type, encode(entry), entry.tags))
        return Recorded(tuple(fact for fact, _ in allowed), context.position)

    def _entry(
        self, request: Request, context: DecisionContext, fact: Fact, sealed: dict[str, str], recorded_at: datetime
    ) -> Entry:
        name, version = fact.stored
        caller = request.caller
        return Entry(
            v=FORMAT,
            log=context.agreements.origin or getattr(fact, "origin", ""),
            type=name,
            ver=version,
            at=instant_text(recorded_at),
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
        unless = tuple(decided.context.depends_on)
        try:
            return self.log.append(
                decided.entries, unless=unless, after=decided.context.position, era=decided.context.era
            )
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
        """Return where the batch was recorded, if the conflict is with its own entries.

        That happens when a connection was lost after the commit and the append was retried. Otherwise the sealed texts are
        deleted, because the next try seals them again.
        """
        if not decided.sealed:
            return None  # the next try finds the past command and returns its facts
        position = self._position_of(decided)
        if position is None:
            self.people.drop(decided.sealed)
        return position

    def _position_if_recorded(self, decided: "_Decided") -> int | None:
        """Return where the batch was recorded, if it was. Tries a few times, because the log was unavailable a moment ago."""
        for pause in (0.0, 0.2, 1.0):
            time.sleep(pause)
            with suppress(LogUnavailable):
                return self._position_of(decided)
        return None

    def _position_of(self, decided: "_Decided") -> int | None:
        """Return the position of the batch's last entry, if it was recorded."""
        tag = decided.entries[-1][2][-1]
        entries, _ = self.log.read({tag: 0})
        own = {data for _, data, _ in decided.entries}
        return max((stored.position for stored in entries if stored.data in own), default=None)


class _Decided:
    """The result of one try: the outcome of each request, and the entries to append."""

    def __init__(self, context: DecisionContext) -> None:
        self.context = context
        self.outcomes: list[Recorded | Refusal] = []
        self.entries: list[tuple[str, bytes, Sequence[str]]] = []
        self.sealed: list[str] = []
        self.recorded_at = datetime.min.replace(tzinfo=UTC)


def _pause(tried: int) -> None:
    """Wait a short random time, so that colliding callers do not collide again."""
    time.sleep(random.random() * _LONGEST_PAUSE_SECONDS * (1 + tried / 10))  # noqa: S311 - guards nothing
