"""The totals of every account: as the log alone says, beside what balances and statements say.

Entries may come meanwhile. All read models are asked in one view of the database, and the log is read up to the very
entry that they tell of in it, so what came later is no difference.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple

import msgspec
import sqlalchemy as sa

from ledger.identifiers import AccountId
from ledger.log.store import Log
from ledger.refusals import NoSuchEntry
from ledger.replay import Replayed, Until, replay
from projections.balances import TALLIES
from projections.balances import TOTALS as BALANCE_TOTALS
from projections.engine.read_model import standings
from projections.statements import LINES
from projections.statements import TOTALS as STATEMENT_TOTALS

ALL_ACCOUNTS = "all accounts"
_ON_BALANCES = ("given", "received", "exchanges", "gifts_given", "gifts_received")
_ON_STATEMENTS = ("given", "received")
_SUMS = ("sum of given", "sum of received")
_ROWS_AT_ONCE = 2_000

Tell = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much."""


class AccountDifference(msgspec.Struct, frozen=True):
    """A number of an account, in minutes or a count, that the log and a read model do not agree on."""

    account: str
    read_model: Literal["balances", "statements"]
    what: str
    log: int
    shown: int


class Compared(NamedTuple):
    """What the log says, what is shown otherwise, and the read models that stopped, which makes differences no surprise."""

    replayed: Replayed
    differences: list[AccountDifference]
    stopped: dict[str, str]

    @property
    def is_sound(self) -> bool:
        """Whether everything agrees, and all that was given was received."""
        return not self.differences and not self.stopped and self.replayed.given == self.replayed.received


def compare(
    log: Log, engine: sa.Engine, at_entry: int | None = None, *, tell: Tell = lambda doing, done, of: None
) -> Compared:
    """Adds up the log, and looks whether read models agree. They should be up to date before.

    With `at_entry` only statements can answer, which tell of every moment; a number beyond what they tell of is refused.
    """
    with _one_view(engine) as connection:
        states = standings(connection)
        stopped = {state.name: state.stopped_by for state in states.values() if state.stopped_by}
        latest = min((states[name].number for name in ("balances", "statements") if name in states), default=0)
        number = latest if at_entry is None else at_entry
        if number > latest:
            raise NoSuchEntry(entries=latest, number=number)
        replayed = replay(log, Until(number=number), progress=lambda done: tell("Reading the log", done, number))
        tell("Comparing", 0, 1)
        differences = list(_on_statements(connection, replayed))
        if at_entry is None:
            differences += _on_balances(connection, replayed)
        tell("Comparing", 1, 1)
    return Compared(replayed, sorted(differences, key=lambda one: (one.read_model, one.account)), stopped)


@contextmanager
def _one_view(engine: sa.Engine) -> Generator[sa.Connection]:
    """A connection that sees nothing of what is written after its first question."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection
        connection.rollback()


def _on_balances(connection: sa.Connection, replayed: Replayed) -> Iterator[AccountDifference]:
    rows = _rows(connection, sa.select(*(TALLIES.c[name] for name in ("account", *_ON_BALANCES))))
    said: Mapping[AccountId, tuple[int, ...]] = {
        account: tuple(getattr(tally, name) for name in _ON_BALANCES) for account, tally in replayed.accounts.items()
    }
    yield from _beside("balances", _ON_BALANCES, said, rows)
    totals = connection.execute(sa.select(BALANCE_TOTALS.c.given, BALANCE_TOTALS.c.received)).fetchall()
    shown = totals[0] if totals else (0, 0)
    yield from _differences("balances", ALL_ACCOUNTS, _ON_STATEMENTS, (replayed.given, replayed.received), shown)


def _on_statements(connection: sa.Connection, replayed: Replayed) -> Iterator[AccountDifference]:
    """The running totals of the last line that each account has by then, and the sums of its lines."""
    said = {account: (tally.given, tally.received) for account, tally in replayed.accounts.items()}
    given = {"number": replayed.number}
    yield from _beside("statements", _ON_STATEMENTS, said, _rows(connection, _LAST_LINES, given))
    yield from _beside("statements", _SUMS, said, _rows(connection, _SUMS_OF_LINES, given))


def _beside(
    read_model: Literal["balances", "statements"],
    names: tuple[str, ...],
    said: Mapping[AccountId, tuple[int, ...]],
    rows: Iterable[Any],
) -> Iterator[AccountDifference]:
    """Each account that either side knows; whoever is missing on one has nothing there."""
    nothing = (0,) * len(names)
    seen: set[str] = set()
    for account, *shown in rows:
        seen.add(account)
        numbers = tuple(number or 0 for number in shown)
        if numbers != said.get(account, nothing):
            yield from _differences(read_model, account, names, said.get(account, nothing), numbers)
    for account in said.keys() - seen:
        yield from _differences(read_model, account, names, said[account], nothing)


def _differences(
    read_model: Literal["balances", "statements"],
    account: str,
    names: tuple[str, ...],
    said: Iterable[int],
    shown: Iterable[int],
) -> Iterator[AccountDifference]:
    for name, log, read in zip(names, said, shown, strict=True):
        if log != read:
            yield AccountDifference(account, read_model, name, log, read)


def _rows(connection: sa.Connection, query: sa.Select[*tuple[Any, ...]], given: Any = None) -> Iterator[Any]:
    yield from connection.execute(query, given, execution_options={"yield_per": _ROWS_AT_ONCE})


def _so_far(column: sa.Column[int]) -> sa.ScalarSelect[int]:
    return (
        sa.select(column)
        .where(LINES.c.account == STATEMENT_TOTALS.c.account, LINES.c.number <= sa.bindparam("number"))
        .order_by(LINES.c.number.desc(), LINES.c.leg.desc())
        .limit(1)
        .correlate(STATEMENT_TOTALS)
        .scalar_subquery()
    )


_LAST_LINES = sa.select(STATEMENT_TOTALS.c.account, _so_far(LINES.c.given_so_far), _so_far(LINES.c.received_so_far))
_SUMS_OF_LINES = (
    sa.select(
        LINES.c.account,
        # Sums of whole numbers are numerics on PostgreSQL.
        sa.cast(sa.func.sum(LINES.c.given), sa.BigInteger),
        sa.cast(sa.func.sum(LINES.c.received), sa.BigInteger),
    )
    .where(LINES.c.number <= sa.bindparam("number"))
    .group_by(LINES.c.account)
)
