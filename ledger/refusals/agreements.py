"""When it is about the community and what it has agreed upon."""

from ledger.refusals.refusal import Refusal, say


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
