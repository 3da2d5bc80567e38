"""The databases themselves refuse every change to recorded entries."""

import sqlite3
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from ledger.log.opening import open_log
from ledger.log.postgres_recorder import PostgresDCBRecorder
from ledger.log.sqlite_recorder import SQLiteDCBRecorder
from ledger.log.store import Log

ENTRIES = [("exchange-reported", b"one", ("exchange:1", "account:ana")), ("exchange-settled", b"two", ("exchange:1",))]
KEPT = [b"one", b"two"]


@pytest.mark.parametrize(
    "order",
    [
        "UPDATE entries SET data = x'00' WHERE position = 1",
        "UPDATE entries SET position = 9 WHERE position = 1",
        "DELETE FROM entries WHERE position = 1",
        "DELETE FROM entries",
        "REPLACE INTO entries (position, type, tags, data) VALUES (1, 'x', '[]', x'00')",
        "INSERT OR REPLACE INTO entries (position, type, tags, data) VALUES (2, 'x', '[]', x'00')",
        "INSERT INTO entries VALUES (1, 'x', '[]', x'00') ON CONFLICT (position) DO UPDATE SET data = x'00'",
        "UPDATE OR REPLACE entries SET position = 2 WHERE position = 1",
        "UPDATE tags SET tag = 'account:bo'",
        "UPDATE tags SET position = 2",
        "DELETE FROM tags",
    ],
)
def test_sqlite_refuses(sqlite_log: Log, tmp_path: Path, order: str) -> None:
    sqlite_log.append(ENTRIES, unless=(), after=0)
    stranger = sqlite3.connect(tmp_path / "log.db")

    with pytest.raises(sqlite3.IntegrityError, match="never"):
        stranger.execute(order)

    stranger.close()
    assert [data for _, data in sqlite_log.scan()] == KEPT
    assert [entry.position for entry in sqlite_log.read({"exchange:1": 0})[0]] == [1, 2]
    assert len(sqlite_log.read({"account:ana": 0})[0]) == 1


@pytest.mark.parametrize(
    "order",
    [
        "UPDATE log.dcb_events_tt_main SET data = ''",
        "UPDATE log.dcb_events_tt_main SET data = '' WHERE id = 99",
        "DELETE FROM log.dcb_events_tt_main",
        "TRUNCATE log.dcb_events_tt_main CASCADE",
        "TRUNCATE log.dcb_events_tt_main, log.dcb_events_tt_tag RESTART IDENTITY",
        "INSERT INTO log.dcb_events_tt_main VALUES (1, 'x', '', '{}') ON CONFLICT (id) DO UPDATE SET data = ''",
        "UPDATE log.dcb_events_tt_tag SET tag = 'account:bo'",
        "DELETE FROM log.dcb_events_tt_tag",
        "TRUNCATE log.dcb_events_tt_tag",
    ],
)
@pytest.mark.parametrize("role", ["origin", "replica"])  # as a replica, a session has ordinary triggers switched off
def test_postgresql_refuses(postgresql_url: str, order: str, role: str) -> None:
    log = open_log(postgresql_url)
    log.append(ENTRIES, unless=(), after=0)

    with psycopg.connect(postgresql_url) as stranger:
        stranger.execute("SELECT set_config('session_replication_role', %s, false)", (role,))
        with pytest.raises(psycopg.errors.RaiseException, match="never changed"):
            stranger.execute(order.encode())

    assert [data for _, data in log.scan()] == KEPT
    assert len(log.read({"exchange:1": 0})[0]) == 2
    log.close()


def test_sqlite_records_durably_and_marks_the_file_as_a_log(sqlite_recorder: SQLiteDCBRecorder) -> None:
    connection = sqlite_recorder.file.connect()

    def setting(name: str) -> object:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]

    assert setting("journal_mode") == "wal"
    assert setting("synchronous") == 2, "FULL"
    assert setting("foreign_keys") == 1
    assert setting("application_id") == int.from_bytes(b"HOUR")
    assert setting("user_version") == 1
    connection.close()


def test_postgresql_records_durably_even_if_the_server_does_not_by_default(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        name = sql.Identifier(connection.info.dbname)
        connection.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(name))
    recorder = PostgresDCBRecorder.open(postgresql_url)

    assert recorder.select("SHOW synchronous_commit") == [("on",)]
    recorder.close()
