"""Years of members: one row for each member and year, with its days, kinds of help, people and first times."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple, cast

import sqlalchemy as sa

from ledger.exchanges.facts import ExchangeReversed, ExchangeSettled
from ledger.gifts.facts import GiftRecorded, GiftWithdrawn
from ledger.identifiers import AccountId, CategoryKey, ExchangeId, GiftId, MemberId, is_member
from ledger.log.places import PreparedQuery
from projections.engine.read_model import IncomingEntry, ReadModel, table, word
from projections.engine.tables import Row, TableWriter
from projections.exchanges import Exchanges, HistoryFilter, HistoryLine
from projections.kept_years import Side, StoredYear, sides_of_exchange, sides_of_gift
from projections.member_years import First, KindOfYear, MemberYear, Way
from projections.stories import Kind

YEARS = table("member_years", word("member", key=True), word("year", key=True), word("kept"))


class Before(NamedTuple):
    """What a member had done before a year: in which ways, which kinds of help, and with whom."""

    ways: frozenset[Way]
    categories: frozenset[CategoryKey]
    people: frozenset[MemberId]


class Years(ReadModel):
    """What each member gave and received, year by year, by the day it was given.

    Settled exchanges and recorded gifts count until they are taken back. A gift to a group or to everyone counts for its
    giver, and is shared with no particular person.
    """

    name = "years"
    tables = (YEARS,)
    concerns = frozenset({ExchangeSettled, ExchangeReversed, GiftRecorded, GiftWithdrawn})

    def apply(self, batch: Sequence[IncomingEntry], rows: TableWriter) -> None:
        sides: dict[tuple[str, str], list[Side]] = {}
        for incoming in batch:
            for side in _sides(incoming):
                sides.setdefault(side[:2], []).append(side)
        before = rows.of(YEARS, sides.keys())
        after = {key: _updated(before.get(key), some) for key, some in sides.items()}
        rows.replace(YEARS, [(*key, year.text) for key, year in after.items() if not year.is_empty])
        rows.delete(YEARS, [key for key in before if after[key].is_empty])

    def of(self, member: MemberId, year: str) -> MemberYear:
        """A member's year, YYYY; empty if nothing counts in it."""
        found = _OF.ask(self._engine, member=member, year=year)
        return (StoredYear(found[0][0]) if found else StoredYear()).read(year)

    def all(self, member: MemberId) -> list[str]:
        """The years, YYYY, in which anything counts for a member, latest first."""
        return [year for (year,) in _ALL.ask(self._engine, member=member)]

    def before(self, member: MemberId, year: str) -> Before:
        """What a member had done in all the years before this one."""
        earlier = _BEFORE.ask(self._engine, member=member, year=year)
        keys = {key for (text,) in earlier for key in StoredYear(text)}
        kinds = [key.split(" ") for key in keys if " " in key]
        return Before(
            frozenset(cast("Way", way) for way, _ in kinds),
            frozenset(CategoryKey(category) for _, category in kinds),
            frozenset(MemberId(key) for key in keys if is_member(key)),
        )

    def by_day(self, members: Collection[str], day: date) -> dict[str, tuple[int, int]]:
        """Minutes that each member gave and received by the end of a day, whenever recorded; zeros are left out.

        Reads the rows of their years, which grow with days and people, and not with entries.
        """
        year, on = day.isoformat()[:4], day.isoformat()[5:]
        found: dict[str, tuple[int, int]] = {}
        for member, of_year, text in self._all(_BY_YEAR, members=list(members), year=year):
            given, received = StoredYear(text).by(on if of_year == year else LAST_DAY)
            before = found.get(member, (0, 0))
            found[member] = (before[0] + given, before[1] + received)
        return found

    def span(self, member: MemberId) -> tuple[date, date] | None:
        """The first and the last day on which anything counts for a member; None if nothing does."""
        years = self.all(member)
        return (self.of(member, years[-1]).days[0].day, self.of(member, years[0]).days[-1].day) if years else None


LAST_DAY = "12-31"
_BY_YEAR = sa.select(YEARS).where(
    YEARS.c.member.in_(sa.bindparam("members", expanding=True)), YEARS.c.year <= sa.bindparam("year")
)
_OWN = YEARS.c.member == sa.bindparam("member")
_OF = PreparedQuery(sa.select(YEARS.c.kept).where(_OWN, YEARS.c.year == sa.bindparam("year")))
_ALL = PreparedQuery(sa.select(YEARS.c.year).where(_OWN).order_by(YEARS.c.year.desc()))
_BEFORE = PreparedQuery(sa.select(YEARS.c.kept).where(_OWN, YEARS.c.year < sa.bindparam("year")))


