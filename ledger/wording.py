"""Marks what people read. It is translated where it is shown, into the reader's language."""


def say(sentence: str) -> str:
    """Mark a sentence or label for translators, and return it unchanged."""
    return sentence
