"""What the community has agreed upon, and who may agree."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

import msgspec

from ledger.catalogue import Fact
from ledger.domain.members import Member, must_coordinate
from ledger.domain.words import must_be_text
from ledger.events.agreements import (
    CategoriesAgreed,
    Category,
    ConfirmationAgreed,
    ExceptionsAgreed,
    LimitsAgreed,
    Thresholds,
    WordsNeeded,
)
from ledger.events.founding import CommunityFounded
from ledger.identifiers import CategoryKey, is_category_key
from ledger.refusals import LimitOutOfRange, NoCategories, NotFounded, ThresholdOutOfRange

DEFAULT_DEBIT_LIMIT_MINUTES = -20 * 60
"""A newcomer may receive twenty hours before giving any (a custom of time banks; a limit never set is this one)."""

LARGEST_LIMIT_MINUTES = 1_000_000
LONGEST_LABEL = 60

DEFAULT_CATEGORIES: tuple[Category, ...] = tuple(
    Category(key=CategoryKey(key), label=label)
    for key, label in (
        ("lifts", "Lifts and errands"),
        ("food", "Meals and food"),
        ("repairs", "Repairs and tools"),
        ("learning", "Learning and languages"),
        ("forms", "Forms and phone calls"),
        ("children", "Children and family"),
        ("garden", "Garden"),
        ("company", "Company and visits"),
        ("home", "Home and cleaning"),
        ("computers", "Computers and phones"),
        ("other", "Other help"),
    )
)
"""The kinds of help that a new community starts with."""


DEFAULT_THRESHOLDS = Thresholds(
    late_days=30,
    near_days=14,
    near_percent=10,
    day_minutes=16 * 60,
    minute_wishes=10,
    round_acts=20,
    burst_acts=5,
    burst_days=2,
    resting_days=180,
    new_days=14,
    changed_days=14,
    taken_back_acts=3,
    taken_back_percent=20,
)
"""From where on something is worth a look while nothing else is agreed (marks that ISA 240 lists, in a time bank's measure)."""

THRESHOLD_RANGES: Mapping[str, tuple[int, int]] = {
    "late_days": (7, 366),
    "near_days": (1, 90),
    "near_percent": (1, 50),
    "day_minutes": (60, 1439),
    "minute_wishes": (3, 1000),
    "round_acts": (5, 10_000),
    "burst_acts": (3, 1000),
    "burst_days": (1, 10),
    "resting_days": (30, 3660),
    "new_days": (1, 366),
    "changed_days": (1, 90),
    "taken_back_acts": (2, 1000),
    "taken_back_percent": (1, 100),
}
"""The least and the most that each may be: outside of it, everything or nothing would be worth a look."""


class Agreements(msgspec.Struct, frozen=True, kw_only=True):
    """The agreements in force. Before the founding, only the defaults."""

    name: str = ""
    time_zone: str = "UTC"
    language: str = "en"
    origin: str = ""
    debit_limit_minutes: int = DEFAULT_DEBIT_LIMIT_MINUTES
    upper_limit_minutes: int | None = None
    words_needed: WordsNeeded = "receiver"
    categories: tuple[Category, ...] = ()
    thresholds: Thresholds = DEFAULT_THRESHOLDS

    @property
    def is_founded(self) -> bool:
        """Whether the community exists."""
        return bool(self.origin)

    @property
    def category_keys(self) -> frozenset[CategoryKey]:
        """The keys under which help may be logged now."""
        return frozenset(category.key for category in self.categories)

    def local(self, instant: datetime) -> datetime:
        """The instant as the community's clocks show it."""
        return instant.astimezone(ZoneInfo(self.time_zone))

    def after(self, fact: Fact) -> Self:
        """The agreements once this fact has happened."""
        match fact:
            case CommunityFounded():
                return msgspec.structs.replace(
                    self, name=fact.name, time_zone=fact.time_zone, language=fact.language, origin=fact.origin
                )
            case LimitsAgreed():
                return msgspec.structs.replace(
                    self,
                    debit_limit_minutes=fact.debit_limit_minutes,
                    upper_limit_minutes=fact.upper_limit_minutes,
                )
            case ConfirmationAgreed():
                return msgspec.structs.replace(self, words_needed=fact.words_needed)
            case CategoriesAgreed():
                return msgspec.structs.replace(self, categories=fact.categories)
            case ExceptionsAgreed():
                return msgspec.structs.replace(self, thresholds=fact.thresholds)
            case _:
                return self


def must_be_founded(agreements: Agreements) -> None:
    """Refuses whatever is asked of a community that does not exist yet."""
    if not agreements.is_founded:
        raise NotFounded


def agree_limits(
    agreements: Agreements, *, debit_limit_minutes: int, upper_limit_minutes: int | None, by: Member
) -> Sequence[Fact]:
    """New limits for everybody; quiet when they are in force already. Minutes."""
    must_be_founded(agreements)
    must_coordinate(by)
    if not -LARGEST_LIMIT_MINUTES <= debit_limit_minutes <= 0:
        raise LimitOutOfRange
    if upper_limit_minutes is not None and not 0 < upper_limit_minutes <= LARGEST_LIMIT_MINUTES:
        raise LimitOutOfRange
    if (debit_limit_minutes, upper_limit_minutes) == (agreements.debit_limit_minutes, agreements.upper_limit_minutes):
        return []
    return [LimitsAgreed(debit_limit_minutes=debit_limit_minutes, upper_limit_minutes=upper_limit_minutes)]


def agree_confirmation(agreements: Agreements, *, words_needed: WordsNeeded, by: Member) -> Sequence[Fact]:
    """Whose word settles from now on; quiet when it is so already."""
    must_be_founded(agreements)
    must_coordinate(by)
    if words_needed == agreements.words_needed:
        return []
    return [ConfirmationAgreed(words_needed=words_needed)]


def agree_categories(agreements: Agreements, *, categories: Sequence[Category], by: Member) -> Sequence[Fact]:
    """The kinds of help from now on; quiet when they are so already."""
    must_be_founded(agreements)
    must_coordinate(by)
    for category in categories:
        must_be_text("categories", category.label, limit=LONGEST_LABEL)
    categories = tuple(Category(key=category.key, label=category.label.strip()) for category in categories)
    keys = [category.key for category in categories]
    labels = [category.label for category in categories]
    if not keys or len(set(keys)) < len(keys) or len(set(labels)) < len(labels) or len(keys) > 100:
        raise NoCategories
    if not all(is_category_key(key) for key in keys) or not all(labels):
        raise NoCategories
    if categories == agreements.categories:
        return []
    return [CategoriesAgreed(categories=categories)]


def agree_exceptions(agreements: Agreements, *, thresholds: Thresholds, by: Member) -> Sequence[Fact]:
    """From where on something is worth a look; quiet when it is so already."""
    must_be_founded(agreements)
    must_coordinate(by)
    for name, (least, most) in THRESHOLD_RANGES.items():
        if not least <= getattr(thresholds, name) <= most:
            raise ThresholdOutOfRange(field=name, least=least, most=most)
    if thresholds == agreements.thresholds:
        return []
    return [ExceptionsAgreed(thresholds=thresholds)]
