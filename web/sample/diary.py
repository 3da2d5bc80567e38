"""Recording the past: every wish at its own moment, through the same doors as anybody's, many at once."""

import heapq
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import count

from ledger.application.commands import Answer, Order, Worded, wall_clock
from ledger.application.desk import Desk
from ledger.application.exchanges import Exchanges
from ledger.application.gifts import Gifts
from ledger.application.groups import Groups
from ledger.application.known import Known
from ledger.application.members import Members
from ledger.application.time_bank import TimeBank
from ledger.catalogue import Fact
from ledger.refusals import Refusal

AT_ONCE = 250


class SampleClock:
    """The clock of a time bank whose past is being told: it shows the moment it was set to, else the real time."""

    def __init__(self) -> None:
        self.moment: datetime | None = None

    def __call__(self) -> datetime:
        return self.moment or wall_clock()


class Diary(Desk):
    """A desk where orders are written down, each with its moment, and carried out together.

    Things to do are planned for moments, and done in the order of the moments. What a command answers is not known when it
    is written down; the identifier of what it makes is `latest_id`. A refused one spoils no other, and is kept.
    """

    def __init__(self, bank: TimeBank, clock: SampleClock) -> None:
        self.latest_id = ""
        super().__init__(bank.log, bank.people, clock=clock, ids=lambda: self._drawn(bank.desk.ids()))
        self.exchanges = Exchanges(self)
        self.gifts = Gifts(self)
        self.groups = Groups(self)
        self.members = Members(self)
        self.refused: list[Refusal] = []
        self._shown = clock
        self._due: list[tuple[datetime, int, Callable[[], object]]] = []
        self._numbers = count()
        self._batch: list[Order] = []

    def plan(self, moment: datetime, action: Callable[[], object]) -> None:
        """Something to do at a moment."""
        heapq.heappush(self._due, (moment, next(self._numbers), action))

    def live_until(self, moment: datetime) -> None:
        """Does everything that is due by then, and goes on to that moment."""
        while self._due and self._due[0][0] <= moment:
            now, _, action = heapq.heappop(self._due)
            self._shown.moment = now
            action()
        self._shown.moment = moment

    def carry_out(self, order: Order) -> Answer:
        """Writes an order down at the present moment. Its answer has no facts yet."""
        moment, rule = self._shown.moment, order.rule

        def at_its_moment(known: Known) -> Sequence[Fact | Worded]:
            self._shown.moment = moment
            return rule(known)

        self._batch.append(order._replace(rule=at_its_moment))
        if len(self._batch) >= AT_ONCE:
            self.flush()
        return Answer((), 0)

    def flush(self) -> None:
        """Brings what was written into the log."""
        moment = self._shown.moment
        batch, self._batch = self._batch, []
        if batch:
            self.refused += [found for found in self.carry_out_all(batch) if isinstance(found, Refusal)]
            self._shown.moment = moment

    def _drawn(self, identifier: str) -> str:
        self.latest_id = identifier
        return identifier
