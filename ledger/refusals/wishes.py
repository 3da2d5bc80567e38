"""When a wish itself cannot be taken: who asks, how often, in which words."""

from ledger.refusals.refusal import Refusal, say


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
