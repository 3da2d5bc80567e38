"""Chronicles written by hand: who belonged where, who helped whom on which day, and when it was recorded or taken back."""

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, islice
from typing import cast

from ledger.agreements.facts import CommunityFounded
from ledger.catalogue import Fact
from ledger.exchanges.facts import ExchangeReported, ExchangeReversed, ExchangeSettled, Leg
from ledger.gifts.facts import GiftRecorded, GiftWithdrawn
from ledger.groups.facts import GroupFormed, GroupJoined, GroupLeft
from ledger.identifiers import AccountId, CategoryKey, ExchangeId, GiftId, GroupId, MemberId
from ledger.log.entry import FORMAT, Entry, encode, instant_text
from ledger.log.store import Log
from ledger.members.facts import MemberWelcomed
from projections.figures.chronicle import Chronicle, read_chronicle
from projections.figures.measures.acts import Act
from projections.figures.reports.kept import Audience, Report
from projections.figures.reports.making import ReportMaker
from tests.cast import CHIDI, caller
from tests.projections.figures.measures.communities import grown

FOUNDED = date(2025, 1, 1)
CLOSED = date(2026, 1, 8)
"""The day from which on all of 2025 is closed."""

DAY = timedelta(days=1)
MINUTES_A_DAY = 24 * 60


class Written:
    """What is recorded of a community that was founded on New Year's Day, in the order of the days it was recorded on."""

    def __init__(self, founded_on: date = FOUNDED) -> None:
        self._facts: list[tuple[date, int, Fact]] = []
        self._order = count()
        self._items: dict[int, tuple[str, Fact]] = {}
        founding = CommunityFounded(name="Elm Street", time_zone="UTC", language="en", origin="localhost/elm-street/1")
        self.say(founded_on, founding)

    def say(self, on: date, *facts: Fact) -> None:
        """Facts that are recorded together."""
        self._facts += [(on, next(self._order), fact) for fact in facts]

    def welcomed(self, people: Iterable[str], on: date = FOUNDED) -> None:
        self.say(on, *(MemberWelcomed(member=MemberId(one)) for one in people))

    def formed(self, group: str, people: Iterable[str], on: date = FOUNDED) -> None:
        self.say(on, GroupFormed(group=GroupId(group)))
        for one in people:
            self.joined(group, one, on)

    def joined(self, group: str, member: str, on: date) -> None:
        self.say(on, GroupJoined(group=GroupId(group), member=MemberId(member)))

    def left(self, group: str, member: str, on: date) -> None:
        self.say(on, GroupLeft(group=GroupId(group), member=MemberId(member)))

    def happened(self, acts: Iterable[Act], recorded_after: timedelta = timedelta()) -> None:
        """Acts, each recorded on its day or so much later. Those of one number are one exchange."""
        together: dict[int, list[Act]] = {}
        for act in acts:
            together.setdefault(act.number, []).append(act)
        for number, theirs in together.items():
            fact = _fact(number, theirs)
            self._items[number] = (fact.gift if isinstance(fact, GiftRecorded) else fact.exchange, fact)
            self.say(theirs[0].given_on + recorded_after, fact)

    def waits(self, act: Act) -> None:
        """Somebody says that it happened, and nobody ever confirms it."""
        reported = ExchangeReported(
            exchange=ExchangeId(f"x-w{act.number}"),
            legs=(_leg(act),),
            given_on=act.given_on,
            reported_by=act.giver,
            awaiting=(act.receiver,),
        )
        self.say(act.given_on, reported)

    def taken_back(self, act: Act, on: date) -> None:
        """An act that had been recorded counts no longer."""
        identifier, fact = self._items[act.number]
        if isinstance(fact, GiftRecorded):
            gone = GiftWithdrawn(
                gift=GiftId(identifier),
                giver=fact.giver,
                receiver=fact.receiver,
                category=fact.category,
                given_on=fact.given_on,
                withdrawn_by=fact.giver,
            )
            self.say(on, gone)
        else:
            assert isinstance(fact, ExchangeSettled)
            reversed_ = ExchangeReversed(
                exchange=ExchangeId(identifier),
                legs=fact.legs,
                given_on=fact.given_on,
                asked_by=act.giver,
                approved_by=act.receiver,
            )
            self.say(on, reversed_)

    def chronicle(self, until: date = date.max) -> Chronicle:
        """What is known at the end of a day."""
        log = _Log([one for one in sorted(self._facts, key=lambda one: one[:2]) if one[0] <= until])
        return read_chronicle(cast(Log, log))

    def reports(self, today: date = CLOSED, until: date = date.max) -> dict[tuple[str, str, Audience], Report]:
        """Every report that there is on a day, by scope, period and readers."""
        making = ReportMaker(self.chronicle(until), today)
        return {
            (report.scope, report.period, report.audience): report
            for closed in making.closed
            for report in making.reports(closed)
        }


class _Log:
    """Only what a chronicle asks of a log."""

    def __init__(self, facts: Sequence[tuple[date, int, Fact]]) -> None:
        self._facts = facts

    def scan(self, *, after: int = 0, upto: int | None = None) -> Iterator[tuple[int, bytes]]:
        entries = ((number, _bytes(number, on, fact)) for number, (on, _, fact) in enumerate(self._facts, start=1))
        return islice(entries, after, upto)


def _bytes(number: int, on: date, fact: Fact) -> bytes:
    name, version = fact.stored
    moment = datetime.combine(on, time(12), UTC) + timedelta(milliseconds=number)
    return encode(
        Entry(
            v=FORMAT,
            log="localhost/elm-street/1",
            type=name,
            ver=version,
            at=instant_text(moment),
            actor=CHIDI,
            via="web",
            cmd=caller(CHIDI).id,
            wish=f"{number:032x}",
            nonce=f"{number:032x}",
            data=fact,
        )
    )


def _fact(number: int, acts: Sequence[Act]) -> ExchangeSettled | GiftRecorded:
    first = acts[0]
    if first.kind == "gift":
        return GiftRecorded(
            gift=GiftId(f"f-{number}"),
            giver=first.giver,
            receiver=AccountId(first.receiver),
            category=first.category,
            given_on=first.given_on,
            recorded_by=first.giver,
        )
    legs = tuple(_leg(act) for act in acts)
    return ExchangeSettled(exchange=ExchangeId(f"x-{number}"), legs=legs, given_on=first.given_on)


def _leg(act: Act) -> Leg:
    return Leg(
        giver=AccountId(act.giver),
        receiver=AccountId(act.receiver),
        minutes=min(act.minutes, MINUTES_A_DAY),
        category=CategoryKey(act.category),
    )


def lively(seed: int, people: int = 90, groups: int = 3) -> Written:
    """A year of a community with groups that overlap; some entries come late, and some are taken back."""
    chance = random.Random(seed)
    acts, members = grown(people, seed=seed, a_month=0.6)
    names = [one.member for one in members]
    written = Written()
    written.welcomed(names)
    for number in range(groups):
        size, first = chance.choice((15, 30, 50)), chance.randrange(people)
        circle = [names[(first + place) % people] for place in range(size)]
        written.formed(f"g-{number}", circle, on=date(2025, chance.choice((1, 1, 3)), 1))
    together: dict[int, list[Act]] = {}
    for act in acts:
        together.setdefault(act.number, []).append(act)
    for some in together.values():
        lag = chance.choice((10, 20, 40, 100)) if chance.random() < 0.05 else chance.randrange(3)
        written.happened(some, lag * DAY)
        if chance.random() < 0.02:
            written.taken_back(some[0], some[0].given_on + (lag + chance.choice((0, 5, 30))) * DAY)
    return written
