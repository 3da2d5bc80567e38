"""The plan of a made community: who helps whom on which day, how long, and how it comes into the book. Nothing is recorded here.

Old ties repeat, help is given back and comes round in threes; some give much and most seldom; hours are lognormal in
quarter hours; weekends are quieter and months differ.
"""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import accumulate

from projections.figures.measures.acts import Kind
from web.sample.diary import COORDINATOR, tell
from web.sample.neighbours import TRIES, Neighbour, Pair, Street
from web.sample.plan import MEAN_MONTH_DAYS, QUARTER_MINUTES, Credit, Habits, PlannedAct, shape_of_days

LONGEST_QUARTERS = 24 * 4
"""The ledger takes no more than a day for one help."""


def live(
    neighbours: Sequence[Neighbour],
    habits: Habits,
    first_day: date,
    last_day: date,
    chance: random.Random,
    *,
    acts: int | None = None,
) -> Iterator[PlannedAct]:
    """What they do, day by day, oldest first: about so many acts, or as many as the habits say.

    Only people who trade by then take part. Nobody receives beyond the debit limit whatever comes into the book first,
    so that the ledger takes every one. Everything is told, and answered if it ever is, by the last day.
    """
    town = _Town(neighbours, habits, chance)
    number = _expected_acts(neighbours, habits, first_day, last_day) if acts is None else acts
    for day, street in _days_and_streets(neighbours, habits, first_day, last_day, number, chance):
        act = town.act(day, street, last_day)
        if act:
            yield act


def _expected_acts(neighbours: Sequence[Neighbour], habits: Habits, first_day: date, last_day: date) -> float:
    enrolled = sum((min(last_day, one.left_on) - max(first_day, one.joined_on)).days for one in neighbours)
    return habits.a_month * enrolled / MEAN_MONTH_DAYS


def _days_and_streets(
    neighbours: Sequence[Neighbour],
    habits: Habits,
    first_day: date,
    last_day: date,
    number: float,
    chance: random.Random,
) -> Iterator[tuple[date, int]]:
    """When and where something happens: as the days are busy, and streets by those who trade there and how gladly."""
    shape = shape_of_days(habits, first_day, last_day)
    there = _trading(neighbours, first_day, len(shape))
    eager = [_eagerness(habits, chance) for _ in there]
    whole = sum(shape)
    for place, busy in enumerate(shape):
        weights = list(
            accumulate(eager[street] * (many[place] if many[place] > 1 else 0) for street, many in enumerate(there))
        )
        if weights[-1]:
            streets = chance.choices(range(len(there)), cum_weights=weights, k=_whole(number * busy / whole, chance))
            for street in sorted(streets):
                yield first_day + timedelta(days=place), street


def _trading(neighbours: Sequence[Neighbour], first_day: date, days: int) -> list[list[int]]:
    """For each street, how many trade on each day."""
    changes = [[0] * (days + 1) for _ in range(1 + max(one.street for one in neighbours))]
    for one in neighbours:
        if one.gives or one.receives:
            comes, rests = (
                (day - first_day).days + 1
                for day in (one.joined_on, min(one.rests_on, first_day + timedelta(days=days)))
            )
            changes[one.street][max(0, min(comes, days))] += 1
            changes[one.street][max(0, min(rests, days))] -= 1
    return [list(accumulate(street[:-1])) for street in changes]


def _eagerness(habits: Habits, chance: random.Random) -> float:
    drawn = habits.a_month * math.exp(habits.a_month_sigma * chance.gauss(0, 1))
    return max(habits.a_month_least, min(habits.a_month_most, drawn)) if habits.a_month_sigma else 1


