"""Who lives in a made community: their street, when they come and go, and how gladly they give and receive."""

import math
import random
from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import NamedTuple

from web.sample.plan import Habits, shape_of_days

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


TRIES = 8
FORGETS_EVERY = 400
"""So many acts later, those whose people rest by now are no longer looked through."""

Pair = tuple[int, int]


class _Change(NamedTuple):
    day: date
    place: int
    comes: bool


class Street:
    """The neighbours of one street. Days are opened in order."""

    def __init__(self, neighbours: Sequence[Neighbour], habits: Habits, chance: random.Random) -> None:
        self._habits = habits
        self._chance = chance
        self._by_place = {one.place: one for one in neighbours if one.gives or one.receives}
        changes = [_Change(one.joined_on, one.place, comes=True) for one in self._by_place.values()]
        changes += [_Change(one.rests_on, one.place, comes=False) for one in self._by_place.values()]
        self._changes = sorted(changes, reverse=True)
        self._there: set[int] = set()
        self._people: list[int] = []
        self._gives: list[float] = []
        self._receives: list[float] = []
        self._pairs: list[Pair] = []
        self._likes: dict[Pair, float] = {}
        self._running_likes: list[float] = []
        self._days: list[int] = []
        self._acts: list[Pair] = []
        self._helped: dict[int, list[int]] = {}

    def open(self, day: date) -> int:
        """A day begins: those who joined before it have come, those who rest have gone. Answers how many are there."""
        has_changed = False
        while self._changes and self._changes[-1].day < day:
            _, place, comes = self._changes.pop()
            (self._there.add if comes else self._there.discard)(place)
            has_changed = True
        if has_changed:
            self._look_around()
        return len(self._people)

    def is_there(self, place: int) -> bool:
        """Whether somebody trades on the day that was opened."""
        return place in self._there

    def remember(self, day: date, pair: Pair) -> None:
        """That one helped another."""
        self._days.append(day.toordinal())
        self._acts.append(pair)
        self._helped.setdefault(pair[0], []).append(pair[1])
        if len(self._acts) % FORGETS_EVERY == 0:
            self._forget()

    def repeated(self) -> Pair | None:
        """One of the acts before, as it was."""
        return self._chance.choice(self._acts) if self._acts else None

    def returned(self, day: date) -> Pair | None:
        """One of the acts before, the other way round, after the time that people take to give back."""
        if not self._acts:
            return None
        lag = self._habits.returns_median_days * self._chance.lognormvariate(0, self._habits.returns_sigma)
        place = bisect_right(self._days, day.toordinal() - lag)
        # Older than the street's memory: give back for one of the first.
        giver, receiver = self._acts[place - 1] if place else self._chance.choice(self._acts[:TRIES])
        return receiver, giver

    def closed(self) -> Pair | None:
        """When one helped another and she a third, the third helps the first."""
        for _ in range(TRIES if self._acts else 0):
            first, second = self._chance.choice(self._acts)
            thirds = self._helped.get(second)
            third = self._chance.choice(thirds) if thirds else first
            if third != first:
                return third, first
        return None

    def fresh(self) -> Pair | None:
        """A giver and a receiver by their wishes, and by whom they like where that matters."""
        if len(self._people) < 2:
            return None
        if self._running_likes:
            return self._pairs[_drawn(self._running_likes, self._chance)]
        return self.a_giver(), self.a_receiver()

    def a_giver(self) -> int:
        """Somebody who is there, by their wish to give. There must be somebody."""
        return self._people[_drawn(self._gives, self._chance)]

    def a_receiver(self) -> int:
        """Somebody who is there, by their wish to receive. There must be somebody."""
        return self._people[_drawn(self._receives, self._chance)]

    def _look_around(self) -> None:
        self._people = sorted(self._there)
        here = [self._by_place[place] for place in self._people]
        self._gives = list(accumulate(one.gives for one in here))
        self._receives = list(accumulate(one.receives for one in here))
        if self._habits.likes_sigma:
            self._pairs = [
                (giver, receiver) for giver in self._people for receiver in self._people if giver != receiver
            ]
            self._running_likes = list(accumulate(map(self._liking, self._pairs)))

    def _liking(self, pair: Pair) -> float:
        """How likely one helps the other: their wishes, and a liking that is mostly mutual."""
        if pair not in self._likes:
            sigma, alike = self._habits.likes_sigma, self._habits.likes_correlation
            mutual = self._chance.gauss(0, math.sqrt(alike))
            for way in (pair, (pair[1], pair[0])):
                self._likes[way] = math.exp(sigma * (mutual + self._chance.gauss(0, math.sqrt(1 - alike))))
        giver, receiver = (self._by_place[place] for place in pair)
        return giver.gives * receiver.receives * self._likes[pair]

    def _forget(self) -> None:
        """Acts between people of whom one rests, here or in another street, are never taken up again."""
        kept = [
            (day, pair)
            for day, pair in zip(self._days, self._acts, strict=True)
            if pair[0] in self._there or pair[1] in self._there
        ]
        self._days, self._acts = [day for day, _ in kept], [pair for _, pair in kept]
        self._helped = {}
        for giver, receiver in self._acts:
            self._helped.setdefault(giver, []).append(receiver)


def _drawn(running: Sequence[float], chance: random.Random) -> int:
    return min(bisect_right(running, chance.random() * running[-1]), len(running) - 1)
