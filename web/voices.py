"""What sentences are told with: what people, groups and kinds of help are called, and where entries stand."""

from collections.abc import Mapping
from typing import NamedTuple

from markupsafe import Markup, escape

from web.pages.people import nameless
from web.words import count, gettext

_ = gettext


class Voice(NamedTuple):
    """What a sentence is told with: what people, groups and kinds of help are called, and where reports stand."""

    names: Mapping[str, str]
    kinds: Mapping[str, str]
    entries: Mapping[str, int] = {}
    """Exchange -> number of the entry that reported it."""

    def name(self, account: str) -> Markup:
        """Whoever gives, receives or acts. What is nobody's own name is a word of the reader's language."""
        kindly = nameless(account)
        known = self.names.get(account) or kindly
        return escape(kindly) if known == kindly else isolated(known)

    def kind(self, category: str) -> str:
        """A kind of help by its label; one that is no longer agreed upon by its key."""
        return self.kinds.get(category) or category.replace("-", " ")

    def report(self, exchange: str) -> Markup:
        """The entry that reported an exchange, as a link for the reader of the journal."""
        number = self.entries.get(exchange)
        if number is None:
            return escape(_("an earlier entry"))
        return entry_link(number)


def entry_link(number: int) -> Markup:
    """An entry by its number, as a link for the reader of the journal."""
    return Markup('<a href="/journal/{}">{}</a>').format(number, _("entry %(number)s", number=count(number)))


def isolated(words: str) -> Markup:
    """Words of somebody else, kept apart, so that their direction does not turn the sentence round."""
    return Markup("<bdi>{}</bdi>").format(words)
