"""What the chapters of the journal are called, and what each holds: for auditors, in plain words."""

from collections.abc import Mapping
from typing import NamedTuple

from markupsafe import Markup, escape

from projections.journal_views import Chapter
from web.wording.names import nameless
from web.wording.translation import count, gettext, later

CHAPTERS: Mapping[Chapter, tuple[str, str]] = {
    "corrections": (
        later("Corrections"),
        later("What was taken back or put right. Each names the entry it concerns, who asked, and who agreed."),
    ),
    "late": (
        later("Recorded late"),
        later("Recorded long after the day it happened. What counts as late is agreed upon; imports are left out."),
    ),
    "after-closing": (
        later("Recorded after the month was closed"),
        later("A month closes seven days after its last day. What came later is not in the month’s first report."),
    ),
    "on-behalf": (
        later("Recorded for somebody else"),
        later("Somebody spoke for a member, or logged help between two others: from a slip, or on the phone."),
    ),
    "roles": (later("Roles"), later("Who was entrusted with coordinating or auditing, and who is no longer.")),
    "agreements": (
        later("Agreements"),
        later("What was agreed upon: limits, whose word settles, kinds of help, what is worth a look."),
    ),
    "visibility": (later("Who sees whom"), later("Members chose who may see whom they help.")),
    "imports": (later("Imports"), later("What was brought in from other records.")),
    "erasures": (
        later("Erasures"),
        later("Members whose personal data was to be erased, and was. The hours stay, for others’ sake."),
    ),
}
"""Chapter -> its name, and a sentence about it; in the order in which they are shown."""


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
