"""What somebody did for the first time in a year: first hour, first gift, first of a kind, first with a neighbour."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Literal, NamedTuple

from ledger.identifiers import AccountId, CategoryKey, ExchangeId, GiftId, MemberId
from projections.exchanges import Exchanges, HistoryFilter, HistoryLine
from projections.member_years import First, KindOfYear, MemberYear, Way
from projections.stories import Kind
from projections.years import Years

What = Literal["given", "received", "swap", "gift-given", "gift-received", "kind", "neighbour"]

_FIRSTS: Mapping[What, frozenset[Way]] = {
    "given": frozenset({"help-given", "swap-given"}),
    "received": frozenset({"help-received", "swap-received"}),
    "swap": frozenset({"swap-given", "swap-received"}),
    "gift-given": frozenset({"gift-given"}),
    "gift-received": frozenset({"gift-received"}),
}
_KINDS: Mapping[str, Kind] = {"help": "help", "swap": "skill-exchange", "gift": "gift"}


class FirstTime(NamedTuple):
    """Something that had never been before: what, on which day, and the exchange or gift that it was.

    `of` is the kind of help, or the neighbour; "" where `what` says it all.
    """

    on: date
    item: ExchangeId | GiftId
    what: What
    of: CategoryKey | MemberId | Literal[""]


def first_times(years: Years, exchanges: Exchanges, member: MemberId, year: MemberYear) -> list[FirstTime]:
    """Everything that a member did, or that was done for them, for the first time in this year; the earliest first.

    What was taken back was no first time: the next that counts is.
    """
    looking = _Looking(exchanges, member, year.year)
    before = years.before(member, year.year)
    kinds = [(kind, looking.kind(kind)) for kind in year.kinds]
    found: list[FirstTime] = []
    for what, ways in _FIRSTS.items():
        if not ways & before.ways:
            found += _earliest(what, "", (first for kind, first in kinds if kind.way in ways))
    for category in sorted({kind.category for kind in year.kinds} - before.categories):
        found += _earliest("kind", category, (first for kind, first in kinds if kind.category == category))
    for companion in year.people:
        if companion.member not in before.people:
            found += _earliest("neighbour", companion.member, [looking.neighbour(companion.member, companion.first)])
    return sorted(found, key=lambda one: (one.on, one.item))


def _earliest(what: What, of: CategoryKey | MemberId | Literal[""], firsts: Iterable[First]) -> list[FirstTime]:
    known = min(firsts, default=None)
    return [FirstTime(known.on, known.item, what, of)] if known and known.item else []


class _Looking:
    """Looks up in a member's history what came first, where the years know only the earliest day it can have been."""

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
