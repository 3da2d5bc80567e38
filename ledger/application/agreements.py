"""What the community agrees upon."""

from collections.abc import Sequence

from ledger import subjects
from ledger.application.commands import Answer, Command, Order
from ledger.application.desk import Desk
from ledger.application.known import Known
from ledger.catalogue import Fact
from ledger.domain import agreements as rules
from ledger.domain.agreements import Agreements
from ledger.events.agreements import Category, Thresholds, WordsNeeded
from ledger.identifiers import CategoryKey


class Agreeing:
    """What coordinators may change in the agreements, and what everybody may look up."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def in_force(self) -> Agreements:
        """The agreements at this instant; unfounded ones hold the defaults."""
        return self._desk.know([subjects.AGREEMENTS]).agreements

    def limits(self, debit_limit_minutes: int, upper_limit_minutes: int | None, *, command: Command) -> Answer:
        """New limits for everybody, in minutes. Nothing is recorded when they are in force already."""

        def rule(known: Known) -> Sequence[Fact]:
            return rules.agree_limits(
                known.agreements,
                debit_limit_minutes=debit_limit_minutes,
                upper_limit_minutes=upper_limit_minutes,
                by=known.member(command.by),
            )

        asked = {"debit": debit_limit_minutes, "upper": upper_limit_minutes}
        return self._desk.carry_out(Order(command=command, wish="agree-limits", asked=asked, rule=rule))

    def confirmation(self, words_needed: WordsNeeded, *, command: Command) -> Answer:
        """Whose word settles from now on."""

        def rule(known: Known) -> Sequence[Fact]:
            return rules.agree_confirmation(known.agreements, words_needed=words_needed, by=known.member(command.by))

        asked = {"words_needed": words_needed}
        return self._desk.carry_out(Order(command=command, wish="agree-confirmation", asked=asked, rule=rule))

    def categories(self, labels: Sequence[tuple[CategoryKey, str]], *, command: Command) -> Answer:
        """The kinds of help from now on: (key, label) pairs."""
        categories = tuple(Category(key=key, label=label) for key, label in labels)

        def rule(known: Known) -> Sequence[Fact]:
            return rules.agree_categories(known.agreements, categories=categories, by=known.member(command.by))

        asked = {"categories": categories}
        return self._desk.carry_out(Order(command=command, wish="agree-categories", asked=asked, rule=rule))

    def exceptions(self, thresholds: Thresholds, *, command: Command) -> Answer:
        """From where on something in the book is worth a look."""

        def rule(known: Known) -> Sequence[Fact]:
            return rules.agree_exceptions(known.agreements, thresholds=thresholds, by=known.member(command.by))

        asked = {"thresholds": thresholds}
        return self._desk.carry_out(Order(command=command, wish="agree-exceptions", asked=asked, rule=rule))
