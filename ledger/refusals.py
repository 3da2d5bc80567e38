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

    sentence = say("This form has already been used for something else. Start again.")


class TooBusy(Refusal):
    """Others kept recording on the same accounts, try after try."""

    sentence = say("Many people are logging at the moment. Nothing was recorded. Please try again.")


class OnlyCoordinators(Refusal):
    """Some things are a coordinator's to do."""

    sentence = say("Only a coordinator can do this. Ask one to help you.")


class NotTheirsToSay(Refusal):
    """A coordinator speaks for others, but not where they are a party themselves."""

    sentence = say("You are part of this yourself, so another coordinator has to do it.")


class NoWord(Refusal):
    """Saying no to a neighbour, or taking something back, needs a word of why."""

    sentence = say("Give a reason in a few words.")
    about = "reason"


class WordsTooLong(Refusal):
    """Words that are kept have a limit."""

    sentence = say("Use no more than {limit} characters.")
    about = "note"


class WordsUnreadable(Refusal):
    """Half characters and control signs cannot be kept as text."""

    sentence = say("This text has a character that cannot be saved. Type it again without that character.")
    about = "note"


class EntryToCome(Refusal):
    """Nothing can be known at an entry that was not written yet."""

    sentence = say("The log has {entries} entries, so there is no entry {number} yet.")


class NotFounded(Refusal):
    """Nothing can happen before the community is founded."""

    sentence = say("There is no community here yet. Start one first: hours found --help.")


class AlreadyFounded(Refusal):
    """One log is one community."""

    sentence = say("There is already a community here.")


class UnknownTimeZone(Refusal):
    """A time zone is a name of the tz database, such as Europe/London."""

    sentence = say("“{time_zone}” is not a time zone. Give a name like Europe/London.")
    about = "time_zone"


class LimitOutOfRange(Refusal):
    """The debit limit lies at or below zero, the upper limit above it."""

    sentence = say("The lower limit must be zero or below, and the upper limit above zero.")
    about = "limit"


class NoCategories(Refusal):
    """Help needs at least one kind to be logged under, each key and label once."""

    sentence = say("Name at least one kind of help, and use each name only once.")
    about = "categories"


class ThresholdOutOfRange(Refusal):
    """Beyond its range, a threshold would make everything or nothing worth a look."""

    sentence = say("Choose between {least} and {most}.")
    about = "thresholds"


class UnknownMember(Refusal):
    """Nobody is known by this identifier."""

    sentence = say("This person was not found. Choose someone from the list.")
    about = "other"


class TakesNoPart(Refusal):
    """People who were not welcomed yet, or have left, take no part."""

    sentence = say("This person is not a member at the moment. Ask a coordinator.")
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

    sentence = say("Someone already uses this email address.")
    about = "email"


class NoAddress(Refusal):
    """An e-mail address has one @ and no spaces; whether it is somebody's, only a mail can tell."""

    sentence = say("Enter an email address like ana@example.org.")
    about = "email"


class NoName(Refusal):
    """Members and groups are called something."""

    sentence = say("Enter a name.")
    about = "name"


class RoleHeldAlready(Refusal):
    """A role is given once."""

    sentence = say("This person already has this role.")


class RoleNotHeld(Refusal):
    """Only a role that is held can be withdrawn."""

    sentence = say("This person does not have this role.")


class OnlyTheyChoose(Refusal):
    """Who may see whom somebody helps is theirs to say; a coordinator cannot say it for them."""

    sentence = say("Only the member can choose this. Ask them to do it when they are signed in.")


class LastCoordinator(Refusal):
    """A community always has somebody to ask."""

    sentence = say("This is the only coordinator. Make someone else a coordinator first.")


class UnknownGroup(Refusal):
    """No group is known by this identifier."""

    sentence = say("This group was not found.")
    about = "group"


class BelongsAlready(Refusal):
    """A member joins a group once."""

    sentence = say("This person is already in the group.")


class BelongsNot(Refusal):
    """Only who belongs can leave."""

    sentence = say("This person is not in the group.")


class NothingToReport(Refusal):
    """An exchange is one leg of help, or two opposite legs between the same two people."""

    sentence = say("An exchange has one person who helps another, or two people who help each other.")


