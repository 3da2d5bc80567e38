"""Commands about what the community has agreed."""

from collections.abc import Sequence

import msgspec

from ledger.application.commands import Command, Request
from ledger.application.known import Known
from ledger.catalogue import Fact
from ledger.domain import agreements as rules
from ledger.events.agreements import Category, Thresholds, WordsNeeded


class AgreeOnLimits(Command):
    """Change how many minutes an account may go below or above zero. Records nothing if these limits are in force."""

    stored_name = "agree-limits"

    debit_limit_minutes: int = msgspec.field(name="debit")
    upper_limit_minutes: int | None = msgspec.field(name="upper")

    def decide(self, request: Request, known: Known) -> Sequence[Fact]:
        return rules.agree_limits(
            known.agreements,
            debit_limit_minutes=self.debit_limit_minutes,
            upper_limit_minutes=self.upper_limit_minutes,
            by=known.member(request.caller.by),
        )


class AgreeOnConfirmation(Command):
    """Change who has to agree before an exchange counts."""

    stored_name = "agree-confirmation"

    words_needed: WordsNeeded

    def decide(self, request: Request, known: Known) -> Sequence[Fact]:
        return rules.agree_confirmation(
            known.agreements, words_needed=self.words_needed, by=known.member(request.caller.by)
        )


class AgreeOnCategories(Command):
    """Change the kinds of help to choose from."""

    stored_name = "agree-categories"

    categories: tuple[Category, ...]

    def decide(self, request: Request, known: Known) -> Sequence[Fact]:
        return rules.agree_categories(known.agreements, categories=self.categories, by=known.member(request.caller.by))


class AgreeOnThresholds(Command):
    """Change the thresholds from which entries are listed as worth a look."""

    stored_name = "agree-exceptions"

    thresholds: Thresholds

    def decide(self, request: Request, known: Known) -> Sequence[Fact]:
        return rules.agree_exceptions(known.agreements, thresholds=self.thresholds, by=known.member(request.caller.by))
