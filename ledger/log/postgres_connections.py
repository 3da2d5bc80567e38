"""Connections to the PostgreSQL database that holds a log, and its faults in plain words."""

import os
import select
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Any, Self

import psycopg
from eventsourcing.postgres import PostgresDatastore
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow, dict_row
from psycopg.sql import SQL, Identifier
from psycopg.types.composite import register_composite

from ledger.log.store import Conflict, Fault, LogUnavailable

MOST_CONNECTIONS = 16
LOCK_SECONDS = 10
# A server that disappears without closing its connections (power, network) is noticed within seconds, not hours.
NETWORK = {
    "application_name": "common-hours-log",
    "connect_timeout": "5",
    "keepalives_idle": "30",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}

# The library's tables refer to one another without their schema. Acknowledged means on disk, whatever the server's default
# is; a stricter default is left alone. Every query of a log can use an index. The statistics lag behind while the log grows,
# and must not lead the planner to read all of it instead.
SETTINGS = """
SET search_path TO {schema};
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_bitmapscan = off;
SET max_parallel_workers_per_gather = 0; SET jit = off;
"""

EVENTS_TABLE = "dcb_events_tt_main"
# The timeline grows when a standby takes over. The control file can lag behind it. A server that is in recovery has none yet.
HISTORY = """
SELECT system_identifier, CASE WHEN NOT pg_is_in_recovery() THEN left(pg_walfile_name(pg_current_wal_lsn()), 8) END
FROM pg_control_system()
"""


class Connections(PostgresDatastore):
    """Opens a connection when one is needed, in the thread that needs it, and reuses it.

    The library's own pool connects in the background: when the server is down, callers only learn that they waited too
    long, and after its return they wait for the next background attempt. Here the server's own message is raised
    immediately, and the next call connects. At most `most` callers at a time; others wait up to `lock_seconds`, the time that an append
    may also wait for other writers. `url` may name a socket folder (`postgresql:///hours?host=/run/postgresql`).
    """

    def __init__(
        self, url: str, *, schema: str = "log", most: int = MOST_CONNECTIONS, lock_seconds: int = LOCK_SECONDS
    ) -> None:
        try:
            given = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
        except psycopg.ProgrammingError as error:
            raise ValueError(f"This is not a PostgreSQL address: {error}") from None
        super().__init__(
            dbname=given.get("dbname", ""),
            host=given.get("host", ""),
            port=given.get("port", ""),
            user=given.get("user", ""),
            password="",  # stays in the connection string alone
            schema=schema,
            lock_timeout=lock_seconds,
        )
        self._conninfo = make_conninfo(**(NETWORK | given))
        self._most = most
        self.era = 0
        self._history: tuple[Any, ...] | None = None
        self._last_seen = (0, b"")
        self._only_in = threading.local()
        self._noticing = threading.Lock()
        self._closed = False
        self._start()

    @contextmanager
    def get_connection(self) -> Generator[Connection[DictRow]]:
        """Open a working connection for one use. Raise LogUnavailable for faults of the server and the network."""
        self._check_process()
        slots = self._slots
        if not slots.acquire(timeout=self.lock_timeout):
            raise LogUnavailable("locked", "All connections to the log's database are busy. Try again in a moment.")
        try:
            connection = self._take()
            try:
                if getattr(self._only_in, "era", None) not in (None, self.era):
                    raise Conflict
                for info in self.psycopg_type_adapters.values():
                    if not connection.adapters.types.get(info.oid):
                        register_composite(info, connection)
                yield connection
            except psycopg.Error as error:
                fault = _fault_of(error)
                if fault is None:
                    raise
                raise fault from error
            finally:
                self._give_back(connection)
        finally:
            slots.release()

    @contextmanager
    def only_in(self, era: int | None) -> Generator[None]:
        """Raise Conflict in this thread, instead of opening a connection, if the era isn't this one any more."""
        self._only_in.era = era
        try:
            yield
        finally:
            self._only_in.era = None

    def saw(self, position: int, data: bytes) -> None:
        """Note an entry, so that a connection to a server without it is noticed."""
        if position > self._last_seen[0]:
            self._last_seen = (position, data)

    def close(self) -> None:
        """Close every idle connection. Connections in use close when their use ends."""
        self._closed = True
        with suppress(AttributeError):  # also called when opening failed
            self._drop_idle()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self) -> None:
        self._process = os.getpid()
        self._slots = threading.BoundedSemaphore(self._most)
        self._idle: list[Connection[DictRow]] = []

    def _check_process(self) -> None:
        # A connection cannot be shared with a forked child: the child leaves its parent's alone, and opens its own.
        if os.getpid() != self._process:
            _left_to_the_parent.append(self._idle)
            self._start()

    def _take(self) -> Connection[DictRow]:
        if self._closed:
            raise LogUnavailable("closed", "The log has been closed. Open it again.")
        with suppress(IndexError):
            while True:
                connection = self._idle.pop()
                if _is_alive(connection):
                    return connection
                connection.close()
        return self._connect()

    def _give_back(self, connection: Connection[DictRow]) -> None:
        if connection.closed:
            self._drop_idle()  # the server is gone, so most likely all the others are closed too
        elif self._closed or connection.info.transaction_status != TransactionStatus.IDLE:
            connection.close()
        else:
            self._idle.append(connection)

    def _drop_idle(self) -> None:
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def _connect(self) -> Connection[DictRow]:
        try:
            connection = Connection[DictRow].connect(self._conninfo, autocommit=True, row_factory=dict_row)
            connection.execute(SQL(SETTINGS).format(schema=Identifier(self.schema)))
            self._compare(connection)
        except psycopg.Error as error:
            raise _fault_while_connecting(error) from error
        return connection

    def _compare(self, connection: Connection[DictRow]) -> None:
        """Begin another era if this connection leads to another history of the log than the one before."""
        history = tuple((connection.execute(HISTORY).fetchone() or {}).values())
        position, data = self._last_seen
        is_lost = False
        if position:
            query = SQL("SELECT data FROM {} WHERE id = %s").format(Identifier(self.schema, EVENTS_TABLE))
            found = connection.execute(query, (position,)).fetchone()
            is_lost = found is None or bytes(found["data"]) != data
        with self._noticing:
            if is_lost or self._history not in (None, history):
                self.era += 1
                self._last_seen = (0, b"")
                self._drop_idle()
            self._history = history


