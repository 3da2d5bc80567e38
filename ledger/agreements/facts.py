"""The first entry of every log."""

from typing import Annotated, Literal

import msgspec

from ledger import tags
from ledger.catalogue import Fact, Part, Tags, recorded
from ledger.hours import BalanceMinutes
from ledger.identifiers import CategoryKey


@recorded("community-founded", version=1)
class CommunityFounded(Fact, frozen=True, kw_only=True):
    """A community begins its book. `origin` names the log in every entry: host/community/epoch."""

    name: str
    time_zone: str
    language: str
    origin: str

    @property
    def tags(self) -> Tags:
        return (tags.AGREEMENTS,)


WordsNeeded = Literal["receiver", "both"]
Threshold = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
"""From so many days, minutes, percent or entries on."""


@recorded("limits-agreed", version=1, view="agreements")
class LimitsAgreed(Fact, frozen=True, kw_only=True):
    """How far below zero an account may go, and how far above. Minutes; no upper limit when left out."""

    debit_limit_minutes: BalanceMinutes
    upper_limit_minutes: BalanceMinutes | None = None

    @property
    def tags(self) -> Tags:
        return (tags.AGREEMENTS,)


@recorded("confirmation-agreed", version=1, view="agreements")
class ConfirmationAgreed(Fact, frozen=True, kw_only=True):
    """Whose word settles: the receiver's (hours leave the receiver's account), or that of both, always."""

    words_needed: WordsNeeded

    @property
    def tags(self) -> Tags:
        return (tags.AGREEMENTS,)


class Category(Part, frozen=True, kw_only=True):
    """A coarse kind of help. The key is for ever; the label is what members read."""

    key: CategoryKey
    label: str


@recorded("categories-agreed", version=1, view="agreements")
class CategoriesAgreed(Fact, frozen=True, kw_only=True):
    """The kinds of help that may be logged from now on; what was logged under others keeps them."""

    categories: tuple[Category, ...]

    @property
    def tags(self) -> Tags:
        return (tags.AGREEMENTS,)


class Thresholds(Part, frozen=True, kw_only=True):
    """From where on something in the book is worth a look. Days, minutes, percent and entries are whole numbers.

    `late_days`: recorded so many days after it happened. `near_days` and `near_percent`: how close in time, and how nearly
    equal, help back and forth or in a circle is. `day_minutes`: more than this given by one person on one day.
    `minute_wishes`: so many wishes of one person within a minute. `round_acts`: at least so many acts, all of whole hours.
    `burst_acts` and `burst_days`: so many acts in so many days. `resting_days`: nothing for so long. `new_days`: close to the
    debit limit so soon. `changed_days`: beyond an old limit so soon after it changed. `taken_back_acts` and
    `taken_back_percent`: so many acts, and such a share of all, taken back.
    """

    late_days: Threshold
    near_days: Threshold
    near_percent: Threshold
    day_minutes: Threshold
    minute_wishes: Threshold
    round_acts: Threshold
    burst_acts: Threshold
    burst_days: Threshold
    resting_days: Threshold
    new_days: Threshold
    changed_days: Threshold
    taken_back_acts: Threshold
    taken_back_percent: Threshold


@recorded("exceptions-agreed", version=1, view="agreements")
class ExceptionsAgreed(Fact, frozen=True, kw_only=True):
    """What auditors and coordinators are shown as worth a look; nothing follows from it by itself."""

    thresholds: Thresholds

    @property
    def tags(self) -> Tags:
        return (tags.AGREEMENTS,)
