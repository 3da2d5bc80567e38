"""All read models of one community, opened together."""

from datetime import datetime
from typing import NamedTuple, Self

import sqlalchemy as sa

from ledger.log.entry import UnreadableEntry, instant_text
from ledger.log.places import Place
from ledger.log.store import Log
from ledger.refusals import EntryToCome
from projections.balances import Balances
from projections.checks.anomalies import AnomalyStore
from projections.checks.comparison import Tell, compare
from projections.checks.replays import ReplayCheck, ReplayStore
from projections.contributions import Contributions
from projections.engine.background import BackgroundRequests, DailyRuns
from projections.engine.projector import Follower, Projector
from projections.engine.read_model import AsOf
from projections.engine.rebuild import Progress, RowDifference
from projections.exchanges import Exchanges
from projections.figures.reports.kept import Reports
from projections.figures.reports.refreshing import StoredStatistics
from projections.figures.reports.ties import TieStore
from projections.groups import Groups, Visibility
from projections.journal import Journal
from projections.members import Members
from projections.statements import Statements
from projections.years import Years


class ModelState(NamedTuple):
    """How far one read model has come; `stopped_by` names the entry that it could not take in, and why."""

    name: str
    number: int
    position: int
    stopped_by: str | None


class Views:
    """What people read. Every page brings it up to the log first: `catch_up`. After a command, it is told to `follow`."""

    def __init__(self, engine: sa.Engine, log: Log) -> None:
        self._engine = engine
        # Each question is one statement, which needs no BEGIN and COMMIT around it on the way to a server.
        asking = engine.execution_options(isolation_level="AUTOCOMMIT") if engine.name == "postgresql" else engine
        self.members = Members(asking)
        self.groups = Groups(asking)
        self.balances = Balances(asking)
        self.statements = Statements(asking)
        self.exchanges = Exchanges(asking)
        self.contributions = Contributions(asking)
        self.journal = Journal(asking)
        self.years = Years(asking)
        self.visibility = Visibility(asking)
        models = (
            self.members,
            self.groups,
            self.balances,
            self.statements,
            self.exchanges,
            self.contributions,
            self.journal,
            self.years,
            self.visibility,
        )
        self.reports = Reports(asking, log)
        self.ties = TieStore(asking, self.reports)
        self.daily = DailyRuns(engine, self.reports)
        self.replays = ReplayStore(engine, asking, log, self.reports)
        self.wishes = BackgroundRequests(engine, self.reports)
        self.statistics = StoredStatistics(engine, log, self.reports)
        self.exceptions = AnomalyStore(asking, self.reports)
        self._projector = Projector(engine, asking, log, models)
        self._follower = Follower(self.catch_up)

    @classmethod
    def open(cls, place: Place, log: Log) -> Self:
        """The read models of a place. Those that are missing or defined otherwise are made from the log first."""
        views = cls(place.views_engine(), log)
        views._projector.prepare()
        for kept in (views.reports, views.daily, views.replays, views.wishes, views.statistics, views.exceptions):
            kept.prepare()
        return views

    def catch_up(self, position: int | None = None) -> AsOf:
        """Brings every read model up to the log, at least to `position`; cheap when nothing is new."""
        return self._projector.catch_up(position)

    def follow(self) -> None:
        """Has every read model brought up to the log soon, in a thread of its own; for whoever need not wait for it."""
        self._follower.call()

    def as_of(self) -> AsOf:
        """The last entry that is told of everywhere; number 0 when there is none."""
        return self._projector.as_of()

    def state(self) -> list[ModelState]:
        """How far each read model has come, and what stopped it."""
        return [
            ModelState(name, standing.number, standing.position, standing.stopped_by or None)
            for name, standing in sorted(self._projector.standings().items())
        ]

    def rebuild(self, progress: Progress | None = None) -> None:
        """Makes every table anew from the log, beside the old ones, and swaps them; pages go on meanwhile."""
        self._projector.rebuild(progress)

    def check(self, progress: Progress | None = None) -> list[RowDifference]:
        """Compares every row with what the log says, without changing any; [] when all are equal."""
        return self._projector.check(progress)

    def close(self) -> None:
        """Lets go of every connection."""
        self._follower.end()
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def check_by_replay(
    log: Log,
    engine: sa.Engine,
    views: Views,
    *,
    now: datetime,
    at_entry: int | None = None,
    tell: Tell = lambda doing, done, of: None,
) -> ReplayCheck:
    """Brings the read models up to the log, sets them beside what the log alone says, and keeps what came out.

    Refuses an entry number beyond the end. An entry that cannot be read is kept as trouble, and so is a log with fewer entries
    than were shown, or a read model that stopped: what pages show is then not the whole book.
    """
    as_of = views.catch_up()
    number = as_of.number if at_entry is None else at_entry
    at, is_whole = instant_text(now), at_entry is None
    try:
        compared = compare(log, engine, at_entry, tell=tell)
    except UnreadableEntry as error:
        check = ReplayCheck(
            at, is_whole, number, as_of.position, trouble=f"The log cannot be read any further: {error}."
        )
    except EntryToCome as error:
        if number > as_of.number:
            raise
        left = (
            f"The log has {error.details['entries']:,} entries, but {as_of.number:,} were shown. Entries are missing."
        )
        check = ReplayCheck(at, is_whole, number, as_of.position, trouble=left)
    else:
        replayed = compared.replayed
        check = ReplayCheck(
            at,
            is_whole,
            replayed.number,
            replayed.position,
            len(replayed.accounts),
            replayed.given,
            replayed.received,
            len(compared.differences),
            tuple(compared.differences),
            " ".join(f"The read model of {model} stopped: {why}." for model, why in sorted(compared.stopped.items())),
        )
    views.replays.keep(check)
    return check
