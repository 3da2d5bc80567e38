"""Things, time and skills given with nothing expected back. They count, and change nobody's hours. And thanks."""

from datetime import date

from ledger import tags
from ledger.catalogue import Fact, Tags, recorded
from ledger.identifiers import AccountId, CategoryKey, ExchangeId, GiftId, MemberId


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


@recorded("thanks-given", version=1)
class ThanksGiven(Fact):
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
class ThanksSharingChosen(Fact):
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
