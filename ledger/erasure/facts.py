"""Forgetting somebody: what a member may ask for, and what a coordinator then confirms. No entry is ever touched by it."""

from typing import Literal

from ledger import tags
from ledger.catalogue import Fact, Tags, recorded
from ledger.identifiers import MemberId

Kept = Literal["contacts", "name", "words"]
"""What lay in the people store: the name; e-mail and telephone; notes and reasons."""

Ground = Literal["asked", "no-longer-needed"]
"""Why it was erased: they asked for it; or they had left before, and a coordinator judged that nobody needs it."""


@recorded("erasure-asked", version=1, view="erasures")
class ErasureAsked(Fact, frozen=True, kw_only=True):
    """Somebody wants their personal data erased; a coordinator who is not that member confirms it.

    `asked_by` is the member, or the coordinator who passed on their word.
    """

    member: MemberId
    asked_by: MemberId

    @property
    def tags(self) -> Tags:
        return (tags.member(self.member),)


@recorded("erasure-withdrawn", version=1, view="erasures")
class ErasureWithdrawn(Fact, frozen=True, kw_only=True):
    """It is not to be erased after all: the member said so, or a coordinator who passed that on."""

    member: MemberId
    withdrawn_by: MemberId

    @property
    def tags(self) -> Tags:
        return (tags.member(self.member),)


@recorded("personal-data-erased", version=1, view="erasures")
class PersonalDataErased(Fact, frozen=True, kw_only=True):
    """Everything that said who this was lies nowhere any more. Identifiers, minutes and days stay, for others' sake.

    This entry is also the order to erase again, whenever an older copy of the people store comes back.
    `asked_by` is whoever asked, or judged that nobody needs it.
    """

    member: MemberId
    fields: tuple[Kept, ...]
    ground: Ground
    asked_by: MemberId
    confirmed_by: MemberId

    @property
    def tags(self) -> Tags:
        return (tags.member(self.member), tags.ERASURES)
