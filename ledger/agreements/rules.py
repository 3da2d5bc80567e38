"""The agreements in force, and the rules for changing them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple, Self
from zoneinfo import ZoneInfo

import msgspec

from ledger import refusals
from ledger.agreements.facts import (
    CategoriesAgreed,
    Category,
    CommunityFounded,
    ConfirmationAgreed,
    ExceptionsAgreed,
    LimitsAgreed,
    Thresholds,
    WhoMustAgree,
)
from ledger.catalogue import Fact
from ledger.identifiers import CategoryKey, is_category_key
from ledger.members.rules import Member, must_coordinate
from ledger.refusals import must_be_text, say

DEFAULT_DEBIT_LIMIT_MINUTES = -20 * 60
"""A newcomer can receive twenty hours before giving any, as is usual in time banks."""

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


class ThresholdDefinition(NamedTuple):
    """A threshold's default, its lowest and highest value, its unit, and its label.

    Beyond those values, everything or nothing would be listed. Minutes are typed, and labelled, in hours.
    """

    default: int
    least: int
    most: int
    unit: Literal["days", "percent", "minutes", "wishes", "acts"]
    label: str


THRESHOLDS: Mapping[str, ThresholdDefinition] = {
    "late_days": ThresholdDefinition(30, 7, 366, "days", say("Days after which an entry counts as late")),
    "near_days": ThresholdDefinition(
        14, 1, 90, "days", say("Days within which help returned, or passed round a circle, is listed")
    ),
    "near_percent": ThresholdDefinition(
        10, 1, 50, "percent", say("Percent by which two lengths can differ and still be about equal")
    ),
    "day_minutes": ThresholdDefinition(16 * 60, 60, 1439, "minutes", say("Hours given by one person in one day")),
    "minute_wishes": ThresholdDefinition(10, 3, 1000, "wishes", say("Entries recorded by one person within a minute")),
    "round_acts": ThresholdDefinition(20, 5, 10_000, "acts", say("Exchanges that are all in whole hours")),
    "burst_acts": ThresholdDefinition(5, 3, 1000, "acts", say("Exchanges close together")),
    "burst_days": ThresholdDefinition(2, 1, 10, "days", say("Days that count as close together")),
    "resting_days": ThresholdDefinition(
        180, 30, 3660, "days", say("Days without activity before an account counts as inactive")
    ),
    "new_days": ThresholdDefinition(14, 1, 366, "days", say("Days an account counts as new")),
    "changed_days": ThresholdDefinition(14, 1, 90, "days", say("Days after a change of limits")),
    "taken_back_acts": ThresholdDefinition(3, 2, 1000, "acts", say("Exchanges that were taken back")),
    "taken_back_percent": ThresholdDefinition(
        20, 1, 100, "percent", say("Percent of someone’s help that was taken back")
    ),
}
"""By field of `Thresholds`. ISA 240 lists such signs; the defaults are those of a time bank."""

DEFAULT_THRESHOLDS = Thresholds(**{name: threshold.default for name, threshold in THRESHOLDS.items()})


class Agreements(msgspec.Struct, frozen=True, kw_only=True):
    """The agreements in force; the defaults until the community is founded."""

    name: str = ""
    time_zone: str = "UTC"
    language: str = "en"
    origin: str = ""
    debit_limit_minutes: int = DEFAULT_DEBIT_LIMIT_MINUTES
    upper_limit_minutes: int | None = None
    words_needed: WhoMustAgree = "receiver"
    categories: tuple[Category, ...] = ()
    thresholds: Thresholds = DEFAULT_THRESHOLDS

    @property
    def is_founded(self) -> bool:
        """Whether the community exists."""
        return bool(self.origin)

    @property
    def category_keys(self) -> frozenset[CategoryKey]:
        """The keys of the current kinds of help."""
        return frozenset(category.key for category in self.categories)

    def local(self, instant: datetime) -> datetime:
        """The instant in the community's time zone."""
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
                    self, debit_limit_minutes=fact.debit_limit_minutes, upper_limit_minutes=fact.upper_limit_minutes
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
    """Raise if the community has not been founded."""
    if not agreements.is_founded:
        raise refusals.NotFounded


def agree_limits(
    agreements: Agreements, *, debit_limit_minutes: int, upper_limit_minutes: int | None, by: Member
) -> Sequence[Fact]:
    """A coordinator changes the limits for everyone. No fact if nothing changes."""
    must_be_founded(agreements)
    must_coordinate(by)
    if not -LARGEST_LIMIT_MINUTES <= debit_limit_minutes <= 0:
        raise refusals.LimitOutOfRange
    if upper_limit_minutes is not None and not 0 < upper_limit_minutes <= LARGEST_LIMIT_MINUTES:
        raise refusals.LimitOutOfRange
    if (debit_limit_minutes, upper_limit_minutes) == (agreements.debit_limit_minutes, agreements.upper_limit_minutes):
        return []
    return [LimitsAgreed(debit_limit_minutes=debit_limit_minutes, upper_limit_minutes=upper_limit_minutes)]


def agree_confirmation(agreements: Agreements, *, words_needed: WhoMustAgree, by: Member) -> Sequence[Fact]:
    """A coordinator changes who has to agree. No fact if nothing changes."""
    must_be_founded(agreements)
    must_coordinate(by)
    if words_needed == agreements.words_needed:
        return []
    return [ConfirmationAgreed(words_needed=words_needed)]


def agree_categories(agreements: Agreements, *, categories: Sequence[Category], by: Member) -> Sequence[Fact]:
    """A coordinator changes the kinds of help. No fact if nothing changes."""
    must_be_founded(agreements)
    must_coordinate(by)
    for category in categories:
        must_be_text("categories", category.label, limit=LONGEST_LABEL)
    categories = tuple(Category(key=category.key, label=category.label.strip()) for category in categories)
    keys = [category.key for category in categories]
    labels = [category.label for category in categories]
    if not keys or len(set(keys)) < len(keys) or len(set(labels)) < len(labels) or len(keys) > 100:
        raise refusals.InvalidCategories
    if not all(is_category_key(key) for key in keys) or not all(labels):
        raise refusals.InvalidCategories
    if categories == agreements.categories:
        return []
    return [CategoriesAgreed(categories=categories)]


def agree_thresholds(agreements: Agreements, *, thresholds: Thresholds, by: Member) -> Sequence[Fact]:
    """A coordinator changes the thresholds. No fact if nothing changes."""
    must_be_founded(agreements)
    must_coordinate(by)
    for name, threshold in THRESHOLDS.items():
        if not threshold.least <= getattr(thresholds, name) <= threshold.most:
            raise refusals.ThresholdOutOfRange(field=name, least=threshold.least, most=threshold.most)
    if thresholds == agreements.thresholds:
        return []
    return [ExceptionsAgreed(thresholds=thresholds)]
