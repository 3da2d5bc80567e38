"""The DCB recorder for PostgreSQL: the library's, in a schema of its own, with guards against any change."""

from collections.abc import Sequence
from importlib.metadata import version

from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from eventsourcing.dcb.postgres_tt import PostgresDCBRecorderTT
from psycopg.sql import SQL, Identifier, Literal

from ledger.log.faults import LogUnavailable
from ledger.log.postgres_connections import Connections

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
            message = f"There is no log in schema {connections.schema} of this database. Found the community first."
            raise LogUnavailable("missing", message)
        if about is not None and _format(about) > FORMAT:
            message = f"The log is of format {_format(about)}; this program knows {FORMAT}. Use the newer program."
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
