"""What every "no" is made of."""

from typing import ClassVar


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
