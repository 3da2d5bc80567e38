"""Every refusal: the rule it protects, and the sentence its reader sees."""

from typing import Any, ClassVar

from ledger.hours import formatted
from ledger.wording import say


class Refusal(Exception):
    """A command was refused. Nothing was recorded, and the sentence says what to do."""

    sentence: ClassVar[str] = say("This cannot be done.")
    about: ClassVar[str] = ""

    def __init_subclass__(cls, *, about: str = "") -> None:
        cls.about = about

    def __init__(self, **details: Any) -> None:
        super().__init__()
        self.details = details

    def __str__(self) -> str:
        """The sentence in English, filled in. Pages translate and format it themselves."""
        lengths = {name: formatted(value) for name, value in self.details.items() if name.endswith("_minutes")}
        return self.sentence.format(**self.details | lengths)


class HostProblem(Exception):
    """Nothing was done. `wrong` and `to_do` are one sentence each, for the host."""

    def __init__(self, wrong: str, to_do: str) -> None:
        super().__init__(wrong, to_do)
        self.wrong = wrong
        self.to_do = to_do

    def __str__(self) -> str:
        return f"{self.wrong} {self.to_do}"


class CommandIdReused(Refusal):
    """A command id identifies one command, and cannot be used for another."""

    sentence = say("This form has already been used for something else. Start again.")


class TooBusy(Refusal):
    """Other people's commands kept changing the same accounts on every try."""

    sentence = say("Many people are logging at the moment. Nothing was recorded. Please try again.")


class ClockFarAhead(Refusal):
    """A clock that is far ahead of the last entry must be confirmed by the host: what it records can never be dated earlier."""

    sentence = say(
        "The clock of this server says {now_on}, but the last entry was recorded on {last_on}. Nothing can be recorded until "
        "the host has checked the clock. The command `hours doctor` tells the host what to do."
    )


class OnlyCoordinators(Refusal):
    """Only a coordinator or the host can do this."""

    sentence = say("Only a coordinator can do this. Ask one to help you.")


class PartyCannotDecide(Refusal):
    """A coordinator can decide for other people, but not about an exchange or gift of their own."""

    sentence = say("You are part of this yourself, so another coordinator has to do it.")


class ReasonNeeded(Refusal, about="reason"):
    """Declining, or taking something back, needs a reason."""

    sentence = say("Give a reason in a few words.")


class TextTooLong(Refusal, about="note"):
    """Names, notes and reasons have a limited length."""

    sentence = say("Use no more than {limit} characters.")


class UnreadableText(Refusal, about="note"):
    """Control characters and half characters cannot be saved."""

    sentence = say("This text has a character that cannot be saved. Type it again without that character.")


class NoSuchEntry(Refusal):
    """Only entries that exist can be asked for."""

    sentence = say("The log has {entries} entries, so there is no entry {number} yet.")


class NotFounded(Refusal):
    """Nothing can be recorded before the community is founded."""

    sentence = say("There is no community here yet. Start one first: hours found --help.")


class AlreadyFounded(Refusal):
    """One log is one community."""

    sentence = say("There is already a community here.")


class UnknownTimeZone(Refusal, about="time_zone"):
    """A time zone is a name from the tz database, such as Europe/London."""

    sentence = say("“{time_zone}” is not a time zone. Give a name like Europe/London.")


class LimitOutOfRange(Refusal, about="limit"):
    """The debit limit is zero or below, and the upper limit above zero."""

    sentence = say("The lower limit must be zero or below, and the upper limit above zero.")


class InvalidCategories(Refusal, about="categories"):
    """There is at least one kind of help, and each key and label occurs once."""

    sentence = say("Name at least one kind of help, and use each name only once.")


class ThresholdOutOfRange(Refusal, about="thresholds"):
    """Beyond its range, a threshold would list everything or nothing."""

    sentence = say("Choose between {least} and {most}.")


class UnknownMember(Refusal, about="other"):
    """No member has this identifier."""

    sentence = say("This person was not found. Choose someone from the list.")


class NotActive(Refusal, about="other"):
    """People who have not been welcomed, or have left, cannot give, receive or decide."""

    sentence = say("This person is not a member at the moment. Ask a coordinator.")


class AlreadyInvited(Refusal):
    """A person is invited once."""

    sentence = say("This person has already been invited.")


class AlreadyWelcomed(Refusal):
    """A member is welcomed once."""

    sentence = say("This person is already a member.")


