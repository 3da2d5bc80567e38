"""A refusal as one line for a terminal: the sentence, with lengths in hours and minutes."""

from ledger.hours import in_words
from ledger.refusals import Refusal


def sentence_of(refusal: Refusal) -> str:
    """The refusal's sentence in English, filled in."""
    details = {
        name: in_words(value) if name.endswith("_minutes") and isinstance(value, int) else value
        for name, value in refusal.details.items()
    }
    return refusal.sentence.format(**details)
