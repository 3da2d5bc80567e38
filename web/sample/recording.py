"""How the plan comes into the book: everybody's coming and going, and each step as the command of who says it."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from ledger.agreements.commands import AgreeOnLimits, FoundCommunity
from ledger.exchanges.commands import (
    ApproveReversal,
    AskForReversal,
    CallOffExchange,
    ConfirmExchange,
    DeclineExchange,
    ReportExchange,
    help_given,
)
from ledger.exchanges.facts import Leg
from ledger.gifts.commands import RecordGift, WithdrawGift
from ledger.groups.commands import FormGroup, JoinGroup
from ledger.groups.facts import GroupFormed
from ledger.identifiers import (
    COMMUNITY,
    HOST,
    AccountId,
    CategoryKey,
    ExchangeId,
    GiftId,
    GroupId,
    MemberId,
)
from ledger.members.commands import ChooseVisibility, GiveRole, InviteMember, LeaveCommunity
from ledger.members.facts import MemberInvited
from ledger.time_bank import TimeBank
from web.sample import names
from web.sample import names as notes
from web.sample.diary import PlannedStep, SampleRecorder
from web.sample.neighbours import Neighbour
from web.sample.plan import Habits, PlannedAct

NOTED = 0.5
WITHDRAWN = 0.01
GIFT_TO_GROUP, GIFT_TO_ALL = 0.2, 0.1
JOINS_THE_STREETS_GROUP, JOINS_ANOTHER = 0.6, 0.45
SEEN_BY_GROUPS, SEEN_BY_COORDINATORS = 0.5, 0.15


class Clerk:
    """Writes down who comes and goes, and what is said about each act.

    With `in_full` there are groups, notes, and gifts to groups and to everybody; without, the plan and nothing else.
    """

    def __init__(
        self, bank: TimeBank, diary: SampleRecorder, chance: random.Random, *, names_of: Sequence[str], in_full: bool
    ) -> None:
        self._bank = bank
        self._diary = diary
        self._chance = chance
        self._names = names_of
        self._in_full = in_full
        self._groups: list[GroupId] = []
        self._open: dict[int, ExchangeId] = {}
        self.ids: dict[str, MemberId] = {}

    # Coming and going

    def found(self, habits: Habits) -> None:
        """The community, with its coordinator and the limit it agreed upon."""
        first = (
            self._bank.do(
                FoundCommunity(
                    name=names.COMMUNITY,
                    time_zone=names.TIME_ZONE,
                    host=names.ORIGIN_HOST,
                    coordinator=names.COORDINATOR,
                ),
                by=HOST,
            )
            .fact(MemberInvited)
            .member
        )
        assert first is not None, "the sample names a coordinator"
        self.ids[names.COORDINATOR] = first
        self._bank.do(AgreeOnLimits(debit_limit_minutes=habits.debit_limit_minutes, upper_limit_minutes=None), by=first)

    def form_group(self, name: str) -> None:
        """A group, formed by the coordinator."""
        self._diary.flush()
        group = self._bank.do(FormGroup(name=name), by=self.ids[names.COORDINATOR]).fact(GroupFormed).group
        self._groups.append(group)

    def expect(self, neighbour: Neighbour, groups_formed: Sequence[datetime]) -> None:
        """Plans somebody's invitation and welcome, the groups they join, and their leaving."""
        name = self._names[neighbour.place]
        moment = at(neighbour.joined_on, 8)
        self._diary.plan(moment, lambda: self._invite(name))
        for place in self._groups_of(neighbour) if self._in_full else ():
            later = max(moment, groups_formed[place]) + timedelta(days=self._chance.randint(2, 60), hours=2)
            self._diary.plan(later, lambda place=place: self._join(name, place))
        if self._in_full and neighbour.left_on == date.max:
            self._diary.plan(moment + timedelta(days=3), lambda: self._choose_visibility(name))
        if name == names.AUDITOR:
            self._diary.plan(moment + timedelta(days=6), lambda: self._entrust(name))
        if neighbour.left_on != date.max:
            self._diary.plan(
                at(neighbour.left_on, 18),
                lambda: self._diary.write(LeaveCommunity(member=self.ids[name]), self.ids[name]),
            )

    def _groups_of(self, neighbour: Neighbour) -> list[int]:
        """Of the groups two are for streets, and the others for whoever likes what they do."""
        streets = len(names.GROUPS) // 2
        chosen = [neighbour.street % streets] if self._chance.random() < JOINS_THE_STREETS_GROUP else []
        if self._chance.random() < JOINS_ANOTHER:
            chosen.append(self._chance.randrange(streets, len(names.GROUPS)))
        return chosen

    def _invite(self, name: str) -> None:
        invitation = self._diary.write(InviteMember(name=name, and_welcome=True), self.ids[names.COORDINATOR])
        self.ids[name] = MemberId(f"m-{invitation.new_id}")

    def _join(self, name: str, place: int) -> None:
        self._diary.write(JoinGroup(group=self._groups[place], member=self.ids[name]), self.ids[name])

    def _choose_visibility(self, name: str) -> None:
        """Some let others see whom they help, drawn by their names so that nothing else depends on it."""
        drawn = random.Random(name).random()  # noqa: S311 - a story, no secret
        if name == names.MEMBER or drawn < SEEN_BY_GROUPS:
            self._diary.write(ChooseVisibility(member=self.ids[name], sees="groups"), self.ids[name])
        elif drawn < SEEN_BY_GROUPS + SEEN_BY_COORDINATORS:
            self._diary.write(ChooseVisibility(member=self.ids[name], sees="coordinators"), self.ids[name])

    def _entrust(self, name: str) -> None:
        self._diary.write(GiveRole(member=self.ids[name], role="auditor"), self.ids[names.COORDINATOR])

    # What happened

    def write(self, step: PlannedStep) -> None:
        """Writes down what somebody says, at the diary's present moment."""
        act = step.act
        if act.kind == "gift":
            self._write_gift(act, step.moment)
            return
        if step.what == "told":
            self._open[step.number] = self._report(act, self._teller(act))
            self._forget_if_last(step)
            return
        exchange, teller = self._open[step.number], self._teller(act)
        giver, receiver = self._names[act.giver], self._names[act.receiver]
        other = giver if teller == receiver else receiver
        match step.what:
            case "confirmed":
                self._diary.write(ConfirmExchange(exchange), self.ids[other])
            case "declined":
                reason = self._chance.choice(notes.REASONS_TO_DECLINE)
                self._diary.write(DeclineExchange(exchange, reason=reason), self.ids[other])
            case "called off":
                self._diary.write(CallOffExchange(exchange), self.ids[teller])
            case "asked":
                reason = self._chance.choice(notes.REASONS_TO_TAKE_BACK)
                self._diary.write(AskForReversal(exchange, reason=reason), self.ids[receiver])
            case "approved":
                self._diary.write(ApproveReversal(exchange), self.ids[giver])
            case "told again":
                self._open[step.number] = self._report(act.corrected, receiver, corrects=exchange)
            case "confirmed again":
                self._diary.write(ConfirmExchange(exchange), self.ids[giver])
        self._forget_if_last(step)

    def _forget_if_last(self, step: PlannedStep) -> None:
        if step.is_last:
            del self._open[step.number]

    def _teller(self, act: PlannedAct) -> str:
        match act.telling.by:
            case "giver":
                return self._names[act.giver]
            case "receiver":
                return self._names[act.receiver]
            case "coordinator":
                return names.COORDINATOR

    def _report(self, act: PlannedAct, teller: str, *, corrects: ExchangeId | None = None) -> ExchangeId:
        note = "" if corrects else self._note(notes.HELP, act.category)
        report = ReportExchange(legs=tuple(self._legs(act)), given_on=act.day, note=note, corrects=corrects)
        return ExchangeId(f"x-{self._diary.write(report, self.ids[teller]).new_id}")

    def _write_gift(self, act: PlannedAct, moment: datetime) -> None:
        receiver, teller = AccountId(self.ids[self._names[act.receiver]]), self._teller(act)
        draw = self._chance.random()
        if self._in_full and self._groups and draw < GIFT_TO_GROUP + GIFT_TO_ALL:
            receiver = AccountId(self._chance.choice(self._groups)) if draw < GIFT_TO_GROUP else COMMUNITY
            teller = teller if teller == names.COORDINATOR else self._names[act.giver]
        category = act.category if act.category in notes.GIFTS or not self._in_full else "other"
        recording = self._diary.write(
            RecordGift(
                giver=self.ids[self._names[act.giver]],
                receiver=receiver,
                category=CategoryKey(category),
                given_on=act.day,
                note=self._note(notes.GIFTS, category),
            ),
            self.ids[teller],
        )
        gift = GiftId(f"f-{recording.new_id}")
        if self._in_full and self._chance.random() < WITHDRAWN:
            reason = self._chance.choice(notes.REASONS_TO_WITHDRAW)
            self._diary.plan(
                moment + timedelta(days=2),
                lambda: self._diary.write(WithdrawGift(gift=gift, reason=reason), self.ids[teller]),
            )

    # Small change

    def _legs(self, act: PlannedAct) -> list[Leg]:
        giver, receiver = self.ids[self._names[act.giver]], self.ids[self._names[act.receiver]]
        legs = [help_given(giver, receiver, act.minutes, act.category)]
        if act.kind == "skill-exchange":
            legs.append(help_given(receiver, giver, act.minutes_back, act.category_back))
        return legs

    def _note(self, book: dict[str, tuple[str, ...]], category: str) -> str:
        if not self._in_full or self._chance.random() > NOTED:
            return ""
        return self._chance.choice(book[category])


def at(day: date, hour: int) -> datetime:
    """An hour of a day."""
    return datetime.combine(day, time(hour), UTC)
