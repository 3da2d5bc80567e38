"""The people of a generated community: its habits, their streets, when they come and go, and how much they give and receive."""

import math
import random
from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import NamedTuple

import msgspec

from ledger.agreements.rules import DEFAULT_DEBIT_LIMIT_MINUTES

Share = float


class Habits(msgspec.Struct, frozen=True, kw_only=True):
    """How a generated community lives. The defaults are those of the steady one. docs/reference/sample.md names every source.

    Times are in days, and help in the logarithm of hours. Shares are between 0 and 1.
    """

    # Streets: people mostly help others in their own.
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
    """How much each month grows over the one before, in acts and in people."""

    curve: tuple[float, ...] = ()
    """Acts in equal parts of the time, in place of growth and months of the year."""

    # Who helps whom.
    repeats: Share = 0.55
    returns: Share = 0.01
    """Help given back later. Together with skill exchanges, which give back at once, as much as was measured."""

    returns_median_days: float = 45
    returns_sigma: float = 1.8
    loops: Share = 0.05

    # What.
    hours_mu: float = 0.71
    hours_sigma: float = 0.71
    gifts: Share = 0.15
    exchanges: Share = 0.10
    """Skill exchanges, which give back at once. The rest, apart from gifts, is help."""

    # How it is recorded.
    unanswered: Share = 0.05
    declined: Share = 0.0
    corrected: Share = 0.013
    debit_limit_minutes: int = -100 * 60
    """Most communities that were measured have a wide limit, or none."""


STEADY = Habits()


BOOM_AND_BUST = Habits(
    curve=(
        *(600, 1157, 1543, 1522, 1723, 1461, 1704, 1372, 885, 612),
        *(905, 830, 360, 275, 306, 202, 142, 118, 40, 25),
    )
)
"""A wave of joining and trading that ebbs away, as in twenty months of one community currency."""


MASS_SIGN_UP = Habits(never=0.93, a_month=0.03)
"""Nearly everyone was enrolled at once and never came, as after a state campaign."""


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
"""Twenty-five homes that give to each other all the time, mostly without asking for anything back."""


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
"""A neighbourhood that does better than those that were measured. The demo shows it."""


PRESETS = {
    "lively": LIVELY,
    "steady": STEADY,
    "boom-and-bust": BOOM_AND_BUST,
    "mass-sign-up": MASS_SIGN_UP,
    "tight-village": TIGHT_VILLAGE,
}


MEAN_MONTH_DAYS = 365.25 / 12


def shape_of_days(habits: Habits, first_day: date, last_day: date, *, in_months: bool = True) -> list[float]:
    """The relative activity of each day. Without `in_months` it follows only the growth, or the curve."""
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


SKILLS = 3
MONTH_DAYS = 30
FOUNDERS_COME_WITHIN_DAYS = 14
KINDS_OF_HELP = 85
"""The number of kinds of help in large time banks. A community's categories are groups of them."""


class Neighbour(NamedTuple):
    """A person in the plan.

    They are active after the day they joined and until the day they rest. `gives` and `receives` say how likely they
    are to, and are zero for people who are never active. The coordinator types for people `without_internet`.
    """

    place: int
    street: int
    joined_on: date
    rests_on: date
    gives: float
    receives: float
    skills: tuple[str, ...]
    left_on: date = date.max
    without_internet: bool = False


def settle(
    habits: Habits, count: int, first_day: date, last_day: date, categories: Sequence[str], chance: random.Random
) -> list[Neighbour]:
    """Return this many neighbours, in the order in which they join.

    As many join over time as rest, so the number of active people stays the same, or grows and falls as the habits say.
    Founders have been active for a while already.
    """
    streets = _streets(habits, count, chance)
    shape = list(accumulate(shape_of_days(habits, first_day, last_day, in_months=False)))
    founders = round(count * _founding_share(habits, shape))
    arrivals = [(chance.randrange(FOUNDERS_COME_WITHIN_DAYS), True) for _ in range(founders)]
    arrivals += [(_day_in(shape, chance), False) for _ in range(count - founders)]
    arrivals.sort()
    is_active = [place < round(count * (1 - habits.never)) for place in range(count)]
    chance.shuffle(is_active)
    weights = category_weights(len(categories))
    neighbours: list[Neighbour] = []
    for place, (number, is_founder) in enumerate(arrivals):
        joins = min(first_day + timedelta(days=number), last_day)
        gives, receives = _likelihoods(habits, chance) if is_active[place] else (0.0, 0.0)
        neighbours.append(
            Neighbour(
                place,
                streets[place],
                joins,
                _later(joins, _life_days(habits, chance, is_founder=is_founder)),
                gives,
                receives,
                tuple(chance.choices(categories, weights, k=SKILLS)),
            )
        )
    return neighbours


def category_weights(count: int) -> list[float]:
    """How common each category is: kinds of help by Zipf's law, dealt in turn to the categories."""
    return [sum(1 / rank for rank in range(group, KINDS_OF_HELP + 1, count)) for group in range(1, count + 1)]


def _streets(habits: Habits, count: int, chance: random.Random) -> list[int]:
    """Draw a street for each person. If the last street is too small, it is joined to the one before it."""
    streets: list[int] = []
    number = 0
    while len(streets) < count:
        drawn = round(habits.street_median * math.exp(habits.street_sigma * chance.gauss(0, 1)))
        size = max(habits.street_least, min(habits.street_most, drawn))
        left = count - len(streets)
        streets += [number] * (left if left - size < habits.street_least else min(size, left))
        number += 1
    chance.shuffle(streets)
    return streets


def _founding_share(habits: Habits, shape: Sequence[float]) -> float:
    """The share of people who are there at the beginning, if as many join as rest."""
    if math.isinf(habits.life_days):
        return 1
    life = habits.only_a_month * MONTH_DAYS + (1 - habits.only_a_month) * habits.life_days
    lives_later = shape[-1] / (shape[0] * life)
    return 1 / (1 + lives_later)


def _day_in(running_shape: Sequence[float], chance: random.Random) -> int:
    return bisect_right(running_shape, chance.random() * running_shape[-1])


def _likelihoods(habits: Habits, chance: random.Random) -> tuple[float, float]:
    give, other = chance.gauss(0, 1), chance.gauss(0, 1)
    receive = habits.correlation * give + math.sqrt(1 - habits.correlation**2) * other
    return math.exp(habits.gives_sigma * give), math.exp(habits.receives_sigma * receive)


def _life_days(habits: Habits, chance: random.Random, *, is_founder: bool) -> float:
    """Draw how long someone is active. Founders are part of the way through, and likelier to be long active."""
    if math.isinf(habits.life_days):
        return math.inf
    short, long = habits.only_a_month * MONTH_DAYS, (1 - habits.only_a_month) * habits.life_days
    if chance.random() >= (short / (short + long) if is_founder else habits.only_a_month):
        return chance.expovariate(1 / habits.life_days)
    return chance.random() * MONTH_DAYS if is_founder else MONTH_DAYS


def _later(day: date, days: float) -> date:
    left = (date.max - day).days
    return day + timedelta(days=math.ceil(days)) if days < left else date.max
