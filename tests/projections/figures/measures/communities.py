"""Communities to measure: small ones written by hand, and grown ones whose numbers are like those of real time banks."""

import math
import random
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import count

from ledger.identifiers import CategoryKey, MemberId
from projections.figures.measures.acts import KINDS, Act, Kind, Membership

FIRST = date(2025, 1, 1)
KIND_WEIGHTS = (0.70, 0.15, 0.15)
CATEGORIES = ("garden", "food", "repairs", "lifts", "learning")
NUMBERS = count(1)


def act(
    giver: str,
    receiver: str,
    minutes: int = 60,
    on: date = FIRST,
    *,
    kind: Kind = "help",
    category: str = "garden",
    number: int = 0,
) -> Act:
    """An hour in the garden on New Year's Day, unless told otherwise; each an entry of its own."""
    length = 0 if kind == "gift" else minutes
    return Act(MemberId(giver), MemberId(receiver), length, on, kind, CategoryKey(category), number or next(NUMBERS))


def hours(*pairs: str, minutes: int = 60) -> list[Act]:
    """Acts from words like "ab": a helped b, each for so many minutes."""
    return [act(pair[0], pair[1], minutes) for pair in pairs]


def ring(people: int, minutes: int = 60, *, on: date = FIRST, category: str = "garden", prefix: str = "m") -> list[Act]:
    """Everybody helps the next and the one after: nobody stands out, and nobody's neighbour is all that is left."""
    names = [f"{prefix}-{place}" for place in range(people)]
    return [
        act(names[place], names[(place + step) % people], minutes, on, category=category)
        for place in range(people)
        for step in (1, 2)
    ]


def grown(
    people: int = 300, *, days: int = 365, seed: int = 1, a_month: float = 0.22
) -> tuple[list[Act], list[Membership]]:
    """A community in blocks of neighbours: some give much, ties repeat and are returned, and loops of three close.

    Its parameters are medians of real time banks; minutes, kinds and days vary, and a third never take part.
    """
    chance = random.Random(seed)
    names = [MemberId(f"m-{place:06}") for place in range(people)]
    joined = [FIRST + timedelta(days=chance.randrange(max(1, days // 3))) for _ in names]
    acts: list[Act] = []
    number = count(1)
    start = 0
    while start < people:
        block = range(start, min(people, start + max(8, min(900, round(71 * math.exp(chance.gauss(0, 1.28)))))))
        start = block.stop
        acts += _lived(block, names, joined, days, chance, number, a_month)
    return acts, [Membership(name, day) for name, day in zip(names, joined, strict=True)]


def _lived(
    block: range,
    names: list[MemberId],
    joined: list[date],
    days: int,
    chance: random.Random,
    number: Iterable[int],
    a_month: float,
) -> list[Act]:
    numbers = iter(number)
    wish = [_wishes(chance) for _ in block]
    gives, receives = [one for one, _ in wish], [other for _, other in wish]
    ties: list[tuple[int, int]] = []
    acts: list[Act] = []
    for moment in sorted(chance.random() for _ in range(round(len(block) * a_month * days / 30))):
        day = FIRST + timedelta(days=int(moment * days))
        pair = _pair(block, ties, gives, receives, chance)
        if pair[0] == pair[1] or max(joined[pair[0]], joined[pair[1]]) > day:
            continue
        ties.append(pair)
        (kind,) = chance.choices(KINDS, KIND_WEIGHTS)
        entry = next(numbers)
        for giver, receiver in (pair, pair[::-1])[: 2 if kind == "skill-exchange" else 1]:
            minutes = 15 * math.ceil(4 * chance.lognormvariate(0.71, 0.71))
            category = chance.choice(CATEGORIES)
            acts.append(act(names[giver], names[receiver], minutes, day, kind=kind, category=category, number=entry))
    return acts


def _wishes(chance: random.Random) -> tuple[float, float]:
    if chance.random() < 0.37:
        return 0.0, 0.0
    give, other = chance.gauss(0, 1), chance.gauss(0, 1)
    return math.exp(1.8 * give), math.exp(1.5 * (0.5 * give + math.sqrt(0.75) * other))


def _pair(
    block: range, ties: list[tuple[int, int]], gives: list[float], receives: list[float], chance: random.Random
) -> tuple[int, int]:
    draw = chance.random()
    if ties and draw < 0.66:
        giver, receiver = chance.choice(ties)
        if draw < 0.55:
            return giver, receiver
        if draw < 0.60:
            return receiver, giver
        onward = [other for one, other in ties[-200:] if one == receiver and other != giver]
        if onward:
            return chance.choice(onward), giver
    if not any(gives) or not any(receives):
        return block[0], block[0]
    return chance.choices(block, gives)[0], chance.choices(block, receives)[0]
