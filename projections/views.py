"""All read models of one community, opened together."""

import logging
import threading
import time
from contextlib import suppress
from datetime import datetime
from typing import Self

import sqlalchemy as sa
from sqlalchemy import exc

from ledger.log.entry import UnreadableEntry, instant_text
from ledger.log.failures import failure_of
from ledger.log.places import Place
from ledger.log.store import Log
from ledger.refusals import NoSuchEntry
from projections.balances import Balances
from projections.checks.anomalies import AnomalyStore
from projections.checks.replays import ReplayCheck, ReplayProgress, ReplayStore, compare
from projections.contributions import Contributions
from projections.engine.background import BackgroundRequests, DailyRuns
from projections.engine.projector import Follower, Projector
from projections.engine.read_model import CHECKPOINTS, AsOf, ReadCheckpoint, ReadModel
from projections.engine.rebuild import Progress, RowDifference
from projections.exchanges import Exchanges
from projections.figures.reports.kept import Reports
from projections.figures.reports.refreshing import StoredStatistics
from projections.figures.reports.ties import TieStore
from projections.groups import Groups, Visibility
from projections.journal import Journal
from projections.members import Members
from projections.statements import Statements
from projections.thanks import Thanks
from projections.years import Years

RETRY_AFTER_SECONDS = 5.0

logger = logging.getLogger("hours.views")


class Views:
    """What people read. Every page calls `catch_up` first; every command ends with a call of `follow`."""

    def __init__(self, engine: sa.Engine, log: Log) -> None:
        self._engine = engine
        # Each query is one statement, which needs no BEGIN and COMMIT on its way to a server.
        reader = engine.execution_options(isolation_level="AUTOCOMMIT") if engine.name == "postgresql" else engine
        self.members = Members(reader)
        self.groups = Groups(reader)
        self.balances = Balances(reader)
        self.statements = Statements(reader)
        self.exchanges = Exchanges(reader)
        self.contributions = Contributions(reader)
        self.journal = Journal(reader)
        self.years = Years(reader)
        self.visibility = Visibility(reader)
        self.thanks = Thanks(reader)
        models = [value for value in vars(self).values() if isinstance(value, ReadModel)]
        self.reports = Reports(reader, log)
        self.ties = TieStore(reader, self.reports)
        self.daily = DailyRuns(engine, self.reports)
        self.replays = ReplayStore(engine, reader, log, self.reports)
        self.requests = BackgroundRequests(engine, self.reports)
        self.statistics = StoredStatistics(engine, log, self.reports)
        self.anomalies = AnomalyStore(reader, self.reports)
        self._projector = Projector(engine, reader, log, models)
        self._follower = Follower(self._projector.catch_up)
        self._retry_at = 0.0

    @classmethod
    def open(cls, place: Place, log: Log) -> Self:
        """Open the read models of a place. First build those that are missing or defined differently from the log."""
        views = cls(place.views_engine(), log)
        views._projector.prepare()
        for store in (views.reports, views.daily, views.replays, views.requests, views.statistics, views.anomalies):
            store.prepare()
        return views

    def catch_up(self, position: int | None = None) -> AsOf:
        """Bring every read model up to the log, or at least to `position`; cheap when there is nothing new.

        If their tables cannot be written, as on a full disk, pages show what there is. It is tried again a few seconds later.
        """
        if time.monotonic() < self._retry_at:
            return self.as_of()
        try:
            return self._projector.catch_up(position)
        except (exc.OperationalError, exc.TimeoutError) as error:
            logger.warning("The read models cannot be written, so pages show what there is: %s", failure_of(error))
            self._retry_at = time.monotonic() + RETRY_AFTER_SECONDS
            return self.as_of()

    def can_be_written(self, within: float = 2.0) -> bool:
        """Whether the tables can be written, found out within so many seconds. Changes nothing."""

        def write_nothing() -> None:
            with suppress(exc.DBAPIError, exc.TimeoutError):
                with self._engine.execution_options(writes=True).begin() as connection:
                    connection.execute(sa.update(CHECKPOINTS).where(sa.false()).values(position=0))
                done.set()

        done = threading.Event()
        threading.Thread(target=write_nothing, daemon=True).start()
        return done.wait(within)

    def follow(self) -> None:
        """Have every read model brought up to date soon, in another thread, without waiting for it."""
        self._follower.notify()

    def as_of(self) -> AsOf:
        """The last entry that every read model includes; number 0 when there is none."""
        return self._projector.as_of()

    def state(self) -> list[ReadCheckpoint]:
        """The position that each read model has reached, and what stopped it."""
        return sorted(self._projector.checkpoints().values())

    def rebuild(self, progress: Progress | None = None) -> None:
        """Build every table again from the log, beside the old ones, and swap them; pages go on working meanwhile."""
        self._projector.rebuild(progress)

    def check(self, progress: Progress | None = None) -> list[RowDifference]:
        """Compare every row with what the log says, without changing any; [] when all are equal."""
        return self._projector.check(progress)

    def close(self) -> None:
        """Close all connections."""
        self._follower.stop()
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
    progress: ReplayProgress = lambda doing, done, of: None,
) -> ReplayCheck:
    """Bring the read models up to date, compare them with what the log alone says, and store the result.

    Refuse an entry number beyond the end. An entry that cannot be read is stored as trouble, and so is a log with fewer
    entries than were shown, or a read model that stopped: pages then do not show the whole log.
    """
    as_of = views.catch_up()
    at, number = instant_text(now), as_of.number if at_entry is None else at_entry
    failed = ReplayCheck(at, at_entry is None, number, as_of.position)
    try:
        check = compare(log, engine, at, at_entry, progress)
    except UnreadableEntry as error:
        check = failed._replace(trouble=f"The log cannot be read any further: {error}.")
    except NoSuchEntry as error:
        if number > as_of.number:
            raise
        left = error.details["entries"]
        trouble = f"The log has {left:,} entries, but {as_of.number:,} were shown. Entries are missing."
        check = failed._replace(trouble=trouble)
    views.replays.add(check)
    return check
