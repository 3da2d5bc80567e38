"""Things, time and skills given with nothing asked back: they count, and move no balance."""

from datetime import date

from ledger import tags
from ledger.catalogue import Fact, Tags, recorded
from ledger.identifiers import AccountId, CategoryKey, GiftId, MemberId


@recorded("gift-recorded", version=1)
class GiftRecorded(Fact, frozen=True, kw_only=True):
    """Somebody gave to a member, a group or the whole community, and wants nothing back."""

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
class GiftWithdrawn(Fact, frozen=True, kw_only=True):
    """A recorded gift no longer counts: it was a mistake. Why is sealed."""

    gift: GiftId
    giver: MemberId
    receiver: AccountId
    category: CategoryKey
    given_on: date
    withdrawn_by: MemberId

    @property
    def tags(self) -> Tags:
        return (tags.gift(self.gift),)
