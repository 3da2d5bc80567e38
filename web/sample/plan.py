"""An act of the plan: one helped another, or gave them something, and how that comes into the book."""

import heapq
import math
from datetime import date, timedelta
from typing import Literal, NamedTuple, Self

import msgspec

from ledger.agreements.rules import DEFAULT_DEBIT_LIMIT_MINUTES
from projections.figures.measures.acts import Kind

Teller = Literal["giver", "receiver", "coordinator"]


Answer = Literal["none needed", "yes", "no", "called off", "never"]


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


QUARTER_MINUTES = 15
CORRECTED_BY_QUARTERS = 2


class PlannedAct(NamedTuple):
    """One thing that happened. Places are positions in the list of neighbours; a skill exchange has two lengths.

    Lengths are those that were told first; a gift has one that nobody counts.
    """

    day: date
    kind: Kind
    giver: int
    receiver: int
    quarters: int
    category: str
    telling: Telling
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
        """What the giver's account gains; below zero, what it loses."""
        return self.minutes - self.minutes_back

    @property
    def corrected(self) -> Self:
        """The act as it stands in the end: half an hour shorter each way if it was put right, as told if not."""
        if not self.telling.corrected_after_days:
            return self
        back = _shorter(self.quarters_back) if self.quarters_back else 0
        return self._replace(quarters=_shorter(self.quarters), quarters_back=back)


def _shorter(quarters: int) -> int:
    return max(1, quarters - CORRECTED_BY_QUARTERS)


Share = float


class Habits(msgspec.Struct, frozen=True, kw_only=True):
    """How a made community lives. The defaults are the steady one; docs/reference/sample.md has every source.

    Lengths of time are days, lengths of help the logarithm of hours; shares are between 0 and 1.
    """

    # Streets: whoever lives in one helps mostly there.
    street_median: float = 71
    street_sigma: float = 1.28
    street_least: int = 8
    street_most: int = 900
    across: Share = 0.03

    # People.
    never: Share = 0.37
    gives_sigma: float = 1.8
    receives_sigma: float = 1.5
    correlation: float = 0.5
    only_a_month: Share = 0.5
    life_days: float = 270
    likes_sigma: float = 0
    likes_correlation: float = 0.88
    """How much more some pairs are drawn to each other than others, and how far that is mutual."""

    # How much happens, and when.
    a_month: float = 0.22
    """Exchanges and gifts for each enrolled member and month, over all streets."""

    a_month_sigma: float = 0.4
    a_month_least: float = 0.03
    a_month_most: float = 0.64
    months: tuple[float, ...] = (1.07, 1.01, 1.03, 1.07, 0.98, 0.99, 1.01, 1.20, 0.97, 0.90, 0.90, 0.87)
    weekend: float = 0.5
    growth: float = 0.009
    """How much more each month brings than the one before, in acts and in people."""

    curve: tuple[float, ...] = ()
    """Acts in equal parts of the time, instead of growth and months of the year."""

    # Who with whom.
    repeats: Share = 0.55
    returns: Share = 0.01
    """Given back later; with the exchanges, which give back at once, as much as is measured."""

    returns_median_days: float = 45
    returns_sigma: float = 1.8
    loops: Share = 0.05

    # What.
    hours_mu: float = 0.71
    hours_sigma: float = 0.71
    gifts: Share = 0.15
    exchanges: Share = 0.10
    """Skill exchanges, which give back at once. What is not one and no gift is help."""

    # How it comes into the book.
    unanswered: Share = 0.05
    declined: Share = 0.0
    corrected: Share = 0.013
    debit_limit_minutes: int = -100 * 60
    """Most whose books were measured have a wide limit, or none."""


STEADY = Habits()

BOOM_AND_BUST = Habits(
    curve=(
        *(600, 1157, 1543, 1522, 1723, 1461, 1704, 1372, 885, 612),
        *(905, 830, 360, 275, 306, 202, 142, 118, 40, 25),
    ),
)
"""A wave of joining and trading that ebbs away: the shape of twenty months of one community currency."""

