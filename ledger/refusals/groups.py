"""When it is about groups."""

from ledger.refusals.refusal import Refusal, say


class UnknownGroup(Refusal):
    """No group is known by this identifier."""

    sentence = say("We do not know this group.")
    about = "group"


class BelongsAlready(Refusal):
    """A member joins a group once."""

    sentence = say("This person already belongs to the group.")


class BelongsNot(Refusal):
    """Only who belongs can leave."""

    sentence = say("This person does not belong to the group.")
