"""Which words can be kept as text."""

from ledger.refusals import WordsTooLong, WordsUnreadable


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
