"""The planned acts of a generated community: who helped whom, how that is recorded, and which steps follow from it."""

import heapq
import math
import random
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple, Self

from projections.figures.measures.acts import Kind
from web.sample.neighbours import Habits, Neighbour

RecordedBy = Literal["giver", "receiver", "coordinator"]
Answer = Literal["none needed", "yes", "no", "called off", "never"]
ReportStep = Literal["reported", "confirmed", "declined", "called off"]
StepKind = ReportStep | Literal["reversal asked", "reversal approved", "corrected", "confirmed again"]

QUARTER_MINUTES = 15
LONGEST_QUARTERS = 24 * 4
"""The ledger accepts at most a day of help."""
CORRECTED_BY_QUARTERS = 2
APPROVED_AFTER = timedelta(days=1)
CORRECTED_AFTER = timedelta(hours=2)
CONFIRMED_AGAIN_AFTER = timedelta(hours=1)
ANSWERS: dict[str, ReportStep] = {"yes": "confirmed", "no": "declined", "called off": "called off"}

COORDINATOR = 0
"""The first neighbour coordinates."""
BY_RECEIVER, BY_COORDINATOR = 0.62, 0.06
"""The shares of help that are logged by the receiver, which settles it, and by the coordinator. The giver logs the rest."""
LAGS = (0, 0, 0, 0, 1, 1, 2, 3)
ANSWER_SIGMA = 1.3
"""The spread of the days until an answer, which are lognormal with a median of one day."""
LATEST_ANSWER_DAYS = 20.0
CORRECTED_WITHIN_DAYS = 9
CALLED_OFF = 0.3
"""Of the reports that come to nothing, the share that is called off. The rest is declined."""
LONGEST_DAYS = 40
"""After this many days nothing more happens to an act."""


class Recording(NamedTuple):
    """How an act is recorded: by whom, how many days later, and what follows.

    `answered_after_days` counts from the report, `corrected_after_days` from the answer, with 0 for no correction.
    """

    by: RecordedBy
    after_days: int
    at_minute: int
    answer: Answer = "none needed"
    answered_after_days: float = 0
    corrected_after_days: int = 0

    @property
    def counts(self) -> bool:
        """Whether the act counts in the end."""
        return self.answer in ("none needed", "yes")


class PlannedAct(NamedTuple):
    """One person helped another or gave them something. `giver` and `receiver` are places in the list of neighbours.

    Lengths are those first reported. A skill exchange has two, and that of a gift does not count.
    """

    day: date
    kind: Kind
    giver: int
    receiver: int
    quarters: int
    category: str
    recording: Recording
    quarters_back: int = 0
    category_back: str = ""

    @property
    def minutes(self) -> int:
        """From the giver to the receiver; 0 for a gift."""
        return 0 if self.kind == "gift" else QUARTER_MINUTES * self.quarters

    @property
    def minutes_back(self) -> int:
        """From the receiver to the giver, in a skill exchange."""
        return QUARTER_MINUTES * self.quarters_back

    @property
    def net_minutes(self) -> int:
        """What the giver's account gains, or loses if negative."""
        return self.minutes - self.minutes_back

    @property
    def corrected(self) -> Self:
        """The act as it counts in the end: half an hour shorter each way if it was corrected."""
        if not self.recording.corrected_after_days:
            return self
        back = _shorter(self.quarters_back) if self.quarters_back else 0
        return self._replace(quarters=_shorter(self.quarters), quarters_back=back)


def _shorter(quarters: int) -> int:
    return max(1, quarters - CORRECTED_BY_QUARTERS)


class Credit:
    """The minutes that people are certain to have, so that no order of reports and answers goes beyond the limit.

    What they received counts from the day it happened, and what they gave once nothing can change it.
    """

    def __init__(self, people: int, limit_minutes: int) -> None:
        self._sure = [0] * people
        self._limit = limit_minutes
        self._coming: list[tuple[date, int, int]] = []

    def until(self, day: date) -> None:
        """Count what was settled before this day."""
        while self._coming and self._coming[0][0] < day:
            _, place, minutes = heapq.heappop(self._coming)
            self._sure[place] += minutes

    def has_room(self, giver: int, receiver: int, minutes: int) -> bool:
        """Whether this many minutes, net, may go from one to the other, or the other way if negative."""
        return minutes == 0 or self._sure[receiver if minutes > 0 else giver] - abs(minutes) >= self._limit

    def count(self, act: PlannedAct) -> None:
        """Count an act that there was room for."""
        recording = act.recording
        minutes, stays = act.net_minutes, act.corrected.net_minutes
        if not recording.counts or not minutes:
            return
        gains, loses = (act.giver, act.receiver) if minutes > 0 else (act.receiver, act.giver)
        days = recording.after_days + math.ceil(recording.answered_after_days)
        if recording.corrected_after_days:
            days += recording.corrected_after_days + 2
            heapq.heappush(self._coming, (act.day + timedelta(days=days), loses, abs(minutes) - abs(stays)))
        self._sure[loses] -= abs(minutes)
        heapq.heappush(self._coming, (act.day + timedelta(days=days), gains, abs(stays)))


