"""Balances from the log alone, at any entry, as of any day, as known at any instant."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from ledger.agreements.commands import FoundCommunity
from ledger.catalogue import facts
from ledger.deciding.requests import Caller
from ledger.exchanges.commands import (
    ApproveReversal,
    AskForReversal,
    ConfirmExchange,
    ReportExchange,
    ReverseExchange,
    help_given,
)
from ledger.exchanges.facts import ExchangeReported
from ledger.gifts.commands import RecordGift, WithdrawGift
from ledger.gifts.facts import GiftRecorded
from ledger.identifiers import COMMUNITY, HOST, AccountId, CategoryKey, CommandId, ExchangeId, MemberId
from ledger.log.entry import UnreadableEntry, decode, encode
from ledger.members.commands import InviteMember, WelcomeMember
from ledger.members.facts import MemberInvited
from ledger.refusals import NoSuchEntry
from ledger.replay import EVERYTHING, Until, replay
from ledger.time_bank import TimeBank

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


class Story:
    """A time bank whose clock moves one day with every command."""

    def __init__(self, url: str) -> None:
        self.now = START
        self._numbers = count()
        self.bank = TimeBank.open(url, clock=lambda: self.now)
        self.bank.do(FoundCommunity(name="Riverside", time_zone="UTC"), by=self.by(HOST))
        self.ana, self.bo = (self._member(name) for name in ("Ana", "Bo"))

    def by(self, member: MemberId) -> Caller:
        self.now += timedelta(days=1)
        return Caller(id=CommandId(f"command-{next(self._numbers)}"), by=member, via="cli")

    def _member(self, name: str) -> MemberId:
        member = self.bank.do(InviteMember(name=name), by=self.by(HOST)).fact(MemberInvited).member
        self.bank.do(WelcomeMember(member=member), by=self.by(HOST))
        return member

    def helps(self, giver: MemberId, receiver: MemberId, minutes: int) -> ExchangeId:
        """Report help as the receiver, so that it settles straight away."""
        command = self.by(receiver)
        return (
            self.bank.do(
                ReportExchange(legs=(help_given(giver, receiver, minutes, "garden"),), given_on=self.now.date()),
                by=command,
            )
            .fact(ExchangeReported)
            .exchange
        )


@pytest.fixture
def story(database_url: str) -> Iterator[Story]:
    story = Story(database_url)
    yield story
    story.bank.close()


def minutes(story: Story, until: Until = EVERYTHING) -> dict[str, int]:
    tallies = replay(story.bank.log, until).accounts
    return {
        name: tallies[AccountId(member)].balance
        for name, member in (("Ana", story.ana), ("Bo", story.bo))
        if AccountId(member) in tallies
    }


def test_given_and_received_sum_to_zero(story: Story) -> None:
    story.helps(story.ana, story.bo, 90)
    story.helps(story.bo, story.ana, 30)

    replayed = replay(story.bank.log)

    assert minutes(story) == {"Ana": 60, "Bo": -60}
    assert replayed.given == replayed.received == 120
    assert replayed.position == story.bank.log.head()
    assert replayed.accounts[AccountId(story.ana)].exchanges == 2


def test_a_reversal_undoes_its_exchange(story: Story) -> None:
    exchange = story.helps(story.ana, story.bo, 90)

    story.bank.do(AskForReversal(exchange=exchange, reason="A mistake"), by=story.by(story.ana))
    story.bank.do(ApproveReversal(exchange=exchange), by=story.by(story.bo))

    tally = replay(story.bank.log).accounts[AccountId(story.ana)]
    assert (tally.given, tally.exchanges) == (0, 0)


def test_a_skill_exchange_counts_as_one_exchange_for_each_person(story: Story) -> None:
    legs = [help_given(story.ana, story.bo, 60, "garden"), help_given(story.bo, story.ana, 90, "food")]
    exchange = (
        story.bank.do(ReportExchange(legs=tuple(legs), given_on=story.now.date()), by=story.by(story.ana))
        .fact(ExchangeReported)
        .exchange
    )
    story.bank.do(ConfirmExchange(exchange=exchange), by=story.by(story.bo))

    replayed = replay(story.bank.log)

    assert minutes(story) == {"Ana": -30, "Bo": 30}
    assert [tally.exchanges for tally in replayed.accounts.values()] == [1, 1]


def test_gifts_are_counted_and_change_no_balance(story: Story) -> None:
    kind = CategoryKey("food")
    gift = (
        story.bank.do(
            RecordGift(giver=story.ana, receiver=COMMUNITY, category=kind, given_on=story.now.date()),
            by=story.by(story.ana),
        )
        .fact(GiftRecorded)
        .gift
    )
    assert replay(story.bank.log).accounts[COMMUNITY].gifts_received == 1
    assert replay(story.bank.log, gifts=False).accounts == {}

    story.bank.do(WithdrawGift(gift=gift, reason="It was lent"), by=story.by(story.ana))

    assert replay(story.bank.log).accounts[AccountId(story.ana)].gifts_given == 0


def test_at_an_entry_later_entries_do_not_count(story: Story) -> None:
    story.helps(story.ana, story.bo, 90)
    number = replay(story.bank.log).number
    story.helps(story.ana, story.bo, 30)

    assert minutes(story, Until(number=number)) == {"Ana": 90, "Bo": -90}
    assert replay(story.bank.log, Until(number=number)).number == number
    assert minutes(story, Until(number=0)) == {}
    with pytest.raises(NoSuchEntry, match=f"has {number + 2} entries"):
        replay(story.bank.log, Until(number=number + 3))


def test_as_of_a_day_what_happened_later_does_not_count(story: Story) -> None:
    story.helps(story.ana, story.bo, 90)
    day = story.now.date()
    story.helps(story.ana, story.bo, 30)

    assert minutes(story, Until(as_of=day)) == {"Ana": 90, "Bo": -90}
    assert minutes(story, Until(as_of=date(2020, 1, 1))) == {}


def test_as_known_at_an_instant_what_was_recorded_later_does_not_count(story: Story) -> None:
    story.helps(story.ana, story.bo, 90)
    instant = story.now
    exchange = story.helps(story.ana, story.bo, 30)

    assert minutes(story, Until(known_at=instant)) == {"Ana": 90, "Bo": -90}
    story.bank.do(ReverseExchange(exchange=exchange, asked_by=story.bo, reason="Twice"), by=story.by(HOST))
    assert minutes(story, Until(known_at=story.now - timedelta(hours=1))) == {"Ana": 120, "Bo": -120}


def test_names_are_commitments_from_the_log(story: Story) -> None:
    names = replay(story.bank.log, names=True).names

    assert story.bank.people.words(names.values()) == {
        names[AccountId(story.ana)]: "Ana",
        names[AccountId(story.bo)]: "Bo",
    }


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_unknown_entry_stops_the_replay_with_its_number(story: Story) -> None:
    number = replay(story.bank.log).number
    newer = _raised(story.bank.log.from_position(story.bank.log.head() - 1, limit=1)[0].data)
    story.bank.log.append([("member-welcomed", newer, [])], unless=(), after=0)

    with pytest.raises(UnreadableEntry, match=f"entry {number + 1}: .*newer"):
        replay(story.bank.log)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_bytes_that_are_not_an_entry_stop_the_replay(story: Story) -> None:
    story.bank.log.append(
        [("exchange-settled", b'{"type":"exchange-settled","v":1,"ver":1,"via"', [])], unless=(), after=0
    )

    with pytest.raises(UnreadableEntry, match="not an entry"):
        replay(story.bank.log)


def test_the_replay_agrees_with_fully_decoded_entries(tmp_path: Path) -> None:
    story = Story(f"sqlite:///{tmp_path}")
    for number in range(30):
        story.helps(*((story.ana, story.bo) if number % 3 else (story.bo, story.ana)), 15 + number)
    slow: dict[str, int] = {}
    for _, data in story.bank.log.scan():
        entry = decode(data)
        assert encode(entry) == data and hashlib.sha256(data).digest()
        if entry.type == "exchange-settled":
            for leg in entry.data.legs:  # pyright: ignore[reportAttributeAccessIssue]
                slow[leg.giver] = slow.get(leg.giver, 0) + leg.minutes
                slow[leg.receiver] = slow.get(leg.receiver, 0) - leg.minutes

    assert {account: tally.balance for account, tally in replay(story.bank.log).accounts.items()} == slow
    story.bank.close()


def _raised(data: bytes) -> bytes:
    """Return the same entry with a version from the future."""
    version = facts()["member-welcomed"].stored.version
    return data.replace(f'"ver":{version}'.encode(), f'"ver":{version + 1}'.encode())