# Referenced until the process ends: closing them would end the parent's sessions (see _check_process).
_left_to_the_parent: list[list[Connection[Any]]] = []


def _is_alive(connection: Connection[Any]) -> bool:
    """Whether an idle connection still works. Sends a query only if the server sent something unexpected."""
    if connection.closed:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if not poll.poll(0):
        return True
    try:
        connection.execute("")
    except psycopg.Error:
        return False
    return True


def _fault_of(error: psycopg.Error) -> LogUnavailable | None:
    """Return the fault behind an error of a statement; None for a bug or a broken rule."""
    state = error.sqlstate or ""
    kind, advice = next((fault for start, fault in _FAULTS.items() if state.startswith(start)), (None, ""))
    if kind is None:
        if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            return None
        kind, advice = _GONE
    # Without the server's answer, or when it shuts down, it is unknown whether the last statement was committed.
    return _fault(kind, error, advice, unsure=not state or state.startswith("57P"))


def _fault_while_connecting(error: psycopg.Error) -> LogUnavailable:
    # Refusals while connecting carry no code.
    message = str(error)
    if "does not exist" in message:
        return _fault("missing", error, "Create the database first, or check its name and address.")
    if "authentication" in message:
        return _fault("refused", error, "Check the name and password in the database's address.")
    return _fault(_GONE[0], error, _GONE[1])


def _fault(kind: Fault, error: psycopg.Error, advice: str, *, unsure: bool = False) -> LogUnavailable:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    what = lines[0].rstrip(".") if lines else "the connection was lost"
    return LogUnavailable(kind, f"The log's database cannot be used at the moment: {what}. {advice}", unsure)


_GONE: tuple[Fault, str] = ("gone", "Check that the PostgreSQL server is running and can be reached, then try again.")
_FAULTS: dict[str, tuple[Fault, str]] = {
    "25006": ("read-only", "This server is read-only (a standby?). Use the one that can write."),
    "28": ("refused", "Check the name and password in the database's address."),
    "3F000": ("missing", "The log's schema is missing. Check the database's name, or restore the last backup."),
    "42P01": ("missing", "The log's tables are missing. Check the database's name, or restore the last backup."),
    "42501": ("refused", "Give this program's database user permission to do this."),
    "53100": ("full", "Free up space on the server's disk, then try again."),
    "53": ("gone", "The server has run out of connections or memory. Try again in a moment."),
    "55P03": ("locked", "Another program is writing to it. Try again in a moment."),
    "57014": ("locked", "The server timed out. Try again in a moment."),
    "58": ("full", "The server's disk reported an error. Check its space and its health."),
    "XX001": ("damaged", "Stop, keep a copy, and restore the last backup."),
    "XX002": ("damaged", "Stop, keep a copy, and restore the last backup."),
}
