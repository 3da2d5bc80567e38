"""What every "no" is made of."""

from typing import ClassVar

from ledger.hours import in_words


def say(sentence: str) -> str:
    """Marks a sentence for the translators; it is translated where it is shown."""
    return sentence


class Refusal(Exception):
    """The ledger says no, nothing was recorded, and the sentence says what to do."""

    sentence: ClassVar[str] = say("This cannot be done.")
    about: ClassVar[str] = ""

    def __init__(self, **details: object) -> None:
        super().__init__()
        self.details = details

    def __str__(self) -> str:
        """The sentence in English, with lengths in minutes; pages translate and format it themselves."""
        return self.sentence.format(**self.details)


class CommandUsedBefore(Refusal):
    """The same command id came with another wish (design §5, Once)."""

    sentence = say("This form was already used for something else. Please start again.")


class TooBusy(Refusal):
    """Others kept recording on the same accounts, try after try."""

    sentence = say("Many people are logging at this moment. Nothing was recorded; please try again.")


class OnlyCoordinators(Refusal):
    """Some things are a coordinator's to do."""

    sentence = say("Only a coordinator can do this. Ask one of them to help you.")


class NotTheirsToSay(Refusal):
    """A coordinator speaks for others, but not where they are a party themselves."""

    sentence = say("You are part of this yourself, so another coordinator has to do it.")


class NoWord(Refusal):
    """Saying no to a neighbour, or taking something back, needs a word of why."""

    sentence = say("Say in a few words why.")
    about = "reason"


class WordsTooLong(Refusal):
    """Words that are kept have a limit."""

    sentence = say("Please use at most {limit} letters.")
    about = "note"


class WordsUnreadable(Refusal):
    """Half characters and control signs cannot be kept as text."""

    sentence = say("There is a sign in this text that cannot be kept. Please type it again.")
    about = "note"


class EntryToCome(Refusal):
    """Nothing can be known at an entry that was not written yet."""

    sentence = say("The log has {entries} entries, so there is no entry {number} yet.")


class NotFounded(Refusal):
    """Nothing can happen before the community is founded."""

    sentence = say("There is no community here yet. Found it first: hours found --help.")


class AlreadyFounded(Refusal):
    """One log is one community."""

    sentence = say("A community already lives here.")


class UnknownTimeZone(Refusal):
    """A time zone is a name of the tz database, such as Europe/London."""

    sentence = say("“{time_zone}” is not a time zone. Give a name like Europe/London.")
    about = "time_zone"


class LimitOutOfRange(Refusal):
    """The debit limit lies at or below zero, the upper limit above it."""

    sentence = say("The debit limit is zero or below, and the upper limit above zero.")
    about = "limit"


class NoCategories(Refusal):
    """Help needs at least one kind to be logged under, each key and label once."""

    sentence = say("Agree on at least one kind of help, and name each kind once.")
    about = "categories"


class ThresholdOutOfRange(Refusal):
    """Beyond its range, a threshold would make everything or nothing worth a look."""

    sentence = say("Choose between {least} and {most}.")
    about = "thresholds"


class UnknownMember(Refusal):
    """Nobody is known by this identifier."""

    sentence = say("We do not know this person. Choose somebody from the list.")
    about = "other"


class TakesNoPart(Refusal):
    """People who were not welcomed yet, or have left, take no part."""

    sentence = say("This person does not take part at the moment. Ask a coordinator.")
    about = "other"


class AlreadyInvited(Refusal):
    """An identifier names one person for ever."""

    sentence = say("This person has already been invited.")


class AlreadyWelcomed(Refusal):
    """Members are welcomed once."""

    sentence = say("This person is already a member.")


class AlreadyLeft(Refusal):
    """Who has left cannot leave again."""

    sentence = say("This person has already left.")


class AddressTaken(Refusal):
    """An e-mail address signs in one member."""

    sentence = say("Somebody already uses this e-mail address.")
    about = "email"


class NoAddress(Refusal):
    """An e-mail address has one @ and no spaces; whether it is somebody's, only a mail can tell."""

    sentence = say("Write the e-mail address like ana@example.org.")
    about = "email"


class NoName(Refusal):
    """Members and groups are called something."""

    sentence = say("Give a name.")
    about = "name"