class NotWithOneself(Refusal):
    """Nobody exchanges with themselves."""

    sentence = say("Choose someone else. You cannot exchange hours with yourself.")
    about = "other"


class TooShort(Refusal):
    """Help that counts lasts at least a minute."""

    sentence = say("Enter how long it took: 1 minute or more.")
    about = "minutes"


class TooLong(Refusal):
    """A day has 24 hours."""

    sentence = say("Help on one day cannot be longer than 24 hours. Log each day separately.")
    about = "minutes"


class DayToCome(Refusal):
    """Help is logged after it happened."""

    sentence = say("That day is in the future. Choose today or an earlier day.")
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

    sentence = say("This exchange was not found.")


class OnlyTheOtherPartyConfirms(Refusal):
    """Nobody confirms their own report, nor for others, nor twice."""

    sentence = say("You do not have to agree to this. It is for the other person to answer.")


class AlreadySettled(Refusal):
    """Everybody needed has agreed before."""

    sentence = say("This has already been agreed. It counts.")


class AlreadyDeclined(Refusal):
    """Somebody said no before; nothing counts."""

    sentence = say("Someone said no to this in the meantime. It does not count.")


class AlreadyCalledOff(Refusal):
    """The reporter took it back before."""

    sentence = say("This was cancelled in the meantime. It does not count.")


class OnlyTheReporterCallsOff(Refusal):
    """What waits is taken back by the one who logged it, or by a coordinator."""

    sentence = say("Only the person who logged this can cancel it.")


class NotSettled(Refusal):
    """Only what counts can be reversed."""

    sentence = say("This does not count yet, so there is nothing to take back.")


class AlreadyReversed(Refusal):
    """An exchange is reversed once."""

    sentence = say("This has already been taken back. It no longer counts.")


class ReversalAskedBefore(Refusal):
    """One open question at a time."""

    sentence = say("Someone has already asked to take this back. It is waiting for an answer.")


class NoReversalAsked(Refusal):
    """There is no open question to answer."""

    sentence = say("Nobody has asked to take this back.")


class NobodyApprovesTheirOwnReversal(Refusal):
    """A reversal needs a second person: the other party, or a coordinator who is no party."""

    sentence = say("Someone else has to agree: the other person, or a coordinator who was not part of it.")


class CorrectsNothing(Refusal):
    """A correction names a reversed exchange between the same people."""

    sentence = say("This can only correct an exchange between the same people that was taken back.")


class BeyondDebitLimit(Refusal):
    """The receiver's account would go below the community's debit limit. `open_minutes` can still be received."""

    sentence = say(
        "That is more than can be received at the moment: {open_minutes} can still be received. Each hour "
        "given lets one more be received. A coordinator can help."
    )
    about = "minutes"


class BeyondUpperLimit(Refusal):
    """The giver's account would rise above the agreed upper limit. `open_minutes` can still be given."""

    sentence = say(
        "That is more than can be given at the moment: {open_minutes} can still be given. Receive something "
        "first. A coordinator can help."
    )
    about = "minutes"


class UnknownGift(Refusal):
    """No gift is known by this identifier."""

    sentence = say("This gift was not found.")


class AlreadyWithdrawn(Refusal):
    """A gift is withdrawn once."""

    sentence = say("This gift has already been taken back.")


class OnlyReceiversThank(Refusal):
    """Thanks come from whoever received the help or the gift."""

    sentence = say("Only people who received this can say thank you for it.")


class NotTheirGift(Refusal):
    """A gift is taken back by somebody who was part of it or logged it, or by a coordinator."""

    sentence = say("Only the people involved in this gift, or a coordinator, can take it back.")


class ErasureAskedAlready(Refusal):
    """One wish waits once."""

    sentence = say("This has already been requested. A coordinator will confirm it.")


class NobodyAsked(Refusal):
    """What a member did not ask for is not erased while they take part."""

    sentence = say("There is no request for this at the moment. Reload the page to see how things stand.")


class SomebodyElseConfirms(Refusal):
    """Two people see to it that nobody is erased by one slip: the one who asks, and the one who confirms."""

    sentence = say("You cannot confirm your own erasure. Ask another coordinator or the host.")


class AlreadyErased(Refusal):
    """What is gone cannot go again."""

    sentence = say("Their personal data has already been erased.")


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
