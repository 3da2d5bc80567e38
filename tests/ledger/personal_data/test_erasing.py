"""Nothing that was erased from personal data is left in its files."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from ledger.identifiers import MemberId
from ledger.log.places import Place
from ledger.personal_data.erasing import ErasureMark, clean, forget, reached
from ledger.personal_data.store import PERSONAL_TEXTS, PersonalData, PersonalText
from tests.cast import NOW
from web.sign_in import limits
from web.sign_in.sessions import prepare

ANA, BO = MemberId("m-ana"), MemberId("m-bo")
HERE = ErasureMark(7, "ab" * 32, is_clean=False)


@pytest.fixture
def people(database_url: str) -> Iterator[PersonalData]:
    people = PersonalData(Place(database_url).people_engine())
    yield people
    people.engine.dispose()


@pytest.fixture
def postgresql_people(postgresql_url: str) -> Iterator[PersonalData]:
    people = PersonalData(Place(postgresql_url).people_engine())
    yield people
    people.engine.dispose()


def other_table(people: PersonalData, columns: str) -> None:
    with people.engine.begin() as connection:
        connection.execute(sa.text(f"CREATE TABLE other ({columns})"))


def in_other(people: PersonalData) -> list[str]:
    with people.engine.connect() as connection:
        return sorted(connection.execute(sa.text("SELECT word FROM other")).scalars())


def test_only_rows_about_the_person_and_the_given_texts_are_deleted(people: PersonalData) -> None:
    people.seal([PersonalText(ANA, "name", "Ana"), PersonalText(BO, "name", "Bo"), PersonalText(BO, "note", "lunch")])
    (about,) = people.seal([PersonalText(BO, "note", "with Ana")])

    forget(people.engine, [ANA], [about], HERE)

    assert people.of(ANA, "name") == []
    assert people.of(BO, "note") == ["lunch"]
    assert reached(people.engine) == HERE


@pytest.mark.parametrize("whose", ["member", "subject"])
def test_rows_of_the_person_are_deleted_from_tables_with_an_owner_column(people: PersonalData, whose: str) -> None:
    other_table(people, f"word text, {whose} text")
    with people.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO other VALUES ('hers', 'm-ana'), ('his', 'm-bo')"))

    forget(people.engine, [ANA], [], HERE)

    assert in_other(people) == ["his"]


def test_a_table_without_an_owner_column_is_emptied(people: PersonalData) -> None:
    other_table(people, "word text")
    with people.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO other VALUES ('whose?')"))

    forget(people.engine, [ANA], [], HERE)

    assert in_other(people) == []


def test_many_texts_are_erased_at_once(people: PersonalData) -> None:
    sealed = people.seal([PersonalText(BO, "note", f"note {number}") for number in range(1_203)])

    forget(people.engine, [ANA], iter(sealed[:-1]), HERE)

    assert people.of(BO, "note") == ["note 1202"]


def test_cleaning_is_noted(people: PersonalData) -> None:
    forget(people.engine, [ANA], [], HERE)

    assert clean(people.engine)

    assert reached(people.engine) == HERE._replace(is_clean=True)


def test_there_is_no_mark_before_the_first_erasure(people: PersonalData) -> None:
    assert reached(people.engine) is None


def test_no_deleted_byte_is_left_in_the_files_of_sqlite(tmp_path: Path) -> None:
    people = PersonalData(Place.folder(tmp_path).people_engine())
    for number in range(300):
        people.seal([PersonalText(ANA if number % 3 else BO, "note", f"Xyzzy{number} " * (number % 90))])
        people.seal([PersonalText(ANA, "name", f"Plugh{number}")])

    forget(people.engine, [ANA, BO], [], HERE)
    assert clean(people.engine)

    files = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"zzy" not in files and b"ugh" not in files
    people.engine.dispose()


def test_cleaning_fails_while_an_older_state_is_being_read_and_can_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.log.places.BUSY_SECONDS", 0.05)
    people = PersonalData(Place.folder(tmp_path).people_engine())
    people.seal([PersonalText(ANA, "name", "Ana")])
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


def test_cleaning_fails_while_a_transaction_can_see_deleted_rows_in_postgresql(postgresql_url: str) -> None:
    people = PersonalData(Place(postgresql_url).people_engine())
    people.seal([PersonalText(ANA, "name", "Ana")])
    with people.engine.connect() as reader:
        reader.execution_options(isolation_level="REPEATABLE READ")
        reader.execute(sa.text("SELECT 1 FROM pg_class"))
        forget(people.engine, [ANA], [], HERE)
        assert not clean(people.engine)

    assert clean(people.engine)
    people.engine.dispose()


def ask(people: PersonalData, question: str) -> list[str]:
    """Return one column, outside any transaction."""
    with people.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        answer = connection.exec_driver_sql(question)
        return [str(value) for (value,) in answer.fetchall()] if answer.returns_rows else []


def in_database_files(people: PersonalData, wanted: Iterable[bytes]) -> set[bytes]:
    """Return those of these bytes that are in the files of the database, including the server's own tables."""
    ask(people, "CHECKPOINT")
    (folder,) = ask(
        people,
        "SELECT current_setting('data_directory') || '/base/' || oid FROM pg_database WHERE datname = current_database()",
    )
    data = [file.read_bytes() for file in Path(folder).iterdir()]
    return {trace for trace in wanted if any(trace in one for one in data)}


