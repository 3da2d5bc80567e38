"""The DCB recorder for PostgreSQL: the library's, in its own schema, with guards against any change."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version
from typing import Any, Self, cast

from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from eventsourcing.dcb.postgres_tt import PostgresDCBRecorderTT
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Composed, Identifier, Literal

from ledger.log.locks import lock_number
from ledger.log.postgres_connections import Connections
from ledger.log.store import LogUnavailable, Queries, Snapshot

FORMAT = 1
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

# The join reads one range of the table of tags for each tag, from its own position on; OFFSET 0 keeps the planner to that.
QUERIES = Queries(
    read="""
        SELECT head.id, entry.id, entry.type, entry.data, array_to_json(entry.tags)::text
        FROM (SELECT coalesce(max(id), 0) AS id FROM {schema}.{events_table}) AS head
        LEFT JOIN (
            SELECT * FROM {schema}.{events_table} WHERE id IN (
                SELECT found.main_id FROM json_each_text(%s) AS since CROSS JOIN LATERAL (
                    SELECT main_id FROM {schema}.{tags_table}
                    WHERE tag = since.key AND main_id > since.value::bigint OFFSET 0
                ) AS found
            )
        ) AS entry ON true
        ORDER BY entry.id
    """,
    head="SELECT coalesce(max(id), 0) FROM {schema}.{events_table}",
    from_position=(
        "SELECT id, type, data, array_to_json(tags)::text FROM {schema}.{events_table} WHERE id > %s ORDER BY id LIMIT %s"
    ),
    scan="SELECT id, data FROM {schema}.{events_table} WHERE id > %s AND id <= %s ORDER BY id LIMIT %s",
    misfiled="""
        WITH since (position) AS (SELECT %s::bigint)
        SELECT min(id) FROM (
            SELECT entry.id FROM since, {schema}.{events_table} AS entry CROSS JOIN LATERAL unnest(entry.tags) AS own (tag)
            WHERE entry.id > since.position
            AND NOT EXISTS (SELECT 1 FROM {schema}.{tags_table} WHERE tag = own.tag AND main_id = entry.id)
            UNION ALL
            SELECT main_id FROM since, {schema}.{tags_table} AS filed WHERE main_id > since.position AND NOT EXISTS (
                SELECT 1 FROM {schema}.{events_table} WHERE id = filed.main_id AND filed.tag = ANY(tags)
            )
        ) AS misfiled
    """,
    snapshots="SELECT tag, position, state FROM {schema}.known",
    snapshots_of="SELECT tag, position, state FROM {schema}.known WHERE tag IN (SELECT json_array_elements_text(%s))",
)
FORGET_SNAPSHOTS = "DELETE FROM {schema}.known"
SAVE_SNAPSHOTS = """
INSERT INTO {schema}.known AS old (tag, position, state)
SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bytea[])
ON CONFLICT (tag) DO UPDATE SET position = excluded.position, state = excluded.state
WHERE excluded.position > old.position
"""

NO_CONDITION = DCBAppendCondition(DCBQuery([DCBQueryItem(tags=["nothing carries this tag"])]))


class PostgresDCBRecorder(PostgresDCBRecorderTT):
    """The library's recorder, made safe for readers that follow the log. See `ledger.log.store.LogRecorder`.

    An append without a condition takes no lock in the library, so a later position could become visible before an
    earlier one; here every append has a condition. Positions grow in the order in which they become visible, and may
    have gaps.
    """

    def __init__(self, connections: Connections, *, create: bool = True) -> None:
        super().__init__(connections)
        self._connections = connections
        self.unsaved: Mapping[str, Snapshot] = {}
        self.queries = Queries(*(self.format(SQL(cast("Any", query))).as_string() for query in QUERIES))
        # The library's tables and functions may change with its version; then they are updated once.
        wanted = f"{ABOUT}{FORMAT} with eventsourcing {version('eventsourcing')}"
        about = self._about()
        if about is None and not create:
            message = f"There is no log in schema {connections.schema} of this database. Start a community first."
            raise LogUnavailable("missing", message)
        if about is not None and (stored := int(about.removeprefix(ABOUT).split()[0])) > FORMAT:
            message = (
                f"The log is in format {stored}, but this program reads format {FORMAT}. Use the newer version of the "
                "program."
            )
            raise LogUnavailable("newer", message)
        if create and about != wanted:
            self._create_tables(SQL(GUARDS).format(**self.sql_kwargs, about=Literal(wanted)))

    @classmethod
    def open(cls, url: str, *, create: bool = True, schema: str = "log") -> Self:
        """Open the log in a schema of a database."""
        connections = Connections(url, schema=schema)
        try:
            return cls(connections, create=create)
        except BaseException:
            connections.close()
            raise

    @property
    def era(self) -> int:
        return self._connections.era

    def append(
        self, events: Sequence[DCBEvent], condition: DCBAppendCondition | None = None, *, era: int | None = None
    ) -> int:
        """Record the events, all or none; see `DCBRecorder.append`."""
        with self._connections.only_in(era):
            position = super().append(events, condition or NO_CONDITION)
        self.saw(position, events[-1].data)
        return position

    def saw(self, position: int, data: bytes) -> None:
        self._connections.saw(position, data)

    def select(self, query: str, *arguments: str | int) -> list[Any]:
        with self._connections.get_connection() as connection:
            return connection.cursor(binary=True, row_factory=tuple_row).execute(query.encode(), arguments).fetchall()

    def save_snapshots(self, snapshots: Mapping[str, Snapshot]) -> None:
        if not snapshots:
            return
        tags, positions, states = list(snapshots), *map(list, zip(*snapshots.values(), strict=True))
        with suppress(LogUnavailable), self._connections.get_connection() as connection, connection.transaction():
            connection.execute("SET LOCAL synchronous_commit = off")  # a cache may be lost, so do not wait for the disk
            connection.execute(self.format(SQL(SAVE_SNAPSHOTS)), (tags, positions, states), binary=True)

    def forget_snapshots(self) -> None:
        with self._connections.get_connection() as connection:
            connection.execute(self.format(SQL(FORGET_SNAPSHOTS)))

    def close(self) -> None:
        self._connections.close()

    def _about(self) -> str | None:
        """Return the comment on the table of entries; None where there is no table."""
        with self.datastore.cursor() as cursor:
            name = self.format(SQL("{schema}.{events_table}")).as_string()
            row = cursor.execute("SELECT obj_description(to_regclass(%s), 'pg_class') AS about", (name,)).fetchone()
        return None if row is None else row["about"]

    def _create_tables(self, guards: Composed) -> None:
        with self.datastore.cursor() as cursor:
            # One process at a time: PostgreSQL's IF NOT EXISTS can fail when two run at the same time.
            cursor.execute(SQL(f"SELECT pg_advisory_lock({lock_number('creating')})"))
            try:
                cursor.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(self.datastore.schema)))
                self.create_table()
                cursor.execute(guards)
            finally:
                cursor.execute(SQL(f"SELECT pg_advisory_unlock({lock_number('creating')})"))
