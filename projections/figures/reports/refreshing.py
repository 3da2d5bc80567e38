"""Brings kept reports up to the log: in a process of its own, one at a time of all, and never in the one that serves pages.

Each period is kept as soon as it is made, in one step. Whoever is stopped half-way leaves what was there before, and what
is already made; the next one goes on from there.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from ledger.log.store import Log
from projections.engine.locks import alone, writing
from projections.figures.chronicle import Chronicle, chronicle
from projections.figures.measures.acts import counting
from projections.figures.measures.network import graph
from projections.figures.measures.statistics import statistics
from projections.figures.reports.kept import EverythingKept, Report, Reports, State, entry_at, forget, keep, keep_state
from projections.figures.reports.making import AUDIENCES, Making
from projections.figures.reports.periods import MADE_BY, Closed, settled_moment
from projections.figures.reports.years import keep_ties, ties_of_year

Tell = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much."""


class Refreshed(NamedTuple):
    """What was made: the periods, and the last entry that was looked at. `is_busy`: another process is at it already."""

    periods: list[str]
    number: int
    is_busy: bool = False


def refresh(
    log: Log,
    engine: sa.Engine,
    *,
    now: datetime,
    everything: bool = True,
    tell: Tell = lambda doing, done, of: None,
) -> Refreshed:
    """Makes the reports that are missing, looks for late ones, and computes everything for auditors.

    Does nothing when another process is at it. Without `everything`, only the reports of closed periods are made.
    """
    with alone(engine, "figures") as is_alone:
        if not is_alone:
            return Refreshed([], 0, is_busy=True)
        kept = Reports(engine, log)
        kept.prepare()
        return _Refreshing(log, engine, kept, tell).carry_out(now, everything=everything)


class _Refreshing:
    def __init__(self, log: Log, engine: sa.Engine, kept: Reports, tell: Tell) -> None:
        self._log = log
        self._engine = engine
        self._kept = kept
        self._tell = tell

    def carry_out(self, now: datetime, *, everything: bool) -> Refreshed:
        head = self._log.head()
        if not head:
            return Refreshed([], 0)
        told = chronicle(self._log, tell=lambda number: self._tell("Reading the log", number, max(head, number)))
        making = Making(told, told.calendar.day_at(settled_moment(now)))
        before = self._kept.state()
        if before.made_by != MADE_BY:
            self._write(lambda connection: forget(connection, before.log))
        made = self._make_missing(making)
        closing = str(making.closed[-1].known_on) if making.closed else ""
        if closing > before.known_on:
            self._look_for_late_ones(making, [one for one in making.closed if one.name not in made])
        whole = self._everything(told) if everything else self._kept.everything()
        state = State(
            self._kept.identity,
            MADE_BY,
            told.number,
            told.position,
            entry_at(self._log, told.position),
            closing,
            str(told.founded_on),
            msgspec.json.encode(whole).decode() if whole else "",
        )
        self._write(lambda connection: keep_state(connection, state))
        return Refreshed(made, told.number)

    def _make_missing(self, making: Making) -> list[str]:
        have: dict[str, set[str]] = {}
        for scope in {scope for closed in making.closed for scope in making.scopes(closed)}:
            have[scope] = set(self._kept.periods(scope))
        missing = [one for one in making.closed if any(one.name not in have[scope] for scope in making.scopes(one))]
        for place, closed in enumerate(missing):
            self._tell("Making reports", place, len(missing))
            reports = list(making.reports(closed))
            self._keep(making, closed, reports)
        self._tell("Making reports", len(missing), len(missing))
        return [one.name for one in missing]

    def _keep(self, making: Making, closed: Closed, reports: list[Report]) -> None:
        """The reports of a period, and with those of a year who helped whom, in one step."""
        ties = ties_of_year(making.placed(closed), reports) if closed.is_year else None

        def write(connection: sa.Connection) -> None:
            keep(connection, self._kept.identity, reports)
            if ties:
                keep_ties(connection, self._kept.identity, closed.name, ties)

        self._write(write)

    def _look_for_late_ones(self, making: Making, before: list[Closed]) -> None:
        for closed in before:
            late = making.late(closed)
            reports = [
                msgspec.structs.replace(report, late=ones.late, looked_at=ones.looked_at, late_hidden=ones.is_hidden)
                for scope, ones in late.items()
                for reader in AUDIENCES
                if (report := self._kept.of(scope, closed.name, reader))
            ]
            self._write(lambda connection, reports=reports: keep(connection, self._kept.identity, reports))

    def _everything(self, told: Chronicle) -> EverythingKept:
        known = told.at(told.number)
        figures = statistics(known.acts, known.members, as_of=known.last_day)
        connected = graph(counting(known.acts, last_day=known.last_day), figures.weigh)
        return EverythingKept(
            entry=told.number,
            as_of=known.last_day,
            statistics=msgspec.to_builtins(figures),
            graph=msgspec.to_builtins(connected),
        )

    def _write(self, change: Callable[[sa.Connection], None]) -> None:
        with self._engine.connect() as connection, writing(connection):
            change(connection)