MASS_SIGN_UP = Habits(never=0.93, a_month=0.03)
"""Nearly all enrolled at a stroke, and never came: what a state's campaign left behind."""

TIGHT_VILLAGE = Habits(
    street_median=25,
    street_sigma=0,
    street_most=25,
    across=0,
    never=0,
    gives_sigma=0.83,
    receives_sigma=0.42,
    correlation=-0.4,
    only_a_month=0,
    life_days=float("inf"),
    likes_sigma=1.1,
    repeats=0,
    returns=0,
    loops=0,
    a_month=115 / 12,
    a_month_sigma=0,
    growth=0,
    gifts=0.80,
    exchanges=0.05,
)
"""Twenty-five homes, each of which gives to the others all the time, and mostly asks for nothing back."""

LIVELY = Habits(
    street_median=60,
    street_sigma=0,
    across=0.15,
    never=0.16,
    gives_sigma=0.8,
    receives_sigma=0.8,
    only_a_month=0.05,
    life_days=900,
    a_month=0.55,
    gifts=0.20,
    exchanges=0.18,
    unanswered=0,
    declined=0.03,
    debit_limit_minutes=DEFAULT_DEBIT_LIMIT_MINUTES,
)
"""A neighbourhood that does better than those that were measured, as the demo shows it."""

PRESETS = {
    "lively": LIVELY,
    "steady": STEADY,
    "boom-and-bust": BOOM_AND_BUST,
    "mass-sign-up": MASS_SIGN_UP,
    "tight-village": TIGHT_VILLAGE,
}


MEAN_MONTH_DAYS = 365.25 / 12


def shape_of_days(habits: Habits, first_day: date, last_day: date, *, in_months: bool = True) -> list[float]:
    """How much happens on each day, in proportion. Without `in_months` only what lasts: growth, or the curve."""
    count = (last_day - first_day).days + 1
    days = [first_day + timedelta(days=number) for number in range(count)]
    if habits.curve:
        slow = [habits.curve[number * len(habits.curve) // count] for number in range(count)]
    else:
        slow = [(1 + habits.growth) ** (number / MEAN_MONTH_DAYS) for number in range(count)]
    if not in_months:
        return [float(value) for value in slow]
    return [
        value * (1 if habits.curve else habits.months[day.month - 1]) * (habits.weekend if day.weekday() >= 5 else 1)
        for value, day in zip(slow, days, strict=True)
    ]


class Credit:
    """Minutes that people are sure to have. What they received counts from the day it happened; what they gave, not
    before it is in the book for good. So no order in which things are told and answered passes the limit.
    """

    def __init__(self, people: int, limit_minutes: int) -> None:
        self._sure = [0] * people
        self._limit = limit_minutes
        self._coming: list[tuple[date, int, int]] = []

    def until(self, day: date) -> None:
        """Counts what was settled before this day."""
        while self._coming and self._coming[0][0] < day:
            _, place, minutes = heapq.heappop(self._coming)
            self._sure[place] += minutes

    def has_room(self, giver: int, receiver: int, minutes: int) -> bool:
        """Whether so many minutes, net, may go from one to the other; below zero the other way."""
        return minutes == 0 or self._sure[receiver if minutes > 0 else giver] - abs(minutes) >= self._limit

    def count(self, act: PlannedAct) -> None:
        """Takes in an act that there was room for."""
        told = act.telling
        minutes, stays = act.net_minutes, act.corrected.net_minutes
        if not told.counts or not minutes:
            return
        gains, loses = (act.giver, act.receiver) if minutes > 0 else (act.receiver, act.giver)
        days = told.after_days + math.ceil(told.answered_after_days)
        if told.corrected_after_days:
            days += told.corrected_after_days + 2
            heapq.heappush(self._coming, (act.day + timedelta(days=days), loses, abs(minutes) - abs(stays)))
        self._sure[loses] -= abs(minutes)
        heapq.heappush(self._coming, (act.day + timedelta(days=days), gains, abs(stays)))
