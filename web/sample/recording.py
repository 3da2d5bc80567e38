"""How what happened in the village comes into the book: who logs it, who answers, and what is put right later."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta

from ledger.application.commands import Command
from ledger.application.exchanges import help_given
from ledger.application.time_bank import TimeBank
from ledger.domain.agreements import DEFAULT_DEBIT_LIMIT_MINUTES
from ledger.events import ExchangeReported, Fact, GiftRecorded, GroupFormed, Leg, MemberInvited
from ledger.identifiers import COMMUNITY, HOST, AccountId, CategoryKey, ExchangeId, GroupId, MemberId, new_command_id
from web.sample import names, notes
from web.sample.diary import Diary, Done
from web.sample.village import Act, Neighbour

BY_RECEIVER, BY_GIVER = 0.62, 0.32
"""Who logs help; the coordinator logs the rest, from the phone."""

NOTED = 0.7
CORRECTED = 0.013
NOT_CONFIRMED = 0.12
WITHDRAWN = 0.01
GIFT_TO_GROUP, GIFT_TO_ALL = 0.2, 0.1
ANSWER_SIGMA = 1.3
"""The logarithm of the days until an answer comes; the median is one day."""

JOINS_A_GROUP = 0.75


class Clerk:
    """Turns acts into commands. Without `in_full` everything is settled at once and nothing is noted: for measuring."""

    def __init__(
        self, bank: TimeBank, diary: Diary, chance: random.Random, *, names_of: Sequence[str], in_full: bool
    ) -> None:
        self._bank = bank
        self._diary = diary
        self._chance = chance
        self._names = names_of
        self._in_full = in_full
        self._balances: dict[int, int] = {}
        self._groups: Sequence[GroupId] = ()
        self.ids: dict[str, MemberId] = {}

    # Coming and going

    def found(self, community: str, time_zone: str, host: str) -> None:
        """The community, with its coordinator."""
        first, _ = self._bank.founding.found(
            community, time_zone=time_zone, host=host, coordinator=names.COORDINATOR, command=_by(HOST)
        )
        assert first is not None, "the sample names a coordinator"
        self.ids[names.COORDINATOR] = first

    def form_group(self, name: str) -> GroupId:
        """A group, formed by the coordinator."""
        (formed,) = self._diary.do(lambda: self._bank.groups.form(name, command=self._by(names.COORDINATOR)))
        assert isinstance(formed, GroupFormed), "forming a group is one fact"
        return formed.group

    def expect(self, neighbour: Neighbour, moment: datetime, groups: Sequence[GroupId]) -> None:
        """Plans somebody's invitation and welcome, the groups they join, and their leaving."""
        self._groups = groups
        name = self._names[neighbour.place]
        self._diary.plan(moment, lambda: self._invite(name))
        if self._in_full and self._chance.random() < JOINS_A_GROUP:
            for place in self._chance.sample(range(len(names.GROUPS)), self._chance.choice((1, 1, 2))):
                later = moment + timedelta(days=self._chance.randint(5, 160) if place else 4, hours=2)
                self._diary.plan(later, lambda place=place: self._join(name, place))
        if name == names.AUDITOR:
            self._diary.plan(moment + timedelta(days=6), lambda: self._entrust(name))
        if neighbour.left_on != date.max:
            self._diary.plan(
                _at(neighbour.left_on, 18),
                lambda: self._diary.do(lambda: self._bank.members.leave(self.ids[name], command=self._by(name))),
            )

    def _invite(self, name: str) -> None:
        def then(facts: tuple[Fact, ...]) -> None:
            self.ids[name] = next(fact.member for fact in facts if isinstance(fact, MemberInvited))

        command = self._by(names.COORDINATOR)
        self._diary.write(self._bank.members.to_invite(name, command=command, and_welcome=True), then)

    def _join(self, name: str, place: int) -> None:
        if place < len(self._groups):
            self._diary.do(lambda: self._bank.groups.join(self._groups[place], self._id(name), command=self._by(name)))

    def _entrust(self, name: str) -> None:
        command = self._by(names.COORDINATOR)
        self._diary.do(lambda: self._bank.members.give_role(self._id(name), "auditor", command=command))

    # What happened

    def hear_of(self, act: Act) -> None:
        """Plans the logging of an act, some hours or days after it happened."""
        lag = timedelta(days=self._chance.choice((0, 0, 0, 0, 1, 1, 2, 3)) if self._in_full else 0)
        moment = _at(act.day, 9, self._chance.randrange(11 * 60)) + lag
        self._diary.plan(moment, lambda: self._log(act, moment))

    def _log(self, act: Act, moment: datetime) -> None:
        offline = {self._names.index(name) for name in names.WITHOUT_INTERNET}
        if 0 in (act.giver, act.receiver) and offline & {act.giver, act.receiver}:
            return  # the coordinator cannot type for somebody where she is a party herself
        if act.kind == "gift":
            self._log_gift(act, moment, by_coordinator=bool(offline & {act.giver, act.receiver}))
            return
        if not self._has_room(act):
            act = act._replace(giver=act.receiver, receiver=act.giver)
            if not self._has_room(act):
                return
        self._count(act, 1)
        reporter = self._reporter(act, offline)
        legs = self._legs(act)
        order = self._bank.exchanges.to_report(
            legs, act.day, command=self._by(reporter), note=self._note(notes.HELP, act.category)
        )
        self._diary.write(order, lambda facts: self._follow(act, legs, facts, moment))

    def _reporter(self, act: Act, offline: set[int]) -> str:
        """Who logs it. The coordinator types for people without internet, and now and then for others."""
        draw = self._chance.random()
        parties = {act.giver, act.receiver}
        if offline & parties or (act.kind == "skill-exchange" and not self._in_full and 0 not in parties):
            return names.COORDINATOR
        if draw < BY_RECEIVER or not self._in_full:
            return self._names[act.receiver]
        if draw < BY_RECEIVER + BY_GIVER or 0 in parties:
            return self._names[act.giver]
        return names.COORDINATOR

    def _follow(self, act: Act, legs: list[Leg], facts: tuple[Fact, ...], moment: datetime) -> None:
        """Answers, corrections, and what stays open."""
        reported = facts[0]
        assert isinstance(reported, ExchangeReported), "a report begins with itself"
        if not self._in_full:
            return
        settled_at = moment
        if reported.awaiting:
            settled_at = moment + timedelta(days=min(20.0, self._chance.lognormvariate(0, ANSWER_SIGMA)))
            if self._chance.random() < NOT_CONFIRMED:
                self._plan_no(act, reported, settled_at)
                return
            for member in reported.awaiting:
                self._plan(
                    settled_at,
                    lambda member=member: self._bank.exchanges.confirm(reported.exchange, command=_by(member)),
                )
        if self._chance.random() < CORRECTED:
            self._plan_correction(act, legs, reported.exchange, settled_at + timedelta(days=self._chance.randint(1, 9)))

    def _plan_no(self, act: Act, reported: ExchangeReported, moment: datetime) -> None:
        def answer_no() -> None:
            self._count(act, -1)
            reason = self._chance.choice(notes.REASONS_TO_DECLINE)
            if self._chance.random() < 0.7:
                command = _by(reported.awaiting[0])
                self._diary.do(lambda: self._bank.exchanges.decline(reported.exchange, reason=reason, command=command))
            else:
                command = _by(reported.reported_by)
                self._diary.do(lambda: self._bank.exchanges.call_off(reported.exchange, command=command))

        self._diary.plan(moment, answer_no)

    def _plan_correction(self, act: Act, legs: list[Leg], exchange: ExchangeId, moment: datetime) -> None:
        """The receiver notices a mistake, the giver agrees, and the receiver logs it again as it was."""
        giver, receiver = MemberId(legs[0].giver), MemberId(legs[0].receiver)
        if {self._names[act.giver], self._names[act.receiver]} & {*names.WITHOUT_INTERNET, names.LEAVER}:
            return
        reason = self._chance.choice(notes.REASONS_TO_TAKE_BACK)
        self._plan(moment, lambda: self._bank.exchanges.ask_reversal(exchange, reason=reason, command=_by(receiver)))
        next_day = moment + timedelta(days=1)
        self._plan(next_day, lambda: self._bank.exchanges.approve_reversal(exchange, command=_by(giver)))
        shorter = [_shortened(leg) for leg in legs]
        self._plan(
            next_day + timedelta(hours=2),
            lambda: self._bank.exchanges.report(shorter, act.day, command=_by(receiver), corrects=exchange),
        )

    def _log_gift(self, act: Act, moment: datetime, *, by_coordinator: bool) -> None:
        draw = self._chance.random()
        receiver = AccountId(self._id(self._names[act.receiver]))
        reporter = self._chance.choice((self._names[act.giver], self._names[act.receiver]))
        if self._in_full and self._groups and draw < GIFT_TO_GROUP:
            receiver, reporter = AccountId(self._chance.choice(self._groups)), self._names[act.giver]
        elif self._in_full and draw < GIFT_TO_GROUP + GIFT_TO_ALL:
            receiver, reporter = COMMUNITY, self._names[act.giver]
        category = act.category if act.category in notes.GIFTS else "other"
        order = self._bank.gifts.to_record(
            self._id(self._names[act.giver]),
            receiver,
            CategoryKey(category),
            act.day,
            command=self._by(names.COORDINATOR if by_coordinator else reporter),
            note=self._note(notes.GIFTS, category),
        )
        self._diary.write(order, lambda facts: self._perhaps_withdraw(facts, moment))

    def _perhaps_withdraw(self, facts: tuple[Fact, ...], moment: datetime) -> None:
        (recorded,) = facts
        assert isinstance(recorded, GiftRecorded), "recording a gift is one fact"
        if self._in_full and self._chance.random() < WITHDRAWN:
            reason = self._chance.choice(notes.REASONS_TO_WITHDRAW)
            self._plan(
                moment + timedelta(days=2),
                lambda: self._bank.gifts.withdraw(recorded.gift, reason=reason, command=_by(recorded.recorded_by)),
            )

    # Small change

    def _plan(self, moment: datetime, command: Callable[[], Done]) -> None:
        self._diary.plan(moment, lambda: self._diary.do(command))

    def _has_room(self, act: Act) -> bool:
        """Whether the receiver stays within the debit limit, with an hour to spare."""
        after = self._balances.get(act.receiver, 0) - 15 * (act.quarters - act.quarters_back)
        back = self._balances.get(act.giver, 0) + 15 * (act.quarters - act.quarters_back)
        return min(after, back) >= DEFAULT_DEBIT_LIMIT_MINUTES + 60

    def _count(self, act: Act, sign: int) -> None:
        minutes = sign * 15 * (act.quarters - act.quarters_back)
        self._balances[act.giver] = self._balances.get(act.giver, 0) + minutes
        self._balances[act.receiver] = self._balances.get(act.receiver, 0) - minutes

    def _legs(self, act: Act) -> list[Leg]:
        giver, receiver = self._id(self._names[act.giver]), self._id(self._names[act.receiver])
        legs = [help_given(giver, receiver, 15 * act.quarters, act.category)]
        if act.kind == "skill-exchange":
            legs.append(help_given(receiver, giver, 15 * act.quarters_back, act.category_back))
        return legs

    def _note(self, book: dict[str, tuple[str, ...]], category: str) -> str:
        if not self._in_full or self._chance.random() > NOTED:
            return ""
        return self._chance.choice(book[category])

    def _id(self, name: str) -> MemberId:
        if name not in self.ids:
            self._diary.flush()
        return self.ids[name]

    def _by(self, name: str) -> Command:
        return _by(self._id(name))


def _by(member: MemberId) -> Command:
    return Command(id=new_command_id(), by=member, via="web")


def _shortened(leg: Leg) -> Leg:
    return help_given(MemberId(leg.giver), MemberId(leg.receiver), max(15, leg.minutes - 30), leg.category)


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour), UTC) + timedelta(minutes=minute)