def _updated(row: Row | None, sides: Sequence[Side]) -> StoredYear:
    """A year after these sides have been counted."""
    year = StoredYear(row[2]) if row else StoredYear()
    for side in sides:
        year.count(side)
    return year


def _sides(incoming: IncomingEntry) -> Iterable[Side]:
    fact: Any = incoming.entry.data
    match fact:
        case ExchangeSettled():
            return sides_of_exchange(fact, incoming.postings, 1)
        case ExchangeReversed():
            return sides_of_exchange(fact, incoming.postings, -1)
        case GiftRecorded():
            return sides_of_gift(fact, 1)
        case GiftWithdrawn():
            return sides_of_gift(fact, -1)
        case _:
            raise AssertionError(f"{incoming.entry.type} is in no member's year")


FirstKind = Literal["given", "received", "swap", "gift-given", "gift-received", "kind", "neighbour"]

_WAYS: Mapping[FirstKind, frozenset[Way]] = {
    "given": frozenset({"help-given", "swap-given"}),
    "received": frozenset({"help-received", "swap-received"}),
    "swap": frozenset({"swap-given", "swap-received"}),
    "gift-given": frozenset({"gift-given"}),
    "gift-received": frozenset({"gift-received"}),
}
_KINDS: Mapping[str, Kind] = {"help": "help", "swap": "skill-exchange", "gift": "gift"}


class FirstTime(NamedTuple):
    """Something a member did for the first time: what, on which day, and in which exchange or gift.

    `of` is the kind of help, or the neighbour; otherwise "".
    """

    on: date
    item: ExchangeId | GiftId
    what: FirstKind
    of: CategoryKey | MemberId | Literal[""]


def first_times(years: Years, exchanges: Exchanges, member: MemberId, year: MemberYear) -> list[FirstTime]:
    """Everything that a member did or received for the first time in this year, earliest first.

    If the first time was taken back, the next one that counts is the first.
    """
    search = _HistorySearch(exchanges, member, year.year)
    before = years.before(member, year.year)
    kinds = [(kind, search.kind(kind)) for kind in year.kinds]
    found: list[FirstTime] = []
    for what, ways in _WAYS.items():
        if not ways & before.ways:
            found += _earliest(what, "", (first for kind, first in kinds if kind.way in ways))
    for category in sorted({kind.category for kind in year.kinds} - before.categories):
        found += _earliest("kind", category, (first for kind, first in kinds if kind.category == category))
    for companion in year.people:
        if companion.member not in before.people:
            found += _earliest("neighbour", companion.member, [search.neighbour(companion.member, companion.first)])
    return sorted(found, key=lambda one: (one.on, one.item))


def _earliest(what: FirstKind, of: CategoryKey | MemberId | Literal[""], firsts: Iterable[First]) -> list[FirstTime]:
    known = min(firsts, default=None)
    return [FirstTime(known.on, known.item, what, of)] if known and known.item else []


class _HistorySearch:
    """Finds what came first in a member's history, where the years know only the earliest day possible."""

    def __init__(self, exchanges: Exchanges, member: MemberId, year: str) -> None:
        self._exchanges = exchanges
        self._member = member
        self._last_day = date(int(year), 12, 31)

    def kind(self, kind: KindOfYear) -> First:
        given = kind.way.endswith("-given")
        wanted = HistoryFilter(kind=_KINDS[kind.way.split("-")[0]], category=kind.category)

        def fits(line: HistoryLine) -> bool:
            if line.kind == "gift":
                gift = self._exchanges.gift(GiftId(line.item))
                return gift is not None and (gift.giver == self._member) == given
            if line.kind == "skill-exchange":
                return (line.category if given else line.category_back) == kind.category
            return (line.given > 0) == given

        return self._found(kind.first, wanted, fits)

    def neighbour(self, other: MemberId, first: First) -> First:
        return self._found(first, HistoryFilter(other=AccountId(other)), lambda _: True)

    def _found(self, first: First, wanted: HistoryFilter, fits: Callable[[HistoryLine], bool]) -> First:
        if first.item:
            return first
        wanted = wanted._replace(first_day=first.on, last_day=self._last_day)
        cursor = None
        while True:
            page = self._exchanges.counting(self._member, wanted, cursor)
            for line in page.rows:
                if fits(line):
                    return First(line.given_on, line.item)
            if page.older is None:
                return first
            cursor = page.older