class AlreadyLeft(Refusal):
    """A member leaves once."""

    sentence = say("This person has already left.")


class AddressTaken(Refusal, about="email"):
    """An email address signs in one member."""

    sentence = say("Someone already uses this email address.")


class InvalidAddress(Refusal, about="email"):
    """An email address has one @ and no spaces. Whether it exists, only an email can show."""

    sentence = say("Enter an email address like ana@example.org.")


class NameNeeded(Refusal, about="name"):
    """Members and groups have a name."""

    sentence = say("Enter a name.")


class HiddenCharacter(Refusal, about="name"):
    """A name has no character that nobody sees, or that is not part of any name: two people could look like one."""

    sentence = say("A name cannot have the character {character}. Type the name again without it.")


class AlreadyHasRole(Refusal):
    """A role is given once."""

    sentence = say("This person already has this role.")


class RoleNotHeld(Refusal):
    """Only a role that a member has can be withdrawn."""

    sentence = say("This person does not have this role.")


class OnlyTheMemberChooses(Refusal):
    """Members choose for themselves who can see whom they help. A coordinator cannot choose for them."""

    sentence = say("Only the member can choose this. Ask them to do it when they are signed in.")


class LastCoordinator(Refusal):
    """A community always has a coordinator."""

    sentence = say("This is the only coordinator. Make someone else a coordinator first.")


class UnknownGroup(Refusal, about="group"):
    """No group has this identifier."""

    sentence = say("This group was not found.")


class AlreadyInGroup(Refusal):
    """A member joins a group once."""

    sentence = say("This person is already in the group.")


class NotInGroup(Refusal):
    """Only members of a group can leave it."""

    sentence = say("This person is not in the group.")


class InvalidLegs(Refusal):
    """An exchange has one leg, or two opposite legs between the same two people."""

    sentence = say("An exchange has one person who helps another, or two people who help each other.")


class NotWithYourself(Refusal, about="other"):
    """Nobody exchanges with themselves."""

    sentence = say("Choose someone else. You cannot exchange hours with yourself.")


class TooShort(Refusal, about="minutes"):
    """Help takes at least one minute."""

    sentence = say("Enter how long it took: 1 minute or more.")


class TooLong(Refusal, about="minutes"):
    """A day has 24 hours."""

    sentence = say("Help on one day cannot be longer than 24 hours. Log each day separately.")


class DayInFuture(Refusal, about="given_on"):
    """Help is logged after it happened."""

    sentence = say("That day is in the future. Choose today or an earlier day.")


class DayTooLongAgo(Refusal, about="given_on"):
    """Only a coordinator can log a day more than a year ago."""

    sentence = say("This is more than a year ago. A coordinator can log it for you.")


class UnknownCategory(Refusal, about="category"):
    """Help is logged under a kind that the community has agreed."""

    sentence = say("Choose a kind of help from the list.")


class NotAParty(Refusal, about="other"):
    """Only the people involved, or a coordinator, can log an exchange or a gift."""

    sentence = say("You can log what you gave or received. A coordinator can log for others.")


class UnknownExchange(Refusal):
    """No exchange has this identifier."""

    sentence = say("This exchange was not found.")


class OnlyTheOtherPartyConfirms(Refusal):
    """Only people who still have to agree can answer: not the reporter, not others, and not twice."""

    sentence = say("You do not have to agree to this. It is for the other person to answer.")


class AlreadySettled(Refusal):
    """An exchange that everyone has agreed to cannot be answered or cancelled."""

    sentence = say("This has already been agreed. It counts.")


class AlreadyDeclined(Refusal):
    """An exchange that someone said no to cannot be answered or cancelled."""

    sentence = say("Someone said no to this in the meantime. It does not count.")


class AlreadyCalledOff(Refusal):
    """An exchange that was cancelled cannot be answered or cancelled again."""

    sentence = say("This was cancelled in the meantime. It does not count.")


class OnlyTheReporterCallsOff(Refusal):
    """Only the reporter, or a coordinator who is not a party, can cancel a report."""

    sentence = say("Only the person who logged this can cancel it.")


class NotSettled(Refusal):
    """Only a settled exchange can be taken back."""

    sentence = say("This does not count yet, so there is nothing to take back.")


class AlreadyReversed(Refusal):
    """An exchange is taken back once."""

    sentence = say("This has already been taken back. It no longer counts.")


