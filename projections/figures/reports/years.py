"""What the reports of a year's months count, and what of it groups may be shown: decided once, for all its reports."""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property, partial
from threading import Lock
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from ledger.identifiers import GroupId
from ledger.log.prepared_queries import PreparedQuery
from projections.engine.read_model import fingerprint, word
from projections.engine.tables import TableWriter
from projections.figures.chronicle import Chronicle
from projections.figures.measures.acts import Act
from projections.figures.privacy.agreed import NOBODY_AGREED, Agreed, PublishedFigures, Seen, agreed_in, ties_of
from projections.figures.privacy.cells import FEWEST_TO_COMPARE, Behind, Cell
from projections.figures.privacy.groups import Placed, behind, groups_beside, kinds_beside
from projections.figures.privacy.periods import HiddenMonths, hidden_months, shown_months
from projections.figures.privacy.remainders import Tied, TiesByScope
from projections.figures.reports.kept import COMMUNITY, TABLES, Report, Reports


class ReportMonth:
    """A closed month: where the acts lie that its reports count, and the groups that there were by then, the oldest first."""

    def __init__(self, told: Chronicle, name: str, places: Sequence[int], formed: Mapping[GroupId, str]) -> None:
        self.name = name
        self.places = places
        self._told = told
        self.formed = [group for group, month in formed.items() if month <= name]

    @cached_property
    def placed(self) -> list[Placed]:
        """Its acts with the groups of the two; a group's figures begin with the month in which it was formed."""
        known = frozenset(self.formed)
        return [
            Placed(self._told.acts[place], *(known.intersection(side) for side in self._told.belonging(place)))
            for place in self.places
        ]

    @cached_property
    def groups(self) -> list[GroupId]:
        """The groups with anything that counts."""
        return active(self.placed, self.formed)

    @cached_property
    def behind(self) -> dict[GroupId, Behind]:
        """What lies behind each group's figures."""
        return {group: behind(group, self.placed) for group in self.groups}

    @cached_property
    def beside(self) -> list[GroupId]:
        """The groups that may be shown together, if the month of the community is shown to everybody."""
        return groups_beside(self.placed, self.groups)


class Year:
    """The closed months of a calendar year, up to one of them."""

    def __init__(self, told: Chronicle, months: Sequence[ReportMonth], formed: Iterable[GroupId]) -> None:
        self._told = told
        self._formed = list(formed)
        self.months = {month.name: month for month in months}

    @cached_property
    def places(self) -> list[int]:
        """Where everything lies that the months' reports count."""
        return [place for month in self.months.values() for place in month.places]

    @cached_property
    def acts(self) -> list[Act]:
        """Everything that they count."""
        return [self._told.acts[place] for place in self.places]

    @cached_property
    def placed(self) -> list[Placed]:
        """The same, with groups."""
        return [one for month in self.months.values() for one in month.placed]

    @cached_property
    def hidden_from_everyone(self) -> frozenset[str]:
        """The months of the community that not everybody may read."""
        return frozenset(name for name, cell in shown_months(self.acts, "everyone").items() if cell is None)

    @cached_property
    def months_of_groups(self) -> dict[GroupId, HiddenMonths]:
        """Which months are hidden for each group, and whether the sum of them may be told."""
        hidden = self.hidden_from_everyone
        return {
            group: hidden_months(
                {name: month.behind[group] for name, month in self.months.items() if group in month.behind},
                "everyone",
                hidden=hidden,
                vetoed=[name for name, month in self.months.items() if name not in hidden and _is_vetoed(month, group)],
                compares_groups=True,
            )
            for group in self._formed
        }

    @cached_property
    def groups_shown(self) -> list[GroupId]:
        """The groups whose year may be shown beside the community's, if that is shown to everybody."""
        able = [group for group in self._formed if self.months_of_groups[group].year_is_safe]
        return groups_beside(self.placed, active(self.placed, able))

    def groups_shown_in(self, month: str) -> list[GroupId]:
        """The groups whose month may be shown."""
        if month in self.hidden_from_everyone:
            return []
        return [group for group in self.months[month].groups if month not in self.months_of_groups[group].hidden]

    def kinds_shown(
        self, attribute: str, community: Mapping[str, Cell | None]
    ) -> dict[GroupId, dict[str, Cell | None]]:
        """The kinds or categories of each group that the year may show, given those of the community that everybody reads."""
        return kinds_beside(self.placed, self.groups_shown, community, lambda act: str(getattr(act, attribute)))


