"""The founding of a community, and what it agrees from then on."""

from typing import Annotated, Literal

import msgspec

from ledger import tags
from ledger.catalogue import Fact, Part, SentenceFor, recorded
from ledger.hours import BalanceMinutes
from ledger.identifiers import CategoryKey
from ledger.wording import say


@recorded("community-founded", version=1, found_by=(tags.AGREEMENTS,))
class CommunityFounded(Fact):
    """A community was founded: the first entry of every log. `origin` names the log in every entry: host/community/epoch."""

    label = say("Community started")

    name: str
    time_zone: str
    language: str
    origin: str


WhoMustAgree = Literal["receiver", "both"]
Threshold = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
"""A number of days, minutes, percent or entries from which something is listed."""


@recorded("limits-agreed", version=1, view="agreements", found_by=(tags.AGREEMENTS,))
class LimitsAgreed(Fact):
    """How many minutes an account can go below zero, and above. Left out, there is no upper limit."""

    label = say("Limits set")

    debit_limit_minutes: BalanceMinutes
    upper_limit_minutes: BalanceMinutes | None = None


@recorded("confirmation-agreed", version=1, view="agreements", found_by=(tags.AGREEMENTS,))
class ConfirmationAgreed(Fact):
    """Who has to agree before an exchange counts: the receiver, whose account the hours leave, or always both."""

    label = say("Rule set for who has to agree")
    sentence = SentenceFor(
        "words_needed",
        {
            "receiver": say("Agreed: hours count once the person who received the help has agreed."),
            "both": say("Agreed: hours count once both people have agreed."),
        },
    )

    words_needed: WhoMustAgree


class Category(Part):
    """A coarse kind of help. The key never changes; the label is what members read."""

    key: CategoryKey
    label: str


@recorded("categories-agreed", version=1, view="agreements", found_by=(tags.AGREEMENTS,))
class CategoriesAgreed(Fact):
    """The kinds of help that can be logged from now on. Earlier entries keep theirs."""

    label = say("Kinds of help set")

    categories: tuple[Category, ...]


class Thresholds(Part):
    """Thresholds for listing something as worth a look. Days, minutes, percent and entries are whole numbers.

    `late_days`: recorded this many days after it happened. `near_days` and `near_percent`: how close in time, and how nearly
    equal, help returned or passed round a circle is. `day_minutes`: one person gave more than this on one day.
    `minute_wishes`: one person recorded this many entries within a minute. `round_acts`: this many exchanges, all in whole
    hours. `burst_acts` and `burst_days`: this many exchanges in this many days. `resting_days`: no activity for this long.
    `new_days`: an account this new is close to the debit limit. `changed_days`: an account passed the old limit this soon after
    it changed. `taken_back_acts` and `taken_back_percent`: this many exchanges, and this share of all, were taken back.
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


@recorded("exceptions-agreed", version=1, view="agreements", found_by=(tags.AGREEMENTS,))
class ExceptionsAgreed(Fact):
    """What auditors and coordinators see listed as worth a look. Being listed has no other effect."""

    label = say("Worth a look thresholds set")
    sentence = say("Agreed: new thresholds for what is worth a look.")

    thresholds: Thresholds
