"""Erasing personal data: a member asks, a coordinator confirms. No entry is changed by it."""

from typing import Literal

from ledger import tags
from ledger.catalogue import Fact, SentenceFor, recorded, unchanged
from ledger.identifiers import MemberId
from ledger.wording import say

ErasedKind = Literal["contacts", "name", "words"]
"""The kinds of personal data: the name; email and phone; notes and reasons."""

Ground = Literal["asked", "no-longer-needed"]
"""Why it was erased: they asked for it, or they had left and a coordinator decided that it was no longer needed."""


@recorded("erasure-asked", version=1, view="erasures", found_by=("member",))
class ErasureAsked(Fact):
    """A member asked to have their personal data erased. Another person, who is a coordinator, confirms it.

    `asked_by` is the member, or the coordinator who asked for them.
    """

    label = say("Erasure requested")
    sentence = say("%(member)s asked for everything that identifies them to be erased.")

    member: MemberId
    asked_by: MemberId


@recorded("erasure-withdrawn", version=1, view="erasures", found_by=("member",))
class ErasureWithdrawn(Fact):
    """The member, or a coordinator for them, withdrew the request."""

    label = say("Erasure request withdrawn")
    sentence = say("The request to erase the personal data of %(member)s was withdrawn.")

    member: MemberId
    withdrawn_by: MemberId


@recorded(
    "personal-data-erased", version=2, view="erasures", found_by=("member", tags.ERASURES), upcasters={1: unchanged}
)
class PersonalDataErased(Fact):
    """All personal data about a member was deleted. Identifiers, minutes and days stay, because other entries depend on them.

    This entry also makes every restored copy of the personal data be erased again. `asked_by` is the person who asked for
    it, or decided that it was no longer needed. Since version 2, that is another person than `confirmed_by`, except where
    nobody else could confirm it for seven days.
    """

    label = say("Personal data erased")
    sentence = SentenceFor(
        "ground",
        {
            "asked": say("%(member)s asked for it, and %(confirmed_by)s confirmed it. Their personal data was erased."),
            "no-longer-needed": say("%(member)s had left, and %(confirmed_by)s erased their personal data."),
        },
    )

    member: MemberId
    fields: tuple[ErasedKind, ...]
    ground: Ground
    asked_by: MemberId
    confirmed_by: MemberId
