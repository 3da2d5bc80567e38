"""The DCB recorder for PostgreSQL: the library's, in a schema of its own, with guards against any change."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import version
from typing import Any

from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from eventsourcing.dcb.postgres_tt import PostgresDCBRecorderTT
from eventsourcing.persistence import IntegrityError
from psycopg import Cursor
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier, Literal

from ledger.log.entry import StoredEntry
from ledger.log.postgres_connections import Connections
from ledger.log.store import Conflict, LogUnavailable

FORMAT = 1
EVENTS_TABLE = "dcb_events_tt_main"
ABOUT = "Common Hours log, format "

# ALWAYS: also in sessions that have switched ordinary triggers off.
GUARDS = """
CREATE OR REPLACE FUNCTION {schema}.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'An entry is never changed (% on %): record a new one that corrects it.', TG_OP, TG_TABLE_NAME;
END $$;
CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.{events_table}
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse_change();
CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.{tags_table}
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse_change();
ALTER TABLE {schema}.{events_table} ENABLE ALWAYS TRIGGER never_changed;
ALTER TABLE {schema}.{tags_table} ENABLE ALWAYS TRIGGER never_changed;
CREATE TABLE IF NOT EXISTS {schema}.known (tag text PRIMARY KEY, position bigint NOT NULL, state bytea NOT NULL);
COMMENT ON TABLE {schema}.{events_table} IS {about};
"""

NOTHING_STANDS_AGAINST = DCBAppendCondition(DCBQuery([DCBQueryItem(tags=["nothing carries this tag"])]))


class PostgresDCBRecorder(PostgresDCBRecorderTT):
    """The library's recorder, made safe for readers that follow the log.

    An append without a condition takes no lock in the library, so a later position could become visible before an
    earlier one; here every append has a condition. Positions grow in the order in which they become visible, and may
    have gaps.
    """

    def __init__(self, connections: Connections, *, create: bool = True) -> None:
        super().__init__(connections)
        # The library's tables and functions may change with its version; then they are brought up to date once.
        wanted = f"{ABOUT}{FORMAT} with eventsourcing {version('eventsourcing')}"
        self._guards = SQL(GUARDS).format(**self.sql_kwargs, about=Literal(wanted))
        about = self._about()
        if about is None and not create:
            message = f"There is no log in schema {connections.schema} of this database. Start a community first."
            raise LogUnavailable("missing", message)
        if about is not None and _format(about) > FORMAT:
            message = (
                f"The log is in format {_format(about)}, but this program reads format {FORMAT}. Use the newer "
                "version of the program."
            )
            raise LogUnavailable("newer", message)
        if create and about != wanted:
            self._found()

    def append(self, events: Sequence[DCBEvent], condition: DCBAppendCondition | None = None) -> int:
        """Keeps the events, all or none; see `DCBRecorder.append`."""
        return super().append(events, condition or NOTHING_STANDS_AGAINST)

    def _about(self) -> str | None:
        """What the tables say of themselves; None where there are none."""
        with self.datastore.cursor() as cursor:
            name = self.format(SQL("{schema}.{events_table}")).as_string()
            row = cursor.execute("SELECT obj_description(to_regclass(%s), 'pg_class') AS about", (name,)).fetchone()
        return None if row is None else row["about"]

    def _found(self) -> None:
        with self.datastore.cursor() as cursor:
            # One process at a time: PostgreSQL's IF NOT EXISTS does not hold when two come at once.
            cursor.execute("SELECT pg_advisory_lock(hashtext('common-hours-log'))")
            try:
                cursor.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(self.datastore.schema)))
                self.create_table()
                cursor.execute(self._guards)
            finally:
                cursor.execute("SELECT pg_advisory_unlock(hashtext('common-hours-log'))")


def _format(about: str) -> int:
    return int(about.removeprefix(ABOUT).split()[0])


BATCH = 2000

# One statement sees one moment: the entries found and the head belong together. One range read of the tag table for each
# tag, from its own position on; OFFSET 0 keeps the planner to that.
READ = """
SELECT head.id, entry.id, entry.type, entry.data, entry.tags
FROM (SELECT coalesce(max(id), 0) AS id FROM {schema}.{events_table}) AS head
LEFT JOIN (
    SELECT * FROM {schema}.{events_table} WHERE id IN (
        SELECT found.main_id
        FROM unnest(%s::text[], %s::bigint[]) AS since (tag, id)
        CROSS JOIN LATERAL (
            SELECT main_id FROM {schema}.{tags_table} WHERE tag = since.tag AND main_id > since.id OFFSET 0
        ) AS found
    )
) AS entry ON true
ORDER BY entry.id
"""
HEAD = "SELECT coalesce(max(id), 0) FROM {schema}.{events_table}"
FROM_POSITION = "SELECT id, type, data, tags FROM {schema}.{events_table} WHERE id > %s ORDER BY id LIMIT %s"
SCAN = "SELECT id, data FROM {schema}.{events_table} WHERE id > %s AND id <= %s ORDER BY id LIMIT %s"
# In both directions: what an entry says and the table of tags lacks, and what the table of tags has beyond that.
MISFILED = """
SELECT min(id) FROM (
    SELECT entry.id FROM {schema}.{events_table} AS entry CROSS JOIN LATERAL unnest(entry.tags) AS kept (tag)
    WHERE entry.id > %(after)s
    AND NOT EXISTS (SELECT 1 FROM {schema}.{tags_table} WHERE tag = kept.tag AND main_id = entry.id)
    UNION ALL
    SELECT main_id FROM {schema}.{tags_table} AS filed WHERE main_id > %(after)s AND NOT EXISTS (
        SELECT 1 FROM {schema}.{events_table} WHERE id = filed.main_id AND filed.tag = ANY(tags)
    )
) AS misfiled
"""
ALL_KNOWN = "SELECT tag, position, state FROM {schema}.known"
KNOWN = "SELECT tag, position, state FROM {schema}.known WHERE tag = ANY(%s)"
FORGET = "DELETE FROM {schema}.known"
SAVE = """
INSERT INTO {schema}.known AS old (tag, position, state)
SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bytea[])
ON CONFLICT (tag) DO UPDATE SET position = excluded.position, state = excluded.state
WHERE excluded.position > old.position
"""


class PostgresLog:
    """See `ledger.log.store.Log`. Appends go through the library's recorder, reads straight to the driver."""

    def __init__(self, url: str, *, create: bool = True, schema: str = "log") -> None:
        self._connections = Connections(url, schema=schema)
        try:
            self.recorder = PostgresDCBRecorder(self._connections, create=create)
        except BaseException:
            self._connections.close()
            raise
        self._all_known, self._forget = (self.recorder.format(SQL(text)) for text in (ALL_KNOWN, FORGET))
        self._read, self._head, self._from_position, self._scan, self._misfiled, self._known, self._save = (
            self.recorder.format(SQL(text)) for text in (READ, HEAD, FROM_POSITION, SCAN, MISFILED, KNOWN, SAVE)
        )

    def append(self, entries: Sequence[tuple[str, bytes, Sequence[str]]], *, unless: Sequence[str], after: int) -> int:
        events = [DCBEvent(type, data, list(tags)) for type, data, tags in entries]
        condition = DCBAppendCondition(DCBQuery([DCBQueryItem(tags=[tag]) for tag in unless]), after)
        try:
            return self.recorder.append(events, condition if unless else None)
        except IntegrityError:
            raise Conflict from None

    def read(self, after: Mapping[str, int]) -> tuple[list[StoredEntry], int]:
        with self._cursor() as cursor:
            rows = cursor.execute(self._read, (list(after), list(after.values()))).fetchall()
        found = [StoredEntry(at, type, data, tuple(tags)) for _, at, type, data, tags in rows if at is not None]
        return found, rows[0][0]

    def from_position(self, after: int, *, limit: int) -> list[StoredEntry]:
        with self._cursor() as cursor:
            rows = cursor.execute(self._from_position, (after, limit)).fetchall()
        return [StoredEntry(at, type, data, tuple(tags)) for at, type, data, tags in rows]

    def head(self) -> int:
        with self._cursor() as cursor:
            return cursor.execute(self._head).fetchall()[0][0]

    def scan(self, *, after: int = 0, upto: int | None = None) -> Iterator[tuple[int, bytes]]:
        end = self.head() if upto is None else upto
        while after < end:
            with self._cursor() as cursor:
                rows = cursor.execute(self._scan, (after, end, BATCH)).fetchall()
            if not rows:
                return
            yield from rows
            after = rows[-1][0]

    def misfiled(self, *, after: int = 0) -> int | None:
        with self._cursor() as cursor:
            return cursor.execute(self._misfiled, {"after": after}).fetchall()[0][0]

    def load_snapshots(self, tags: Sequence[str]) -> dict[str, tuple[int, bytes]]:
        try:
            with self._cursor() as cursor:
                rows = cursor.execute(self._known, (list(tags),)).fetchall()
        except LogUnavailable:
            return {}  # only a cache; whoever reads the entries next will hear of the fault
        return {tag: (position, state) for tag, position, state in rows}

    def save_snapshots(self, rows: Sequence[tuple[str, int, bytes]]) -> None:
        newest = {tag: (tag, position, state) for tag, position, state in sorted(rows, key=lambda row: row[1])}
        if not newest:
            return
        with suppress(LogUnavailable), self._cursor() as cursor, cursor.connection.transaction():
            cursor.execute("SET LOCAL synchronous_commit = off")  # a cache may be lost, and nobody waits for its disk
            cursor.execute(self._save, [list(column) for column in zip(*newest.values(), strict=True)])

    def snapshots(self) -> dict[str, tuple[int, bytes]]:
        with self._cursor() as cursor:
            rows = cursor.execute(self._all_known).fetchall()
        return {tag: (position, state) for tag, position, state in rows}

    def forget_snapshots(self) -> None:
        with self._cursor() as cursor:
            cursor.execute(self._forget)

    def close(self) -> None:
        self._connections.close()

    @contextmanager
    def _cursor(self) -> Generator[Cursor[tuple[Any, ...]]]:
        with self._connections.get_connection() as connection:
            yield connection.cursor(binary=True, row_factory=tuple_row)
