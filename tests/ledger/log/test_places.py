"""Where a community is stored: one URL."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from ledger.log.places import Place
from projections.engine.locks import alone, writing


def test_a_data_folder_has_three_files(tmp_path: Path) -> None:
    place = Place.folder(tmp_path / "elm street")

    assert place.path == tmp_path / "elm street"
    assert place.log_url == f"sqlite:///{tmp_path}/elm street/log.db"
    assert not place.exists
    for engine in (place.people_engine(), place.views_engine()):
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE t (a INTEGER)")
        engine.dispose()
    assert {file.name for file in place.path.iterdir()} >= {"people.db", "views.db"}


def test_a_data_folder_can_be_relative() -> None:
    assert Place("sqlite:///data").path == Path("data")


@pytest.mark.parametrize("url", ["mysql://here/hours", "data", "", "sqlite:data"])
def test_other_urls_are_rejected_with_examples_of_valid_ones(url: str) -> None:
    with pytest.raises(ValueError, match=r"sqlite:///folder or postgresql://"):
        Place(url)


def test_personal_data_is_stored_durably_and_overwritten_when_deleted(tmp_path: Path) -> None:
    engine = Place.folder(tmp_path).people_engine()

    with engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    engine.dispose()

    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def test_a_database_has_three_separate_schemas(postgresql_url: str) -> None:
    place = Place(postgresql_url)
    engines = {"people": place.people_engine(), "views": place.views_engine()}

    for name, engine in engines.items():
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE t (a INTEGER)")
            assert connection.exec_driver_sql("SELECT current_schema()").scalar_one() == name
    tables = sa.inspect(engines["people"]).get_table_names(schema="views")
    for engine in engines.values():
        engine.dispose()

    assert tables == ["t"]
    assert place.exists
    assert place.log_url == postgresql_url


def test_each_schema_of_a_database_has_locks_of_its_own(postgresql_url: str) -> None:
    one, other = (Place(postgresql_url, schemas=name).views_engine() for name in ("one_", "other_"))

    with alone(one, "daily") as first, alone(one, "daily") as second, alone(other, "daily") as elsewhere:
        assert (first, second, elsewhere) == (True, False, True)
    with one.connect() as connection, writing(connection), other.connect() as second_connection:
        second_connection.exec_driver_sql("SET lock_timeout = '2s'")
        second_connection.commit()
        with writing(second_connection):
            pass
    one.dispose()
    other.dispose()
