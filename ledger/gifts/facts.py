"""Things, time and skills given with nothing expected back. They count, and change nobody's hours. And thanks."""

from datetime import date

from ledger.catalogue import Fact, SentenceFor, recorded
from ledger.identifiers import AccountId, CategoryKey, ExchangeId, GiftId, MemberId
from ledger.wording import say


@recorded("gift-recorded", version=1, found_by=("gift",))
class GiftRecorded(Fact):
    """Someone gave a gift to a member, a group or the whole community."""

    label = say("Gift logged")
    sentence = say("A gift: on %(given_on)s, %(giver)s gave to %(receiver)s (%(category)s).")

    gift: GiftId
    giver: MemberId
    receiver: AccountId
    category: CategoryKey
    given_on: date
    recorded_by: MemberId


@recorded("gift-withdrawn", version=1, view="corrections", found_by=("gift",))
class GiftWithdrawn(Fact):
    """A gift was recorded by mistake and no longer counts. The reason is sealed."""

    label = say("Gift taken back")
    sentence = say("A gift no longer counts: on %(given_on)s, %(giver)s gave to %(receiver)s (%(category)s).")

    gift: GiftId
    giver: MemberId
    receiver: AccountId
    category: CategoryKey
    given_on: date
    withdrawn_by: MemberId


@recorded("thanks-given", version=1, found_by=("exchange", "gift"))
class ThanksGiven(Fact):
    """Someone who received help or a gift thanked the giver. What they wrote is sealed.

    Thanks are for one exchange or one gift, and between the two. `may_be_shown` says whether the one who thanks lets
    others read them.
    """

    label = say("Thanks")
    sentence = SentenceFor(
        "may_be_shown",
        {
            True: say("%(given_by)s thanked %(to)s, and lets others read it."),
            False: say("%(given_by)s thanked %(to)s."),
        },
    )

    to: MemberId
    given_by: MemberId
    may_be_shown: bool
    exchange: ExchangeId | None = None
    gift: GiftId | None = None


@recorded("thanks-sharing-chosen", version=1, view="visibility", found_by=("exchange", "gift"))
class ThanksSharingChosen(Fact):
    """One of the people of an exchange or a gift decided whether others may read its thanks. Both have to agree."""

    label = say("Choice about showing thanks")
    sentence = SentenceFor(
        "may_be_shown",
        {
            True: say("%(chosen_by)s lets others read the thanks for this."),
            False: say("%(chosen_by)s keeps the thanks for this private."),
        },
    )

    chosen_by: MemberId
    may_be_shown: bool
    exchange: ExchangeId | None = None
    gift: GiftId | None = None