class PlannedStep(NamedTuple):
    """Something that is recorded about an act. `number` is the place of the act in the plan."""

    moment: datetime
    number: int
    what: StepKind
    act: PlannedAct

    @property
    def is_last(self) -> bool:
        """Whether nothing more is recorded about this act."""
        return _next(self) is None


def steps(acts: Iterable[PlannedAct]) -> Iterator[PlannedStep]:
    """Everything that is recorded, in order of time. The acts must come oldest first."""
    waiting: list[PlannedStep] = []
    for number, act in enumerate(acts):
        midnight = datetime.combine(act.day, time(), UTC)
        while waiting and waiting[0].moment < midnight:
            yield _pop_step(waiting)
        recording = act.recording
        moment = midnight + timedelta(days=recording.after_days, minutes=recording.at_minute)
        heapq.heappush(waiting, PlannedStep(moment, number, "reported", act))
    while waiting:
        yield _pop_step(waiting)


def _pop_step(waiting: list[PlannedStep]) -> PlannedStep:
    step = waiting[0]
    following = _next(step)
    if following:
        heapq.heapreplace(waiting, following)
    else:
        heapq.heappop(waiting)
    return step


def _next(step: PlannedStep) -> PlannedStep | None:
    """The next step of the same act, if there is one."""
    recording = step.act.recording
    match step.what:
        case "reported" if recording.answer in ANSWERS:
            return _later(step, timedelta(days=recording.answered_after_days), ANSWERS[recording.answer])
        case "reported" | "confirmed" if recording.corrected_after_days:
            return _later(step, timedelta(days=recording.corrected_after_days), "reversal asked")
        case "reversal asked":
            return _later(step, APPROVED_AFTER, "reversal approved")
        case "reversal approved":
            return _later(step, CORRECTED_AFTER, "corrected")
        case "corrected" if step.act.kind == "skill-exchange":
            return _later(step, CONFIRMED_AGAIN_AFTER, "confirmed again")
        case _:
            return None


def _later(step: PlannedStep, after: timedelta, what: StepKind) -> PlannedStep:
    return step._replace(moment=step.moment + after, what=what)


def plan_recording(
    kind: Kind, giver: Neighbour, receiver: Neighbour, days_left: int, habits: Habits, chance: random.Random
) -> Recording:
    """Plan how an act between these two is recorded, with this many days left until the last."""
    recording = Recording("coordinator", min(chance.choice(LAGS), days_left), 9 * 60 + chance.randrange(11 * 60))
    if giver.without_internet or receiver.without_internet:
        return recording
    if kind == "gift":
        return recording._replace(by=chance.choice(("giver", "receiver")))
    recording = _answered(recording, kind, COORDINATOR in (giver.place, receiver.place), days_left, habits, chance)
    if recording.counts and chance.random() < habits.corrected:
        asked = chance.randint(1, CORRECTED_WITHIN_DAYS)
        if recording.after_days + recording.answered_after_days + asked + 2 < days_left:
            return recording._replace(corrected_after_days=asked)
    return recording


def _answered(
    recording: Recording, kind: Kind, is_coordinators: bool, days_left: int, habits: Habits, chance: random.Random
) -> Recording:
    """Choose who reports it, and how the other person answers if they have to agree."""
    fate, draw = chance.random(), chance.random()
    comes_to_nothing = fate < habits.unanswered + habits.declined
    if not comes_to_nothing:
        if draw < BY_COORDINATOR and not is_coordinators:
            return recording
        if draw < BY_COORDINATOR + BY_RECEIVER and kind == "help":
            return recording._replace(by="receiver")
    recording = recording._replace(by="receiver" if kind == "skill-exchange" and draw < BY_RECEIVER else "giver")
    days = min(LATEST_ANSWER_DAYS, chance.lognormvariate(0, ANSWER_SIGMA))
    if fate < habits.unanswered or recording.after_days + days + 1 > days_left:
        return recording._replace(answer="never")
    answer: Answer = "yes" if not comes_to_nothing else "called off" if chance.random() < CALLED_OFF else "no"
    return recording._replace(answer=answer, answered_after_days=days)


def draw_quarters(habits: Habits, chance: random.Random) -> int:
    """Draw the length of help in quarter hours."""
    return min(LONGEST_QUARTERS, math.ceil(4 * chance.lognormvariate(habits.hours_mu, habits.hours_sigma)))


def draw_poisson(expected: float, chance: random.Random) -> int:
    """Draw a Poisson number."""
    if expected > 50:
        return max(0, round(chance.gauss(expected, math.sqrt(expected))))
    limit, product, number = math.exp(-expected), chance.random(), 0
    while product > limit:
        product *= chance.random()
        number += 1
    return number
