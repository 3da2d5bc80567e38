"""Who helps whom, and when: a seeded neighbourhood with habits, from what is measured in real time banks.

Old ties repeat (.55), help is given back (.10), and comes round in threes (.06); some give much and some seldom; hours
are lognormal in quarter hours; weekends are quieter and months differ.
"""

import math
import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple

Kind = Literal["help", "skill-exchange", "gift"]

REPEATS, RETURNS, LOOPS = 0.55, 0.10, 0.06
KINDS: tuple[Kind, ...] = ("help", "skill-exchange", "gift")
KIND_SHARES = (0.70, 0.15, 0.15)
HOURS_MU, HOURS_SIGMA = 0.71, 0.71
LONGEST_QUARTERS = 32
GIVE_SIGMA, RECEIVE_SIGMA, CORRELATION = 1.0, 0.8, 0.5
MONTHS = (1.07, 1.01, 1.03, 1.07, 0.98, 0.99, 1.01, 1.20, 0.97, 0.90, 0.90, 0.87)
WEEKEND = 0.5
TIES_REMEMBERED = 4_000
FEWEST_AROUND = 3


class Neighbour(NamedTuple):
    """Somebody as the village knows them: present from a day to a day, more or less eager to give and to receive."""

    place: int
    joined_on: date
    left_on: date
    gives: float
    receives: float
    skills: tuple[str, ...]


class Act(NamedTuple):
    """One thing that happened. Places are positions in the list of neighbours; a skill exchange has two lengths."""

    day: date
    kind: Kind
    giver: int
    receiver: int
    quarters: int
    category: str
    quarters_back: int = 0
    category_back: str = ""


def settle_in(
    count: int, first_day: date, last_day: date, categories: Sequence[str], chance: random.Random
) -> list[Neighbour]:
    """The neighbours, in the order in which they join: a good third at once, the others over the years."""
    days = (last_day - first_day).days
    at_once = max(6, int(count * 0.4))
    neighbours: list[Neighbour] = []
    for place in range(count):
        give, other = chance.gauss(0, 1), chance.gauss(0, 1)
        receive = CORRELATION * give + math.sqrt(1 - CORRELATION**2) * other
        late = int(days * 0.8 * (place - at_once) / max(1, count - at_once)) + 30
        joined = first_day + timedelta(days=2 + place // 4 if place < at_once else late)
        neighbours.append(
            Neighbour(
                place,
                min(joined, last_day),
                date.max,
                math.exp(GIVE_SIGMA * give),
                math.exp(RECEIVE_SIGMA * receive),
                tuple(chance.choices(categories, weights=[1 / rank for rank in range(1, len(categories) + 1)], k=3)),
            )
        )
    return neighbours


def live(
    neighbours: Sequence[Neighbour], first_day: date, last_day: date, acts: int, chance: random.Random
) -> Iterator[Act]:
    """About so many acts, day by day, oldest first. Only people who are there take part."""
    days = [first_day + timedelta(days=number) for number in range((last_day - first_day).days + 1)]
    crowd = _Crowd(neighbours, chance)
    weights = [
        MONTHS[day.month - 1] * (WEEKEND if day.weekday() >= 5 else 1) * max(crowd.expected(day), 0) for day in days
    ]
    total = sum(weights) or 1
    for day, weight in zip(days, weights, strict=True):
        crowd.open(day)
        for _ in range(_whole(acts * weight / total, chance)):
            pair = crowd.pair()
            if pair:
                yield _act(day, neighbours[pair[0]], neighbours[pair[1]], chance)


class _Crowd:
    """Who is there on a day, and who met whom before."""

    def __init__(self, neighbours: Sequence[Neighbour], chance: random.Random) -> None:
        self._neighbours = neighbours
        self._chance = chance
        self._here: list[int] = []
        self._there: set[int] = set()
        self._give: list[float] = []
        self._receive: list[float] = []
        self._ties: list[tuple[int, int]] = []

    def expected(self, day: date) -> int:
        """How many are there; nobody helps in a street of two."""
        here = sum(one.joined_on <= day < one.left_on for one in self._neighbours)
        return here if here >= FEWEST_AROUND else 0

    def open(self, day: date) -> None:
        """A new day: some have come, some have left."""
        here = [one.place for one in self._neighbours if one.joined_on < day < one.left_on]
        if here != self._here:
            self._here, self._there = here, set(here)
            self._give = _running_sum(self._neighbours[place].gives for place in here)
            self._receive = _running_sum(self._neighbours[place].receives for place in here)

    def pair(self) -> tuple[int, int] | None:
        """A giver and a receiver who are both there; None when nobody comes together."""
        if len(self._here) < FEWEST_AROUND:
            return None
        pair = self._remembered() or self._fresh()
        if pair is None or pair[0] == pair[1] or not {*pair} <= self._there:
            return None
        if len(self._ties) < TIES_REMEMBERED:
            self._ties.append(pair)
        else:
            self._ties[self._chance.randrange(TIES_REMEMBERED)] = pair
        return pair

    def _remembered(self) -> tuple[int, int] | None:
        draw = self._chance.random()
        if not self._ties or draw > REPEATS + RETURNS + LOOPS:
            return None
        giver, receiver = self._chance.choice(self._ties)
        if draw < REPEATS:
            return giver, receiver
        if draw < REPEATS + RETURNS:
            return receiver, giver
        for one, other in self._chance.sample(self._ties, min(20, len(self._ties))):
            if one == receiver and other != giver:
                return other, giver
        return receiver, giver

    def _fresh(self) -> tuple[int, int] | None:
        (giver,) = self._chance.choices(self._here, cum_weights=self._give)
        (receiver,) = self._chance.choices(self._here, cum_weights=self._receive)
        return giver, receiver


def _act(day: date, giver: Neighbour, receiver: Neighbour, chance: random.Random) -> Act:
    (kind,) = chance.choices(KINDS, KIND_SHARES)
    there = Act(day, kind, giver.place, receiver.place, _quarters(chance), chance.choice(giver.skills))
    if kind != "skill-exchange":
        return there
    return there._replace(quarters_back=_quarters(chance), category_back=chance.choice(receiver.skills))


def _quarters(chance: random.Random) -> int:
    return min(LONGEST_QUARTERS, math.ceil(4 * chance.lognormvariate(HOURS_MU, HOURS_SIGMA)))


def _whole(expected: float, chance: random.Random) -> int:
    """A whole number whose mean is `expected`; days differ, as days do."""
    if expected > 50:
        return max(0, round(chance.gauss(expected, math.sqrt(expected))))
    limit, product, number = math.exp(-expected), chance.random(), 0
    while product > limit:
        product *= chance.random()
        number += 1
    return number


def _running_sum(weights: Iterator[float]) -> list[float]:
    total, sums = 0.0, list[float]()
    for weight in weights:
        total += weight
        sums.append(total)
    return sums
