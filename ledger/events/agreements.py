"""What the community has agreed upon; the latest of each kind is in force."""

from typing import Literal

from ledger.events.fact import Fact
from ledger.hours import BalanceMinutes
from ledger.identifiers import CategoryKey

WordsNeeded = Literal["receiver", "both"]


class LimitsAgreed(Fact, frozen=True, kw_only=True):
    """How far below zero an account may go, and how far above. Minutes; no upper limit when left out."""

    debit_limit_minutes: BalanceMinutes
    upper_limit_minutes: BalanceMinutes | None = None


class ConfirmationAgreed(Fact, frozen=True, kw_only=True):
    """Whose word settles: the receiver's (hours leave the receiver's account), or that of both, always."""

    words_needed: WordsNeeded


class Category(Fact, frozen=True, kw_only=True):
    """A coarse kind of help. The key is for ever; the label is what members read."""

    key: CategoryKey
    label: str


class CategoriesAgreed(Fact, frozen=True, kw_only=True):
    """The kinds of help that may be logged from now on; what was logged under others keeps them."""

    categories: tuple[Category, ...]
