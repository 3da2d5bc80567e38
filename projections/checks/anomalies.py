"""One thing that is worth a look: which rule says so, about whom, and on which entries it rests."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from ledger.agreements.facts import Thresholds
from ledger.agreements.rules import DEFAULT_THRESHOLDS
from ledger.log.places import PreparedQuery, make_tables
from ledger.log.store import Log
from projections.checks.account_rules import before_limit, limits_used, new_at_limit
from projections.checks.log_reading import RULES, Anomaly, LogReading, Rule, read_book
from projections.checks.pattern_rules import (
    back_and_forth,
    before_leaving,
    both_sides,
    circles,
    long_days,
    many_at_once,
    month_ends,
    round_hours,
    taken_back,
    woken,
)
from projections.engine.locks import writing
from projections.engine.read_model import count, word
from projections.engine.tables import TableWriter
from projections.figures.reports.kept import Reports, entry_at


def exceptions(book: LogReading, thresholds: Thresholds | None = None) -> list[Anomaly]:
    """What is worth a look by the thresholds in force, or by others; what rests on the newest entry first."""
    agreed = thresholds or book.thresholds
    standing = book.standing
    found = [
        *both_sides(standing, agreed),
        *back_and_forth(standing, agreed),
        *circles(standing, agreed),
        *long_days(standing, agreed),
        *many_at_once(book.wishes, agreed),
        *round_hours(standing, agreed),
        *month_ends(standing, agreed),
        *before_limit(book.acts, book.limits, agreed),
        *before_leaving(standing, book.left, agreed),
        *woken(book.acts, agreed),
        *new_at_limit(book.acts, book.limits, book.welcomed, agreed),
        *limits_used(book.acts, book.limits, agreed),
        *taken_back(book.acts, agreed),
    ]
    order = {rule: place for place, rule in enumerate(RULES)}
    return sorted(found, key=lambda one: (-one.number, order[one.rule], one.people, one.entries))


FOUND_BY = "1"
"""Raised when a rule looks otherwise than before: then everything is looked at anew."""

MOST_KEPT = 1_000
"""So many of each rule are kept, those that rest on the newest entries; `hours exceptions` prints all there are."""

TABLES = sa.MetaData()
EXCEPTIONS = sa.Table(
    "kept_exceptions",
    TABLES,
    word("log", key=True),
    word("rule", key=True),
    count("place", key=True),
    word("noted"),
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


class Looked(NamedTuple):
    """Up to which entry the log was looked at, by which thresholds, and how much each rule found."""

    number: int = 0
    thresholds: Thresholds = DEFAULT_THRESHOLDS
    counts: dict[Rule, int] = {}  # noqa: RUF012 - never changed


class AnomalyStore:
    """What was found worth a look in one log."""

    def __init__(self, engine: sa.Engine, reports: Reports) -> None:
        self._engine = engine
        self._reports = reports

    def prepare(self) -> None:
        """Makes the tables if they are missing."""
        make_tables(self._engine, TABLES)

    def looked(self) -> Looked:
        """How far the looking has come; number 0 before the first time."""
        found = _STATE.ask(self._engine, log=self._reports.identity)
        if not found:
            return Looked()
        _, number, _, _, thresholds, counts = found[0]
        return Looked(
            number,
            msgspec.json.decode(thresholds, type=Thresholds),
            msgspec.json.decode(counts, type=dict[Rule, int]),
        )

    def of(self, rule: Rule, after: int = 0, limit: int = 25) -> list[tuple[int, Anomaly]]:
        """What one rule found, from the place after `after` on; the newest first, each with its place."""
        found = _NOTED.ask(self._engine, log=self._reports.identity, rule=rule, after=after, at_most=limit)
        return [(place, msgspec.json.decode(text, type=Anomaly)) for place, text in found]

    def is_behind(self, log: Log) -> bool:
        """Whether there are entries that were not looked at."""
        found = _STATE.ask(self._engine, log=self._reports.identity)
        head = log.head()
        return bool(head) and (not found or found[0][0] != FOUND_BY or found[0][2] != head)


def look(log: Log, engine: sa.Engine, *, tell: Callable[[int, int], None] = lambda done, of: None) -> Looked:
    """Looks at the whole log and keeps what it finds in the place of what was kept before, in one step.

    When nothing was added since the last time, only the last entry is read.
    """
    reports = Reports(engine, log)
    kept = AnomalyStore(engine, reports)
    kept.prepare()
    if not kept.is_behind(log) and _still_ends_there(engine, log, reports.identity):
        return kept.looked()
    head = log.head()
    if not head:
        return Looked()
    book = read_book(log, tell=lambda number: tell(number, max(head, number)))
    found = exceptions(book)
    counts: dict[Rule, int] = dict(Counter(one.rule for one in found))
    state = (
        reports.identity,
        FOUND_BY,
        book.number,
        book.position,
        entry_at(log, book.position),
        msgspec.json.encode(book.thresholds).decode(),
        msgspec.json.encode(counts).decode(),
    )
    with engine.connect() as connection, writing(connection):
        connection.execute(sa.delete(EXCEPTIONS).where(EXCEPTIONS.c.log == reports.identity))
        rows = TableWriter(connection)
        rows.insert(EXCEPTIONS, _rows(reports.identity, found))
        rows.replace(STATE, [state])
    return Looked(book.number, book.thresholds, counts)


def _still_ends_there(engine: sa.Engine, log: Log, identity: str) -> bool:
    """Whether the entry that was looked at last is what it was: a log that was put back may be as long as before."""
    found = _STATE.ask(engine, log=identity)
    return bool(found) and entry_at(log, found[0][2]) == found[0][3]


def _rows(log: str, found: Sequence[Anomaly]) -> list[tuple[str, str, int, str]]:
    places: Counter[Rule] = Counter()
    rows: list[tuple[str, str, int, str]] = []
    for one in found:
        places[one.rule] += 1
        if places[one.rule] <= MOST_KEPT:
            rows.append((log, one.rule, places[one.rule], msgspec.json.encode(one).decode()))
    return rows


_STATE = PreparedQuery(sa.select(*list(STATE.c)[1:]).where(STATE.c.log == sa.bindparam("log")))
_NOTED = PreparedQuery(
    sa.select(EXCEPTIONS.c.place, EXCEPTIONS.c.noted)
    .where(
        EXCEPTIONS.c.log == sa.bindparam("log"),
        EXCEPTIONS.c.rule == sa.bindparam("rule"),
        EXCEPTIONS.c.place > sa.bindparam("after"),
    )
    .order_by(EXCEPTIONS.c.place)
    .limit(sa.bindparam("at_most"))
)
