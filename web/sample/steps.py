"""The acts of a plan as what people say about them, each at its moment: told, answered, put right."""

import heapq
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Literal, NamedTuple

from web.sample.acts import Act

What = Literal["told", "confirmed", "declined", "called off", "asked", "approved", "told again", "confirmed again"]

APPROVED_AFTER = timedelta(days=1)
TOLD_AGAIN_AFTER = timedelta(hours=2)
CONFIRMED_AGAIN_AFTER = timedelta(hours=1)
ANSWERS: dict[str, What] = {"yes": "confirmed", "no": "declined", "called off": "called off"}


class Step(NamedTuple):
    """Somebody says something about an act. `number` is the act's place in the plan."""

    moment: datetime
    number: int
    what: What
    act: Act

    @property
    def is_last(self) -> bool:
        """Whether no more is said about this act."""
        return _next(self) is None


def steps(acts: Iterable[Act]) -> Iterator[Step]:
    """Everything that is said, in the order of time; acts come oldest first."""
    waiting: list[Step] = []
    for number, act in enumerate(acts):
        midnight = datetime.combine(act.day, time(), UTC)
        while waiting and waiting[0].moment < midnight:
            yield _taken(waiting)
        told = act.telling
        moment = midnight + timedelta(days=told.after_days, minutes=told.at_minute)
        heapq.heappush(waiting, Step(moment, number, "told", act))
    while waiting:
        yield _taken(waiting)


def _taken(waiting: list[Step]) -> Step:
    step = waiting[0]
    following = _next(step)
    if following:
        heapq.heapreplace(waiting, following)
    else:
        heapq.heappop(waiting)
    return step


def _next(step: Step) -> Step | None:
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
