"""The stage in PostgreSQL: schemas of their own, renamed with the others in one transaction."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, LiteralString

from psycopg import Cursor
from psycopg.rows import TupleRow, tuple_row
from psycopg.sql import SQL, Identifier, Literal

from ledger.backup.refused import BackupRefused
from ledger.log.places import Place
from ledger.log.postgres import ABOUT, EVENTS_TABLE, FORMAT
from ledger.log.postgres_connections import NETWORK, Connections

STORES = ("log", "people")
SECONDS_TO_CLOSE = 3.0
"""A server may take a moment to notice that somebody has gone."""

OTHERS = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name = %s AND pid <> pg_backend_pid()"
)
_LOCK = int.from_bytes(b"restore")


@contextmanager
def schema_stage(place: Place) -> "Generator[SchemaStage]":
    """Schemas beside the community's, empty, and gone at the end. What a killed restore has left there goes first."""
    with Connections(place.url) as connections, connections.get_connection() as connection:
        on_stage = SchemaStage(connection.cursor(row_factory=tuple_row), place.beside())
        if on_stage.asked("SELECT pg_try_advisory_lock(%s)", _LOCK) is not True:
            raise BackupRefused("This database is being restored just now.", "Wait until that is done.")
        on_stage.clear()
        try:
            yield on_stage
        finally:
            if not connection.closed:
                on_stage.clear()
                on_stage.asked("SELECT pg_advisory_unlock(%s)", _LOCK)


class SchemaStage:
    """See `ledger.backup.stage.Stage`."""

    def __init__(self, cursor: Cursor[TupleRow], fresh: Place) -> None:
        self._cursor = cursor
        self.fresh = fresh

    @property
    def is_free(self) -> bool:
        return not any(self._holds_rows(table) for table in (f"log.{EVENTS_TABLE}", "people.words"))

    def clear(self) -> None:
        """Throws away what is on the stage."""
        for store in STORES:
            self._order("DROP SCHEMA IF EXISTS {} CASCADE", self.fresh.schema(store))

    def swap(self, now: datetime) -> str:
        keeps, aside = not self.is_free, f"set_aside_{now:%Y%m%d_%H%M%S_%f}"
        self._must_be_closed()
        with self._cursor.connection.transaction():
            self._order("DROP SCHEMA IF EXISTS views CASCADE")
            for store in STORES:
                if not keeps:
                    self._order("DROP SCHEMA IF EXISTS {} CASCADE", store)
                elif self._is_there(store):
                    self._order("ALTER SCHEMA {} RENAME TO {}", store, f"{store}_{aside}")
                self._order("ALTER SCHEMA {} RENAME TO {}", self.fresh.schema(store), store)
            # The library's functions name their schema. Whoever opens the log next sees that they are not up to date.
            about = Literal(f"{ABOUT}{FORMAT} put back")
            self._cursor.execute(SQL("COMMENT ON TABLE {} IS {}").format(Identifier("log", EVENTS_TABLE), about))
        return " and ".join(f"{store}_{aside}" for store in STORES) if keeps else ""

    def _must_be_closed(self) -> None:
        until = time.monotonic() + SECONDS_TO_CLOSE
        while self.asked(OTHERS, NETWORK["application_name"]):
            if time.monotonic() > until:
                raise BackupRefused(
                    "A program has the community in this database open.",
                    "Stop the server and all commands, then try again.",
                )
            time.sleep(0.05)

    def _holds_rows(self, table: str) -> bool:
        if self.asked("SELECT to_regclass(%s)", table) is None:
            return False
        query = SQL("SELECT EXISTS (SELECT 1 FROM {})").format(Identifier(*table.split(".")))
        return self._cursor.execute(query).fetchall()[0][0]

    def _is_there(self, schema: str) -> bool:
        return self.asked("SELECT to_regnamespace(%s)", schema) is not None

    def asked(self, question: LiteralString, *given: object) -> Any:
        """The answer to a question that has one."""
        return self._cursor.execute(question, given).fetchall()[0][0]

    def _order(self, order: LiteralString, *schemas: str) -> None:
        self._cursor.execute(SQL(order).format(*map(Identifier, schemas)))