def active(placed: Iterable[Placed], groups: Collection[GroupId]) -> list[GroupId]:
    """Those of these groups with anything that counts."""
    found = {group for one in placed for group in (*one.giver, *one.receiver)}
    return [group for group in groups if group in found]


def _is_vetoed(month: ReportMonth, group: GroupId) -> bool:
    """Whether a group could be shown by itself, and is not for what it would tell beside others."""
    return group in month.behind and group not in month.beside and month.behind[group].may_be_shown(FEWEST_TO_COMPARE)


TIES = sa.Table("kept_ties", TABLES, word("log", key=True), word("period", key=True), word("version"), word("ties"))

MOST_REMEMBERED = 64


class TiesOfYear(msgspec.Struct, frozen=True):
    """The ties that a year's reports count, and whose figures of the year, or of some of its months, are shown to anybody."""

    ties: list[Tied]
    shown: list[str]
    partly: list[str]


class Opened(NamedTuple):
    """The same, ready to be asked."""

    ties: TiesByScope
    published: PublishedFigures


class TieStore:
    """The kept ties of one log. What a reader may see of them is remembered, for it takes a look at all of them."""

    def __init__(self, engine: sa.Engine, reports: Reports) -> None:
        self._engine = engine
        self._reports = reports
        self._lock = Lock()
        self._known: OrderedDict[Any, Any] = OrderedDict()

    def agreed_in(self, group: GroupId, period: str, seen: Seen) -> Agreed | None:
        """What a reader may see of a group's people in a closed year; None where no ties of it are kept."""
        log = self._reports.identity
        found = _VERSION.ask(self._engine, log=log, period=period)
        if not found:
            return None
        if not seen.get(group):
            return NOBODY_AGREED
        key = (log, period, found[0][0])
        of_year = self._remembered(key, partial(self._opened, log, period))
        return self._remembered(
            (*key, group, frozenset(seen.items())),
            lambda: agreed_in(group, of_year.ties, seen, of_year.published),
        )

    def _opened(self, log: str, period: str) -> Opened:
        kept = msgspec.json.decode(_TIES.ask(self._engine, log=log, period=period)[0][0], type=TiesOfYear)
        return Opened(
            TiesByScope(kept.ties),
            PublishedFigures(frozenset(map(_scope, kept.shown)), frozenset(map(_scope, kept.partly))),
        )

    def _remembered(self, key: Any, make: Any) -> Any:
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        made = make()
        with self._lock:
            self._known[key] = made
            while len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)
        return made


def ties_of_year(placed: Iterable[Placed], reports: Collection[Report]) -> TiesOfYear:
    """The ties of the acts that a year's reports count, beside the reports themselves, for all readers."""
    shown = {one.scope for one in reports if _amounts(one.figures)}
    months = {one.scope for one in reports for month in one.figures.get("months") or () if _amounts(month)}
    return TiesOfYear(ties_of(placed), sorted(shown), sorted(months - shown))


def keep_ties(connection: sa.Connection, log: str, period: str, of_year: TiesOfYear) -> None:
    """Puts them in the place of those of the same year, or adds them."""
    text = msgspec.json.encode(of_year)
    TableWriter(connection).replace(TIES, [(log, period, fingerprint(text), text.decode())])


def _amounts(figures: Any) -> bool:
    """Whether anything is told of how much there was, and there was anything."""
    return any(figures.get(name) for name in ("entries", "minutes", "given", "received"))


def _scope(name: str) -> GroupId | None:
    return None if name == COMMUNITY else GroupId(name)


_ROW = (TIES.c.log == sa.bindparam("log"), TIES.c.period == sa.bindparam("period"))
_VERSION = PreparedQuery(sa.select(TIES.c.version).where(*_ROW))
_TIES = PreparedQuery(sa.select(TIES.c.ties).where(*_ROW))
