"""Journal views: entries that auditors often look at on their own, such as corrections, late entries and imports."""

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

_NEVER_LATE_DAYS = min(THRESHOLDS["late_days"].least, CLOSES_AFTER_DAYS) - 1
"""Nothing recorded within so many days, counted in UTC, can be late: one day less, because of time zones."""


COMMUNITY = table(
    "journal_community", word("scope", key=True), word("time_zone"), word("founded_on"), count("late_days")
)
VIEWS = table("journal_chapters", word("chapter", key=True), count("number", key=True), clustered=True)
COUNTS = table("journal_counts", word("chapter", key=True), count("entries"))


class LatenessContext(NamedTuple):
    """What decides whether an entry is late: the community's time zone, founding day and agreed threshold."""

    time_zone: str = "UTC"
    founded_on: str = ""
    late_days: int = DEFAULT_THRESHOLDS.late_days

    def day_of(self, at: str) -> date:
        """The day of an instant where the community lives."""
        return instant(at).astimezone(ZoneInfo(self.time_zone)).date()


class JournalViews:
    """Collects the journal views of a batch of entries. Most entries are in none and cost no query."""

    def __init__(self, rows: TableWriter) -> None:
        self._rows = rows
        self._found: list[tuple[JournalView, int]] = []
        self._community: LatenessContext | None = None

    def add(self, number: int, entry: Entry) -> None:
        """Add the next entry."""
        fact = entry.data
        views: list[JournalView] = _views_of(entry)
        if isinstance(fact, CommunityFounded):
            founded = LatenessContext(fact.time_zone)
            self._save(founded._replace(founded_on=str(founded.day_of(entry.at))))
        elif isinstance(fact, ExceptionsAgreed):
            self._save(self._context()._replace(late_days=fact.thresholds.late_days))
        elif _may_be_late(entry):
            context = self._context()
            views += _lateness(cast("Any", fact).given_on, context.day_of(entry.at), context)
        self._found.extend((view, number) for view in views)

    def write(self) -> None:
        """Write the entries of each view, and their counts."""
        self._rows.insert(VIEWS, self._found)
        self._rows.add(COUNTS, list(Counter(view for view, _ in self._found).items()))

    def _save(self, community: LatenessContext) -> None:
        self._community = community
        self._rows.replace(COMMUNITY, [("community", *community)])

    def _context(self) -> LatenessContext:
        if self._community is None:
            row = self._rows.of(COMMUNITY, ["community"]).get("community")
            self._community = LatenessContext(*row[1:]) if row else LatenessContext()
        return self._community


def _views_of(entry: Entry) -> list[JournalView]:
    """The views that an entry is in, except those about lateness."""
    fact = entry.data
    found: list[JournalView] = [fact.view] if fact.view else []
    if isinstance(fact, ExchangeReported) and fact.corrects:
        found.append("corrections")
    if entry.via == "import":
        found.append("imports")
    elif entry.on_behalf or _is_for_others(fact):
        found.append("on-behalf")
    return found


def _may_be_late(entry: Entry) -> bool:
    """Whether the time zone needs to be looked up: a quick check by days in UTC alone.

    Imported entries are old by nature and have a view of their own.
    """
    fact = entry.data
    if not isinstance(fact, ExchangeReported | GiftRecorded) or entry.via == "import":
        return False
    return (date.fromisoformat(entry.at[:10]) - fact.given_on).days >= _NEVER_LATE_DAYS


def _lateness(given_on: date, recorded_on: date, context: LatenessContext) -> list[JournalView]:
    """The views about lateness: long after it happened, and after the month in which it happened was closed."""
    found: list[JournalView] = []
    if (recorded_on - given_on).days >= context.late_days:
        found.append("late")
    month_end = given_on.replace(day=monthrange(given_on.year, given_on.month)[1])
    founded_on = date.fromisoformat(context.founded_on) if context.founded_on else date.min
    if recorded_on > max(month_end, founded_on) + timedelta(days=CLOSES_AFTER_DAYS):
        found.append("after-closing")
    return found


def _is_for_others(fact: Fact) -> bool:
    """Whether someone who isn't a party reported it, or someone other than the giver recorded a gift."""
    if isinstance(fact, ExchangeReported):
        return all(fact.reported_by not in (leg.giver, leg.receiver) for leg in fact.legs)
    return isinstance(fact, GiftRecorded) and fact.recorded_by != fact.giver
