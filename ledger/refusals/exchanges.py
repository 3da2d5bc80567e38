"""When it is about help that was given."""

from ledger.refusals.refusal import Refusal, say


class NothingToReport(Refusal):
    """An exchange is one leg of help, or two opposite legs between the same two people."""

    sentence = say("An exchange has one person who helps another, or two who help each other.")


class NotWithOneself(Refusal):
    """Nobody exchanges with themselves."""

    sentence = say("Choose somebody else: nobody exchanges hours with themselves.")
    about = "other"


class TooShort(Refusal):
    """Help that counts lasts at least a minute."""

    sentence = say("Say how long it took: at least one minute.")
    about = "minutes"


class TooLong(Refusal):
    """A day has 24 hours."""

    sentence = say("A day has 24 hours. Log a longer help day by day.")
    about = "minutes"


class DayToCome(Refusal):
    """Help is logged after it happened."""

    sentence = say("The day is still to come. Choose today or a day before.")
    about = "given_on"


class DayTooLongAgo(Refusal):
    """A day more than a year back asks for a coordinator."""

    sentence = say("This is more than a year ago. A coordinator can log it for you.")
    about = "given_on"


class UnknownCategory(Refusal):
    """Help is logged under a kind that the community has agreed upon."""

    sentence = say("Choose a kind of help from the list.")
    about = "category"


class NotAParty(Refusal):
    """Only those who were part of it, or a coordinator, may log it."""

    sentence = say("You can log what you gave or received. A coordinator can log for others.")
    about = "other"


class UnknownExchange(Refusal):
    """No exchange is known by this identifier."""

    sentence = say("We do not know this exchange.")


class OnlyTheOtherPartyConfirms(Refusal):
    """Nobody confirms their own report, nor for others, nor twice."""

    sentence = say("Your word is not needed here: the other person answers.")


class AlreadySettled(Refusal):
    """Everybody needed has agreed before."""

    sentence = say("This has been agreed already. It counts.")


class AlreadyDeclined(Refusal):
    """Somebody said no before; nothing counts."""

    sentence = say("This was declined in the meantime. Nothing counts.")


class AlreadyCalledOff(Refusal):
    """The reporter took it back before."""

    sentence = say("This was called off in the meantime. Nothing counts.")


class OnlyTheReporterCallsOff(Refusal):
    """What waits is taken back by the one who logged it, or by a coordinator."""

    sentence = say("Only the person who logged this can call it off.")


class NotSettled(Refusal):
    """Only what counts can be reversed."""

    sentence = say("This does not count yet, so there is nothing to take back.")


class AlreadyReversed(Refusal):
    """An exchange is reversed once."""

    sentence = say("This was corrected before. It counts no longer.")


class ReversalAskedBefore(Refusal):
    """One open question at a time."""

    sentence = say("Somebody has already asked to take this back. It waits for an answer.")


class NoReversalAsked(Refusal):
    """There is no open question to answer."""

    sentence = say("Nobody is asking to take this back.")


class NobodyApprovesTheirOwnReversal(Refusal):
    """A reversal needs a second person: the other party, or a coordinator who is no party."""

    sentence = say("Somebody else has to agree: the other person, or a coordinator who is no part of it.")


class CorrectsNothing(Refusal):
    """A correction names a reversed exchange between the same people."""

    sentence = say("This can only correct an exchange of the same people that was taken back.")


class BeyondDebitLimit(Refusal):
    """The receiver's account would go below the community's debit limit. `open_minutes` can still be received."""

    sentence = say(
        "That is more than can be received at the moment: {open_minutes} are still open. "
        "Giving an hour opens an hour, and a coordinator can help."
    )
    about = "minutes"


class BeyondUpperLimit(Refusal):
    """The giver's account would rise above the agreed upper limit. `open_minutes` can still be given."""

    sentence = say(
        "That is more than can be given at the moment: {open_minutes} are still open. "
        "Receive something first, and a coordinator can help."
    )
    about = "minutes"
