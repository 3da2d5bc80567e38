"""Tables that release 0.1 made are brought to the version of this program, and nothing in them is lost.

Only the log and the read models are left out: the log never changes, and read models are built again.
"""

import sqlite3
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from ledger.log.places import Place
from ledger.time_bank import TimeBank
from projections.views import Views
from tests.compatibility.test_from_0_1 import MEMBERS, OLD, Community
from tests.providing import PostgreSQL
from web.sign_in.sessions import prepare

SESSION = "('ba08a3950fcaf8e95f519a6a7760626fba2420d04b16e725bcc26e0ac3cae749', '{ana}', 1741948200, 1741948200)"
STEP = "('log', 'replay', '2025-03-14', '2025-03-14T10:30:00.000000Z', '')"
ROWS_LEFT = {"people": ("words", "session"), "views": ("kept_steps",)}


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """The old community in a place of its own, where Ana is signed in."""
    if request.param == "sqlite":
        Community(tmp_path / "old")
        place = Place.folder(tmp_path / "old" / "data")
        with closing(sqlite3.connect(place.path / "people.db")) as people, people:
            people.execute(f"INSERT INTO session VALUES {SESSION.format(ana=MEMBERS['ana'])}")
        with closing(sqlite3.connect(place.path / "views.db")) as views, views:
            views.execute(f"INSERT INTO kept_steps VALUES {STEP}")
        return place
    url: str = request.getfixturevalue("postgresql_url")
    Community(tmp_path / "old", url).hours("restore", OLD / "backup.hours")
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("DROP SCHEMA people CASCADE; DROP SCHEMA IF EXISTS views CASCADE")
        server.execute((OLD / "tables.sql").read_bytes() + f"INSERT INTO kept_steps VALUES {STEP}".encode())
    return Place(url)


@pytest.fixture
def new(old: Place, tmp_path: Path, postgresql: PostgreSQL) -> Generator[Place]:
    """A place on the same database in which nothing was before."""
    if old.is_sqlite:
        yield Place.folder(tmp_path / "new")
    else:
        with postgresql.fresh_database() as url:
            yield Place(url)


def open_completely(place: Place) -> None:
    """Open everything that `hours serve` opens."""
    with TimeBank.open(place) as bank:
        prepare(bank.people.engine)
        Views.open(place, bank.log).close()


def structure(place: Place) -> dict[str, object]:
    """Columns, keys and indexes of every table that has a version."""
    found: dict[str, object] = {}
    for store, engine in (("people", place.people_engine()), ("views", place.views_engine())):
        inspector = sa.inspect(engine)
        for name in inspector.get_table_names():
            if store == "people" or name.startswith("kept_"):
                found[name] = {
                    "columns": {c["name"]: (str(c["type"]), c["nullable"]) for c in inspector.get_columns(name)},
                    "key": inspector.get_pk_constraint(name)["constrained_columns"],
                    "indexes": {i["name"]: (i["column_names"], bool(i["unique"])) for i in inspector.get_indexes(name)},
                }
        engine.dispose()
    return found


def rows(place: Place) -> dict[str, list[dict[str, object]]]:
    """Every row of the tables that must be left as they are."""
    found: dict[str, list[dict[str, object]]] = {}
    for store, engine in (("people", place.people_engine()), ("views", place.views_engine())):
        with engine.connect() as connection:
            for name in ROWS_LEFT[store]:
                found[name] = [dict(row._mapping) for row in connection.execute(sa.text(f"SELECT * FROM {name}"))]
        engine.dispose()
    return found


def test_tables_from_0_1_become_what_new_ones_are(old: Place, new: Place) -> None:
    open_completely(old)
    open_completely(new)

    assert structure(old) == structure(new), "a definition was changed without a step"


def test_rows_from_0_1_are_all_left(old: Place) -> None:
    before = rows(old)

    open_completely(old)

    after = rows(old)
    for table, lines in before.items():
        assert lines, table
        found = [{name: line[name] for name in lines[0]} for line in after[table]]
        assert [line for line in found if not is_about_imports(line)] == [
            line for line in lines if not is_about_imports(line)
        ]


def is_about_imports(line: dict[str, object]) -> bool:
    """Whether a row is the secret of all imports, or what is remembered instead of it."""
    return line.get("subject") == "import" or line.get("field") == "imported"
