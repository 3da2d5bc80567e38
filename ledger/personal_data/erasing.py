"""Erasing a person from the personal data: every row about them, and what deleted rows leave in the database's files.

The columns of the tables say whose rows they are: a table of personal data has a column `member` or `subject`. One with neither
is emptied whenever someone is erased. The table `forgotten` notes how far erasures have been carried out, and `table_versions` says
which version the tables have.
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
from ledger.log.upgrades import VERSIONS
from ledger.personal_data.store import FORGOTTEN, PERSONAL_TEXTS
from ledger.personal_data.write_ahead_log import finish_segments

_BATCH = 500
_SUBJECT_COLUMNS = ("member", "subject")
_LOCK_SECONDS = 10
_PAUSES_SECONDS = (0.1, 0.4, 1.5, 0.0)
"""Readers of an older state are mostly done in a moment: a page, or statistics that the server gathers."""
_NUMBER = re.compile(r"[0-9]+")


class ErasureMark(NamedTuple):
    """Up to which entry of the log erasures have been carried out here: its position, and the hash of its bytes.

    The hash reveals a mark from another copy of the log, where the same position has another entry.
    """

    position: int
    entry: str
    is_clean: bool


def reached(engine: sa.Engine) -> ErasureMark | None:
    """Return how far erasures have been carried out; None if no one was ever erased."""
    with engine.connect() as connection:
        row = connection.execute(sa.select(FORGOTTEN.c.position, FORGOTTEN.c.entry, FORGOTTEN.c.is_clean)).first()
    return ErasureMark(row.position, row.entry, bool(row.is_clean)) if row else None


def forget(engine: sa.Engine, people: Collection[MemberId], commitments: Iterable[str], upto: ErasureMark) -> None:
    """Delete every row about these people and the texts under these commitments, and note it, in one transaction.

    Their bytes may still be in the database's files: `clean` them next.
    """
    with engine.execution_options(writes=True).begin() as connection:
        for table in _tables(connection):
            owner = next((table.c[name] for name in _SUBJECT_COLUMNS if name in table.c), None)
            if table.name in {FORGOTTEN.name, VERSIONS.name}:
                continue
            if owner is None:
                connection.execute(sa.delete(table))
                continue
            for batch in _batches(people):
                connection.execute(sa.delete(table).where(owner.in_(batch)))
        for batch in _batches(commitments):
            connection.execute(sa.delete(PERSONAL_TEXTS).where(PERSONAL_TEXTS.c.commitment.in_(batch)))
        connection.execute(sa.delete(FORGOTTEN))
        note = {"scope": "community", "position": upto.position, "entry": upto.entry, "is_clean": 0}
        connection.execute(sa.insert(FORGOTTEN).values(note))


def clean(engine: sa.Engine) -> bool:
    """Rewrite the files of the personal data, so that no deleted byte is left in free pages or the write-ahead log.

    Return False if an older state of it was being read all the time, or the disk was full: then it must be repeated.
    On PostgreSQL, the server's write-ahead log keeps what was deleted for longer, see `ledger.personal_data.write_ahead_log`.
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
        # ANALYZE stores samples of columns here if SQLite was compiled to do so. This program does not call it, but a host may.
        driver.execute("DROP TABLE IF EXISTS sqlite_stat4")
        # Deleted cells are overwritten already (secure_delete), but cells that were moved before leave copies behind.
        driver.execute("VACUUM")
        is_busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.close()
    return not is_busy


def _clean_postgresql(engine: sa.Engine) -> bool:
    unremoved: list[int] = []

    def listen(notice: Any) -> None:
        # "... dead row versions cannot be removed yet": a transaction may still read them.
        if found := _NUMBER.search(notice.message_detail or ""):
            unremoved.append(int(found[0]))

    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        driver: Any = connection.connection.driver_connection
        driver.add_notice_handler(listen)
        try:
            connection.exec_driver_sql(f"SET lock_timeout = '{_LOCK_SECONDS}s'")
            for name in (*(f'"{table.name}"' for table in _tables(connection)), "pg_catalog.pg_statistic"):
                connection.exec_driver_sql(f"VACUUM (FULL, VERBOSE) {name}")
            finish_segments(connection)
        finally:
            driver.remove_notice_handler(listen)
            connection.exec_driver_sql("RESET lock_timeout")
    return not any(unremoved)


def _tables(connection: sa.Connection) -> list[sa.Table]:
    """Return every table in the database of personal data, including those of the sign-in."""
    found = sa.MetaData()
    found.reflect(connection)
    return found.sorted_tables[::-1]


def _batches(values: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(values)
    while batch := list(islice(rest, _BATCH)):
        yield batch
