"""The facts of a planned community, decided by the rules of the ledger without writing anything."""

from collections.abc import Sequence

from ledger.agreements.rules import DEFAULT_CATEGORIES, Agreements
from ledger.catalogue import Fact
from ledger.exchanges import rules as exchanges
from ledger.exchanges.accounts import Account
from ledger.exchanges.facts import Leg
from ledger.exchanges.rules import Exchange
from ledger.gifts import rules as gifts
from ledger.identifiers import HOST, AccountId, CategoryKey, ExchangeId, GiftId, MemberId
from ledger.members.rules import Member
from web.sample.acts import PlannedAct, PlannedStep


def member(number: int) -> MemberId:
    """The identifier of the n-th made member."""
    return MemberId(f"m-{number:012d}")


class Ledger:
    """Open exchanges and the state of every account. The host stands in for the coordinator."""

    def __init__(self, ids: Sequence[MemberId], debit_limit_minutes: int) -> None:
        self._people = [Member(id=one, is_invited=True, is_welcomed=True) for one in ids]
        self._accounts = {AccountId(one): Account(id=AccountId(one)) for one in ids}
        self._agreements = Agreements(
            origin="bench", categories=DEFAULT_CATEGORIES, debit_limit_minutes=debit_limit_minutes
        )
        self._open: dict[int, Exchange] = {}

    def facts_of(self, step: PlannedStep) -> tuple[Sequence[Fact], MemberId]:
        """The facts of a step, and the member who records them."""
        act = step.act
        if act.kind == "gift":
            by = self._reporter(act)
            return self._gift(step, by), by.id
        exchange = self._open.get(step.number, Exchange(id=ExchangeId(f"x-{step.number:012d}")))
        reporter, giver, receiver = self._reporter(act), self._people[act.giver], self._people[act.receiver]
        other = giver if reporter is receiver else receiver
        facts: Sequence[Fact]
        match step.what:
            case "reported":
                by, facts = reporter, self._report(exchange.id, act, reporter, step)
            case "confirmed" | "confirmed again":
                by = other if step.what == "confirmed" else giver
                facts = exchanges.confirm(exchange, by=by, accounts=self._accounts, agreements=self._agreements)
            case "declined":
                by, facts = other, exchanges.decline(exchange, by=other)
            case "called off":
                by, facts = reporter, exchanges.call_off(exchange, by=reporter)
            case "reversal asked":
                by, facts = receiver, exchanges.ask_reversal(exchange, by=receiver)
            case "reversal approved":
                by, facts = giver, exchanges.approve_reversal(exchange, by=giver)
            case "corrected":
                again = ExchangeId(f"x-c{step.number:011d}")
                by, facts = receiver, self._report(again, act.corrected, receiver, step, corrects=exchange)
                exchange = Exchange(id=again)
        self._count(step, exchange, facts)
        return facts, by.id

    def _report(
        self, exchange: ExchangeId, act: PlannedAct, by: Member, step: PlannedStep, *, corrects: Exchange | None = None
    ) -> Sequence[Fact]:
        giver, receiver = self._people[act.giver], self._people[act.receiver]
        legs = [_leg(giver, receiver, act.minutes, act.category)]
        if act.kind == "skill-exchange":
            legs.append(_leg(receiver, giver, act.minutes_back, act.category_back))
        return exchanges.report(
            exchange,
            legs,
            act.day,
            by=by,
            parties={AccountId(one.id): one for one in (giver, receiver)},
            accounts=self._accounts,
            agreements=self._agreements,
            today=step.moment.date(),
            corrects=corrects,
        )

    def _gift(self, step: PlannedStep, by: Member) -> Sequence[Fact]:
        act = step.act
        return gifts.record(
            GiftId(f"f-{step.number:012d}"),
            giver=self._people[act.giver],
            receiver=self._people[act.receiver],
            category=CategoryKey(act.category),
            given_on=act.day,
            by=by,
            agreements=self._agreements,
            today=step.moment.date(),
        )

    def _count(self, step: PlannedStep, exchange: Exchange, facts: Sequence[Fact]) -> None:
        for fact in facts:
            exchange = exchange.after(fact)
            movements = fact.postings
            for account in {movement.account for movement in movements}:
                self._accounts[account] = self._accounts[account].moved_by(movements)
        self._open[step.number] = exchange
        if step.is_last:
            del self._open[step.number]

    def _reporter(self, act: PlannedAct) -> Member:
        match act.recording.by:
            case "giver":
                return self._people[act.giver]
            case "receiver":
                return self._people[act.receiver]
            case "coordinator":
                return Member(id=HOST)


def _leg(giver: Member, receiver: Member, minutes: int, category: str) -> Leg:
    return Leg(
        giver=AccountId(giver.id), receiver=AccountId(receiver.id), minutes=minutes, category=CategoryKey(category)
    )
