"""Things, time and skills given with nothing expected back: they count, and move no balance. And thanks."""

from datetime import date

from ledger import tags
from ledger.catalogue import Fact, Tags, recorded
from ledger.identifiers import AccountId, CategoryKey, ExchangeId, GiftId, MemberId


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


@recorded("thanks-given", version=1)
class ThanksGiven(Fact, frozen=True, kw_only=True):
    """Someone who received help or a gift thanked the giver. What they wrote is sealed.

    Thanks are for one exchange or one gift, and between the two. `may_be_shown` says whether the one who thanks lets
    others read them.
    """

    to: MemberId
    given_by: MemberId
    may_be_shown: bool
    exchange: ExchangeId | None = None
    gift: GiftId | None = None

    @property
    def tags(self) -> Tags:
        return _tags_of_thanks(self.exchange, self.gift)


@recorded("thanks-sharing-chosen", version=1, view="visibility")
class ThanksSharingChosen(Fact, frozen=True, kw_only=True):
    """One of the people of an exchange or a gift decided whether others may read its thanks. Both have to agree."""

    chosen_by: MemberId
    may_be_shown: bool
    exchange: ExchangeId | None = None
    gift: GiftId | None = None

    @property
    def tags(self) -> Tags:
        return _tags_of_thanks(self.exchange, self.gift)


def _tags_of_thanks(exchange: ExchangeId | None, gift: GiftId | None) -> Tags:
    return (tags.exchange(exchange),) if exchange else (tags.gift(gift or ""),)
