"""When it is about gifts."""

from ledger.refusals.refusal import Refusal, say


class UnknownGift(Refusal):
    """No gift is known by this identifier."""

    sentence = say("We do not know this gift.")


class AlreadyWithdrawn(Refusal):
    """A gift is withdrawn once."""

    sentence = say("This gift was taken back before.")


class NotTheirGift(Refusal):
    """A gift is taken back by somebody who was part of it or logged it, or by a coordinator."""

    sentence = say("Only the people of this gift, or a coordinator, can take it back.")
