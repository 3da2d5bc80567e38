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
    """Report help that took place. It settles straight away when nobody else has to agree."""

    stored_name = "report-exchange"
    creates = "exchange:x-"

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
        context.exchange(exchange)  # a random identifier that is in use is a conflict, not a second exchange
        return [SealedFact(facts[0], request.sealing("note", self.note)), *facts[1:]]


class ConfirmExchange(Command):
    """Agree to an exchange. It settles once everyone who has to agree has done so."""

    stored_name = "confirm-exchange"

    exchange: ExchangeId

    def tags(self) -> Sequence[str]:
        return (tags.exchange(self.exchange),)

    def decide(self, request: Request, context: DecisionContext) -> Sequence[Fact]:
        found = context.exchange(self.exchange)
        by = context.speaker(request.caller, frozenset(found.parties))
        return rules.confirm(
            found, by=by, accounts=context.accounts, agreements=context.agreements, typed_by=request.caller.by
        )


class _AboutExchange(Command):
    """A command about an existing exchange: a rule, and a reason if there is one."""

    exchange: ExchangeId

    def tags(self) -> Sequence[str]:
        return (tags.exchange(self.exchange),)

    def decide(self, request: Request, context: DecisionContext) -> Sequence[Fact | SealedFact]:
        found = context.exchange(self.exchange)
        facts = self.apply(found, context.speaker(request.caller, frozenset(found.parties)))
        return [SealedFact(facts[0], request.sealing("reason", self.sealed().get("reason", ""))), *facts[1:]]

    def apply(self, found: Exchange, by: Member) -> Sequence[Fact]:
        """Apply the rule."""
        raise NotImplementedError


class DeclineExchange(_AboutExchange):
    """Say no to an exchange, with a reason, so that it does not count."""

    stored_name = "decline-exchange"

    reason: Sealed

    def apply(self, found: Exchange, by: Member) -> Sequence[Fact]:
        facts = rules.decline(found, by=by)
        must_give_a_reason(self.reason)
        return facts


class CallOffExchange(_AboutExchange):
    """Cancel a report that is still waiting for an answer. Only the reporter or a coordinator can."""

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
    """Agree to take the exchange back, as the other party or as a coordinator who is not a party."""

    stored_name = "approve-reversal"

    def apply(self, found: Exchange, by: Member) -> Sequence[Fact]:
        return rules.approve_reversal(found, by=by)


class DeclineReversal(_AboutExchange):
    """Leave the exchange as it is, with or without a reason."""

    stored_name = "decline-reversal"

    reason: Sealed = ""

    def apply(self, found: Exchange, by: Member) -> Sequence[Fact]:
        return rules.decline_reversal(found, by=by)


class ReverseExchange(_AboutExchange):
    """Take a settled exchange back at a party's request, in one step. Only a coordinator who is not a party can."""

    stored_name = "reverse-exchange"

    asked_by: MemberId
    reason: Sealed

    def apply(self, found: Exchange, by: Member) -> Sequence[Fact]:
        facts = rules.reverse(found, by=by, asked_by=self.asked_by)
        must_give_a_reason(self.reason)
        return facts


def help_given(giver: MemberId, receiver: MemberId, minutes: int, category: str) -> Leg:
    """Make the leg for one direction of help. The rule that reports it checks minutes and category."""
    return Leg(giver=AccountId(giver), receiver=AccountId(receiver), minutes=minutes, category=CategoryKey(category))
