"""Who lives in a made community: their street, when they come and go, and how gladly they give and receive."""

import math
import random
from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import NamedTuple

from web.sample.calendar import shape_of_days
from web.sample.presets import Habits

SKILLS = 3
MONTH_DAYS = 30
FOUNDERS_COME_WITHIN_DAYS = 14
LEAVES = 85
"""Kinds of help in large time banks, the commonest first; a community's categories are groups of them."""


class Neighbour(NamedTuple):
    """Somebody as the plan knows them.

    They trade after the day they joined and until the day they rest; both wishes are zero for who never trades. The
    coordinator types for who is `without_internet`.
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
    """So many neighbours, in the order in which they join.

    As many join over time as rest, so that the number of those who trade is the same all along, or grows and ebbs as the
    habits say; those who are there at the beginning are in the midst of their lives.
    """
    streets = _streets(habits, count, chance)
    shape = list(accumulate(shape_of_days(habits, first_day, last_day, in_months=False)))
    founders = round(count * _founding_share(habits, shape))
    comings = [(chance.randrange(FOUNDERS_COME_WITHIN_DAYS), True) for _ in range(founders)]
    comings += [(_day_in(shape, chance), False) for _ in range(count - founders)]
    comings.sort()
    trades = [place < round(count * (1 - habits.never)) for place in range(count)]
    chance.shuffle(trades)
    weights = category_weights(len(categories))
    neighbours: list[Neighbour] = []
    for place, (number, is_founder) in enumerate(comings):
        comes = min(first_day + timedelta(days=number), last_day)
        gives, receives = _wishes(habits, chance) if trades[place] else (0.0, 0.0)
        neighbours.append(
            Neighbour(
                place,
                streets[place],
                comes,
                _later(comes, _life_days(habits, chance, is_founder=is_founder)),
                gives,
                receives,
                tuple(chance.choices(categories, weights, k=SKILLS)),
            )
        )
    return neighbours


def category_weights(count: int) -> list[float]:
    """How common each category is: the leaves after Zipf's law, dealt in turn to as many groups."""
    return [sum(1 / rank for rank in range(group, LEAVES + 1, count)) for group in range(1, count + 1)]


def _streets(habits: Habits, count: int, chance: random.Random) -> list[int]:
    """A street for each of so many people. A last one that is too small is joined to the one before it."""
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
    """How many of all are there at the beginning, if as many come as rest: they are one life, the others one life each."""
    if math.isinf(habits.life_days):
        return 1
    life = habits.only_a_month * MONTH_DAYS + (1 - habits.only_a_month) * habits.life_days
    lives_later = shape[-1] / (shape[0] * life)
    return 1 / (1 + lives_later)


def _day_in(running_shape: Sequence[float], chance: random.Random) -> int:
    return bisect_right(running_shape, chance.random() * running_shape[-1])


def _wishes(habits: Habits, chance: random.Random) -> tuple[float, float]:
    give, other = chance.gauss(0, 1), chance.gauss(0, 1)
    receive = habits.correlation * give + math.sqrt(1 - habits.correlation**2) * other
    return math.exp(habits.gives_sigma * give), math.exp(habits.receives_sigma * receive)


def _life_days(habits: Habits, chance: random.Random, *, is_founder: bool) -> float:
    """Of founders one sees the rest of a life, and a long one the likelier."""
    if math.isinf(habits.life_days):
        return math.inf
    short, long = habits.only_a_month * MONTH_DAYS, (1 - habits.only_a_month) * habits.life_days
    if chance.random() >= (short / (short + long) if is_founder else habits.only_a_month):
        return chance.expovariate(1 / habits.life_days)
    return chance.random() * MONTH_DAYS if is_founder else MONTH_DAYS


def _later(day: date, days: float) -> date:
    left = (date.max - day).days
    return day + timedelta(days=math.ceil(days)) if days < left else date.max