SAMPLED = (
    "SELECT tablename || '.' || attname FROM pg_stats WHERE schemaname = 'people' AND tablename <> 'table_versions'"
)


def test_postgresql_gathers_no_samples_of_personal_data(postgresql_people: PersonalData) -> None:
    people = postgresql_people
    prepare(people.engine)
    people.seal([PersonalText(MemberId(f"m-{number}"), "name", f"Ana {number}") for number in range(200)])
    for number in range(20):
        limits.may_request(people.engine, f"ana{number}@example.org", f"192.0.{number}.1", NOW)
    ask(people, "ANALYZE")

    assert set(ask(people, SAMPLED)) == {"words.kept_at", "sign_in_attempt.id", "sign_in_attempt.at"}


def test_opening_and_cleaning_deletes_samples_that_an_older_version_left_in_postgresql(
    postgresql_people: PersonalData,
) -> None:
    people = postgresql_people
    people.seal([PersonalText(ANA, "note", f"Xyzzy {number} " + "so long " * 20) for number in range(200)])
    with people.engine.connect() as connection:
        salts = set(connection.execute(sa.select(PERSONAL_TEXTS.c.salt)).scalars())
    definition = ask(people, "SELECT indexdef FROM pg_indexes WHERE tablename = 'words' ORDER BY indexname")
    for column in PERSONAL_TEXTS.c:
        ask(people, f"ALTER TABLE words ALTER COLUMN {column.name} SET STATISTICS -1")
    ask(people, "ANALYZE")
    forget(people.engine, [ANA], [], HERE)
    ask(people, "VACUUM FULL words")
    ask(people, "UPDATE forgotten SET is_clean = 1")
    assert in_database_files(people, [*salts, b"Xyzzy"]) > {b"Xyzzy"}, "the statistics hold samples"

    people = PersonalData(people.engine)
    assert reached(people.engine) == HERE
    assert clean(people.engine)

    assert in_database_files(people, [*salts, b"Xyzzy"]) == set()
    assert ask(people, "SELECT indexdef FROM pg_indexes WHERE tablename = 'words' ORDER BY indexname") == definition
    ask(people, "ANALYZE")
    assert set(ask(people, SAMPLED)) == {"words.kept_at", "forgotten.position", "forgotten.is_clean"}
    assert reached(PersonalData(people.engine).engine) == HERE._replace(is_clean=True), (
        "the second opening has nothing to do"
    )


def test_cleaning_deletes_samples_that_a_host_made_sqlite_gather(tmp_path: Path) -> None:
    people = PersonalData(Place.folder(tmp_path).people_engine())
    with closing(sqlite3.connect(tmp_path / "people.db", isolation_level=None)) as other:
        # As ANALYZE leaves it where SQLite was compiled to keep samples.
        other.execute("CREATE TABLE samples (tbl, idx, neq, nlt, ndlt, sample)")
        other.execute("INSERT INTO samples VALUES ('words', 'words_by_field', '', '', '', CAST('Xyzzy' AS BLOB))")
        other.execute("PRAGMA writable_schema = ON")
        other.execute(
            "UPDATE sqlite_schema SET name = 'sqlite_stat4', tbl_name = 'sqlite_stat4',"
            " sql = replace(sql, 'samples', 'sqlite_stat4') WHERE name = 'samples'"
        )

    forget(people.engine, [ANA], [], HERE)
    assert clean(people.engine)

    assert b"Xyzzy" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    people.engine.dispose()
