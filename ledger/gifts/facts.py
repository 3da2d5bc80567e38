"""Things, time and skills given with nothing expected back. They count, and change nobody's hours."""

from datetime import date

from ledger import tags
from ledger.catalogue import Fact, Tags, recorded
from ledger.identifiers import AccountId, CategoryKey, GiftId, MemberId


@recorded("gift-recorded", version=1)
class GiftRecorded(Fact):
    """Someone gave a gift to a member, a group or the whole community."""

    gift: GiftId
    giver: MemberId
    receiver: AccountId
    category: CategoryKey
    given_on: date
    recorded_by: MemberId

    @property
    def tags(self) -> Tags:
        return (tags.gift(self.gift),)


@recorded("gift-withdrawn", version=1, view="corrections")
class GiftWithdrawn(Fact):
    """A gift was recorded by mistake and no longer counts. The reason is sealed."""

    gift: GiftId
    giver: MemberId
    receiver: AccountId
    category: CategoryKey
    given_on: date
    withdrawn_by: MemberId

    @property
    def tags(self) -> Tags:
        return (tags.gift(self.gift),)
