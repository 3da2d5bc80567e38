"""What is deleted from the people store is in none of its files any more."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from ledger.identifiers import MemberId
from ledger.log.forgetting import Reached, clean, forget, reached
from ledger.log.people import People, Words
from ledger.log.places import Place

ANA, BO = MemberId("m-ana"), MemberId("m-bo")
HERE = Reached(7, "ab" * 32, is_clean=False)


@pytest.fixture
def people(database_url: str) -> Iterator[People]:
    people = People(Place(database_url).people_engine())
    yield people
    people.engine.dispose()


def other_table(people: People, columns: str) -> None:
    with people.engine.begin() as connection:
        connection.execute(sa.text(f"CREATE TABLE other ({columns})"))


def in_other(people: People) -> list[str]:
    with people.engine.connect() as connection:
        return sorted(connection.execute(sa.text("SELECT word FROM other")).scalars())


def test_only_the_rows_about_them_and_the_words_that_were_named_go(people: People) -> None:
    people.seal([Words(ANA, "name", "Ana"), Words(BO, "name", "Bo"), Words(BO, "note", "lunch")])
    (about,) = people.seal([Words(BO, "note", "with Ana")])

    forget(people.engine, [ANA], [about], HERE)

    assert people.of(ANA, "name") == []
    assert people.of(BO, "note") == ["lunch"]
    assert reached(people.engine) == HERE


@pytest.mark.parametrize("whose", ["member", "subject"])
def test_a_table_that_says_whose_its_rows_are_loses_theirs(people: People, whose: str) -> None:
    other_table(people, f"word text, {whose} text")
    with people.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO other VALUES ('hers', 'm-ana'), ('his', 'm-bo')"))

    forget(people.engine, [ANA], [], HERE)

    assert in_other(people) == ["his"]


def test_a_table_that_does_not_say_whose_its_rows_are_is_emptied(people: People) -> None:
    other_table(people, "word text")
    with people.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO other VALUES ('whose?')"))

    forget(people.engine, [ANA], [], HERE)

    assert in_other(people) == []


def test_many_words_at_once_are_forgotten(people: People) -> None:
    sealed = people.seal([Words(BO, "note", f"note {number}") for number in range(1_203)])

    forget(people.engine, [ANA], iter(sealed[:-1]), HERE)

    assert people.of(BO, "note") == ["note 1202"]


def test_cleaning_is_noted(people: People) -> None:
    forget(people.engine, [ANA], [], HERE)

    assert clean(people.engine)

    assert reached(people.engine) == HERE._replace(is_clean=True)


def test_where_nobody_was_ever_forgotten_there_is_no_mark(people: People) -> None:
    assert reached(people.engine) is None


def test_no_deleted_byte_is_left_in_the_files_of_sqlite(tmp_path: Path) -> None:
    people = People(Place.folder(tmp_path).people_engine())
    for number in range(300):
        people.seal([Words(ANA if number % 3 else BO, "note", f"Xyzzy{number} " * (number % 90))])
        people.seal([Words(ANA, "name", f"Plugh{number}")])

    forget(people.engine, [ANA, BO], [], HERE)
    assert clean(people.engine)

    files = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"zzy" not in files and b"ugh" not in files
    people.engine.dispose()


def test_while_somebody_reads_an_older_state_it_is_not_clean_and_the_next_time_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.log.places.BUSY_SECONDS", 0.05)
    people = People(Place.folder(tmp_path).people_engine())
    people.seal([Words(ANA, "name", "Ana")])
    reader = sqlite3.connect(tmp_path / "people.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM words").fetchall()

    forget(people.engine, [ANA], [], HERE)
    assert not clean(people.engine)
    assert reached(people.engine) == HERE

    reader.execute("COMMIT")
    assert clean(people.engine)
    reader.close()
    people.engine.dispose()


def test_postgresql_says_when_a_transaction_still_looks_at_what_was_deleted(postgresql_url: str) -> None:
    people = People(Place(postgresql_url).people_engine())
    people.seal([Words(ANA, "name", "Ana")])
    with people.engine.connect() as reader:
        reader.execution_options(isolation_level="REPEATABLE READ")
        reader.execute(sa.text("SELECT 1 FROM pg_class"))
        forget(people.engine, [ANA], [], HERE)
        assert not clean(people.engine)

    assert clean(people.engine)
    people.engine.dispose()


def test_postgresql_keeps_no_samples_of_names_for_its_statistics(postgresql_url: str) -> None:
    people = People(Place(postgresql_url).people_engine())
    people.seal([Words(MemberId(f"m-{number}"), "name", f"Ana {number}") for number in range(200)])
    with people.engine.connect() as connection:
        connection.execute(sa.text("ANALYZE words"))
        columns = set(connection.execute(sa.text("SELECT attname FROM pg_stats WHERE tablename = 'words'")).scalars())

    assert "field" in columns
    assert columns.isdisjoint({"value", "folded"})
    people.engine.dispose()
