"""Records a plan in a time bank: members who come and go, and each step as a command at its own moment."""

import heapq
import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from ledger.agreements.commands import AgreeOnLimits, FoundCommunity
from ledger.deciding.context import DecisionContext
from ledger.deciding.handler import CommandHandler
from ledger.deciding.requests import Caller, Command, Request, SealedFact, wall_clock
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
    CommandId,
    ExchangeId,
    GiftId,
    GroupId,
    MemberId,
    new_command_id,
)
from ledger.members.commands import ChooseVisibility, GiveRole, InviteMember, LeaveCommunity
from ledger.members.facts import MemberInvited
from ledger.refusals import Refusal
from ledger.time_bank import TimeBank
from web.sample import names
from web.sample.acts import PlannedAct, PlannedStep
from web.sample.neighbours import Habits, Neighbour

AT_ONCE = 250


class SampleClock:
    """The clock of a time bank whose past is being made: the moment it was set to, or else the real time."""

    def __init__(self) -> None:
        self.moment: datetime | None = None

    def __call__(self) -> datetime:
        return self.moment or wall_clock()


class SampleHandler(CommandHandler):
    """A command handler that queues requests, each with its moment, and carries them out many at once.

    Actions are planned for moments and run in order. The identifier that a queued command will create is known at once,
    the facts it records only later. Refusals are collected, and do not affect other commands.
    """

    def __init__(self, bank: TimeBank, clock: SampleClock) -> None:
        super().__init__(bank.log, bank.people, clock=clock, ids=bank.handler.ids)
        self.refused: list[Refusal] = []
        self._clock = clock
        self._due: list[tuple[datetime, int, Callable[[], object]]] = []
        self._numbers = count()
        self._batch: list[Request] = []
        self._moments: dict[CommandId, datetime | None] = {}

    def plan(self, moment: datetime, action: Callable[[], object]) -> None:
        """Plan an action for a moment."""
        heapq.heappush(self._due, (moment, next(self._numbers), action))

    def run_until(self, moment: datetime) -> None:
        """Run every action due by a moment, then set the clock to it."""
        while self._due and self._due[0][0] <= moment:
            now, _, action = heapq.heappop(self._due)
            self._clock.moment = now
            action()
        self._clock.moment = moment

    def queue(self, command: Command, by: MemberId) -> Request:
        """Queue a member's command at the current moment, as if given on a page."""
        request = self.request(command, Caller(new_command_id(), by))
        self._moments[request.caller.id] = self._clock.moment
        self._batch.append(request)
        if len(self._batch) >= AT_ONCE:
            self.flush()
        return request

    def allowed(self, request: Request, context: DecisionContext) -> list[SealedFact]:
        self._clock.moment = self._moments[request.caller.id]
        return super().allowed(request, context)

    def flush(self) -> None:
        """Carry out all queued commands."""
        moment = self._clock.moment
        batch, self._batch = self._batch, []
        if batch:
            self.refused += [found for found in self.do_all(batch) if isinstance(found, Refusal)]
            self._clock.moment = moment


NOTED = 0.5
WITHDRAWN = 0.01
GIFT_TO_GROUP, GIFT_TO_ALL = 0.2, 0.1
JOINS_THE_STREETS_GROUP, JOINS_ANOTHER = 0.6, 0.45
SEEN_BY_GROUPS, SEEN_BY_COORDINATORS = 0.5, 0.15


