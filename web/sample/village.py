"""Plans who helps whom in a generated community, on which day and for how long. Nothing is recorded here.

Old ties repeat, help is given back and comes round in threes. A few give much and most give little. Hours are lognormal
in quarter hours, weekends are quieter and months differ.
"""

import math
import random
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import accumulate

from projections.figures.measures.acts import Kind
from web.sample.acts import (
    COORDINATOR,
    QUARTER_MINUTES,
    Credit,
    PlannedAct,
    draw_poisson,
    draw_quarters,
    plan_recording,
)
from web.sample.neighbours import MEAN_MONTH_DAYS, Habits, Neighbour, shape_of_days

TRIES = 8
FORGETS_EVERY = 400
"""After every so many acts, those between people who rest by now are forgotten."""

Pair = tuple[int, int]


class Street:
    """The neighbours of one street. Days must be opened in order."""

    def __init__(self, neighbours: Sequence[Neighbour], habits: Habits, chance: random.Random) -> None:
        self._habits = habits
        self._chance = chance
        self._by_place = {one.place: one for one in neighbours if one.gives or one.receives}
        changes = [(one.joined_on, one.place, True) for one in self._by_place.values()]
        changes += [(one.rests_on, one.place, False) for one in self._by_place.values()]
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
        """Begin a day: add people who joined before it and remove people who rest. Return how many are active."""
        has_changed = False
        while self._changes and self._changes[-1][0] < day:
            _, place, comes = self._changes.pop()
            (self._there.add if comes else self._there.discard)(place)
            has_changed = True
        if has_changed:
            self._update_weights()
        return len(self._people)

    def is_there(self, place: int) -> bool:
        """Whether someone is active on the day that was opened."""
        return place in self._there

    def remember(self, day: date, pair: Pair) -> None:
        """Remember that one person helped another."""
        self._days.append(day.toordinal())
        self._acts.append(pair)
        self._helped.setdefault(pair[0], []).append(pair[1])
        if len(self._acts) % FORGETS_EVERY == 0:
            self._forget()

    def repeated(self) -> Pair | None:
        """The pair of an earlier act."""
        return self._chance.choice(self._acts) if self._acts else None

    def returned(self, day: date) -> Pair | None:
        """The pair of an earlier act the other way round, after the time that people take to give back."""
        if not self._acts:
            return None
        lag = self._habits.returns_median_days * self._chance.lognormvariate(0, self._habits.returns_sigma)
        place = bisect_right(self._days, day.toordinal() - lag)
        # No act is that old: give back for one of the first.
        giver, receiver = self._acts[place - 1] if place else self._chance.choice(self._acts[:TRIES])
        return receiver, giver

    def closed(self) -> Pair | None:
        """If A helped B and B helped C, then C and A."""
        for _ in range(TRIES if self._acts else 0):
            first, second = self._chance.choice(self._acts)
            thirds = self._helped.get(second)
            third = self._chance.choice(thirds) if thirds else first
            if third != first:
                return third, first
        return None

    def fresh(self) -> Pair | None:
        """A giver and a receiver by how likely they are to give and receive, and where it matters by whom they like."""
        if len(self._people) < 2:
            return None
        if self._running_likes:
            return self._pairs[_drawn(self._running_likes, self._chance)]
        return self.a_giver(), self.a_receiver()

    def a_giver(self) -> int:
        """An active person, by how likely they are to give. There must be one."""
        return self._people[_drawn(self._gives, self._chance)]

    def a_receiver(self) -> int:
        """An active person, by how likely they are to receive. There must be one."""
        return self._people[_drawn(self._receives, self._chance)]

    def _update_weights(self) -> None:
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
        """How likely one is to help the other, including a liking that is mostly mutual."""
        if pair not in self._likes:
            sigma, alike = self._habits.likes_sigma, self._habits.likes_correlation
            mutual = self._chance.gauss(0, math.sqrt(alike))
            for way in (pair, (pair[1], pair[0])):
                self._likes[way] = math.exp(sigma * (mutual + self._chance.gauss(0, math.sqrt(1 - alike))))
        giver, receiver = (self._by_place[place] for place in pair)
        return giver.gives * receiver.receives * self._likes[pair]

    def _forget(self) -> None:
        """Forget acts between people who are both inactive in this street."""
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


