"""Recording the past: every command at its own moment, through the same handler as anyone's, many at once."""

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count

from ledger.application.commands import Caller, Command, Request, WithWords, wall_clock
from ledger.application.desk import Desk
from ledger.application.known import Known
from ledger.application.time_bank import TimeBank
from ledger.identifiers import CommandId, MemberId, new_command_id
from ledger.refusals import Refusal

AT_ONCE = 250


class SampleClock:
    """The clock of a time bank whose past is being told: it shows the moment it was set to, else the real time."""

    def __init__(self) -> None:
        self.moment: datetime | None = None

    def __call__(self) -> datetime:
        return self.moment or wall_clock()


class Diary(Desk):
    """A command handler that writes requests down, each with its moment, and carries them out together.

    Things to do are planned for moments, and done in the order of the moments. What a command records is not known when it
    is written down, but the identifier it will create is. A refused one doesn't affect the others, and is kept.
    """

    def __init__(self, bank: TimeBank, clock: SampleClock) -> None:
        super().__init__(bank.log, bank.people, clock=clock, ids=bank.desk.ids)
        self.refused: list[Refusal] = []
        self._shown = clock
        self._due: list[tuple[datetime, int, Callable[[], object]]] = []
        self._numbers = count()
        self._batch: list[Request] = []
        self._moments: dict[CommandId, datetime | None] = {}

    def plan(self, moment: datetime, action: Callable[[], object]) -> None:
        """Plan something for a moment."""
        heapq.heappush(self._due, (moment, next(self._numbers), action))

    def live_until(self, moment: datetime) -> None:
        """Do everything that is due by then, and go on to that moment."""
        while self._due and self._due[0][0] <= moment:
            now, _, action = heapq.heappop(self._due)
            self._shown.moment = now
            action()
        self._shown.moment = moment

    def write(self, command: Command, by: MemberId) -> Request:
        """Write a member's command down at the present moment, as if given on the pages."""
        request = self.request(command, Caller(new_command_id(), by))
        self._moments[request.caller.id] = self._shown.moment
        self._batch.append(request)
        if len(self._batch) >= AT_ONCE:
            self.flush()
        return request

    def allowed(self, request: Request, known: Known) -> list[WithWords]:
        self._shown.moment = self._moments[request.caller.id]
        return super().allowed(request, known)

    def flush(self) -> None:
        """Brings what was written into the log."""
        moment = self._shown.moment
        batch, self._batch = self._batch, []
        if batch:
            self.refused += [found for found in self.do_all(batch) if isinstance(found, Refusal)]
            self._shown.moment = moment
