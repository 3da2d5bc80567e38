"""Forgetting somebody in the people store: every row about them, and what deleted rows leave behind in the database's files.

Whose rows they are is read off the tables themselves: a table of the people store has a column `member` or `subject`. One that
has neither cannot say whom it is about, so it is emptied whenever somebody is forgotten. Kept: how far that has come.
"""

import re
import sqlite3
import time
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from ledger.identifiers import MemberId
from ledger.personal_data.store import FORGOTTEN, PERSONAL_TEXTS

_AT_ONCE = 500
_WHOSE = ("member", "subject")
_LOCK_SECONDS = 10
_PAUSES_SECONDS = (0.1, 0.4, 1.5, 0.0)
"""What still looks at an older state is mostly a moment's work: a page, statistics the server gathers, somebody just gone."""
_NUMBER = re.compile(r"[0-9]+")


class ErasureMark(NamedTuple):
    """Up to which entry of the log everybody erased there has been forgotten here: its position, and the hash of its bytes.

    The hash tells a mark that came from another copy of the log, where the same position is another entry.
    """

    position: int
    entry: str
    is_clean: bool


def reached(engine: sa.Engine) -> ErasureMark | None:
    """How far this people store has come; None while nobody was ever forgotten in it."""
    with engine.connect() as connection:
        row = connection.execute(sa.select(FORGOTTEN.c.position, FORGOTTEN.c.entry, FORGOTTEN.c.is_clean)).first()
    return ErasureMark(row.position, row.entry, bool(row.is_clean)) if row else None


def forget(engine: sa.Engine, people: Collection[MemberId], commitments: Iterable[str], upto: ErasureMark) -> None:
    """Deletes every row about these people and the words under these commitments, and notes it, in one transaction.

    Their bytes may still lie in the database's files: `clean` them next.
    """
    with engine.execution_options(writes=True).begin() as connection:
        for table in _tables(connection):
            whose = next((table.c[name] for name in _WHOSE if name in table.c), None)
            if table.name == FORGOTTEN.name:
                continue
            if whose is None:
                connection.execute(sa.delete(table))
                continue
            for some in _portions(people):
                connection.execute(sa.delete(table).where(whose.in_(some)))
        for some in _portions(commitments):
            connection.execute(sa.delete(PERSONAL_TEXTS).where(PERSONAL_TEXTS.c.commitment.in_(some)))
        connection.execute(sa.delete(FORGOTTEN))
        note = {"scope": "community", "position": upto.position, "entry": upto.entry, "is_clean": 0}
        connection.execute(sa.insert(FORGOTTEN).values(note))


def clean(engine: sa.Engine) -> bool:
    """Rewrites the files of the people store, so that no deleted byte is left in free pages or the write-ahead log.

    False when somebody was reading an older state of it all the time, or the disk was full: then it must be done once more.
    On PostgreSQL the server's own write-ahead log is recycled by the server, and archived by its host.
    """
    for pause in _PAUSES_SECONDS:
        if _clean_once(engine):
            return True
        time.sleep(pause)
    return False


def _clean_once(engine: sa.Engine) -> bool:
    try:
        if not (_clean_sqlite(engine) if engine.dialect.name == "sqlite" else _clean_postgresql(engine)):
            return False
        with engine.execution_options(writes=True).begin() as connection:
            connection.execute(sa.update(FORGOTTEN).values(is_clean=1))
    except (sqlite3.OperationalError, OperationalError):
        return False
    return True


def _clean_sqlite(engine: sa.Engine) -> bool:
    connection = engine.raw_connection()
    try:
        driver: Any = connection.dbapi_connection
        # What ANALYZE leaves where SQLite was compiled to keep samples of columns. Nobody here calls it, but a host may.
        driver.execute("DROP TABLE IF EXISTS sqlite_stat4")
        # Deleted cells are overwritten already (secure_delete), but cells that were moved before leave copies behind.
        driver.execute("VACUUM")
        is_busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.close()
    return not is_busy


def _clean_postgresql(engine: sa.Engine) -> bool:
    kept: list[int] = []

    def listen(notice: Any) -> None:
        # "... dead row versions cannot be removed yet": some transaction may still look at them.
        if found := _NUMBER.search(notice.message_detail or ""):
            kept.append(int(found[0]))

    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        driver: Any = connection.connection.driver_connection
        driver.add_notice_handler(listen)
        try:
            connection.exec_driver_sql(f"SET lock_timeout = '{_LOCK_SECONDS}s'")
            for name in (*(f'"{table.name}"' for table in _tables(connection)), "pg_catalog.pg_statistic"):
                connection.exec_driver_sql(f"VACUUM (FULL, VERBOSE) {name}")
        finally:
            driver.remove_notice_handler(listen)
            connection.exec_driver_sql("RESET lock_timeout")
    return not any(kept)


def _tables(connection: sa.Connection) -> list[sa.Table]:
    """Every table that this people store has, those of the sign-in included, whoever made them."""
    found = sa.MetaData()
    found.reflect(connection)
    return found.sorted_tables[::-1]


def _portions(things: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(things)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
