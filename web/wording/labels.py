"""What the chapters of the journal are called, and what each holds: for auditors, in plain words."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from markupsafe import Markup, escape

from ledger.catalogue import Fact
from ledger.exchanges.facts import ExchangeReported, ExchangeReversed, ExchangeSettled
from ledger.gifts.facts import GiftRecorded, GiftWithdrawn
from ledger.log.entry import Entry, instant
from projections.exchanges import ExchangeView, GiftView
from projections.journal_views import JournalView
from projections.stories import Moment
from web.wording.names import nameless
from web.wording.translation import count, gettext, later

CHAPTERS: Mapping[JournalView, tuple[str, str]] = {
    "corrections": (
        later("Corrections"),
        later("What was taken back or corrected. Each names the original entry, who asked and who agreed."),
    ),
    "late": (
        later("Recorded late"),
        later(
            "Recorded long after the day it happened. The community agrees what counts as late. Imports are left out."
        ),
    ),
    "after-closing": (
        later("Recorded after the month closed"),
        later(
            "A month closes seven days after its last day. Anything recorded later is not in the month’s first report."
        ),
    ),
    "on-behalf": (
        later("Recorded for someone else"),
        later("Someone spoke for a member, or logged help between two others, from a paper note or a phone call."),
    ),
    "roles": (later("Roles"), later("Who was made a coordinator or auditor, and who no longer is.")),
    "agreements": (
        later("Agreements"),
        later("What was agreed: limits, who has to agree, kinds of help, and thresholds."),
    ),
    "visibility": (later("Who can see who"), later("Members chose who can see who they help.")),
    "imports": (later("Imports"), later("What was imported from other records.")),
    "erasures": (
        later("Erasures"),
        later(
            "Requests to erase personal data, and erasures carried out. The hours stay on record, because others "
            "were part of them."
        ),
    ),
}
"""Chapter -> its name, and a sentence about it; in the order in which they are shown."""


_ = gettext


class SentenceContext(NamedTuple):
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


Sense = Literal["takes-back", "taken-back-by", "puts-right", "put-right-by", "settled-by"]

SENSES: Mapping[Sense, str] = {
    "takes-back": later("Takes back %(entry)s."),
    "taken-back-by": later("Taken back by %(entry)s."),
    "puts-right": later("Corrects %(entry)s."),
    "put-right-by": later("Corrected by %(entry)s."),
    "settled-by": later("Counts since %(entry)s."),
}

Stories: TypeAlias = Mapping[str, ExchangeView | GiftView]
"""Exchanges and gifts by their identifiers, each with its timeline."""


class Link(NamedTuple):
    """From one entry to another, and in which sense."""

    sense: Sense
    number: int


class CorrectionLink(NamedTuple):
    """Which entry a correction concerns, and how many days after that one was recorded it came."""

    original: int
    days: int


def stories_in(facts: Sequence[Fact]) -> tuple[set[str], set[str]]:
    """The exchanges and the gifts whose stories tell how these facts belong together."""
    return {one for fact in facts for one in fact.exchanges}, {one for fact in facts for one in fact.gifts}


def links_of(fact: Fact, stories: Stories) -> list[Link]:
    """Where a fact leads: to what it corrects, and to what corrected it."""
    found: list[tuple[Sense, Moment | None]] = []
    match fact:
        case ExchangeReported():
            found = [
                ("puts-right", _counted(stories, fact.corrects or "")),
                ("settled-by", _counted(stories, fact.exchange)),
                ("taken-back-by", _moment(stories, fact.exchange, "exchange-reversed")),
                ("put-right-by", _put_right_by(stories, fact.exchange)),
            ]
        case ExchangeSettled():
            found = [
                ("taken-back-by", _moment(stories, fact.exchange, "exchange-reversed")),
                ("put-right-by", _put_right_by(stories, fact.exchange)),
            ]
        case ExchangeReversed():
            found = [
                ("takes-back", _counted(stories, fact.exchange)),
                ("put-right-by", _put_right_by(stories, fact.exchange)),
            ]
        case GiftRecorded():
            found = [("taken-back-by", _moment(stories, fact.gift, "gift-withdrawn"))]
        case GiftWithdrawn():
            found = [("takes-back", _moment(stories, fact.gift, "gift-recorded"))]
        case _:
            pass
    return [Link(sense, moment.number) for sense, moment in found if moment]


def correction_of(entry: Entry, stories: Stories) -> CorrectionLink | None:
    """The entry as a correction, if it is one. Who asked and who agreed is in its sentence."""
    fact = entry.data
    match fact:
        case ExchangeReversed():
            original = _counted(stories, fact.exchange)
        case ExchangeReported(corrects=corrects) if corrects:
            original = _counted(stories, corrects)
        case GiftWithdrawn():
            original = _moment(stories, fact.gift, "gift-recorded")
        case _:
            return None
    return CorrectionLink(original.number, (entry.recorded_at - instant(original.at)).days) if original else None


def _moment(stories: Stories, item: str, kind: str) -> Moment | None:
    """The first moment of this kind in a story."""
    timeline = stories[item].timeline if item in stories else []
    return next((moment for moment in timeline if moment.type == kind), None)


def _counted(stories: Stories, exchange: str) -> Moment | None:
    """Where an exchange began to count."""
    return _moment(stories, exchange, "exchange-settled")


def _put_right_by(stories: Stories, exchange: str) -> Moment | None:
    """The report that took the place of an exchange that was taken back."""
    story = stories.get(exchange)
    if not isinstance(story, ExchangeView) or not story.corrected_by:
        return None
    return _moment(stories, story.corrected_by, "exchange-reported")