class ReversalAlreadyAsked(Refusal):
    """Only one request to take an exchange back can be open."""

    sentence = say("Someone has already asked to take this back. It is waiting for an answer.")


class NoReversalAsked(Refusal):
    """Only an open request to take an exchange back can be answered."""

    sentence = say("Nobody has asked to take this back.")


class NobodyApprovesTheirOwnReversal(Refusal):
    """Taking an exchange back needs a second person: the other party, or a coordinator who is not a party."""

    sentence = say("Someone else has to agree: the other person, or a coordinator who was not part of it.")


class NothingToCorrect(Refusal):
    """A correction refers to a reversed exchange between the same people."""

    sentence = say("This can only correct an exchange between the same people that was taken back.")


class BeyondDebitLimit(Refusal, about="minutes"):
    """An account cannot go below the community's debit limit. `open_minutes` can still be received."""

    sentence = say(
        "That is more than can be received at the moment: {open_minutes} can still be received. Each hour "
        "given lets one more be received. A coordinator can help."
    )


class BeyondUpperLimit(Refusal, about="minutes"):
    """An account cannot go above the agreed upper limit. `open_minutes` can still be given."""

    sentence = say(
        "That is more than can be given at the moment: {open_minutes} can still be given. Receive something "
        "first. A coordinator can help."
    )


class BeyondTheirDebitLimit(BeyondDebitLimit, about="minutes"):
    """Someone else's account cannot go below the debit limit. How near it is to the limit is for its owner alone."""

    sentence = say(
        "That is more than this person can receive at the moment. When they have given something, they can receive "
        "more. A coordinator can help."
    )


class BeyondTheirUpperLimit(BeyondUpperLimit, about="minutes"):
    """Someone else's account cannot go above the agreed upper limit. How near it is to the limit is for its owner alone."""

    sentence = say(
        "That is more than this person can give at the moment. When they have received something, they can give more. "
        "A coordinator can help."
    )


class UnknownGift(Refusal):
    """No gift has this identifier."""

    sentence = say("This gift was not found.")


class AlreadyWithdrawn(Refusal):
    """A gift is withdrawn once."""

    sentence = say("This gift has already been taken back.")


class OnlyReceiversThank(Refusal):
    """Only a receiver of the help or the gift can thank for it."""

    sentence = say("Only people who received this can say thank you for it.")


class NotTheirGift(Refusal):
    """Only the people involved in a gift, the person who logged it, or a coordinator can withdraw it."""

    sentence = say("Only the people involved in this gift, or a coordinator, can take it back.")


class ErasureAlreadyAsked(Refusal):
    """A member has at most one open request for erasure."""

    sentence = say("This has already been requested. A coordinator will confirm it.")


class NoErasureAsked(Refusal):
    """Members who have not left are erased only if they asked for it."""

    sentence = say("There is no request for this at the moment. Reload the page to see how things stand.")


class SecondPersonNeeded(Refusal):
    """What one coordinator asked for about somebody else takes a second person, who was one a week before."""

    sentence = say(
        "A second person has to confirm this: someone who was already a coordinator a week before it was requested, or "
        "the host."
    )


class ErasureWaits(Refusal):
    """Where there is only one coordinator, a member has seven days to stop an erasure they did not ask for."""

    sentence = say(
        "There is no other coordinator who can confirm this. You can confirm it seven days after you requested it, or "
        "ask the host. Until then, the member can stop it."
    )


class CoordinatorRoleFirst(Refusal):
    """A coordinator is not removed by another one alone."""

    sentence = say("This person is a coordinator. That role has to be removed first, which takes two people.")


class SomeoneElseConfirms(Refusal):
    """Another person confirms an erasure, so that nobody is erased by mistake."""

    sentence = say("You cannot confirm your own erasure. Ask another coordinator or the host.")


class AlreadyErased(Refusal):
    """A member's personal data is erased once."""

    sentence = say("Their personal data has already been erased.")


def must_be_text(field: str, text: str, *, limit: int) -> None:
    """Raise if the text is too long, or has half characters (lone surrogates) or control characters other than tabs and line ends.

    `field` is the field of the command, so that a form can show the refusal beside it.
    """
    if len(text) > limit:
        raise TextTooLong(limit=limit, field=field)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UnreadableText(field=field) from error
    if any(ord(character) < 32 and character not in "\t\n\r" for character in text):
        raise UnreadableText(field=field)
