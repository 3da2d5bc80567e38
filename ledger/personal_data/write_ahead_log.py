"""PostgreSQL's write-ahead log after an erasure: it still has what was deleted, until the server writes over its files."""

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

_FACTS = sa.text("""
    SELECT current_setting('archive_mode') <> 'off' AS is_archived, current_setting('min_wal_size') AS reused,
        current_setting('wal_keep_size') AS kept, current_setting('checkpoint_timeout') AS checkpoint,
        (SELECT count(*) FROM pg_replication_slots WHERE database IS NULL OR database = current_database()) AS slots,
        has_function_privilege('pg_switch_wal()', 'EXECUTE') AND coalesce(
            (SELECT pg_has_role(oid, 'USAGE') FROM pg_roles WHERE rolname = 'pg_checkpoint'),
            (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
        ) AS may_finish
""")

_NOT_ALLOWED = {"42501", "55000"}  # insufficient privilege; not in this state, as on a standby


def finish_segments(connection: sa.Connection) -> None:
    """Close the current file of the write-ahead log and let go of the older ones, where this role may. Outside of a transaction."""
    for statement in ("SELECT pg_switch_wal()", "CHECKPOINT"):
        try:
            connection.exec_driver_sql(statement)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", "") not in _NOT_ALLOWED:
                raise


def what_remains(engine: sa.Engine) -> list[str]:
    """Return what still has deleted values outside of the tables, and for how long, a sentence each; nothing on SQLite."""
    if engine.dialect.name != "postgresql":
        return []
    with engine.connect() as connection:
        facts = connection.execute(_FACTS).one()
    old_files = (
        "PostgreSQL's write-ahead log has what was deleted until its files are removed, or reused and written over. Up to "
        f"{facts.reused} of old files wait for that, in a quiet community for weeks. Encrypt the server's disk."
    )
    remains = [old_files]
    if not facts.may_finish:
        remains.append(
            f"This role may not close the current file, which holds them until the next checkpoint at least ({facts.checkpoint}). "
            "As an administrator, run: SELECT pg_switch_wal(); CHECKPOINT;"
        )
    if facts.is_archived:
        remains.append("The server archives its write-ahead log: the archive has them until you delete it.")
    if facts.slots or facts.kept not in ("0", "0MB"):
        remains.append(
            f"Replication keeps old files longer ({facts.slots} slots, wal_keep_size {facts.kept}), and standbys are copies."
        )
    return remains
