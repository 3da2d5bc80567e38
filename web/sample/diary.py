"""Recording the past: every wish at its own moment, through the same doors as anybody's, in batches where it can be."""

import heapq
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import count

from ledger.application.commands import Answer, Order, Worded, wall_clock
from ledger.application.known import Known
from ledger.application.time_bank import TimeBank
from ledger.events import Fact
from ledger.refusals import Refusal

AT_ONCE = 250

Done = Answer | tuple[object, Answer]
"""What a command answers, some with the id of what they made."""

Then = Callable[[tuple[Fact, ...]], None]


class SampleClock:
    """The clock of a time bank whose past is being told: it shows the moment it was set to, else the real time."""

    def __init__(self) -> None:
        self.moment: datetime | None = None

    def __call__(self) -> datetime:
        return self.moment or wall_clock()


class Diary:
    """Things to do at moments, done in the order of the moments; what comes due while doing them is kept for later."""

    def __init__(self, bank: TimeBank, clock: SampleClock) -> None:
        self._bank = bank
        self._clock = clock
        self._due: list[tuple[datetime, int, Callable[[], object]]] = []
        self._numbers = count()
        self._batch: list[tuple[Order, Then | None]] = []

    def plan(self, moment: datetime, action: Callable[[], object]) -> None:
        """Something to do at a moment."""
        heapq.heappush(self._due, (moment, next(self._numbers), action))

    def live_until(self, moment: datetime) -> None:
        """Does everything that is due by then."""
        while self._due and self._due[0][0] <= moment:
            now, _, action = heapq.heappop(self._due)
            self._clock.moment = now
            action()

    def write(self, order: Order, then: Then | None = None) -> None:
        """Records an order at the present moment, with others; `then` learns the facts once it is in the log."""
        moment = self._clock.moment
        rule = order.rule

        def at_its_moment(known: Known) -> Sequence[Fact | Worded]:
            self._clock.moment = moment
            return rule(known)

        self._batch.append((order._replace(rule=at_its_moment), then))
        if len(self._batch) >= AT_ONCE:
            self.flush()

    def do(self, command: Callable[[], Done]) -> tuple[Fact, ...]:
        """Carries out one command at the present moment, after all that was written before it.

        A refusal is part of life (somebody left in the meantime): nothing is recorded, and the answer is empty.
        """
        moment = self._clock.moment
        self.flush()
        self._clock.moment = moment
        try:
            answer = command()
        except Refusal:
            return ()
        return (answer if isinstance(answer, Answer) else answer[1]).facts

    def flush(self) -> None:
        """Brings what was written into the log."""
        moment = self._clock.moment
        batch, self._batch = self._batch, []
        if not batch:
            return
        outcomes = self._bank.desk.carry_out_all([order for order, _ in batch])
        self._clock.moment = moment
        for (_, then), outcome in zip(batch, outcomes, strict=True):
            if then is not None and not isinstance(outcome, Refusal):
                then(outcome.facts)
