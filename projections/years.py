"""Everybody's own years: one row for each member and year, which knows days, kinds of help, people, and first times."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple, cast

import sqlalchemy as sa

from ledger.exchanges.facts import ExchangeReversed, ExchangeSettled
from ledger.gifts.facts import GiftRecorded, GiftWithdrawn
from ledger.identifiers import CategoryKey, MemberId, is_member
from ledger.log.prepared_queries import PreparedQuery
from projections.engine.read_model import IncomingEntry, ReadModel, table, word
from projections.engine.tables import Row, TableWriter
from projections.kept_years import KeptYear, Side, sides_of_exchange, sides_of_gift
from projections.member_years import MemberYear, Way

YEARS = table("member_years", word("member", key=True), word("year", key=True), word("kept"))


class Before(NamedTuple):
    """What had been before a year: in which ways, which kinds of help, and with whom."""

    ways: frozenset[Way]
    categories: frozenset[CategoryKey]
    people: frozenset[MemberId]


class Years(ReadModel):
    """What each member gave and received, year by year, by the day on which it was given.

    Settled exchanges and recorded gifts count, until they are taken back. A gift to a group or to everybody counts for
    its giver, and is shared with nobody in particular.
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
        after = {key: _counted(before.get(key), some) for key, some in sides.items()}
        rows.replace(YEARS, [(*key, year.text) for key, year in after.items() if not year.is_empty])
        rows.delete(YEARS, [key for key in before if after[key].is_empty])

    def of(self, member: MemberId, year: str) -> MemberYear:
        """A member's year, YYYY; empty when nothing counts in it."""
        found = _OF.ask(self._engine, member=member, year=year)
        return (KeptYear(found[0][0]) if found else KeptYear()).read(year)

    def all(self, member: MemberId) -> list[str]:
        """The years, YYYY, in which anything counts for a member, the latest first."""
        return [year for (year,) in _ALL.ask(self._engine, member=member)]

    def before(self, member: MemberId, year: str) -> Before:
        """What had been for a member in all the years before this one."""
        earlier = _BEFORE.ask(self._engine, member=member, year=year)
        keys = {key for (text,) in earlier for key in KeptYear(text)}
        kinds = [key.split(" ") for key in keys if " " in key]
        return Before(
            frozenset(cast("Way", way) for way, _ in kinds),
            frozenset(CategoryKey(category) for _, category in kinds),
            frozenset(MemberId(key) for key in keys if is_member(key)),
        )

    def by_day(self, members: Collection[str], day: date) -> dict[str, tuple[int, int]]:
        """Minutes that each of these gave and received by the end of a day, whenever it was recorded; zeros are left out.

        It reads the rows of their years, which grow with days and people, and not with entries.
        """
        year, on = day.isoformat()[:4], day.isoformat()[5:]
        found: dict[str, tuple[int, int]] = {}
        with self._engine.connect() as connection:
            rows = connection.execute(_BY_YEAR, {"members": list(members), "year": year}).fetchall()
        for member, of_year, text in rows:
            given, received = KeptYear(text).by(on if of_year == year else LAST_DAY)
            before = found.get(member, (0, 0))
            found[member] = (before[0] + given, before[1] + received)
        return found

    def span(self, member: MemberId) -> tuple[date, date] | None:
        """The first and the last day on which anything counts for a member; None when nothing does."""
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


def _counted(kept: Row | None, sides: Sequence[Side]) -> KeptYear:
    """A year after these have been counted."""
    year = KeptYear(kept[2]) if kept else KeptYear()
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
            raise AssertionError(f"{incoming.entry.type} belongs to nobody's year")