class RoleHeldAlready(Refusal):
    """A role is given once."""

    sentence = say("This person already has this role.")


class RoleNotHeld(Refusal):
    """Only a role that is held can be withdrawn."""

    sentence = say("This person does not have this role.")


class OnlyTheyChoose(Refusal):
    """Who may see whom somebody helps is theirs to say; a coordinator cannot say it for them."""

    sentence = say("Only they can choose this, each for themselves. Ask them to do it when they are signed in.")


class LastCoordinator(Refusal):
    """A community always has somebody to ask."""

    sentence = say("This is the last coordinator. Entrust somebody else first.")


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


class UnknownGift(Refusal):
    """No gift is known by this identifier."""

    sentence = say("We do not know this gift.")


class AlreadyWithdrawn(Refusal):
    """A gift is withdrawn once."""

    sentence = say("This gift was taken back before.")


class NotTheirGift(Refusal):
    """A gift is taken back by somebody who was part of it or logged it, or by a coordinator."""

    sentence = say("Only the people of this gift, or a coordinator, can take it back.")


class ErasureAskedAlready(Refusal):
    """One wish waits once."""

    sentence = say("This has been asked for already. A coordinator will confirm it.")


class NobodyAsked(Refusal):
    """What a member did not ask for is not erased while they take part."""

    sentence = say("Nobody asks for this at the moment. Reload the page to see how things stand.")


class SomebodyElseConfirms(Refusal):
    """Two people see to it that nobody is erased by one slip: the one who asks, and the one who confirms."""

    sentence = say("Nobody confirms their own erasure. Ask another coordinator, or the host.")


class AlreadyErased(Refusal):
    """What is gone cannot go again."""

    sentence = say("Their personal data has been erased already.")


__all__ = [
    "AddressTaken",
    "AlreadyCalledOff",
    "AlreadyDeclined",
    "AlreadyErased",
    "AlreadyFounded",
    "AlreadyInvited",
    "AlreadyLeft",
    "AlreadyReversed",
    "AlreadySettled",
    "AlreadyWelcomed",
    "AlreadyWithdrawn",
    "BelongsAlready",
    "BelongsNot",
    "BeyondDebitLimit",
    "BeyondUpperLimit",
    "CommandUsedBefore",
    "CorrectsNothing",
    "DayToCome",
    "DayTooLongAgo",
    "EntryToCome",
    "ErasureAskedAlready",
    "LastCoordinator",
    "LimitOutOfRange",
    "NoAddress",
    "NoCategories",
    "NoName",
    "NoReversalAsked",
    "NoWord",
    "NobodyApprovesTheirOwnReversal",
    "NobodyAsked",
    "NotAParty",
    "NotFounded",
    "NotSettled",
    "NotTheirGift",
    "NotTheirsToSay",
    "NotWithOneself",
    "NothingToReport",
    "OnlyCoordinators",
    "OnlyTheOtherPartyConfirms",
    "OnlyTheReporterCallsOff",
    "OnlyTheyChoose",
    "Refusal",
    "ReversalAskedBefore",
    "RoleHeldAlready",
    "RoleNotHeld",
    "SomebodyElseConfirms",
    "TakesNoPart",
    "ThresholdOutOfRange",
    "TooBusy",
    "TooLong",
    "TooShort",
    "UnknownCategory",
    "UnknownExchange",
    "UnknownGift",
    "UnknownGroup",
    "UnknownMember",
    "UnknownTimeZone",
    "WordsTooLong",
    "WordsUnreadable",
    "say",
]


def sentence_of(refusal: Refusal) -> str:
    """The refusal's sentence in English, filled in."""
    details = {
        name: in_words(value) if name.endswith("_minutes") and isinstance(value, int) else value
        for name, value in refusal.details.items()
    }
    return refusal.sentence.format(**details)


def must_be_text(field: str, text: str, *, limit: int) -> None:
    """Refuses text that is too long, half characters (lone surrogates), and control signs but tab and line ends.

    `field` is the part of the wish that the words belong to, so that a form can say it beside the right field.
    """
    if len(text) > limit:
        raise WordsTooLong(limit=limit, field=field)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise WordsUnreadable(field=field) from error
    if any(ord(sign) < 32 and sign not in "\t\n\r" for sign in text):
        raise WordsUnreadable(field=field)