class _Town:
    """All streets, and what everybody may still receive."""

    def __init__(self, neighbours: Sequence[Neighbour], habits: Habits, chance: random.Random) -> None:
        self._neighbours = neighbours
        self._habits = habits
        self._chance = chance
        self._street_of = [one.street for one in neighbours]
        members: list[list[Neighbour]] = [[] for _ in range(1 + max(self._street_of))]
        for one in neighbours:
            members[one.street].append(one)
        self._streets = [Street(some, habits, chance) for some in members]
        self._exchanging: dict[Pair, bool] = {}
        self._credit = Credit(len(neighbours), habits.debit_limit_minutes)

    def act(self, day: date, number: int, last_day: date) -> PlannedAct | None:
        """Something that happens in a street on a day; None when nobody finds together."""
        chance, habits = self._chance, self._habits
        is_gift = chance.random() < habits.gifts
        there, back = _quarters(habits, chance), _quarters(habits, chance)
        self._credit.until(day)
        pair = self._pair(day, number, lambda pair: 0 if is_gift else there - back * self._exchange_skills(pair))
        if pair is None:
            return None
        giver, receiver = (self._neighbours[place] for place in pair)
        self._streets[number].remember(day, pair)
        is_exchange = not is_gift and self._exchange_skills(pair)
        kind: Kind = "gift" if is_gift else "skill-exchange" if is_exchange else "help"
        telling = tell(kind, giver, receiver, (last_day - day).days, habits, chance)
        act = PlannedAct(day, kind, *pair, there, chance.choice(giver.skills), telling)
        if is_exchange:
            act = act._replace(quarters_back=back, category_back=chance.choice(receiver.skills))
        self._credit.count(act)
        return act

    def _exchange_skills(self, pair: Pair) -> bool:
        """Whether what goes between these two is a skill exchange: some couples do so always, the others never."""
        couple = (min(pair), max(pair))
        if couple not in self._exchanging:
            share = self._habits.exchanges / (1 - self._habits.gifts)
            self._exchanging[couple] = self._chance.random() < share
        return self._exchanging[couple]

    def _pair(self, day: date, number: int, quarters: Callable[[Pair], int]) -> Pair | None:
        """Who helps whom: in the way that was drawn, else by their wishes. `quarters` is what the giver's account gains."""
        self._streets[number].open(day)
        for way in (self._way(day, number), self._streets[number].fresh):
            for _ in range(TRIES):
                pair = way()
                if pair is None:
                    break
                if self._may_meet(day, *pair) and self._credit.has_room(*pair, QUARTER_MINUTES * quarters(pair)):
                    return pair
        return None

    def _way(self, day: date, number: int) -> Callable[[], Pair | None]:
        habits, street, draw = self._habits, self._streets[number], self._chance.random()
        for share, way in (
            (habits.repeats, street.repeated),
            (habits.returns, lambda: street.returned(day)),
            (habits.loops, street.closed),
            (habits.across, lambda: self._across(day, number)),
        ):
            if draw < share:
                return way
            draw -= share
        return street.fresh

    def _across(self, day: date, number: int) -> Pair | None:
        """Somebody of this street helps somebody of another."""
        other = self._chance.choice(self._street_of)
        there = self._streets[other].open(day)
        return (
            (self._streets[number].a_giver(), self._streets[other].a_receiver()) if there and other != number else None
        )

    def _may_meet(self, day: date, giver: int, receiver: int) -> bool:
        """Whether both trade that day, and somebody can write it down: a coordinator does not type for both as a party."""
        for place in (giver, receiver):
            street = self._streets[self._street_of[place]]
            street.open(day)
            if not street.is_there(place):
                return False
        typed_for = self._neighbours[giver].without_internet or self._neighbours[receiver].without_internet
        return giver != receiver and not (typed_for and COORDINATOR in (giver, receiver))


def _quarters(habits: Habits, chance: random.Random) -> int:
    return min(LONGEST_QUARTERS, math.ceil(4 * chance.lognormvariate(habits.hours_mu, habits.hours_sigma)))


def _whole(expected: float, chance: random.Random) -> int:
    """A whole number whose mean is `expected`; days differ, as days do."""
    if expected > 50:
        return max(0, round(chance.gauss(expected, math.sqrt(expected))))
    limit, product, number = math.exp(-expected), chance.random(), 0
    while product > limit:
        product *= chance.random()
        number += 1
    return number
