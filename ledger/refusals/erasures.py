"""When it is about being forgotten."""

from ledger.refusals.refusal import Refusal, say


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