class PlanRecorder:
    """Queues the commands of members who come and go, and of each step of the plan.

    With `in_full` there are groups, notes, and gifts to groups and to everyone. Without it, only the plan.
    """

    def __init__(
        self, bank: TimeBank, handler: SampleHandler, chance: random.Random, *, names_of: Sequence[str], in_full: bool
    ) -> None:
        self._bank = bank
        self._handler = handler
        self._chance = chance
        self._names = names_of
        self._in_full = in_full
        self._groups: list[GroupId] = []
        self._open: dict[int, ExchangeId] = {}
        self.ids: dict[str, MemberId] = {}

    def found(self, habits: Habits) -> None:
        """Found the community, with its coordinator and its limit."""
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
        """Form a group, as the coordinator."""
        self._handler.flush()
        group = self._bank.do(FormGroup(name=name), by=self.ids[names.COORDINATOR]).fact(GroupFormed).group
        self._groups.append(group)

    def plan_member(self, neighbour: Neighbour, groups_formed: Sequence[datetime]) -> None:
        """Plan when someone is invited and welcomed, the groups they join, and when they leave."""
        name = self._names[neighbour.place]
        moment = at(neighbour.joined_on, 8)
        self._handler.plan(moment, lambda: self._invite(name))
        for place in self._groups_of(neighbour) if self._in_full else ():
            later = max(moment, groups_formed[place]) + timedelta(days=self._chance.randint(2, 60), hours=2)
            self._handler.plan(later, lambda place=place: self._join(name, place))
        if self._in_full and neighbour.left_on == date.max:
            self._handler.plan(moment + timedelta(days=3), lambda: self._choose_visibility(name))
        if name == names.AUDITOR:
            self._handler.plan(moment + timedelta(days=6), lambda: self._give_auditor_role(name))
        if neighbour.left_on != date.max:
            self._handler.plan(
                at(neighbour.left_on, 18),
                lambda: self._handler.queue(LeaveCommunity(member=self.ids[name]), self.ids[name]),
            )

    def _groups_of(self, neighbour: Neighbour) -> list[int]:
        """Choose groups. The first half are for streets, the others for anyone."""
        streets = len(names.GROUPS) // 2
        chosen = [neighbour.street % streets] if self._chance.random() < JOINS_THE_STREETS_GROUP else []
        if self._chance.random() < JOINS_ANOTHER:
            chosen.append(self._chance.randrange(streets, len(names.GROUPS)))
        return chosen

    def _invite(self, name: str) -> None:
        invitation = self._handler.queue(InviteMember(name=name, and_welcome=True), self.ids[names.COORDINATOR])
        self.ids[name] = MemberId(f"m-{invitation.new_id}")

    def _join(self, name: str, place: int) -> None:
        self._handler.queue(JoinGroup(group=self._groups[place], member=self.ids[name]), self.ids[name])

    def _choose_visibility(self, name: str) -> None:
        """Some let others see whom they help, drawn from their names so that no other draw depends on it."""
        drawn = random.Random(name).random()  # noqa: S311 - not a secret
        if name == names.MEMBER or drawn < SEEN_BY_GROUPS:
            self._handler.queue(ChooseVisibility(member=self.ids[name], sees="groups"), self.ids[name])
        elif drawn < SEEN_BY_GROUPS + SEEN_BY_COORDINATORS:
            self._handler.queue(ChooseVisibility(member=self.ids[name], sees="coordinators"), self.ids[name])

    def _give_auditor_role(self, name: str) -> None:
        self._handler.queue(GiveRole(member=self.ids[name], role="auditor"), self.ids[names.COORDINATOR])

    def write(self, step: PlannedStep) -> None:
        """Queue the command of a step at the current moment."""
        act = step.act
        if act.kind == "gift":
            self._write_gift(act, step.moment)
            return
        if step.what == "reported":
            self._open[step.number] = self._report(act, self._reporter(act))
            self._drop_if_last(step)
            return
        exchange, reporter = self._open[step.number], self._reporter(act)
        giver, receiver = self._names[act.giver], self._names[act.receiver]
        other = giver if reporter == receiver else receiver
        match step.what:
            case "confirmed":
                self._handler.queue(ConfirmExchange(exchange), self.ids[other])
            case "declined":
                reason = self._chance.choice(names.REASONS_TO_DECLINE)
                self._handler.queue(DeclineExchange(exchange, reason=reason), self.ids[other])
            case "called off":
                self._handler.queue(CallOffExchange(exchange), self.ids[reporter])
            case "reversal asked":
                reason = self._chance.choice(names.REASONS_TO_TAKE_BACK)
                self._handler.queue(AskForReversal(exchange, reason=reason), self.ids[receiver])
            case "reversal approved":
                self._handler.queue(ApproveReversal(exchange), self.ids[giver])
            case "corrected":
                self._open[step.number] = self._report(act.corrected, receiver, corrects=exchange)
            case "confirmed again":
                self._handler.queue(ConfirmExchange(exchange), self.ids[giver])
        self._drop_if_last(step)

    def _drop_if_last(self, step: PlannedStep) -> None:
        if step.is_last:
            del self._open[step.number]

    def _reporter(self, act: PlannedAct) -> str:
        match act.recording.by:
            case "giver":
                return self._names[act.giver]
            case "receiver":
                return self._names[act.receiver]
            case "coordinator":
                return names.COORDINATOR

    def _report(self, act: PlannedAct, reporter: str, *, corrects: ExchangeId | None = None) -> ExchangeId:
        note = "" if corrects else self._note(names.HELP, act.category)
        report = ReportExchange(legs=tuple(self._legs(act)), given_on=act.day, note=note, corrects=corrects)
        return ExchangeId(f"x-{self._handler.queue(report, self.ids[reporter]).new_id}")

    def _write_gift(self, act: PlannedAct, moment: datetime) -> None:
        receiver, reporter = AccountId(self.ids[self._names[act.receiver]]), self._reporter(act)
        draw = self._chance.random()
        if self._in_full and self._groups and draw < GIFT_TO_GROUP + GIFT_TO_ALL:
            receiver = AccountId(self._chance.choice(self._groups)) if draw < GIFT_TO_GROUP else COMMUNITY
            reporter = reporter if reporter == names.COORDINATOR else self._names[act.giver]
        category = act.category if act.category in names.GIFTS or not self._in_full else "other"
        recording = self._handler.queue(
            RecordGift(
                giver=self.ids[self._names[act.giver]],
                receiver=receiver,
                category=CategoryKey(category),
                given_on=act.day,
                note=self._note(names.GIFTS, category),
            ),
            self.ids[reporter],
        )
        gift = GiftId(f"f-{recording.new_id}")
        if self._in_full and self._chance.random() < WITHDRAWN:
            reason = self._chance.choice(names.REASONS_TO_WITHDRAW)
            self._handler.plan(
                moment + timedelta(days=2),
                lambda: self._handler.queue(WithdrawGift(gift=gift, reason=reason), self.ids[reporter]),
            )

    def _legs(self, act: PlannedAct) -> list[Leg]:
        giver, receiver = self.ids[self._names[act.giver]], self.ids[self._names[act.receiver]]
        legs = [help_given(giver, receiver, act.minutes, act.category)]
        if act.kind == "skill-exchange":
            legs.append(help_given(receiver, giver, act.minutes_back, act.category_back))
        return legs

    def _note(self, notes: dict[str, tuple[str, ...]], category: str) -> str:
        if not self._in_full or self._chance.random() > NOTED:
            return ""
        return self._chance.choice(notes[category])


def at(day: date, hour: int) -> datetime:
    """The moment of an hour on a day."""
    return datetime.combine(day, time(hour), UTC)
