"""Elm Street: a founded community, its read models, and short methods for what happens there."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import count
from typing import Self

import sqlalchemy as sa

from ledger.catalogue import Fact
from ledger.exchanges.commands import (
    AskForReversal,
    CallOffExchange,
    ConfirmExchange,
    DeclineExchange,
    ReportExchange,
    ReverseExchange,
)
from ledger.exchanges.facts import ExchangeReported, Leg
from ledger.gifts.commands import ChooseThanksSharing, GiveThanks, RecordGift, WithdrawGift
from ledger.gifts.facts import GiftRecorded
from ledger.groups.commands import FormGroup, JoinGroup, LeaveGroup
from ledger.groups.facts import GroupFormed
from ledger.identifiers import COMMUNITY, AccountId, CategoryKey, ExchangeId, GiftId, GroupId, MemberId
from ledger.log.entry import FORMAT, Entry, encode, instant_text
from ledger.members.commands import ChooseVisibility
from ledger.time_bank import TimeBank
from projections.engine.read_model import METADATA
from projections.views import Views
from tests.cast import ANA, BO, CHIDI, GARDENING, NOW, TODAY, caller, counting_ids, founded, help_of, skills

LAST_MONTH = date(2026, 2, 20)
MADE_UP = count(1)


class PassingTime:
    """A clock that advances by a minute each time it is read."""

    def __init__(self) -> None:
        self.moment = NOW

    def __call__(self) -> datetime:
        self.moment += timedelta(minutes=1)
        return self.moment


class ElmStreet:
    """The cast, their time bank and their read models."""

    def __init__(self, bank: TimeBank, time: PassingTime) -> None:
        self.bank = bank
        self.time = time
        self.views = Views.open(bank.place, bank.log)

    @classmethod
    def founded(cls, url: str, *, time_zone: str = "UTC") -> Self:
        time = PassingTime()
        return cls(founded(url, clock=time, time_zone=time_zone), time)

    @classmethod
    def opened(cls, url: str) -> Self:
        """A community that was founded an hour before."""
        time = PassingTime()
        time.moment += timedelta(hours=1)
        return cls(TimeBank.open(url, clock=time, ids=counting_ids(100)), time)

    def close(self) -> None:
        self.views.close()
        self.bank.close()

    def helped(
        self,
        giver: MemberId = ANA,
        receiver: MemberId = BO,
        minutes: int = 60,
        *,
        category: str = GARDENING,
        on: date = TODAY,
        by: MemberId | None = None,
        note: str = "",
        corrects: ExchangeId | None = None,
    ) -> ExchangeId:
        """Help reported by the receiver, and so settled, unless someone else reports it."""
        legs = [help_of(giver, receiver, minutes, category)]
        answer = self.bank.do(
            ReportExchange(legs=tuple(legs), given_on=on, note=note, corrects=corrects), by=by or receiver
        )
        exchange = answer.fact(ExchangeReported).exchange
        self.views.catch_up(answer.position)
        return exchange

    def reported(self, minutes: int = 60) -> int:
        """Report help that Ana gave, without catching up, and return its position."""
        answer = self.bank.do(ReportExchange(legs=(help_of(minutes=minutes),), given_on=TODAY), by=BO)
        return answer.position

    @property
    def given_by_ana(self) -> int:
        """Ana's minutes in the read models."""
        return self.views.balances.of(AccountId(ANA)).given

    @property
    def stopped(self) -> dict[str, str]:
        """The read models that stopped, and why."""
        return {state.name: state.stopped_by for state in self.views.state() if state.stopped_by}

    def swapped_skills(self, legs: Sequence[Leg] | None = None, on: date = TODAY) -> ExchangeId:
        """Guitar for sewing, agreed to by both Ana and Bo."""
        exchange = (
            self.bank.do(ReportExchange(legs=tuple(legs or skills()), given_on=on), by=ANA)
            .fact(ExchangeReported)
            .exchange
        )
        self.agreed(exchange, BO)
        return exchange

    def agreed(self, exchange: ExchangeId, by: MemberId = BO) -> None:
        self.bank.do(ConfirmExchange(exchange=exchange), by=by)
        self.views.catch_up()

    def declined(self, exchange: ExchangeId, by: MemberId = BO) -> None:
        self.bank.do(DeclineExchange(exchange=exchange, reason="That was not me"), by=by)
        self.views.catch_up()

    def called_off(self, exchange: ExchangeId, by: MemberId = ANA) -> None:
        self.bank.do(CallOffExchange(exchange=exchange), by=by)
        self.views.catch_up()

    def asked_back(self, exchange: ExchangeId, by: MemberId = BO) -> None:
        self.bank.do(AskForReversal(exchange=exchange, reason="Typed twice"), by=by)
        self.views.catch_up()

    def took_back(self, exchange: ExchangeId, asked_by: MemberId = BO) -> None:
        self.bank.do(ReverseExchange(exchange=exchange, asked_by=asked_by, reason="Typed twice"), by=CHIDI)
        self.views.catch_up()

    def gave(
        self,
        giver: MemberId = ANA,
        receiver: str = COMMUNITY,
        *,
        category: str = GARDENING,
        on: date = TODAY,
        note: str = "",
    ) -> GiftId:
        gift = (
            self.bank.do(
                RecordGift(
                    giver=giver, receiver=AccountId(receiver), category=CategoryKey(category), given_on=on, note=note
                ),
                by=giver,
            )
            .fact(GiftRecorded)
            .gift
        )
        self.views.catch_up()
        return gift

    def withdrew(self, gift: GiftId, by: MemberId = ANA) -> None:
        self.bank.do(WithdrawGift(gift=gift, reason="By mistake"), by=by)
        self.views.catch_up()

    def formed(self, *members: MemberId, name: str = "The garden") -> GroupId:
        group = self.bank.do(FormGroup(name=name), by=CHIDI).fact(GroupFormed).group
        for member in members:
            self.joined(group, member)
        return group

    def joined(self, group: GroupId, member: MemberId) -> None:
        self.bank.do(JoinGroup(group=group, member=member), by=CHIDI)
        self.views.catch_up()

    def left(self, group: GroupId, member: MemberId) -> None:
        self.bank.do(LeaveGroup(group=group, member=member), by=CHIDI)
        self.views.catch_up()

    def wrote(self, fact: Fact) -> int:
        """Append an entry that no rule would have allowed, as a fault might, and return its position."""
        name, version = fact.stored
        number = next(MADE_UP)
        entry = Entry(
            v=FORMAT,
            log="localhost/elm-street/1",
            type=name,
            ver=version,
            at=instant_text(NOW + timedelta(days=1)),
            actor=CHIDI,
            via="job",
            cmd=caller(CHIDI).id,
            wish=f"{number:032x}",
            nonce=f"{number:032x}",
            data=fact,
        )
        return self.bank.log.append([(name, encode(entry), ("made-up",))], unless=("nothing",), after=0)

    def lively(self) -> None:
        """Something of everything that can happen."""
        garden = self.formed(ANA, BO)
        self.formed(CHIDI, name="The choir")
        helped = self.helped(note="Roses and two beds")
        repaired = self.helped(BO, CHIDI, 90, category="repairs", on=LAST_MONTH)
        self.bank.do(GiveThanks(exchange=repaired, thanks="It rings again", may_be_shown=True), by=CHIDI)
        self.bank.do(ChooseThanksSharing(exchange=repaired, may_be_shown=True), by=BO)
        self.swapped_skills()
        self.declined(self.helped(by=ANA))
        self.called_off(self.helped(by=ANA))
        self.helped(by=ANA, minutes=20)
        self.took_back(helped)
        self.helped(minutes=45, corrects=helped)
        self.asked_back(self.helped(CHIDI, BO, 30), by=BO)
        self.gave(ANA, COMMUNITY)
        self.gave(ANA, BO, note="Jam")
        self.withdrew(self.gave(ANA, garden))
        self.bank.do(ChooseVisibility(member=ANA, sees="groups"), by=ANA)
        self.left(garden, BO)
        self.helped(ANA, CHIDI, 15)
        self.views.catch_up()


def tables(views: Views) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every read model, in order; how often tables were rebuilt is left out."""
    with views._engine.connect() as connection:
        return {
            table.name: sorted(tuple(row) for row in connection.execute(sa.select(table)))
            for table in METADATA.sorted_tables
            if table.name != "read_models"
        }
