"""How entries belong together: a correction and what it corrects, there and back, by entry number."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from ledger.catalogue import Fact
from ledger.exchanges.facts import ExchangeReported, ExchangeReversed, ExchangeSettled
from ledger.gifts.facts import GiftRecorded, GiftWithdrawn
from ledger.log.entry import Entry, instant
from projections.exchanges import ExchangeView, GiftView, Moment
from web.wording.translation import later

Sense = Literal["takes-back", "taken-back-by", "puts-right", "put-right-by", "settled-by"]

SENSES: Mapping[Sense, str] = {
    "takes-back": later("Takes back %(entry)s."),
    "taken-back-by": later("Taken back by %(entry)s."),
    "puts-right": later("Puts right %(entry)s."),
    "put-right-by": later("Put right by %(entry)s."),
    "settled-by": later("Counts since %(entry)s."),
}

Stories: TypeAlias = Mapping[str, ExchangeView | GiftView]
"""Exchanges and gifts by their identifiers, each with its timeline."""


class Link(NamedTuple):
    """From one entry to another, and in which sense."""

    sense: Sense
    number: int


class Correction(NamedTuple):
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


def correction_of(entry: Entry, stories: Stories) -> Correction | None:
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
    return Correction(original.number, (entry.recorded_at - instant(original.at)).days) if original else None


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
