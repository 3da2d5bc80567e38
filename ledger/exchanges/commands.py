"""Commands about exchanges, from report to reversal."""

from collections.abc import Sequence
from datetime import date

from ledger import tags
from ledger.catalogue import Fact
from ledger.deciding.context import DecisionContext
from ledger.deciding.requests import Command, Request, Sealed, SealedFact, must_give_a_reason
from ledger.exchanges import rules
from ledger.exchanges.facts import Leg
from ledger.exchanges.rules import Exchange
from ledger.identifiers import AccountId, CategoryKey, ExchangeId, MemberId
from ledger.members.rules import Member


class ReportExchange(Command):
    """Record help that took place. It settles at once when nobody else has to agree."""

    stored_name = "report-exchange"

    legs: tuple[Leg, ...]
    given_on: date
    note: Sealed = ""
    corrects: ExchangeId | None = None

    def tags(self) -> Sequence[str]:
        return (
            *(tags.member(party) for party in rules.parties_of(self.legs)),
            *(tags.account(leg.receiver) for leg in self.legs),
        )

    def decide(self, request: Request, context: DecisionContext) -> Sequence[Fact | SealedFact]:
        exchange = ExchangeId(f"x-{request.new_id}")
        parties = rules.parties_of(self.legs)
        facts = rules.report(
            exchange,
            self.legs,
            self.given_on,
            by=context.speaker(request.caller, frozenset(parties)),
            parties={party: context.member(MemberId(party)) for party in parties},
            accounts=context.accounts,
            agreements=context.agreements,
            today=context.today,
            corrects=context.exchange(self.corrects) if self.corrects else None,
            typed_by=context.member(request.caller.by),
        )
        context.exchange(exchange)  # an identifier drawn twice is a conflict, not a second exchange
        return [SealedFact(facts[0], request.sealing("note", self.note)), *facts[1:]]


class ConfirmExchange(Command):
    """Agree to what somebody reported. It settles once everyone who has to agree has agreed."""

    stored_name = "confirm-exchange"

    exchange: ExchangeId

    def tags(self) -> Sequence[str]:
        return (tags.exchange(self.exchange),)

    def decide(self, request: Request, context: DecisionContext) -> Sequence[Fact]:
        found = context.exchange(self.exchange)
        by = context.speaker(request.caller, frozenset(found.parties))
        return rules.confirm(found, by=by, accounts=context.accounts, agreements=context.agreements)


class _AboutExchange(Command):
    """What is done to an exchange that exists: a rule about it, and a reason where one is given."""

    exchange: ExchangeId

    def tags(self) -> Sequence[str]:
        return (tags.exchange(self.exchange),)

    def decide(self, request: Request, context: DecisionContext) -> Sequence[Fact | SealedFact]:
        found = context.exchange(self.exchange)
        facts = self.apply(found, context.speaker(request.caller, frozenset(found.parties)))
        return [SealedFact(facts[0], request.sealing("reason", self.words().get("reason", ""))), *facts[1:]]

    def apply(self, found: Exchange, by: Member) -> Sequence[Fact]:
        """The rule."""
        raise NotImplementedError


class DeclineExchange(_AboutExchange):
    """Say no to what somebody reported, with a reason. Nothing counts."""

    stored_name = "decline-exchange"

    reason: Sealed

    def apply(self, found: Exchange, by: Member) -> Sequence[Fact]:
        facts = rules.decline(found, by=by)
        must_give_a_reason(self.reason)
        return facts


class CallOffExchange(_AboutExchange):
    """Cancel a report that still waits for an answer. The reporter or a coordinator may."""

    stored_name = "call-off-exchange"

    def apply(self, found: Exchange, by: Member) -> Sequence[Fact]:
        return rules.call_off(found, by=by)


class AskForReversal(_AboutExchange):
    """Ask to take a settled exchange back, with a reason. Someone else decides."""

    stored_name = "ask-reversal"

    reason: Sealed

    def apply(self, found: Exchange, by: Member) -> Sequence[Fact]:
        facts = rules.ask_reversal(found, by=by)
        must_give_a_reason(self.reason)
        return facts


class ApproveReversal(_AboutExchange):
    """Agree that the hours move back: the other party, or a coordinator who is no party."""

    stored_name = "approve-reversal"

    def apply(self, found: Exchange, by: Member) -> Sequence[Fact]:
        return rules.approve_reversal(found, by=by)


class DeclineReversal(_AboutExchange):
    """Let the exchange stand, with or without a reason."""

    stored_name = "decline-reversal"

    reason: Sealed = ""

    def apply(self, found: Exchange, by: Member) -> Sequence[Fact]:
        return rules.decline_reversal(found, by=by)


class ReverseExchange(_AboutExchange):
    """Take a settled exchange back at a party's request, in one step. Only a coordinator who is no party may."""

    stored_name = "reverse-exchange"

    asked_by: MemberId
    reason: Sealed

    def apply(self, found: Exchange, by: Member) -> Sequence[Fact]:
        facts = rules.reverse(found, by=by, asked_by=self.asked_by)
        must_give_a_reason(self.reason)
        return facts


def help_given(giver: MemberId, receiver: MemberId, minutes: int, category: str) -> Leg:
    """One direction of help, as a leg. The rule that reports it checks minutes and category."""
    return Leg(giver=AccountId(giver), receiver=AccountId(receiver), minutes=minutes, category=CategoryKey(category))
