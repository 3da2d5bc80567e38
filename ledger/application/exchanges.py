"""Hours of help, from report to reversal."""

from collections.abc import Callable, Sequence
from datetime import date

from ledger import subjects
from ledger.application.commands import Answer, Command, Order, Worded, reason_of, words_of
from ledger.application.desk import Desk
from ledger.application.known import Known
from ledger.catalogue import Fact
from ledger.domain import exchanges as rules
from ledger.domain.exchanges import Exchange
from ledger.events.exchanges import ExchangeReported, Leg
from ledger.identifiers import HOST, AccountId, CategoryKey, ExchangeId, MemberId
from ledger.refusals import UnknownExchange


class Exchanges:
    """What anybody may ask of the ledger about exchanges. Every method refuses with the domain's refusals."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def report(
        self,
        legs: Sequence[Leg],
        given_on: date,
        *,
        command: Command,
        note: str = "",
        corrects: ExchangeId | None = None,
    ) -> tuple[ExchangeId, Answer]:
        """Says that help took place. Settles at once when nobody's word is missing; answers the exchange's id."""
        answer = self._desk.carry_out(self.to_report(legs, given_on, command=command, note=note, corrects=corrects))
        (reported,) = (fact for fact in answer.facts if isinstance(fact, ExchangeReported))
        return reported.exchange, answer

    def would_report(
        self,
        legs: Sequence[Leg],
        given_on: date,
        *,
        command: Command,
        note: str = "",
        corrects: ExchangeId | None = None,
    ) -> tuple[Fact, ...]:
        """What a report would record, without recording it: for the page that shows what will happen."""
        return self._desk.consider(self.to_report(legs, given_on, command=command, note=note, corrects=corrects))

    def to_report(
        self,
        legs: Sequence[Leg],
        given_on: date,
        *,
        command: Command,
        note: str = "",
        corrects: ExchangeId | None = None,
    ) -> Order:
        """The order to report, for batches."""
        legs = tuple(legs)
        exchange = ExchangeId(f"x-{self._desk.ids()}")
        parties = rules.parties_of(legs)

        def rule(known: Known) -> Sequence[Fact | Worded]:
            by = self._desk.speaker(known, command, frozenset(parties))
            facts = rules.report(
                exchange,
                legs,
                given_on,
                by=by,
                parties={party: known.member(MemberId(party)) for party in parties},
                accounts=known.accounts,
                agreements=known.agreements,
                today=self._desk.today(known),
                corrects=known.exchange(corrects) if corrects else None,
                typed_by=known.member(command.by),
            )
            known.exchange(exchange)  # an identifier drawn twice is a conflict, not a second exchange
            return [Worded(facts[0], words_of(command.speaker, "note", note)), *facts[1:]]

        people = {subjects.member(party) for party in parties} | {
            subjects.member(person) for person in (command.by, command.speaker) if person != HOST
        }
        return Order(
            command=command,
            wish="report-exchange",
            asked={"legs": legs, "given_on": given_on, "corrects": corrects},
            rule=rule,
            reads=(
                subjects.AGREEMENTS,
                subjects.exchange(exchange),
                *people,
                *(subjects.account(leg.receiver) for leg in legs),
            ),
            words={"note": note},
        )

    def confirm(self, exchange: ExchangeId, *, command: Command) -> Answer:
        """Agrees. The exchange settles when nobody's word is missing; refused beyond a limit."""

        def rule(known: Known, found: Exchange) -> Sequence[Fact]:
            return rules.confirm(
                found,
                by=self._desk.speaker(known, command, frozenset(found.parties)),
                accounts=known.accounts,
                agreements=known.agreements,
            )

        return self._carry_out("confirm-exchange", exchange, command, rule, reads=(subjects.AGREEMENTS,))

    def decline(self, exchange: ExchangeId, *, reason: str, command: Command) -> Answer:
        """Says no, with a word of why; nothing counts."""

        def rule(known: Known, found: Exchange) -> Sequence[Fact]:
            by = self._desk.speaker(known, command, frozenset(found.parties))
            facts = rules.decline(found, by=by)
            reason_of(reason)
            return facts

        return self._carry_out("decline-exchange", exchange, command, rule, reason=reason)

    def call_off(self, exchange: ExchangeId, *, command: Command) -> Answer:
        """The reporter, or a coordinator, takes back what still waits."""

        def rule(known: Known, found: Exchange) -> Sequence[Fact]:
            return rules.call_off(found, by=self._desk.speaker(known, command, frozenset(found.parties)))

        return self._carry_out("call-off-exchange", exchange, command, rule)

    def ask_reversal(self, exchange: ExchangeId, *, reason: str, command: Command) -> Answer:
        """A party asks to take a settled exchange back, with a word of why; somebody else decides."""

        def rule(known: Known, found: Exchange) -> Sequence[Fact]:
            by = self._desk.speaker(known, command, frozenset(found.parties))
            facts = rules.ask_reversal(found, by=by)
            reason_of(reason)
            return facts

        return self._carry_out("ask-reversal", exchange, command, rule, reason=reason)

    def approve_reversal(self, exchange: ExchangeId, *, command: Command) -> Answer:
        """The other party, or a coordinator who is no party, agrees that the hours move back."""

        def rule(known: Known, found: Exchange) -> Sequence[Fact]:
            return rules.approve_reversal(found, by=self._desk.speaker(known, command, frozenset(found.parties)))

        return self._carry_out("approve-reversal", exchange, command, rule)

    def decline_reversal(self, exchange: ExchangeId, *, command: Command, reason: str = "") -> Answer:
        """The exchange stands; with a word of why, or without."""

        def rule(known: Known, found: Exchange) -> Sequence[Fact]:
            return rules.decline_reversal(found, by=self._desk.speaker(known, command, frozenset(found.parties)))

        return self._carry_out("decline-reversal", exchange, command, rule, reason=reason)

    def reverse(self, exchange: ExchangeId, *, asked_by: MemberId, reason: str, command: Command) -> Answer:
        """A coordinator who is no party takes a settled exchange back at a party's request, once."""

        def rule(known: Known, found: Exchange) -> Sequence[Fact]:
            facts = rules.reverse(found, by=known.member(command.by), asked_by=asked_by)
            reason_of(reason)
            return facts

        return self._carry_out("reverse-exchange", exchange, command, rule, reason=reason, asked={"asked_by": asked_by})

    def state(self, exchange: ExchangeId) -> Exchange:
        """The exchange as the log knows it this instant. Refuses unknown ones."""
        found = self._desk.know([subjects.exchange(exchange)]).exchange(exchange)
        if found.state == "unknown":
            raise UnknownExchange
        return found

    def _carry_out(
        self,
        wish: str,
        exchange: ExchangeId,
        command: Command,
        rule: Callable[[Known, Exchange], Sequence[Fact]],
        *,
        reason: str = "",
        reads: Sequence[str] = (),
        asked: dict[str, object] | None = None,
    ) -> Answer:
        def decide(known: Known) -> Sequence[Fact | Worded]:
            facts = rule(known, known.exchange(exchange))
            return [Worded(facts[0], words_of(command.speaker, "reason", reason)), *facts[1:]]

        people = {subjects.member(person) for person in (command.by, command.speaker) if person != HOST}
        return self._desk.carry_out(
            Order(
                command=command,
                wish=wish,
                asked={"exchange": exchange, **(asked or {})},
                rule=decide,
                reads=(subjects.exchange(exchange), *people, *reads),
                words={"reason": reason},
            )
        )


def help_given(giver: MemberId, receiver: MemberId, minutes: int, category: str) -> Leg:
    """One direction of help, as a leg. Minutes and category are checked by the rule that reports it."""
    return Leg(giver=AccountId(giver), receiver=AccountId(receiver), minutes=minutes, category=CategoryKey(category))
