"""Tables that are not the log have a version, and opening a place brings them to the version of this program."""

import multiprocessing
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from ledger.log.places import Place
from ledger.log.store import LogUnavailable
from ledger.log.upgrades import VERSIONS, VersionedTables, extend


def plants(version: int) -> VersionedTables:
    """A set of tables at one of its versions."""
    tables = VersionedTables("plants")
    columns = [sa.Column("name", sa.Text, primary_key=True), sa.Column("height", sa.BigInteger, nullable=False)]
    if version == 1:
        sa.Table("plant", tables, *columns)
        return tables
    sown = sa.Column("sown_at", sa.BigInteger, nullable=False, server_default="0", index=True)
    plant = sa.Table("plant", tables, *columns, sown)
    bed = sa.Table("bed", tables, sa.Column("name", sa.Text, primary_key=True))

    @tables.step(2)
    def _beds(connection: sa.Connection) -> None:
        extend(connection, plant)
        extend(connection, bed)

    if version == 3:

        @tables.step(3)
        def _taller(connection: sa.Connection) -> None:
            connection.exec_driver_sql("UPDATE plant SET height = height * 10")

    return tables


@pytest.fixture(params=["sqlite", "postgresql", "postgresql for readers"])
def engine(request: pytest.FixtureRequest) -> Iterator[sa.Engine]:
    """An engine on each database, and one whose connections commit after each statement, as those of read models do."""
    database, *for_readers = request.param.split(" for ")
    engine = Place(request.getfixturevalue(f"{database}_url")).people_engine()
    yield engine.execution_options(isolation_level="AUTOCOMMIT") if for_readers else engine
    engine.dispose()


@pytest.fixture
def old(engine: sa.Engine) -> sa.Engine:
    """A place with a plant in it, from before versions were stored."""
    plants(1).create_all(engine)
    order(engine, "INSERT INTO plant VALUES ('leek', 4)")
    return engine


def order(engine: sa.Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)


def rows(engine: sa.Engine, query: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def stored_version(engine: sa.Engine) -> object:
    with engine.connect() as connection:
        return connection.scalar(sa.select(VERSIONS.c.version))


def test_new_tables_are_created_as_they_are_defined(engine: sa.Engine) -> None:
    plants(3).open(engine)

    assert stored_version(engine) == 3
    assert rows(engine, "SELECT name, height, sown_at FROM plant") == []


def test_tables_from_before_versions_take_every_step_in_order(old: sa.Engine) -> None:
    plants(3).open(old)

    assert stored_version(old) == 3
    assert rows(old, "SELECT name, height, sown_at FROM plant") == [("leek", 40, 0)]
    assert rows(old, "SELECT name FROM bed") == []
    assert [index["name"] for index in sa.inspect(old).get_indexes("plant")] == ["ix_plant_sown_at"]


def test_each_step_is_taken_once(old: sa.Engine) -> None:
    plants(2).open(old)
    for _ in range(2):
        plants(3).open(old)

    assert rows(old, "SELECT height FROM plant") == [(40,)]


def test_a_step_that_fails_leaves_everything_as_it_was(old: sa.Engine) -> None:
    failing = plants(3)

    @failing.step(4)
    def _fails(connection: sa.Connection) -> None:
        connection.exec_driver_sql("SELECT no_such_column FROM plant")

    with pytest.raises(DBAPIError):
        failing.open(old)

    assert set(sa.inspect(old).get_table_names()) == {"plant"}
    assert rows(old, "SELECT * FROM plant") == [("leek", 4)]


def test_a_step_that_does_not_lead_to_the_definition_leaves_everything_as_it_was(old: sa.Engine) -> None:
    forgetful = VersionedTables("plants")
    plants(1).tables["plant"].to_metadata(forgetful).append_column(sa.Column("colour", sa.Text, nullable=True))

    @forgetful.step(2)
    def _nothing(connection: sa.Connection) -> None:
        pass

    with pytest.raises(LogUnavailable, match="“colour” of the table “plant” is missing"):
        forgetful.open(old)

    assert set(sa.inspect(old).get_table_names()) == {"plant"}


def test_tables_of_a_newer_version_are_refused(engine: sa.Engine) -> None:
    plants(3).open(engine)

    with pytest.raises(LogUnavailable, match="version 3") as refused:
        plants(2).open(engine)

    assert refused.value.kind == "newer"
    assert stored_version(engine) == 3


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("ALTER TABLE plant DROP COLUMN height", "“height” of the table “plant” is missing"),
        ("ALTER TABLE plant RENAME COLUMN height TO size", "“height” of the table “plant” is missing"),
        ("ALTER TABLE plant ADD COLUMN weight TEXT", "column “weight”"),
        ("DROP TABLE plant", "“plant” is missing"),
    ],
)
def test_a_change_by_hand_is_noticed(engine: sa.Engine, change: str, named: str) -> None:
    plants(1).open(engine)
    order(engine, change)

    with pytest.raises(LogUnavailable, match=named) as refused:
        plants(1).open(engine)

    assert refused.value.kind == "damaged"


def test_a_column_of_another_kind_is_noticed(engine: sa.Engine) -> None:
    plants(1).open(engine)
    order(engine, "DROP TABLE plant")
    order(engine, "CREATE TABLE plant (name TEXT NOT NULL PRIMARY KEY, height TEXT)")

    with pytest.raises(LogUnavailable, match="“height” of the table “plant” is TEXT, and should be BIGINT NOT NULL"):
        plants(1).open(engine)


def test_two_steps_cannot_have_one_number() -> None:
    with pytest.raises(ValueError, match="the next step of the tables of plants is 4"):
        plants(3).step(3)


def _open(url: str) -> None:
    engine = Place(url).people_engine()
    plants(3).open(engine)
    engine.dispose()


def test_several_processes_can_upgrade_at_the_same_time(old: sa.Engine) -> None:
    url = old.url.render_as_string(hide_password=False).replace("+psycopg", "").removesuffix("/people.db")
    with multiprocessing.get_context("spawn").Pool(4) as processes:
        processes.map(_open, [url] * 8, chunksize=1)

    assert rows(old, "SELECT height FROM plant") == [(40,)]
    assert stored_version(old) == 3
