"""Opening a log on the database that its address names."""

from pathlib import Path

from ledger.log.sqlite_recorder import SQLiteDCBRecorder
from ledger.log.store import Log


def open_log(url: str, *, create: bool = True, schema: str = "log") -> Log:
    """Open the log at `sqlite:///relative/log.db`, `sqlite:////absolute/log.db` or `postgresql://...`.

    With `create`, a missing file, folder, table or schema is created; without, LogUnavailable of kind "missing" is raised.
    Raise ValueError, with a sentence for the person who typed it, for any other URL.
    """
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite" and rest.startswith("/") and rest.strip("/") and ":memory:" not in rest:
        return Log(SQLiteDCBRecorder(Path(rest[1:]), create=create))
    if scheme in ("postgresql", "postgres"):
        # Loading the PostgreSQL driver takes longer than a whole command on SQLite, so it is loaded only when needed.
        from ledger.log.postgres_recorder import PostgresDCBRecorder

        return Log(PostgresDCBRecorder.open(url, create=create, schema=schema))
    raise ValueError(
        f"{scheme or 'Nothing'}: is not a place for a log. Use sqlite:///folder/log.db, "
        "sqlite:////absolute/folder/log.db or postgresql://name@host/database."
    )
