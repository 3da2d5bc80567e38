"""The chapters of the journal: which entries an auditor asks for by themselves, such as corrections, late entries, imports."""

from calendar import monthrange
from collections import Counter
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple, cast
from zoneinfo import ZoneInfo

from ledger.agreements.facts import CommunityFounded, ExceptionsAgreed
from ledger.agreements.rules import DEFAULT_THRESHOLDS, THRESHOLDS
from ledger.catalogue import Fact, View
from ledger.exchanges.facts import ExchangeReported
from ledger.gifts.facts import GiftRecorded
from ledger.log.entry import Entry, instant
from projections.engine.read_model import count, table, word
from projections.engine.tables import TableWriter
from projections.figures.reports.periods import CLOSES_AFTER_DAYS

JournalView = Literal[View, "late", "after-closing", "on-behalf", "imports"]

SOON_ENOUGH_DAYS = min(THRESHOLDS["late_days"].least, CLOSES_AFTER_DAYS) - 1
"""By the calendar of UTC, nothing that was recorded sooner can be late: a day less, for the time zones."""


COMMUNITY = table(
    "journal_community", word("scope", key=True), word("time_zone"), word("founded_on"), count("late_days")
)
CHAPTERS = table("journal_chapters", word("chapter", key=True), count("number", key=True), clustered=True)
COUNTS = table("journal_counts", word("chapter", key=True), count("entries"))


class LatenessContext(NamedTuple):
    """What tells whether an entry is late: where the community lives, since when, and what it has agreed upon."""

    time_zone: str = "UTC"
    founded_on: str = ""
    late_days: int = DEFAULT_THRESHOLDS.late_days

    def day_of(self, at: str) -> date:
        """The day of an instant where the community lives."""
        return instant(at).astimezone(ZoneInfo(self.time_zone)).date()


class JournalViews:
    """The chapters that a batch of entries belongs to. Most entries belong to none and cost no question."""

    def __init__(self, rows: TableWriter) -> None:
        self._rows = rows
        self._found: list[tuple[JournalView, int]] = []
        self._community: LatenessContext | None = None

    def take_in(self, number: int, entry: Entry) -> None:
        """The next entry."""
        fact = entry.data
        chapters: list[JournalView] = chapters_of(entry)
        if isinstance(fact, CommunityFounded):
            begun = LatenessContext(fact.time_zone)
            self._keep(begun._replace(founded_on=str(begun.day_of(entry.at))))
        elif isinstance(fact, ExceptionsAgreed):
            self._keep(self._known()._replace(late_days=fact.thresholds.late_days))
        elif may_be_late(entry):
            known = self._known()
            chapters += lateness(cast("Any", fact).given_on, known.day_of(entry.at), known)
        self._found.extend((chapter, number) for chapter in chapters)

    def write(self) -> None:
        """Keeps what was found, and how many there are of each."""
        self._rows.insert(CHAPTERS, self._found)
        self._rows.add(COUNTS, list(Counter(chapter for chapter, _ in self._found).items()))

    def _keep(self, community: LatenessContext) -> None:
        self._community = community
        self._rows.replace(COMMUNITY, [("community", *community)])

    def _known(self) -> LatenessContext:
        if self._community is None:
            row = self._rows.of(COMMUNITY, ["community"]).get("community")
            self._community = LatenessContext(*row[1:]) if row else LatenessContext()
        return self._community


def chapters_of(entry: Entry) -> list[JournalView]:
    """The chapters that an entry belongs to, but for those about lateness."""
    fact = entry.data
    found: list[JournalView] = [fact.view] if fact.view else []
    if isinstance(fact, ExchangeReported) and fact.corrects:
        found.append("corrections")
    if entry.via == "import":
        found.append("imports")
    elif entry.on_behalf or _is_told_for_others(fact):
        found.append("on-behalf")
    return found


def may_be_late(entry: Entry) -> bool:
    """Whether it is worth finding out where the community lives: looks at days of UTC alone.

    What an import brings is old by its nature and has a chapter of its own.
    """
    fact = entry.data
    if not isinstance(fact, ExchangeReported | GiftRecorded) or entry.via == "import":
        return False
    return (date.fromisoformat(entry.at[:10]) - fact.given_on).days >= SOON_ENOUGH_DAYS


def lateness(given_on: date, recorded_on: date, community: LatenessContext) -> list[JournalView]:
    """Recorded long after it happened; recorded after the month in which it happened was closed."""
    found: list[JournalView] = []
    if (recorded_on - given_on).days >= community.late_days:
        found.append("late")
    month_end = given_on.replace(day=monthrange(given_on.year, given_on.month)[1])
    begun = date.fromisoformat(community.founded_on) if community.founded_on else date.min
    if recorded_on > max(month_end, begun) + timedelta(days=CLOSES_AFTER_DAYS):
        found.append("after-closing")
    return found


def _is_told_for_others(fact: Fact) -> bool:
    """Reported by somebody who is no party, or a gift recorded by another than its giver."""
    if isinstance(fact, ExchangeReported):
        return all(fact.reported_by not in (leg.giver, leg.receiver) for leg in fact.legs)
    return isinstance(fact, GiftRecorded) and fact.recorded_by != fact.giver
