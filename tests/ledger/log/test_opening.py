"""A log is opened by its URL. Anything else is rejected with a reason."""

import sqlite3
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from ledger.log.opening import open_log
from ledger.log.store import LogUnavailable
from tests.ledger.log.programs import acknowledged, appending

GIFT = ("gift-recorded", b"{}", ("gift:1",))


def test_a_relative_url_starts_in_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    log = open_log("sqlite:///data/log.db")
    monkeypatch.chdir("/")

    log.append([GIFT], unless=(), after=0)

    assert (tmp_path / "data" / "log.db").stat().st_size > 0
    log.close()


def test_a_path_can_contain_special_characters(tmp_path: Path) -> None:
    folder = tmp_path / "our hours? 100% #1"
    log = open_log(f"sqlite:///{folder}/log.db")
    log.close()

    assert (folder / "log.db").exists()


@pytest.mark.parametrize(
    "url", ["mysql://here/hours", "log.db", "", "sqlite://log.db", "sqlite:///", "sqlite://", "sqlite:///:memory:"]
)
def test_other_urls_are_rejected_with_examples_of_valid_ones(url: str) -> None:
    with pytest.raises(ValueError, match=r"Use sqlite:///folder/log\.db"):
        open_log(url)


def test_an_invalid_address_is_rejected_without_showing_its_password() -> None:
    with pytest.raises(ValueError, match="PostgreSQL address") as refusal:
        open_log("postgresql://ana:secret@here:1/hours?no_such_setting=1")

    assert "secret" not in str(refusal.value)


def test_a_missing_log_is_not_created_unless_asked(log_url: str, tmp_path: Path) -> None:
    with pytest.raises(LogUnavailable) as fault:
        open_log(log_url, create=False)

    assert fault.value.kind == "missing"
    assert not list(tmp_path.rglob("log.db*"))


def test_opening_twice_finds_the_same_log(log_url: str) -> None:
    first, second = open_log(log_url), open_log(log_url)

    position = first.append([GIFT], unless=(), after=0)

    assert second.head() == position
    first.close()
    second.close()


def test_several_processes_can_create_the_log_at_the_same_time(log_url: str) -> None:
    processes = [appending(log_url, f"process{number}", 8) for number in range(4)]
    outputs = [process.communicate()[0] for process in processes]

    assert [process.returncode for process in processes] == [0, 0, 0, 0]
    assert sum(len(acknowledged(output)) for output in outputs) == 32
    log = open_log(log_url, create=False)
    assert len(list(log.scan())) == 32
    log.close()


def test_a_newer_format_is_left_alone(log_url: str, tmp_path: Path) -> None:
    open_log(log_url).close()
    if log_url.startswith("sqlite"):
        connection = sqlite3.connect(tmp_path / "data" / "log.db")
        connection.execute("PRAGMA user_version = 2")
        connection.close()
    else:
        with psycopg.connect(log_url) as connection:
            connection.execute(
                "COMMENT ON TABLE log.dcb_events_tt_main IS 'Common Hours log, format 2 with new things'"
            )

    with pytest.raises(LogUnavailable, match="Use the newer version of the program") as fault:
        open_log(log_url)

    assert fault.value.kind == "newer"


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE recipes (name)")
    connection.close()
    before = path.read_bytes()

    with pytest.raises(LogUnavailable, match="not a log of Common Hours") as fault:
        open_log(f"sqlite:///{path}")

    assert fault.value.kind == "foreign"
    assert path.read_bytes() == before


def test_a_postgresql_log_has_its_own_schema(postgresql_url: str) -> None:
    open_log(postgresql_url).close()

    with psycopg.connect(postgresql_url) as connection:
        schemas = connection.execute(
            "SELECT DISTINCT schemaname FROM pg_tables WHERE tablename LIKE 'dcb%' OR tablename = 'known'"
        ).fetchall()

    assert schemas == [("log",)]


def test_a_user_with_read_permission_can_open_a_postgresql_log(postgresql_url: str) -> None:
    log = open_log(postgresql_url)
    log.append([GIFT], unless=(), after=0)
    log.close()
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS ruth")
        connection.execute("CREATE ROLE ruth LOGIN")
        connection.execute("GRANT USAGE ON SCHEMA log TO ruth")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA log TO ruth")

    auditors = open_log(postgresql_url.replace("postgres@", "ruth@"))
    assert len(list(auditors.scan())) == 1
    with pytest.raises(LogUnavailable) as fault:
        auditors.append([GIFT], unless=(), after=0)
    auditors.close()

    assert fault.value.kind == "refused"
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute("DROP OWNED BY ruth")
        connection.execute("DROP ROLE ruth")


def test_a_missing_database_is_reported(postgresql_url: str) -> None:
    name = conninfo_to_dict(postgresql_url)["dbname"]

    with pytest.raises(LogUnavailable, match="does not exist") as fault:
        open_log(postgresql_url.replace(str(name), "no_such_hours"))

    assert fault.value.kind == "missing"
