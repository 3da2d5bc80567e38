"""After an erasure, the host reads what PostgreSQL itself still has of it, and what can be done is done."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.commands.conftest import Run, calling, succeed

SEGMENT = "SELECT pg_walfile_name(pg_current_wal_lsn())"


def value(url: str, query: str) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        return str(connection.execute(query.encode()).fetchall()[0][0])


@pytest.fixture
def unprivileged(postgresql_url: str) -> Iterator[str]:
    """The URL of a database whose owner may do nothing to the server, as hosting companies offer it."""
    role = f"host_{uuid.uuid4().hex[:8]}"
    name = sql.Identifier(role)
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        database = sql.Identifier(connection.info.dbname)
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name))
        connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, name))
        yield postgresql_url.replace("postgres@", f"{role}@")
        connection.execute(sql.SQL("REASSIGN OWNED BY {} TO postgres").format(name))
        connection.execute(sql.SQL("DROP ROLE {}").format(name))


def found(url: str, folder: Path) -> Run:
    """Found a community with Anahit and Bo in it."""
    run = calling(url)
    succeed(run, "found", "--name", "Riverside", "--timezone", "UTC", "--coordinator", "Chidi")
    (folder / "help.csv").write_text("date,giver,receiver,minutes\n2026-03-28,Anahit,Bo,90\n")
    succeed(run, "import", folder / "help.csv")
    return run


def test_the_write_ahead_log_is_closed_and_its_older_files_are_let_go(postgresql_url: str, tmp_path: Path) -> None:
    run = found(postgresql_url, tmp_path)
    before = value(postgresql_url, SEGMENT)
    start = value(postgresql_url, "SELECT pg_current_wal_lsn()")

    result = run("erase", "Anahit", "--yes")

    assert result.exit_code == 0, result.output
    assert value(postgresql_url, SEGMENT) > before
    assert value(postgresql_url, f"SELECT redo_lsn > '{start}' FROM pg_control_checkpoint()") == "True"
    assert "write-ahead log" in result.stderr and "pg_switch_wal" not in result.stderr


def test_a_role_that_may_not_do_that_reads_what_an_administrator_can_do(unprivileged: str, tmp_path: Path) -> None:
    result = found(unprivileged, tmp_path)("erase", "Anahit", "--yes")

    assert result.exit_code == 0, result.output
    assert "SELECT pg_switch_wal(); CHECKPOINT;" in result.stderr


def test_on_sqlite_nothing_of_it_remains_and_nothing_is_said(sqlite_url: str, tmp_path: Path) -> None:
    result = found(sqlite_url, tmp_path)("erase", "Anahit", "--yes")

    assert result.exit_code == 0 and "write-ahead log" not in result.stderr
