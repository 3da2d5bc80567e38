"""How an act comes into the book: who tells it and when, who answers, and what is put right later."""

import random
from typing import Literal, NamedTuple

from projections.measures.acts import Kind
from web.sample.neighbours import Neighbour
from web.sample.presets import Habits

Teller = Literal["giver", "receiver", "coordinator"]
Answer = Literal["none needed", "yes", "no", "called off", "never"]

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


class Telling(NamedTuple):
    """Days from the act to its telling, from there to the answer, and from there until somebody asks to put it right.

    With 0 of the last it stands as it is.
    """

    by: Teller
    after_days: int
    at_minute: int
    answer: Answer = "none needed"
    answered_after_days: float = 0
    corrected_after_days: int = 0

    @property
    def counts(self) -> bool:
        """Whether the act counts in the end."""
        return self.answer in ("none needed", "yes")


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
