"""Anomalies: entries that are worth a look, found by the rules and stored for the pages.

What was found is stored beside the read models, by the log's first entry. A cache that can be deleted.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from ledger.agreements.facts import Thresholds
from ledger.agreements.rules import DEFAULT_THRESHOLDS
from ledger.log.places import PreparedQuery
from ledger.log.store import Log
from projections.checks import rules
from projections.checks.log_reading import RULES, Anomaly, LogReading, Rule, read_log
from projections.engine.locks import writing
from projections.engine.read_model import count, stored_tables, word
from projections.engine.tables import TableWriter
from projections.figures.reports.kept import Reports, entry_at


def find_anomalies(reading: LogReading, thresholds: Thresholds | None = None) -> list[Anomaly]:
    """Find anomalies by the agreed thresholds, or by others; those based on the newest entries first."""
    agreed = thresholds or reading.thresholds
    counting = reading.still_counting
    found = [
        *rules.both_sides(counting, agreed),
        *rules.back_and_forth(counting, agreed),
        *rules.circles(counting, agreed),
        *rules.long_days(counting, agreed),
        *rules.many_at_once(reading.requests, agreed),
        *rules.round_hours(counting, agreed),
        *rules.month_ends(counting, agreed),
        *rules.before_limit(reading.acts, reading.limits, agreed),
        *rules.before_leaving(counting, reading.left, agreed),
        *rules.woken(reading.acts, agreed),
        *rules.new_at_limit(reading.acts, reading.limits, reading.welcomed, agreed),
        *rules.limits_used(reading.acts, reading.limits, agreed),
        *rules.taken_back(reading.acts, agreed),
    ]
    order = {rule: index for index, rule in enumerate(RULES)}
    return sorted(found, key=lambda one: (-one.number, order[one.rule], one.people, one.entries))


RULES_VERSION = "1"
"""Raise it when a rule changes: then the whole log is searched again."""

MAX_STORED = 1_000
"""How many of each rule are stored, those based on the newest entries; `hours exceptions` prints all."""

TABLES = stored_tables("exceptions")
ANOMALIES = sa.Table(
    "kept_exceptions", TABLES, word("log", key=True), word("rule", key=True), count("place", key=True), word("noted")
)
STATE = sa.Table(
    "kept_exceptions_state",
    TABLES,
    word("log", key=True),
    word("found_by"),
    count("number"),
    count("position"),
    word("entry"),
    word("thresholds"),
    word("counts"),
)


class AnomalySearch(NamedTuple):
    """A search of the log: up to which entry, by which thresholds, and how many anomalies each rule found."""

    number: int = 0
    thresholds: Thresholds = DEFAULT_THRESHOLDS
    counts: dict[Rule, int] = {}  # noqa: RUF012 - never changed


class AnomalyStore:
    """The stored anomalies of one log."""

    def __init__(self, engine: sa.Engine, reports: Reports) -> None:
        self._engine = engine
        self._reports = reports

    def prepare(self) -> None:
        """Create the tables if they are missing."""
        TABLES.open(self._engine)

    def last_search(self) -> AnomalySearch:
        """The last search; number 0 if there was none."""
        state = self._state()
        if state is None:
            return AnomalySearch()
        _, number, _, _, thresholds, counts = state
        return AnomalySearch(
            number, msgspec.json.decode(thresholds, type=Thresholds), msgspec.json.decode(counts, type=dict[Rule, int])
        )

    def of(self, rule: Rule, after: int = 0, limit: int = 25) -> list[tuple[int, Anomaly]]:
        """The anomalies that a rule found, newest first, each with its place; those with a place beyond `after`."""
        found = _OF_RULE.ask(self._engine, log=self._reports.identity, rule=rule, after=after, at_most=limit)
        return [(place, msgspec.json.decode(text, type=Anomaly)) for place, text in found]

    def is_behind(self, log: Log) -> bool:
        """Whether there are entries that were not searched."""
        state, head = self._state(), log.head()
        return bool(head) and (state is None or state[0] != RULES_VERSION or state[2] != head)

    def update(self, log: Log, progress: Callable[[int, int], None] = lambda done, of: None) -> AnomalySearch:
        """Search the whole log and replace what is stored. If there is nothing new, only the last entry is read."""
        state, head = self._state(), log.head()
        # A restored log may be as long as before, and end differently.
        if not self.is_behind(log) and state is not None and entry_at(log, state[2]) == state[3]:
            return self.last_search()
        if not head:
            return AnomalySearch()
        reading = read_log(log, progress=lambda number: progress(number, max(head, number)))
        found = find_anomalies(reading)
        counts: dict[Rule, int] = dict(Counter(one.rule for one in found))
        position, identity = reading.position, self._reports.identity
        texts = [msgspec.json.encode(one).decode() for one in (reading.thresholds, counts)]
        with self._engine.connect() as connection, writing(connection):
            connection.execute(sa.delete(ANOMALIES).where(ANOMALIES.c.log == identity))
            rows = TableWriter(connection)
            rows.insert(ANOMALIES, _rows(identity, found))
            rows.replace(STATE, [(identity, RULES_VERSION, reading.number, position, entry_at(log, position), *texts)])
        return AnomalySearch(reading.number, reading.thresholds, counts)

    def _state(self) -> Any:
        return next(iter(_STATE.ask(self._engine, log=self._reports.identity)), None)


def search(
    log: Log, engine: sa.Engine, *, progress: Callable[[int, int], None] = lambda done, of: None
) -> AnomalySearch:
    """Bring the stored anomalies of a log up to date."""
    store = AnomalyStore(engine, Reports(engine, log))
    store.prepare()
    return store.update(log, progress)


def _rows(log: str, found: Sequence[Anomaly]) -> list[tuple[str, str, int, str]]:
    places: Counter[Rule] = Counter()
    rows: list[tuple[str, str, int, str]] = []
    for one in found:
        places[one.rule] += 1
        if places[one.rule] <= MAX_STORED:
            rows.append((log, one.rule, places[one.rule], msgspec.json.encode(one).decode()))
    return rows


_STATE = PreparedQuery(sa.select(*list(STATE.c)[1:]).where(STATE.c.log == sa.bindparam("log")))
_OF_RULE = PreparedQuery(
    sa.select(ANOMALIES.c.place, ANOMALIES.c.noted)
    .where(
        ANOMALIES.c.log == sa.bindparam("log"),
        ANOMALIES.c.rule == sa.bindparam("rule"),
        ANOMALIES.c.place > sa.bindparam("after"),
    )
    .order_by(ANOMALIES.c.place)
    .limit(sa.bindparam("at_most"))
)