def live(
    neighbours: Sequence[Neighbour],
    habits: Habits,
    first_day: date,
    last_day: date,
    chance: random.Random,
    *,
    acts: int | None = None,
) -> Iterator[PlannedAct]:
    """Plan what they do, oldest first: about this many acts, or as many as the habits say.

    Only active people take part. Nobody goes beyond the debit limit in whatever order acts are recorded, so the ledger
    accepts every one. Everything is recorded by the last day, and answered if it ever is.
    """
    town = _Town(neighbours, habits, chance)
    enrolled = sum((min(last_day, one.left_on) - max(first_day, one.joined_on)).days for one in neighbours)
    number = habits.a_month * enrolled / MEAN_MONTH_DAYS if acts is None else acts
    for day, street in _days_and_streets(neighbours, habits, first_day, last_day, number, chance):
        if act := town.act(day, street, last_day):
            yield act


def _days_and_streets(
    neighbours: Sequence[Neighbour],
    habits: Habits,
    first_day: date,
    last_day: date,
    number: float,
    chance: random.Random,
) -> Iterator[tuple[date, int]]:
    """When and in which street something happens: more on busy days, and in streets with more active people."""
    shape = shape_of_days(habits, first_day, last_day)
    there = _trading(neighbours, first_day, len(shape))
    drawn = [habits.a_month * math.exp(habits.a_month_sigma * chance.gauss(0, 1)) for _ in there]
    eager = [max(habits.a_month_least, min(habits.a_month_most, each)) if habits.a_month_sigma else 1 for each in drawn]
    whole = sum(shape)
    for place, busy in enumerate(shape):
        weights = list(
            accumulate(eager[street] * (many[place] if many[place] > 1 else 0) for street, many in enumerate(there))
        )
        if weights[-1]:
            streets = chance.choices(
                range(len(there)), cum_weights=weights, k=draw_poisson(number * busy / whole, chance)
            )
            for street in sorted(streets):
                yield first_day + timedelta(days=place), street


def _trading(neighbours: Sequence[Neighbour], first_day: date, days: int) -> list[list[int]]:
    """For each street, how many people are active on each day."""
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


class _Town:
    """All streets, and how much everyone can still receive."""

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
        """Plan an act in a street on a day. Return nothing if no two people come together."""
        chance, habits = self._chance, self._habits
        is_gift = chance.random() < habits.gifts
        there, back = draw_quarters(habits, chance), draw_quarters(habits, chance)
        self._credit.until(day)
        pair = self._pair(day, number, lambda pair: 0 if is_gift else there - back * self._exchange_skills(pair))
        if pair is None:
            return None
        giver, receiver = (self._neighbours[place] for place in pair)
        self._streets[number].remember(day, pair)
        is_exchange = not is_gift and self._exchange_skills(pair)
        kind: Kind = "gift" if is_gift else "skill-exchange" if is_exchange else "help"
        recording = plan_recording(kind, giver, receiver, (last_day - day).days, habits, chance)
        act = PlannedAct(day, kind, *pair, there, chance.choice(giver.skills), recording)
        if is_exchange:
            act = act._replace(quarters_back=back, category_back=chance.choice(receiver.skills))
        self._credit.count(act)
        return act

    def _exchange_skills(self, pair: Pair) -> bool:
        """Whether these two do skill exchanges: some couples always do, the others never."""
        couple = (min(pair), max(pair))
        if couple not in self._exchanging:
            share = self._habits.exchanges / (1 - self._habits.gifts)
            self._exchanging[couple] = self._chance.random() < share
        return self._exchanging[couple]

    def _pair(self, day: date, number: int, quarters: Callable[[Pair], int]) -> Pair | None:
        """Draw who helps whom. `quarters` is what the giver's account gains."""
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
        """Someone in this street helps someone in another."""
        other = self._chance.choice(self._street_of)
        if not self._streets[other].open(day) or other == number:
            return None
        return self._streets[number].a_giver(), self._streets[other].a_receiver()

    def _may_meet(self, day: date, giver: int, receiver: int) -> bool:
        """Whether both are active that day, and someone can record it: a coordinator cannot type for the other party."""
        for place in (giver, receiver):
            street = self._streets[self._street_of[place]]
            street.open(day)
            if not street.is_there(place):
                return False
        is_typed = self._neighbours[giver].without_internet or self._neighbours[receiver].without_internet
        return giver != receiver and not (is_typed and COORDINATOR in (giver, receiver))
