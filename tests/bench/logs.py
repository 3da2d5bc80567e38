"""Logs of any size for measuring: entries with the shape of real ones, written straight into an empty log.

Only measuring may write like this; a community's entries come from commands alone.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from ledger.domain.subjects import command, subjects_of
from ledger.events import ExchangeReported, ExchangeSettled, Fact, Leg, MemberInvited, MemberWelcomed
from ledger.identifiers import HOST, AccountId, CategoryKey, CommandId, ExchangeId, MemberId
from ledger.log.entry import FORMAT, Entry, encode, instant_text, named
from ledger.log.store import Log

FIRST_DAY = date(2016, 1, 1)
CATEGORIES = ("lifts", "food", "repairs", "learning", "garden", "company", "home", "other")
Row = tuple[str, bytes, Sequence[str]]


def member(number: int) -> MemberId:
    """The identifier of the n-th made member."""
    return MemberId(f"m-{number:012d}")


def rows(entries: int, *, seed: int = 1, origin: str = "localhost/bench/1") -> Iterator[Row]:
    """About this many entries: members first, then help that the receiver reported, two entries each."""
    chance = random.Random(seed)
    people = max(60, entries // 50)  # a page of fifty accounts is full on a small book too
    made = 0
    for number in range(people):
        for fact in (MemberInvited(member=member(number)), MemberWelcomed(member=member(number))):
            yield _row(fact, made, origin, HOST)
            made += 1
    while made < entries:
        giver, receiver = _two(chance, people)
        leg = Leg(
            giver=AccountId(member(giver)),
            receiver=AccountId(member(receiver)),
            minutes=chance.choice((15, 30, 45, 60, 60, 90, 120, 180)),
            category=CategoryKey(chance.choice(CATEGORIES)),
        )
        exchange = ExchangeId(f"x-{made:012d}")
        given_on = FIRST_DAY + timedelta(days=made * 3650 // max(entries, 1))
        by = MemberId(leg.receiver)
        yield _row(
            ExchangeReported(exchange=exchange, legs=(leg,), given_on=given_on, reported_by=by, awaiting=()),
            made,
            origin,
            by,
        )
        yield _row(ExchangeSettled(exchange=exchange, legs=(leg,), given_on=given_on), made + 1, origin, by)
        made += 2


def rows_between(first: MemberId, second: MemberId, entries: int) -> Iterator[Row]:
    """Settled help to and fro between two members, one entry each: a very busy account."""
    for number in range(entries):
        giver, receiver = (first, second) if number % 2 else (second, first)
        leg = Leg(giver=AccountId(giver), receiver=AccountId(receiver), minutes=30, category=CategoryKey("garden"))
        exchange = ExchangeId(f"x-b{number:011d}")
        settled = ExchangeSettled(exchange=exchange, legs=(leg,), given_on=FIRST_DAY)
        yield _row(settled, 10_000_000 + number, "localhost/bench/1", receiver)


def fill(log: Log, entries: Iterator[Row], *, batch: int = 5_000) -> int:
    """Appends rows to a log in large batches; answers how many."""
    count = 0
    while some := list(islice(entries, batch)):
        log.append(some, unless=("bench:never",), after=0)
        count += len(some)
    return count


def _two(chance: random.Random, people: int) -> tuple[int, int]:
    # A few do much: the product of two even draws leans to the low numbers.
    giver = int(people * chance.random() * chance.random())
    receiver = int(people * chance.random() * chance.random())
    return giver, (receiver + 1) % people if receiver == giver else receiver


def _row(fact: Fact, number: int, origin: str, actor: MemberId) -> Row:
    name, version = named(fact)
    wish = CommandId(f"bench-{number // 2:012d}")
    entry = Entry(
        v=FORMAT,
        log=origin,
        type=name,
        ver=version,
        at=instant_text(datetime(2016, 1, 1, tzinfo=UTC) + timedelta(seconds=number * 100)),
        actor=actor,
        via="import",
        cmd=wish,
        wish=f"{number:032x}",
        nonce=f"{number:032x}",
        data=fact,
    )
    return name, encode(entry), (*subjects_of(fact), command(wish))
