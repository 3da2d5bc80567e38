"""Logs of any size for measuring: a generated community's life, decided by the ledger's rules and written straight into an empty log.

Only measuring may write like this; a community's entries come from commands alone.
"""

import heapq
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import NamedTuple

import msgspec

from ledger.agreements.rules import DEFAULT_CATEGORIES, DEFAULT_DEBIT_LIMIT_MINUTES
from ledger.catalogue import Fact
from ledger.exchanges.facts import ExchangeSettled, Leg
from ledger.identifiers import HOST, AccountId, CategoryKey, CommandId, ExchangeId, MemberId
from ledger.log.entry import FORMAT, Entry, encode, instant_text
from ledger.log.store import Log
from ledger.members.facts import MemberInvited, MemberWelcomed
from ledger.tags import command
from tests.bench.books import Ledger, member
from web.sample.acts import PlannedStep, steps
from web.sample.neighbours import STEADY, Habits, Neighbour, settle
from web.sample.village import live

LAST_DAY = date(2025, 12, 31)
CATEGORIES = [category.key for category in DEFAULT_CATEGORIES]
ENTRIES_PER_ACT = 2.2
"""A gift is one entry. Help is two, and a third if it is confirmed."""

STAYING = msgspec.structs.replace(
    STEADY, life_days=3_000, across=0.1, debit_limit_minutes=DEFAULT_DEBIT_LIMIT_MINUTES + 60
)
"""People stay, so that a short log is busy all along, and everyone can receive another hour."""

Row = tuple[str, bytes, Sequence[str]]


class RecordedFacts(NamedTuple):
    """Facts recorded at one moment, and the member who recorded them."""

    moment: datetime
    facts: Sequence[Fact]
    by: MemberId


def rows(
    entries: int, *, seed: int = 1, origin: str = "localhost/bench/1", names: Mapping[MemberId, str] | None = None
) -> Iterator[Row]:
    """About this many entries, oldest first: some eight years of a large community, or three of a small one.

    `names` are the commitments to what people are called; without them everybody is nameless.
    """
    people = people_for(entries)
    acts = (entries - 2 * people) / ENTRIES_PER_ACT
    days = round(acts / (people * STAYING.a_month) * 30)
    return _rows(STAYING, people, LAST_DAY - timedelta(days=days), max(0, round(acts)), seed, origin, names or {})


def people_for(entries: int) -> int:
    """The number of people for a log of about this many entries, so that a page of fifty accounts is always full."""
    return max(60, entries // 50)


def rows_of(people: int, *, years: float = 1, habits: Habits = STEADY, seed: int = 1) -> Iterator[Row]:
    """The entries of a generated community of this many people with these habits."""
    first_day = LAST_DAY - timedelta(days=round(365.25 * years) - 1)
    return _rows(habits, people, first_day, None, seed, "localhost/bench/1", {})


def rows_between(first: MemberId, second: MemberId, entries: int) -> Iterator[Row]:
    """Settled help between two members, one entry each time: a very busy account."""
    moment = datetime.combine(LAST_DAY, time(), UTC)
    for number in range(entries):
        giver, receiver = (first, second) if number % 2 else (second, first)
        leg = Leg(giver=AccountId(giver), receiver=AccountId(receiver), minutes=30, category=CategoryKey("garden"))
        exchange = ExchangeId(f"x-b{number:011d}")
        settled = ExchangeSettled(exchange=exchange, legs=(leg,), given_on=LAST_DAY)
        yield _row(settled, moment + timedelta(milliseconds=number), 10_000_000 + number, "localhost/bench/1", receiver)


def fill(log: Log, entries: Iterator[Row], *, batch: int = 5_000) -> int:
    """Append rows to a log in large batches. Return how many."""
    count = 0
    while some := list(islice(entries, batch)):
        log.append(some, unless=("bench:never",), after=0)
        count += len(some)
    return count


def _rows(
    habits: Habits,
    people: int,
    first_day: date,
    acts: int | None,
    seed: int,
    origin: str,
    names: Mapping[MemberId, str],
) -> Iterator[Row]:
    chance = random.Random(seed)
    neighbours = settle(habits, people, first_day, LAST_DAY, CATEGORIES, chance)
    plan = live(neighbours, habits, first_day + timedelta(days=1), LAST_DAY, chance, acts=acts)
    ledger = Ledger(_most_active_first(neighbours), habits.debit_limit_minutes)
    recorded = heapq.merge(_invitations(neighbours), _recorded_steps(ledger, steps(plan)), key=lambda each: each.moment)
    for wish, (moment, facts, by) in enumerate(recorded):
        for fact in facts:
            name = names.get(fact.member, "") if isinstance(fact, MemberInvited) else ""
            yield _row(fact, moment, wish, origin, by, name)


def _invitations(neighbours: Sequence[Neighbour]) -> Iterator[RecordedFacts]:
    ids = _most_active_first(neighbours)
    for one in neighbours:
        facts = (MemberInvited(member=ids[one.place]), MemberWelcomed(member=ids[one.place]))
        yield RecordedFacts(datetime.combine(one.joined_on, time(), UTC), facts, HOST)


def _recorded_steps(ledger: Ledger, plan: Iterator[PlannedStep]) -> Iterator[RecordedFacts]:
    for step in plan:
        yield RecordedFacts(step.moment, *ledger.facts_of(step))


def _most_active_first(neighbours: Sequence[Neighbour]) -> list[MemberId]:
    """The identifiers by place. Low numbers are the most active, so that their pages have something to show."""

    def activity(one: Neighbour) -> float:
        days = (min(one.rests_on, LAST_DAY) - one.joined_on).days
        return days * min(one.gives, one.receives)

    ids = [MemberId("")] * len(neighbours)
    for number, one in enumerate(sorted(neighbours, key=activity, reverse=True)):
        ids[one.place] = member(number)
    return ids


def _row(fact: Fact, moment: datetime, wish: int, origin: str, actor: MemberId, sealed_name: str = "") -> Row:
    name, version = fact.stored
    done = CommandId(f"bench-{wish:012d}")
    entry = Entry(
        v=FORMAT,
        log=origin,
        type=name,
        ver=version,
        at=instant_text(moment),
        actor=actor,
        via="import",
        cmd=done,
        wish=f"{wish:032x}",
        nonce=f"{wish:032x}",
        data=fact,
        sealed={"name": sealed_name} if sealed_name else {},
    )
    return name, encode(entry), (*fact.tags, command(done))
