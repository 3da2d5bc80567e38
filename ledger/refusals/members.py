"""When it is about who belongs."""

from ledger.refusals.refusal import Refusal, say


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
