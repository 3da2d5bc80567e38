"""Recording the past: every command at its own moment, through the same handler as anyone's, many at once."""

import heapq
import random
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Literal, NamedTuple

from ledger.deciding.context import DecisionContext
from ledger.deciding.handler import CommandHandler
from ledger.deciding.requests import Caller, Command, Request, SealedFact, wall_clock
from ledger.identifiers import CommandId, MemberId, new_command_id
from ledger.refusals import Refusal
from ledger.time_bank import TimeBank
from projections.figures.measures.acts import Kind
from web.sample.neighbours import Neighbour
from web.sample.plan import Answer, Habits, PlannedAct, Telling

AT_ONCE = 250


class SampleClock:
    """The clock of a time bank whose past is being told: it shows the moment it was set to, else the real time."""

    def __init__(self) -> None:
        self.moment: datetime | None = None

    def __call__(self) -> datetime:
        return self.moment or wall_clock()


class SampleRecorder(CommandHandler):
    """A command handler that writes requests down, each with its moment, and carries them out together.

    Things to do are planned for moments, and done in the order of the moments. What a command records is not context when it
    is written down, but the identifier it will create is. A refused one doesn't affect the others, and is kept.
    """

    def __init__(self, bank: TimeBank, clock: SampleClock) -> None:
        super().__init__(bank.log, bank.people, clock=clock, ids=bank.handler.ids)
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

    def allowed(self, request: Request, context: DecisionContext) -> list[SealedFact]:
        self._shown.moment = self._moments[request.caller.id]
        return super().allowed(request, context)

    def flush(self) -> None:
        """Brings what was written into the log."""
        moment = self._shown.moment
        batch, self._batch = self._batch, []
        if batch:
            self.refused += [found for found in self.do_all(batch) if isinstance(found, Refusal)]
            self._shown.moment = moment


What = Literal["told", "confirmed", "declined", "called off", "asked", "approved", "told again", "confirmed again"]

APPROVED_AFTER = timedelta(days=1)
TOLD_AGAIN_AFTER = timedelta(hours=2)
CONFIRMED_AGAIN_AFTER = timedelta(hours=1)
ANSWERS: dict[str, What] = {"yes": "confirmed", "no": "declined", "called off": "called off"}


class PlannedStep(NamedTuple):
    """Somebody says something about an act. `number` is the act's place in the plan."""

    moment: datetime
    number: int
    what: What
    act: PlannedAct

    @property
    def is_last(self) -> bool:
        """Whether no more is said about this act."""
        return _next(self) is None


def steps(acts: Iterable[PlannedAct]) -> Iterator[PlannedStep]:
    """Everything that is said, in the order of time; acts come oldest first."""
    waiting: list[PlannedStep] = []
    for number, act in enumerate(acts):
        midnight = datetime.combine(act.day, time(), UTC)
        while waiting and waiting[0].moment < midnight:
            yield _taken(waiting)
        told = act.telling
        moment = midnight + timedelta(days=told.after_days, minutes=told.at_minute)
        heapq.heappush(waiting, PlannedStep(moment, number, "told", act))
    while waiting:
        yield _taken(waiting)


def _taken(waiting: list[PlannedStep]) -> PlannedStep:
    step = waiting[0]
    following = _next(step)
    if following:
        heapq.heapreplace(waiting, following)
    else:
        heapq.heappop(waiting)
    return step


def _next(step: PlannedStep) -> PlannedStep | None:
    """What is said next about the same act; None when that was all."""
    told = step.act.telling
    match step.what:
        case "told" if told.answer in ANSWERS:
            return step._replace(
                moment=step.moment + timedelta(days=told.answered_after_days), what=ANSWERS[told.answer]
            )
        case "told" | "confirmed" if told.corrected_after_days:
            return step._replace(moment=step.moment + timedelta(days=told.corrected_after_days), what="asked")
        case "asked":
            return step._replace(moment=step.moment + APPROVED_AFTER, what="approved")
        case "approved":
            return step._replace(moment=step.moment + TOLD_AGAIN_AFTER, what="told again")
        case "told again" if step.act.kind == "skill-exchange":
            return step._replace(moment=step.moment + CONFIRMED_AGAIN_AFTER, what="confirmed again")
        case _:
            return None


COORDINATOR = 0
"""The first neighbour coordinates."""

BY_RECEIVER, BY_COORDINATOR = 0.62, 0.06
"""Who logs help: the receiver, whose word settles it; now and then the coordinator, from the phone; else the giver."""

LAGS = (0, 0, 0, 0, 1, 1, 2, 3)
ANSWER_SIGMA = 1.3
"""The logarithm of the days until an answer comes; the median is one day."""

LATEST_ANSWER_DAYS = 20.0
CORRECTED_WITHIN_DAYS = 9
CALLED_OFF = 0.3
"""Of what comes to nothing, the share that its teller takes back; to the rest the other says no."""

LONGEST_DAYS = 40
"""After so many days no act is still on its way."""


def tell(
    kind: Kind, giver: Neighbour, receiver: Neighbour, days_left: int, habits: Habits, chance: random.Random
) -> Telling:
    """How an act between these two is told, on a day with so many days after it."""
    told = Telling("coordinator", min(chance.choice(LAGS), days_left), 9 * 60 + chance.randrange(11 * 60))
    if giver.without_internet or receiver.without_internet:
        return told
    if kind == "gift":
        return told._replace(by=chance.choice(("giver", "receiver")))
    told = _answered(told, kind, COORDINATOR in (giver.place, receiver.place), days_left, habits, chance)
    if told.counts and chance.random() < habits.corrected:
        asked = chance.randint(1, CORRECTED_WITHIN_DAYS)
        if told.after_days + told.answered_after_days + asked + 2 < days_left:
            return told._replace(corrected_after_days=asked)
    return told


def _answered(
    told: Telling, kind: Kind, is_coordinators: bool, days_left: int, habits: Habits, chance: random.Random
) -> Telling:
    """By whom it is told, and what the other says if their word is needed."""
    fate, draw = chance.random(), chance.random()
    comes_to_nothing = fate < habits.unanswered + habits.declined
    if not comes_to_nothing:
        if draw < BY_COORDINATOR and not is_coordinators:
            return told
        if draw < BY_COORDINATOR + BY_RECEIVER and kind == "help":
            return told._replace(by="receiver")
    told = told._replace(by="receiver" if kind == "skill-exchange" and draw < BY_RECEIVER else "giver")
    days = min(LATEST_ANSWER_DAYS, chance.lognormvariate(0, ANSWER_SIGMA))
    if fate < habits.unanswered or told.after_days + days + 1 > days_left:
        return told._replace(answer="never")
    answer: Answer = "yes" if not comes_to_nothing else "called off" if chance.random() < CALLED_OFF else "no"
    return told._replace(answer=answer, answered_after_days=days)
