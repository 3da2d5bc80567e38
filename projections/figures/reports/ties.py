"""Who helped whom in a closed year, stored beside its reports; group pages draw it for members who agreed to be visible."""

from collections import OrderedDict
from collections.abc import Collection, Iterable
from functools import partial
from threading import Lock
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from ledger.identifiers import GroupId
from ledger.log.places import PreparedQuery
from projections.engine.read_model import fingerprint
from projections.engine.tables import TableWriter
from projections.figures.privacy.agreed import (
    NOBODY_AGREED,
    Agreed,
    GroupTie,
    PublishedFigures,
    Seen,
    TiesByScope,
    group_ties,
    visible_in_group,
)
from projections.figures.privacy.groups import Placed
from projections.figures.reports.kept import COMMUNITY, TIES, Report, Reports

MAX_CACHED = 64


class TiesOfYear(msgspec.Struct, frozen=True):
    """The ties that a year's reports count, and the scopes whose figures of the year, or of some months, are published."""

    ties: list[GroupTie]
    shown: list[str]
    partly: list[str]


class LoadedTies(NamedTuple):
    """The same, ready for queries."""

    ties: TiesByScope
    published: PublishedFigures


class TieStore:
    """The stored ties of one log. What a reader may see is cached, because working it out takes all ties."""

    def __init__(self, engine: sa.Engine, reports: Reports) -> None:
        self._engine = engine
        self._reports = reports
        self._lock = Lock()
        self._known: OrderedDict[Any, Any] = OrderedDict()

    def visible_in_group(self, group: GroupId, period: str, seen: Seen) -> Agreed | None:
        """Return what a reader can see of a group's members in a closed year; None if no ties of it are stored."""
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
            lambda: visible_in_group(group, of_year.ties, seen, of_year.published),
        )

    def _opened(self, log: str, period: str) -> LoadedTies:
        stored = msgspec.json.decode(_TIES.ask(self._engine, log=log, period=period)[0][0], type=TiesOfYear)
        return LoadedTies(
            TiesByScope(stored.ties),
            PublishedFigures(frozenset(map(_scope, stored.shown)), frozenset(map(_scope, stored.partly))),
        )

    def _remembered(self, key: Any, make: Any) -> Any:
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        made = make()
        with self._lock:
            self._known[key] = made
            while len(self._known) > MAX_CACHED:
                self._known.popitem(last=False)
        return made


def ties_of_year(placed: Iterable[Placed], reports: Collection[Report]) -> TiesOfYear:
    """Return the ties of the acts that a year's reports count, given these reports."""
    shown = {one.scope for one in reports if _amounts(one.figures)}
    months = {one.scope for one in reports for month in one.figures.get("months") or () if _amounts(month)}
    return TiesOfYear(group_ties(placed), sorted(shown), sorted(months - shown))


def store_ties(connection: sa.Connection, log: str, period: str, of_year: TiesOfYear) -> None:
    """Add the ties of a year, or replace them."""
    text = msgspec.json.encode(of_year)
    TableWriter(connection).replace(TIES, [(log, period, fingerprint(text), text.decode())])


def _amounts(figures: Any) -> bool:
    """Whether any amount is shown that is not zero."""
    return any(figures.get(name) for name in ("entries", "minutes", "given", "received"))


def _scope(name: str) -> GroupId | None:
    return None if name == COMMUNITY else GroupId(name)


_ROW = (TIES.c.log == sa.bindparam("log"), TIES.c.period == sa.bindparam("period"))


_VERSION = PreparedQuery(sa.select(TIES.c.version).where(*_ROW))


_TIES = PreparedQuery(sa.select(TIES.c.ties).where(*_ROW))
